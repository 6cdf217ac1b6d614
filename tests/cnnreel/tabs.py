"""Tabs of a browser that tests use one after the other: a fresh one takes four times as long as another page in it."""

from __future__ import annotations

import json
from typing import Any

from tests.cnnreel.play.page.looking import CLOCK

__all__ = ["Tab", "Tabs"]

KEPT = 4
"""So many tabs, each made with settings of its own, stay open."""

PATIENCE = 120_000
"""Milliseconds that a page may take for anything: others may be busy on the machine."""


DESK = {"width": 1280, "height": 800}


class Tab:
    """A page of a browser in which time stands still until `elapse(page, seconds)`."""

    def __init__(self, browser: Any, settings: dict[str, Any]) -> None:
        self.context = browser.new_context(viewport=DESK, **settings)
        self.context.add_init_script(CLOCK)
        self.context.set_default_timeout(PATIENCE)
        self.has_scripts = settings.get("java_script_enabled", True)
        self.complaints: list[str] = []
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._hear)
        self.page = self.context.new_page()

    def _hear(self, line: Any) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    def look(self, viewport: dict[str, int] = DESK, color_scheme: str = "light", reduced_motion: str = "null") -> None:
        """Show pages as a reader with these settings would see them."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)

    def leave(self) -> list[str]:
        """Leave the page and forget what it kept; return what it complained of."""
        for other in self.context.pages[1:]:
            other.close()
        self.page.unroute_all()
        if self.has_scripts:
            self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        complaints, self.complaints = self.complaints, []
        return complaints


class Tabs:
    """The tabs of a browser, found again by what they were made with; those not used for longest are closed."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._open: dict[str, Tab] = {}

    def take(self, **settings: Any) -> Tab:
        """Return a tab that nobody uses."""
        return self._open.pop(_key(settings), None) or Tab(self._browser, settings)

    def give_back(self, tab: Tab, **settings: Any) -> None:
        """Keep a tab for the next who wants one that is made so."""
        known = self._open.setdefault(_key(settings), tab)
        if known is not tab:
            tab.context.close()
        while len(self._open) > KEPT:
            self._open.pop(next(iter(self._open))).context.close()


def _key(settings: dict[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
