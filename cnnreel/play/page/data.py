"""What a page shows: the beats of one clip or of several, one after the other, ready for template and script."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnreel.paint.stills import picture_name
from cnnreel.play.page.numbers import arrays_behind, found_inside
from cnnreel.tell.captions import Cue, chapters
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import alternative_text, clip_title, minutes

__all__ = [
    "PLAIN_NUMBER",
    "PagePart",
    "chapters_of",
    "contents",
    "packed",
    "page_beats",
    "parts_of",
    "script_data",
    "summary",
]

PLAIN_NUMBER = re.compile(r"[-−+]?\d+(\.\d+)?\s*%?")
MOST_CHOICES = 4


@dataclass(frozen=True)
class PagePart:
    """A clip on a page.

    Attributes
    ----------
    title
        Its chapter's name.
    folder
        Where its files are, seen from the page: empty, or a name with a slash behind it.
    start
        When it begins in the film of the page, in seconds.
    """

    story: Story
    title: str
    folder: str = ""
    start: float = 0.0

    @property
    def record(self) -> Mapping[str, Any]:
        return self.story.record

    @property
    def name(self) -> str:
        return str(self.record["video"]["file"]).rpartition(".")[0]

    @classmethod
    def alone(cls, story: Story) -> PagePart:
        return cls(story, clip_title(story.record))


def parts_of(index: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> list[PagePart]:
    """Return the clips of a lesson, from its index and their records."""
    return [
        PagePart(Story(record), clip["chapter"], clip["record"].rpartition("/")[0] + "/", clip["start"])
        for clip, record in zip(index["clips"], records, strict=True)
    ]


def chapters_of(parts: Sequence[PagePart]) -> list[Cue]:
    """Return the clips of a lesson; of a page with one clip, what its beats say."""
    if len(parts) == 1:
        return chapters(parts[0].record["beats"])
    return [Cue(part.start, part.start + part.record["video"]["duration"], part.title) for part in parts]


def page_beats(parts: Sequence[PagePart]) -> list[dict[str, Any]]:
    """Return all beats: what the template writes, and the script reads."""
    beats = [beat for number, part in enumerate(parts) for beat in beats_of(number, part)]
    answers = [beat["answer"] for beat in beats if beat["answer"] and not PLAIN_NUMBER.fullmatch(beat["answer"])]
    for number, beat in enumerate(beats):
        beat["number"] = number
        beat["choices"] = sorted(beat["choices"]) or choices(beat["answer"], answers)
    return beats


def beats_of(number: int, part: PagePart) -> list[dict[str, Any]]:
    """Return the beats of one clip, in the time of the page's film."""
    beats = part.record["beats"]
    return [
        {
            "part": number,
            "kind": beat["kind"],
            "start": part.start + beat["start"],
            "end": part.start + beat["end"],
            "time": minutes(part.start + beat["start"]),
            "caption": beat["caption"],
            "prompt": beat.get("prompt"),
            "answer": beat.get("answer"),
            "choices": beat.get("choices") or [],
            "hint": hint(part.story, index) if beat["kind"] == "question" else None,
            "why": _why(part.story, index) if beat["kind"] == "question" else None,
            "still": part.folder + f"stills/{picture_name(index + 1, beat['kind'])}",
        }
        for index, beat in enumerate(beats)
    ]


def _why(story: Story, index: int) -> list[str]:
    """Return what is said and computed when a question has been answered."""
    beats, of = story.beats, story.answered(index)
    if index + 1 >= len(beats) or beats[index + 1]["kind"] != "answer":
        return []
    line = story.line(of) if of else None
    return [*([line] if line else []), beats[index + 1]["caption"]]


def hint(story: Story, index: int) -> str | None:
    """Return the arithmetic that leads to an answer, without the answer; None where there is none."""
    of = story.answered(index)
    line = story.line(of) if of else None
    return line and re.sub(r"[=≈][^=≈]*$", "= ?", line)


def choices(answer: str | None, answers: Sequence[str]) -> list[str]:
    """Return what to choose from where the answer is no number: it, and what answers other questions."""
    if answer not in answers:
        return []
    others = [other for other in dict.fromkeys(answers) if other != answer]
    return sorted([answer, *others[: MOST_CHOICES - 1]]) if others and answer else []


def script_data(
    parts: Sequence[PagePart], beats: Sequence[Mapping[str, Any]], words: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the script needs at once."""
    return {
        "duration": beats[-1]["end"],
        "starts": [part.start for part in parts],
        "names": [part.name for part in parts],
        "beats": [{key: beat[key] for key in beat if key not in ("time", "still")} for beat in beats],
        "words": words,
    }


def contents(part: PagePart, film: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """Return a clip's film, and all that can be looked into."""
    return {"film": film, "numbers": found_inside(part.story, words), "arrays": arrays_behind(part.story)}


def packed(whole: Any) -> str:
    """Return what a script unpacks: JSON, gzipped, in base64."""
    plain = json.dumps(whole, allow_nan=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(plain, mtime=0)).decode()


def summary(parts: Sequence[PagePart]) -> str:
    """Say in a sentence or two what the film of the page shows."""
    if len(parts) == 1:
        return alternative_text(parts[0].record)
    return " ".join(f"{part.title}." for part in parts)
