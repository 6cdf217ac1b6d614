"""Everything in words beside a clip: captions, chapters, transcript, alternative text and answer key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reel.answers import answer_key
from reel.captions import as_srt, as_vtt, captions, chapters
from reel.transcript import alternative_text, transcript

__all__ = ["write_sidecars"]

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets do not read UTF-8."""


def write_sidecars(folder: Path, name: str, record: Mapping[str, Any]) -> None:
    """Write the files `name.*` beside a clip, from its record; captions and chapters only beside a film."""
    files = {
        "transcript.md": transcript(record),
        "alt.txt": alternative_text(record) + "\n",
        "answers.csv": BYTE_ORDER_MARK + answer_key(record),
    }
    if record.get("video"):
        cues = captions(record["beats"])
        files |= {"vtt": as_vtt(cues), "srt": as_srt(cues), "chapters.vtt": as_vtt(chapters(record["beats"]))}
    for ending, text in files.items():
        (folder / f"{name}.{ending}").write_text(text, encoding="utf-8", newline="\n")
