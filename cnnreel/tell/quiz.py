"""The questions of a film in the formats of learning platforms: H5P and GIFT."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.page.data import PLAIN_NUMBER, chapters_of

__all__ = ["gift", "h5p"]


def gift(film: Embeddable) -> str:
    """Write the questions for a question bank, with what is told to those who answered.

    The format is that of Moodle: https://docs.moodle.org/en/GIFT_format
    """
    return "\n".join(gift_question(film, number, beat) for number, beat in enumerate(film.questions, 1))


def gift_question(film: Embeddable, number: int, beat: Mapping[str, Any]) -> str:
    """Write one question: a numerical one with the tolerance of its decimals, or one with a word as its answer."""
    why = gift_text(" ".join(line if line.endswith(".") else f"{line}." for line in beat["why"]))
    answer = gift_number(beat["answer"]) if _is_number(beat["answer"]) else f"={gift_text(beat['answer'])}"
    feedback = f"####{why}" if why else ""
    return f"::{gift_text(film.title)} {number}::{gift_text(beat['prompt'])} {{{answer} {feedback}}}\n"


def gift_number(answer: str) -> str:
    """Write a number with its tolerance: half of its last decimal.

    >>> gift_number("4"), gift_number("-0.64")
    ('#4:0', '#-0.64:0.005')
    """
    plain = ascii_number(answer)
    decimals = len(plain.partition(".")[2])
    return f"#{plain}:{0.5 * 10**-decimals if decimals else 0:g}"


def gift_text(text: str) -> str:
    r"""Escape what GIFT reads as its own, and HTML, which Moodle would show as such.

    >>> gift_text("a = {b}: <i>")
    'a \\= \\{b\\}\\: &lt;i&gt;'
    """
    return re.sub(r"([~=#{}:\\])", r"\\\1", escape(" ".join(text.split()), quote=False))


def h5p(film: Embeddable) -> str:
    """Write the parameters of an H5P Interactive Video: film, captions, chapters, and questions that stop it.

    The names are those of https://github.com/h5p/h5p-interactive-video (semantics.json).
    """
    name, video = film.name, film.video
    chapters = [{"time": chapter.start, "label": chapter.text} for chapter in chapters_of(film.parts)]
    content = {
        "interactiveVideo": {
            "video": {
                "files": [{"path": f"videos/{video['file']}", "mime": f"video/{video['file'].rpartition('.')[2]}"}],
                "startScreenOptions": {
                    "title": escape(film.title[:60]),
                    "poster": {"path": f"images/{name}.png", "mime": "image/png", **size(video)},
                },
                "textTracks": {"videoTrack": [captions_track(f"files/{name}.vtt")]},
            },
            "assets": {"interactions": list(interactions(film)), "bookmarks": chapters},
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def size(video: Mapping[str, Any]) -> dict[str, int]:
    return {"width": video["width"], "height": video["height"]}


def captions_track(path: str) -> dict[str, Any]:
    return {"label": "Captions", "kind": "captions", "srcLang": "en", "track": {"path": path, "mime": "text/vtt"}}


def interactions(film: Embeddable) -> Iterator[dict[str, Any]]:
    """Give each question as a blank to be filled in, at the last moment of its beat."""
    for beat in film.questions:
        moment = beat["end"] - 0.2
        answer = ascii_number(beat["answer"]) if _is_number(beat["answer"]) else beat["answer"]
        yield {
            "x": 10,
            "y": 55,
            "width": 30,
            "height": 10,
            "duration": {"from": round(moment, 2), "to": round(beat["end"], 2)},
            "pause": True,
            "displayType": "poster",
            "libraryTitle": "Fill in the Blanks",
            "action": {
                "library": "H5P.Blanks 1.14",
                "params": {
                    "text": f"<p>{blank_text(beat['prompt'])}</p>",
                    "questions": [f"<p>*{blank_text(answer)}*</p>"],
                },
                "subContentId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{film.name} {beat['number']}")),
                "metadata": {"contentType": "Fill in the Blanks", "license": "U", "title": beat["prompt"][:255]},
            },
        }


def blank_text(text: str) -> str:
    """Write a text in which nothing is a blank, an alternative or a tip; H5P knows no escapes for them."""
    return escape(re.sub(r"[*/:]", lambda found: {"*": "∗", "/": "∕", ":": "∶"}[found[0]], text))


def _is_number(answer: str) -> bool:
    return PLAIN_NUMBER.fullmatch(answer) is not None


def ascii_number(answer: str) -> str:
    """Return a number as machines read it.

    >>> ascii_number("−0.5"), ascii_number("64.4 %")
    ('-0.5', '64.4')
    """
    return answer.replace("−", "-").replace("%", "").strip()
