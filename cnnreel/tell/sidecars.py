"""Everything in words beside a clip or a lesson: captions, chapters, transcript, alternative text and answer key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnnreel.play.page.data import PagePart, chapters_of, page_beats
from cnnreel.tell.answers import answer_key
from cnnreel.tell.captions import Cue, as_srt, as_vtt, captions, chapters
from cnnreel.tell.markdown import plain_text
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import alternative_text, deeper, transcript

__all__ = ["write_lesson_sidecars", "write_sidecars"]

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets do not read UTF-8."""


def write_sidecars(folder: Path, name: str, story: Story) -> None:
    """Write the files `name.*` beside a clip; captions and chapters only beside a film."""
    _write(folder, f"{name}.transcript.md", transcript(story))
    _write(folder, f"{name}.alt.txt", alternative_text(story.record) + "\n")
    _write(folder, f"{name}.answers.csv", BYTE_ORDER_MARK + answer_key({name: story}))
    if story.record.get("video"):
        write_cues(folder, name, captions(story.beats), chapters(story.beats))


def write_lesson_sidecars(folder: Path, name: str, title: str, parts: Sequence[PagePart]) -> None:
    """Write the files `name.*` beside the joined film of a lesson."""
    told = [deeper(transcript(part.story)) for part in parts]
    _write(folder, f"{name}.transcript.md", "\n".join([f"# {plain_text(title)}\n", *told]))
    _write(folder, f"{name}.answers.csv", BYTE_ORDER_MARK + answer_key({part.name: part.story for part in parts}))
    write_cues(folder, name, captions(page_beats(parts)), chapters_of(parts))


def write_cues(folder: Path, name: str, said: Sequence[Cue], named: Sequence[Cue]) -> None:
    """Write captions in both formats, and chapters."""
    _write(folder, f"{name}.vtt", as_vtt(said))
    _write(folder, f"{name}.srt", as_srt(said))
    _write(folder, f"{name}.chapters.vtt", as_vtt(named))


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
