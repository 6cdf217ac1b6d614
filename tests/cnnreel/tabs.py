"""Tabs of a browser that tests use one after the other: a fresh one takes four times as long as another page in it."""

from __future__ import annotations

import json
from typing import Any

from tests.cnnreel.play.page.looking import CLOCK

__all__ = ["Tab", "Tabs"]

KEPT = 4
"""So many tabs, each with settings of its own, are open at a time."""

PATIENCE = 120_000
"""Milliseconds that a page may take for anything: others may be busy on the machine."""


class Tab:
    """A page with settings of its own, in which time stands still until `elapse(page, seconds)`."""

    def __init__(self, browser: Any, settings: dict[str, Any]) -> None:
        self._settings = {"viewport": {"width": 1280, "height": 800}, **settings}
        self.context = browser.new_context(**self._settings)
        self.context.add_init_script(CLOCK)
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._hear)
        self.page = self.context.new_page()

    def _hear(self, line: Any) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    def leave(self) -> list[str]:
        """Make the tab as if it were new; return what its pages complained of."""
        for other in self.context.pages[1:]:
            other.close()
        self.page.unroute_all()
        if self._settings.get("java_script_enabled", True) and self.page.url != "about:blank":
            self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.emulate_media(media="null", color_scheme=self._settings.get("color_scheme", "light"))
        self.page.set_viewport_size(self._settings["viewport"])
        self.page.mouse.move(0, 0)
        complaints, self.complaints = self.complaints, []
        return complaints


class Tabs:
    """The tabs of a browser, found again by their settings; those not used for longest are closed."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._open: dict[str, Tab] = {}

    def take(self, settings: dict[str, Any]) -> tuple[str, Tab]:
        """Return a tab that nobody uses, and its key, with which it is given back."""
        key = json.dumps(settings, sort_keys=True)
        return key, self._open.pop(key, None) or Tab(self._browser, settings)

    def give_back(self, key: str, tab: Tab) -> None:
        """Keep a tab for the next who wants one like it."""
        if key in self._open:
            tab.context.close()
            return
        self._open[key] = tab
        while len(self._open) > KEPT:
            self._open.pop(next(iter(self._open))).context.close()
