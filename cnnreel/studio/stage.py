"""One warm process with Manim, and who is waiting for it."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError
from cnnreel.work.pool import our_path
from scenes.specs import SceneSpec

__all__ = [
    "BEGUN",
    "FILM",
    "GALLERY",
    "REFUSED",
    "SUPERSEDED",
    "Answer",
    "BusyError",
    "Performance",
    "Stage",
    "SupersededError",
]

Answer: TypeAlias = tuple[str, Any]
"""One of these words, and what it is about."""
BEGUN, FILM, SUPERSEDED, REFUSED = "begun", "film", "superseded", "refused"
GALLERY = "gallery"
"""How visitors are called who wait for the scenes' own films: everybody else goes before."""
_MOST_WAITING = 40
_LONGEST = 90.0
"""Seconds that a performance may take."""


class SupersededError(CnnreelError):
    """A newer wish of the same visitor ended this one."""


class BusyError(CnnreelError):
    """Too many are waiting."""


def _begin(line: Any, wanted: Any) -> None:
    """Perform, in the process that has Manim; this one never loads it."""
    from cnnreel.studio.performing import perform_until_closed  # noqa: PLC0415

    perform_until_closed(line, wanted)


@dataclass(frozen=True)
class Performance:
    """What is to be performed.

    Attributes
    ----------
    bare
        The film alone, and no page.
    step
        From which on it will be played: a page of its begin is wanted as well, as soon as there is one.
    """

    spec: SceneSpec
    bare: bool = False
    step: int | None = None


@dataclass(eq=False)
class _Waiting:
    number: int
    visitor: str

    @property
    def in_gallery(self) -> bool:
        return self.visitor.startswith(GALLERY)


class Stage:
    """Performs one film after the other; of each visitor only the newest wish counts.

    Parameters
    ----------
    style
        Rules that go into each page.
    """

    def __init__(self, style: str = "", longest: float = _LONGEST) -> None:
        self._context: Any = multiprocessing.get_context("spawn")
        self._wanted = self._context.RawValue("q", 0)
        self._style, self._longest = style, longest
        self._numbers = count(1)
        self._newest: dict[str, _Waiting] = {}
        self._running: _Waiting | None = None
        self._turn = asyncio.Condition()
        self._process: Any = None
        self._line: Any = None
        self._closed = False

    async def perform(
        self, visitor: str, performance: Performance, on_begun: Callable[[Any], object] = lambda _: None
    ) -> Any:
        """Return a film's page, or the film itself; raise SupersededError where something newer is wanted.

        Parameters
        ----------
        on_begun
            Called, in another thread, with the page of the film's begin.

        Raises
        ------
        BusyError
            If too many are waiting.
        CnnreelError
            If it cannot be performed, or takes too long.
        """
        if self._closed:
            raise CnnreelError("The studio has ended.")
        if len(self._newest) >= _MOST_WAITING and visitor not in self._newest:
            raise BusyError("The studio has too much to do just now: try again in a moment.")
        wish = self._newest[visitor] = _Waiting(next(self._numbers), visitor)
        self._make_room(wish)
        try:
            async with self._turn:
                self._turn.notify_all()
                await self._turn.wait_for(lambda: self._is_old(wish) or self._may_begin(wish))
                if self._is_old(wish):
                    raise SupersededError("Something newer was asked for.")
                self._running, self._wanted.value = wish, wish.number
            return await self._ask(wish, performance, on_begun)
        finally:
            await self._leave(wish)

    def forget(self, visitor: str) -> None:
        """End what a visitor waits for."""
        wish = self._newest.pop(visitor, None)
        if wish is not None and self._running is wish:
            self._wanted.value = 0

    def _is_old(self, wish: _Waiting) -> bool:
        return self._newest.get(wish.visitor) is not wish

    def _may_begin(self, wish: _Waiting) -> bool:
        """Tell whether it is a wish's turn: nobody is performing, and nobody with more right waits longer."""
        rights = [(one.in_gallery, one.number) for one in self._newest.values()]
        return self._running is None and min(rights) == (wish.in_gallery, wish.number)

    def _make_room(self, wish: _Waiting) -> None:
        running = self._running
        if running is not None and (running.visitor == wish.visitor or running.in_gallery > wish.in_gallery):
            self._wanted.value = 0

    async def _leave(self, wish: _Waiting) -> None:
        if self._running is wish:
            self._running = None
        if self._newest.get(wish.visitor) is wish:
            del self._newest[wish.visitor]
        async with self._turn:
            self._turn.notify_all()

    async def _ask(self, wish: _Waiting, performance: Performance, on_begun: Callable[[Any], object]) -> Any:
        what, answer = await asyncio.to_thread(self._perform_now, wish.number, performance, on_begun)
        if what == SUPERSEDED:
            raise SupersededError("Something newer was asked for.")
        if what != FILM:
            raise CnnreelError(str(answer))
        return answer

    def _perform_now(self, number: int, performance: Performance, on_begun: Callable[[Any], object]) -> Answer:
        try:
            self.warm_up()
            self._line.send((number, performance, self._style))
            while self._line.poll(self._longest):
                what, answer = self._line.recv()
                if what != BEGUN:
                    return what, answer
                on_begun(answer)
            self._end()
            return REFUSED, f"The film takes longer than {self._longest:.0f} seconds to perform: make it smaller."
        except (EOFError, OSError):
            self._end()
            return REFUSED, "The process that performs films has ended, perhaps for want of memory: try again."

    def warm_up(self) -> None:
        """Start the process, if it does not live."""
        if self._closed or (self._process is not None and self._process.is_alive()):
            return
        self._line, end = self._context.Pipe()
        self._process = self._context.Process(target=_begin, args=(end, self._wanted), daemon=True)
        with our_path():
            self._process.start()
        end.close()

    async def close(self) -> None:
        """End the process, whatever it does, and all waiting for it."""
        self._closed = True
        self._wanted.value = 0
        self._newest.clear()
        self._end()
        async with self._turn:
            self._turn.notify_all()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            self._line.close()
