"""Tabs of a browser that tests use one after the other: a fresh one takes four times as long as another page in it."""

from __future__ import annotations

import json
from typing import Any

from tests.cnnreel.play.page.looking import CLOCK

__all__ = ["Tab", "Tabs"]

KEPT = 2
"""So many tabs, each made with settings of its own, stay open: one for a mouse, one for fingers."""

PATIENCE = 120_000
"""Milliseconds that a page may take for anything: others may be busy on the machine."""


FORGET = "localStorage.clear(); sessionStorage.clear(); document.fullscreenElement && document.exitFullscreen()"

DESK = {"width": 1280, "height": 800}


class Tab:
    """A page of a browser in which time stands still until `elapse(page, seconds)`."""

    def __init__(self, browser: Any, settings: dict[str, Any]) -> None:
        self.context = browser.new_context(viewport=DESK, **settings)
        self.context.add_init_script(CLOCK)
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._hear)
        self.page = self.context.new_page()
        self._devtools = self.context.new_cdp_session(self.page)
        self._devtools.send("Page.enable")
        self._undo: list[tuple[str, dict[str, Any]]] = []

    def _hear(self, line: Any) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    def look(
        self,
        viewport: dict[str, int] = DESK,
        color_scheme: str = "light",
        reduced_motion: str = "null",
        before: str = "",
        scripts: bool = True,
    ) -> None:
        """Show pages as a reader with these settings would see them, with a script `before` their own, or without."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)
        if before:
            added = self._devtools.send("Page.addScriptToEvaluateOnNewDocument", {"source": before})
            self._undo.append(("Page.removeScriptToEvaluateOnNewDocument", added))
        if not scripts:
            self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
            self._undo.append(("Emulation.setScriptExecutionDisabled", {"value": False}))

    def screen(self, density: float, width: int) -> None:
        """Show the page on a screen with so many pixels for each of CSS."""
        screen = {"width": width, "height": DESK["height"], "mobile": False}
        self._devtools.send("Emulation.setDeviceMetricsOverride", {**screen, "deviceScaleFactor": density})
        plain = {**DESK, "mobile": False, "deviceScaleFactor": 1}
        self._undo.append(("Emulation.setDeviceMetricsOverride", plain))

    def leave(self) -> list[str]:
        """Forget what the page kept, and return what it complained of; it stays, for who comes next opens another."""
        for other in self.context.pages[1:]:
            other.close()
        self.page.unroute_all()
        self.context.clear_permissions()
        for method, params in self._undo:
            self._devtools.send(method, params)
        self._undo = []
        self.page.evaluate(FORGET)
        self.page.mouse.move(0, 0)
        if self.page.url.startswith("http"):  # whoever serves it goes, too
            self.page.goto("about:blank")
        complaints, self.complaints = self.complaints, []
        return complaints


class Tabs:
    """The tabs of a browser, found again by what they were made with; those not used for longest are closed."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._open: dict[str, Tab] = {}
        self._taken: list[Tab] = []

    def take(self, **settings: Any) -> Tab:
        """Return a tab that nobody uses."""
        tab = self._open.pop(_key(settings), None) or Tab(self._browser, settings)
        self._taken.append(tab)
        return tab

    def screen(self, page: Any, density: float, width: int) -> None:
        """Show a page that is open on a screen with so many pixels for each of CSS."""
        next(tab for tab in self._taken if tab.page == page).screen(density, width)

    def give_back(self, tab: Tab, **settings: Any) -> None:
        """Keep a tab for the next who wants one that is made so."""
        self._taken.remove(tab)
        known = self._open.setdefault(_key(settings), tab)
        if known is not tab:
            tab.context.close()
        while len(self._open) > KEPT:
            self._open.pop(next(iter(self._open))).context.close()


def _key(settings: dict[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
