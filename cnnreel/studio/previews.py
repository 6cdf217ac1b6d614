"""Films as pages for the preview: answered as soon as they can begin, and kept for as long as one may be asked for."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from cnn_core.errors import CnnreelError
from cnnreel.studio.stage import Performance, Stage, SupersededError
from cnnreel.work.cache import key_of

__all__ = ["Previews"]

_MOST_KEPT = 60


class Previews:
    """Pages of films, and the stage on which these are performed."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pages: OrderedDict[str, bytes] = OrderedDict()

    def find(self, key: str) -> bytes | None:
        return self._pages.get(key)

    async def answer(self, visitor: str, performance: Performance) -> Response:
        """Answer with a line of JSON as soon as the film can begin, and with one when it is whole.

        Where something newer was asked for meanwhile, there is no page.
        """
        found: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def begin(page: Any) -> None:
            loop.call_soon_threadsafe(found.put_nowait, page)

        task = asyncio.create_task(self._stage.perform(visitor, performance, begin))
        task.add_done_callback(lambda task: found.put_nowait(None if task.cancelled() else task.exception()))
        first = await found.get()
        if task.done():
            return JSONResponse(await self._whole(task))
        return StreamingResponse(self._in_turn(first, task), media_type="application/x-ndjson")

    async def _in_turn(self, begun: Mapping[str, Any], task: asyncio.Task[Any]) -> AsyncIterator[str]:
        yield json.dumps({**self._kept(begun), "begun": True}) + "\n"
        try:
            yield json.dumps(await self._whole(task))
        except CnnreelError as error:
            yield json.dumps({"error": str(error)})

    async def _whole(self, task: asyncio.Task[Any]) -> dict[str, Any]:
        try:
            return self._kept(await asyncio.shield(task))  # a page that no longer listens does not end it
        except SupersededError:
            return {"page": None}

    def _kept(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a page, and say where it is."""
        key = key_of(page=base64.b64encode(made["page"]).decode())[:24]
        self._pages[key] = made["page"]
        while len(self._pages) > _MOST_KEPT:
            self._pages.popitem(last=False)
        return {"page": f"/preview/{key}", **{name: made[name] for name in ("seconds", "steps", "questions")}}
