"""Films in notebooks: `from cnnreel import clip; clip("max-pool", x=[[4, 1], [1, 1]])` shows the player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from cnnreel.play.page.html import clip_page
from cnnreel.play.page.writing import write_page
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import alternative_text, clip_title
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output
from cnnreel.work.filming import film_clip
from scenes.catalog import find
from scenes.timeline import Beat, Shown, Timeline

__all__ = ["NotebookClip", "clip"]

HEIGHT = 830
"""Pixels that the player has in a notebook."""


@dataclass(frozen=True)
class NotebookClip:
    """A film that has been made; as the last value of a cell, it is shown.

    Attributes
    ----------
    path
        The video file; all that belongs to it lies beside it.
    values
        Everything that was computed, arrays by name.
    timeline
        What is said and shown, and when.
    record
        What its JSON says.
    """

    path: Path
    values: Mapping[str, Any]
    timeline: Timeline
    record: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what notebooks display: the player, or a sentence where HTML cannot be shown."""
        return {"text/html": self.player(), "text/plain": f"{alternative_text(self.record)}\n{self.path}"}

    def player(self) -> str:
        """Return the page with everything inside, in a frame: a saved notebook still plays."""
        page = self.path.with_suffix(".notebook.html")
        write_page(clip_page(Story(self.record)), page, [self.path.parent], single_file=True)
        html = escape(page.read_text(encoding="utf-8")).encode("ascii", "xmlcharrefreplace").decode()
        page.unlink()
        return (
            f'<iframe srcdoc="{html}" title="{escape(clip_title(self.record))}" allow="fullscreen; clipboard-write" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
        )


def clip(scene: str, *, quality: str = "low", out: str | Path = "out", **given: Any) -> NotebookClip:
    """Film a scene, quietly, and return it for display; what was filmed before is taken from the cache.

    Parameters
    ----------
    scene
        Its name, such as `"max-pool"`.
    quality
        `"low"`, `"medium"`, `"high"` or `"4k"`.
    out
        Folder in which the clip's folder is made; its name has a part that changes with what is asked.
    given
        What the scene takes, as on the command line: `x=[[4, 1], [1, 1]], kernel_size=2`.

    Raises
    ------
    InputError
        If the scene does not exist or cannot be filmed as asked.
    """
    asked = Clip(find(scene).build(given), scene, Path(out), Output(quality), Cache.of_user())
    made = film_clip(replace(asked, name=f"{scene}-{asked.key[:8]}"))
    return NotebookClip(made.main, made.spec.values(), timeline_of(made.record), made.record)


def timeline_of(record: Mapping[str, Any]) -> Timeline:
    return Timeline([beat_of(beat) for beat in record["beats"]])


def beat_of(plain: Mapping[str, Any]) -> Beat:
    shown = tuple(Shown(one["text"], one["of"], tuple(one["box"])) for one in plain["shown"])
    return Beat(**{**plain, "shown": shown})
