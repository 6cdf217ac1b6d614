"""Captions and chapters from the beats of a clip: WebVTT, and SubRip for what cannot read that."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise
from math import ceil
from typing import Any

import srt

from scenes.theme import shortest_reading

__all__ = ["Cue", "as_srt", "as_vtt", "captions", "chapters"]

LINE_LENGTH = 42
"""Letters in a line, as broadcasters have it."""
LINES = 2
_SHORTEST = 1.0
"""Seconds that a cue can be seen at least."""
WORD_JOINER = "\N{WORD JOINER}"
"""Has no width and no meaning; between two letters it keeps players from reading them as markup."""


@dataclass(frozen=True)
class Cue:
    """A text and when it can be seen, in seconds."""

    start: float
    end: float
    text: str


def captions(beats: Sequence[Mapping[str, Any]]) -> list[Cue]:
    """Return what is said, in cues of at most two lines of 42 letters.

    A long caption becomes several cues, which share its time by their lengths. Each cue lasts at least a second, and
    has at most 20 letters a second, if there is time for all; where a beat is too short, its neighbours give it time.
    """
    parts = [(beat["start"], beat["end"], _lines_of(beat["caption"])) for beat in beats]
    starts = [start for begin, end, texts in parts for start in shared(begin, end, texts)]
    if not starts:
        return []
    texts = [text for _, _, texts in parts for text in texts]
    spread = kept_apart([*starts, beats[-1]["end"]], [max(_SHORTEST, shortest_reading(text)) for text in texts])
    return [Cue(start, end, text) for (start, end), text in zip(pairwise(spread), texts, strict=True)]


def chapters(beats: Sequence[Mapping[str, Any]]) -> list[Cue]:
    """Return the parts of a clip: each explanation and each question begins one, and so does a run of steps.

    Their titles are read before anything is asked: what would give an answer away goes with the part before it.
    """
    answers = [beat["answer"] for beat in beats if beat.get("answer")]
    first = [
        number
        for number, beat in enumerate(beats)
        if number == 0 or (begins_chapter(beats[number - 1], beat) and not gives_away(beat, answers))
    ]
    ends = [*(beats[number]["start"] for number in first[1:]), *(beat["end"] for beat in beats[-1:])]
    return [
        Cue(beats[number]["start"], end, headline(beats[number]["caption"]))
        for number, end in zip(first, ends, strict=True)
    ]


def begins_chapter(before: Mapping[str, Any], beat: Mapping[str, Any]) -> bool:
    """Tell whether a beat begins something new: an answer never does, a step only where no step came before it."""
    if beat["kind"] in ("explain", "question"):
        return True
    return bool(beat["kind"] == "step" and before["kind"] != "step")


def gives_away(beat: Mapping[str, Any], answers: Iterable[str]) -> bool:
    """Tell whether the title of a beat would hold an answer, as a number or a word of its own; questions may.

    >>> gives_away({"kind": "step", "caption": "The sum is 12.5."}, ["12.5"])
    True
    >>> gives_away({"kind": "step", "caption": "A 2×2 window of 12.5."}, ["2", "5"])
    False
    """
    said = headline(beat["caption"])
    return beat["kind"] != "question" and any(
        re.search(rf"(?<![\w×.−]){re.escape(answer)}(?![\w×]|\.\d)", said, re.IGNORECASE) for answer in answers
    )


def headline(caption: str) -> str:
    """Return a caption's first sentence, shortened if need be."""
    return textwrap.shorten(next(sentences(caption), ""), 80, placeholder=" …")


def as_vtt(cues: Iterable[Cue]) -> str:
    """Write WebVTT. What means something to its readers is escaped, `-->` too."""
    blocks = (f"{clock(cue.start)} --> {clock(cue.end)}\n{escape_vtt(cue.text)}\n" for cue in cues)
    return "\n".join(["WEBVTT\n", *blocks])


def as_srt(cues: Iterable[Cue]) -> str:
    """Write SubRip, which knows no escapes."""
    found = (srt.Subtitle(None, at(cue.start), at(cue.end), escape_srt(cue.text)) for cue in cues)
    return str(srt.compose(found)).removesuffix("\n")  # the blank line after the last one


def at(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(seconds * 1000))


def escape_vtt(text: str) -> str:
    """Write a cue's text so that it is shown as it is.

    >>> escape_vtt("a <b> --> c & d")
    'a &lt;b&gt; --&gt; c &amp; d'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_srt(text: str) -> str:
    """Part the letters that players read as tags or times."""
    return re.sub(r"([<{]|--)(?=\S)", rf"\1{WORD_JOINER}", text)


def clock(seconds: float) -> str:
    """Write a time to the millisecond.

    >>> clock(3725.5)
    '01:02:05.500'
    """
    return str(srt.timedelta_to_srt_timestamp(at(seconds))).replace(",", ".")


def _lines_of(caption: str) -> list[str]:
    """Break a caption into texts of at most two lines; where it can, a text ends with a sentence."""
    texts: list[str] = []
    for sentence in sentences(caption):
        joined = f"{texts[-1]} {sentence}" if texts else sentence
        if texts and len(wrapped(joined)) <= LINES:
            texts[-1] = joined
        else:
            texts += _parts_of(sentence)
    return ["\n".join(balanced(text)) for text in texts]


def _parts_of(sentence: str) -> list[str]:
    """Break a sentence into texts of at most two lines, as long as each other if possible."""
    lines = wrapped(sentence)
    fewest = ceil(len(lines) / LINES)
    for width in range(len(sentence) // fewest, LINES * LINE_LENGTH):
        parts = textwrap.wrap(sentence, width, break_on_hyphens=False, break_long_words=False)
        if len(parts) == fewest and all(len(wrapped(part)) <= LINES for part in parts):
            return parts
    return [" ".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]


def sentences(caption: str) -> Iterator[str]:
    """Cut a text into sentences, each on one line.

    >>> list(sentences("Is it 0.5? Yes.  It is."))
    ['Is it 0.5?', 'Yes.', 'It is.']
    """
    one_line = " ".join(caption.split())
    return (part for part in re.split(r"(?<=[.?!]) ", one_line) if part)


def wrapped(text: str) -> list[str]:
    """Break a text into lines; a word that is longer than a line is cut."""
    return textwrap.wrap(text, LINE_LENGTH, break_on_hyphens=False)


def balanced(text: str) -> list[str]:
    """Break a text into as few lines as it needs, as long as each other if possible."""
    fewest = wrapped(text)
    for width in range(len(text) // len(fewest), LINE_LENGTH):
        lines = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
        if len(lines) == len(fewest) and max(map(len, lines)) <= LINE_LENGTH:
            return lines
    return fewest


def shared(start: float, end: float, texts: Sequence[str]) -> list[float]:
    """Return when each text begins; each has a share of the time that goes with its length."""
    lengths = list(accumulate(map(len, texts), initial=0))
    return [start + (end - start) * length / lengths[-1] for length in lengths[:-1]]


def kept_apart(times: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """Move the times at which cues begin (and the last one ends) apart, as little as possible; the ends stay.

    Parameters
    ----------
    wanted
        Seconds that each cue lasts at least; all of them less where there is no time for that.
    """
    first, last = times[0], times[-1]
    share = min(1.0, (last - first) / sum(wanted))
    later = [first]
    for time, gap in zip(times[1:], wanted, strict=True):
        later.append(max(time, later[-1] + share * gap))
    earlier = [last]
    for time, gap in zip(reversed(later[:-1]), reversed(wanted), strict=True):
        earlier.append(max(first, min(time, earlier[-1] - share * gap)))
    return earlier[::-1]
