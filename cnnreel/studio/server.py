"""The studio's web server: what its page may ask for, and what it answers."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cnn_core.errors import CnnreelError, InputError, TwoReadingsError
from cnnreel.film.record import made_with
from cnnreel.play.page.look import FONTS, colours, font_face
from cnnreel.studio.checking import Wish, check_wish, spec_of
from cnnreel.studio.downloads import DOWNLOADS, Download, Downloads
from cnnreel.studio.form import describe_scenes
from cnnreel.studio.guard import Door, Guard
from cnnreel.studio.lessons import (
    command_of,
    lesson_of_wishes,
    opened_lesson,
    planned_clip_of,
    read_given,
    saved_lesson,
)
from cnnreel.studio.previews import Previews
from cnnreel.studio.stage import GALLERY, BusyError, Performance, Stage, SupersededError
from cnnreel.studio.uploads import Uploads
from cnnreel.work.cache import Cache, key_of
from scenes.catalog import find
from scenes.specs import SceneSpec

__all__ = ["Studio", "app_of"]

_HERE = Path(__file__).parent / "page"
_PLAYER = Path(__file__).parents[1] / "play" / "player"
_BREATH = 15.0
"""Seconds between two signs of life on an open line."""


@dataclass(eq=False)
class Studio:
    """What the server has at hand while it runs.

    Attributes
    ----------
    local
        Whether it is reached from this computer alone.
    alone
        Called when the last page has been closed.
    """

    door: Door
    folder: Path
    local: bool = True
    cache: Cache | None = None
    alone: Callable[[], None] = lambda: None
    patience: float = 20.0
    stage: Stage = field(default_factory=lambda: Stage(_preview_style()))
    pages: dict[str, int] = field(default_factory=dict)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.previews = Previews(self.stage)
        self.uploads = Uploads(self.folder / "opened")
        self.downloads = Downloads(self.folder / "made", self.cache)

    async def close(self) -> None:
        """End all that is being done, and leave nothing running."""
        self.closing.set()
        await self.stage.close()
        await asyncio.to_thread(self.downloads.close)


def app_of(studio: Studio) -> Starlette:
    """Return the app, with its guard around it."""
    routes = [
        Route("/", partial(_page, studio)),
        Route("/health", _health),
        Route("/api/scenes", _scenes),
        Route("/api/presence", partial(_presence, studio)),
        Route("/api/check", _posted(studio, _check), methods=["POST"]),
        Route("/api/read", _posted(studio, _read), methods=["POST"]),
        Route("/api/film", _posted(studio, _film), methods=["POST"]),
        Route("/api/command", _posted(studio, _command), methods=["POST"]),
        Route("/api/lesson/save", _posted(studio, _save), methods=["POST"]),
        Route("/api/lesson/open", _posted(studio, _open), methods=["POST"]),
        Route("/api/download", _posted(studio, _download), methods=["POST"]),
        Route("/api/download/{key}", partial(_state, studio)),
        Route("/api/download/{key}/cancel", _posted(studio, _cancel), methods=["POST"]),
        Route("/api/download/{key}/file", partial(_file, studio)),
        Route("/preview/{key}", partial(_preview, studio)),
        Route("/thumb/{scene}", partial(_thumb, studio)),
        Route("/files/studio.css", _style),
        Route("/page/{name}", _font),
        Mount("/files/player", StaticFiles(directory=_PLAYER)),
        Mount("/files", StaticFiles(directory=_HERE)),
    ]
    return Starlette(
        routes=routes,
        lifespan=partial(_lifespan, studio),
        middleware=[Middleware(Guard, door=studio.door)],
        exception_handlers={CnnreelError: _said, RecursionError: _too_deep},
    )


@asynccontextmanager
async def _lifespan(studio: Studio, _: Starlette) -> AsyncIterator[None]:
    """Warm up, and clear up."""
    await asyncio.to_thread(studio.stage.warm_up)
    try:
        yield
    finally:
        await studio.close()


async def _said(_: Request, error: Exception) -> Response:
    """Answer a fault with its sentence."""
    status = 503 if isinstance(error, BusyError) else 422 if isinstance(error, InputError) else 500
    return JSONResponse({"error": str(error)}, status, {"Retry-After": "2"} if status == 503 else None)


async def _too_deep(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "The lists are nested too deeply."}, 422)


def _posted(studio: Studio, answer: Callable[[Studio, str, Mapping[str, Any]], Awaitable[Any]]) -> Any:
    """Read a body that is a JSON object, and answer with JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            raise InputError("the body must be JSON, but it is not.") from None
        if not isinstance(body, dict):
            raise InputError("the body must be a JSON object.")
        visitor = request.headers.get("x-studio-page", "")[:40]
        answered = await answer(studio, visitor, {**body, **request.path_params})
        return answered if isinstance(answered, Response) else JSONResponse(answered)

    return endpoint


async def _page(studio: Studio, _: Request) -> Response:
    html = (_HERE / "studio.html").read_text(encoding="utf-8")
    place = "Nothing leaves this computer" if studio.local else "Your numbers go to this server, and are not kept"
    return HTMLResponse(html.replace("{place}", place))


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok", **made_with()})


async def _scenes(_: Request) -> Response:
    forms = await asyncio.to_thread(describe_scenes)
    return JSONResponse({"scenes": forms, "downloads": [*DOWNLOADS, "lesson", "command"]})


async def _check(studio: Studio, _: str, wish: Wish) -> Any:
    return await asyncio.to_thread(check_wish, wish, studio.uploads)


async def _read(studio: Studio, _: str, asked: Mapping[str, Any]) -> Any:
    """Read pasted text, or a file, as the field reads it, or ask which of two readings is meant."""
    source, uploads = str(asked.get("text", "")), None
    if "content" in asked:
        try:
            content = base64.b64decode(str(asked["content"]), validate=True)
        except (binascii.Error, ValueError):
            raise InputError("content must be a file in base64.") from None
        uploads = studio.uploads
        source = await asyncio.to_thread(uploads.keep, str(asked.get("name", "")), content)
    try:
        return await asyncio.to_thread(read_given, asked, source, uploads)
    except TwoReadingsError as error:
        return {"question": str(error), "readings": error.readings}


async def _film(studio: Studio, visitor: str, wish: Wish) -> Any:
    """Perform a film; where it is to go on at a step, show its begin as soon as there is one."""
    spec = await asyncio.to_thread(spec_of, wish, studio.uploads)
    step = wish.get("step")
    performance = Performance(spec, step=step if isinstance(step, int) and step >= 0 else None)
    return await studio.previews.answer(visitor, performance)


async def _preview(studio: Studio, request: Request) -> Response:
    page = studio.previews.find(request.path_params["key"])
    if page is None:
        return JSONResponse({"error": "This film is no longer here."}, 404)
    policy = {"Content-Security-Policy": "frame-ancestors 'self'", "Content-Encoding": "gzip"}
    return Response(page, media_type="text/html", headers=policy)


async def _thumb(studio: Studio, request: Request) -> Response:
    """Answer with a scene's own film, which is kept from one start to the next."""
    spec = find(request.path_params["scene"]).build({})
    key = key_of(film_of=spec.name)
    folder = studio.folder / "films" / key
    file = folder / "film.json.gz"
    if not file.exists() and not await asyncio.to_thread(_fetch, studio.cache, key, folder):
        film = await _performed_some_time(studio, spec)
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(film)
        if studio.cache is not None:
            await asyncio.to_thread(studio.cache.store, key, folder)
    return FileResponse(file, media_type="application/json", headers={"Content-Encoding": "gzip"})


async def _performed_some_time(studio: Studio, spec: SceneSpec) -> bytes:
    """Return a scene's own film, however often somebody else goes before."""
    while True:
        with suppress(SupersededError):
            film: bytes = await studio.stage.perform(f"{GALLERY} {spec.name}", Performance(spec, bare=True))
            return film


def _fetch(kept: Cache | None, key: str, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return kept is not None and kept.fetch(key, folder)


async def _command(studio: Studio, _: str, wish: Wish) -> Any:
    return {"command": await asyncio.to_thread(command_of, wish, studio.uploads)}


async def _save(studio: Studio, _: str, given: Mapping[str, Any]) -> Any:
    return await asyncio.to_thread(saved_lesson, given, studio.uploads)


async def _open(_: Studio, __: str, given: Mapping[str, Any]) -> Any:
    return await asyncio.to_thread(opened_lesson, str(given.get("name", "")), str(given.get("text", "")))


async def _download(studio: Studio, visitor: str, asked: Mapping[str, Any]) -> Any:
    kind, quality = str(asked.get("kind")), str(asked.get("quality", "medium"))
    if "clips" in asked:
        lesson = await asyncio.to_thread(lesson_of_wishes, asked, studio.uploads)
        return studio.downloads.ask(visitor, kind, quality, lesson.clips, lesson).as_json()
    clip = await asyncio.to_thread(planned_clip_of, asked, studio.uploads)
    return studio.downloads.ask(visitor, kind, quality, [clip], None).as_json()


def _known(studio: Studio, key: str) -> Download:
    found = studio.downloads.find(key)
    if found is None:
        raise InputError("this download is no longer here: make it again.")
    return found


async def _state(studio: Studio, request: Request) -> Response:
    return JSONResponse(_known(studio, request.path_params["key"]).as_json())


async def _cancel(studio: Studio, _: str, asked: Mapping[str, Any]) -> Any:
    studio.downloads.cancel(_known(studio, str(asked["key"])))
    return {}


async def _file(studio: Studio, request: Request) -> Response:
    made = _known(studio, request.path_params["key"])
    if made.file is None:
        raise InputError("this download is not ready.")
    return FileResponse(made.file, filename=made.file.name)


async def _presence(studio: Studio, request: Request) -> Response:
    """Keep a line open for as long as the page is: when it closes, what the page waits for ends."""
    visitor = request.query_params.get("page", "")[:40]
    return StreamingResponse(
        _breathe(studio, visitor), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _breathe(studio: Studio, visitor: str) -> AsyncIterator[str]:
    studio.pages[visitor] = studio.pages.get(visitor, 0) + 1
    try:
        yield "retry: 1000\n\n"
        while not studio.closing.is_set():
            try:
                await asyncio.wait_for(studio.closing.wait(), _BREATH)
            except TimeoutError:
                yield ": here\n\n"
    finally:
        studio.pages[visitor] -= 1
        asyncio.get_running_loop().call_later(studio.patience, _look_around, studio, visitor)


def _look_around(studio: Studio, visitor: str) -> None:
    """End what a page that has been closed was waiting for; where no page is left, say so."""
    if studio.pages.get(visitor) == 0:
        del studio.pages[visitor]
        studio.stage.forget(visitor)
        studio.downloads.forget(visitor)
    if not studio.pages:
        studio.alone()


@cache
def _style_text() -> str:
    faces = "\n".join(font_face(weight, lambda name: f"/{name}") for weight in FONTS)
    return "\n".join([faces, colours(), (_HERE / "studio.css").read_text(encoding="utf-8")])


def _preview_style() -> str:
    return (_HERE / "preview.css").read_text(encoding="utf-8")


async def _style(_: Request) -> Response:
    return Response(_style_text(), media_type="text/css")


async def _font(request: Request) -> Response:
    font = next((font for font in FONTS.values() if font.name == request.path_params["name"]), None)
    if font is None:
        return JSONResponse({"error": "There is no such font."}, 404)
    return FileResponse(font, media_type="font/woff2", headers={"Cache-Control": "max-age=3600"})
