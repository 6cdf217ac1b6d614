"""Writes the page of a clip or a lesson: an HTML file with films inside, and fonts and poster beside or inside it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cnnreel.film.record import made_with
from cnnreel.play.page.data import PagePart, chapters_of, contents, packed, page_beats, script_data, summary
from cnnreel.play.page.look import style
from cnnreel.tell.captions import as_vtt, captions
from cnnreel.tell.story import Story

__all__ = ["Page", "as_html", "clip_page", "figure_script", "lean", "lesson_page", "playing"]

HERE = Path(__file__).parent
PLAYER = HERE.parent / "player"
SCRIPTS = (
    *("page", "film", "transcript", "answers", "question", "thumbnail", "lens", "inside", "copy", "controls"),
    *("theater", "keys", "downloads", "print", "address"),
)

_Address: TypeAlias = Callable[[str], str]
"""From a file beside the page to what stands in the page: its address, or all of it as `data:`."""


@dataclass(frozen=True)
class Page:
    """A page that is to be written.

    Attributes
    ----------
    title
        What the film is called.
    video
        The video's file, seen from the page; its poster has the same stem.
    """

    title: str
    video: str
    parts: Sequence[PagePart]

    @property
    def poster(self) -> str:
        return str(Path(self.video).with_suffix(".png"))


def clip_page(story: Story) -> Page:
    """Return the page of one clip, which stands beside its files."""
    part = PagePart.alone(story)
    return Page(part.title, story.record["video"]["file"], [part])


def lesson_page(index: Mapping[str, Any], parts: Sequence[PagePart]) -> Page:
    """Return the page of a lesson, from its index and its clips."""
    return Page(index["title"], index["video"]["file"], parts)


def as_html(
    page: Page,
    films: Sequence[Mapping[str, Any]],
    address: _Address = quote,
    *,
    files: Mapping[str, str] = MappingProxyType({}),
    alone: bool = False,
    language: str = "en",
    also: str = "",
    styled: str = "",
    theme: str | None = None,
) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    films
        What `NAME.film.json` says, of each part.
    files
        What can be had beside the page: names, and what they are, by their ends.
    alone
        Nothing lies beside the page, not even its video.
    also
        A script that listens to what the page tells: `cnnreel:answer` and `cnnreel:end`.
    styled
        Rules that go behind the page's own.
    theme
        Colours that the film keeps, whatever those of the page are.
    """
    words = words_in(language)
    beats = page_beats(page.parts)
    record = page.parts[0].record
    video = record["video"]
    look = style(address, (video["width"], video["height"])) + styled
    inline = {"style": look, "head": head(), "script": script() + also}
    return (
        environment()
        .get_template("page.html")
        .render(
            page=page,
            beats=beats,
            chapters=chapters_of(page.parts),
            summary=summary(page.parts),
            words=words,
            captions=data_address("text/vtt", as_vtt(captions(beats)).encode()),
            data=json_in_html({**script_data(page.parts, beats, words), "theme": theme}),
            address=address,
            files=files,
            alone=alone,
            films=[packed(contents(part, film, words)) for part, film in zip(page.parts, films, strict=True)],
            video=video,
            duration=page.parts[-1].start + page.parts[-1].record["video"]["duration"],
            version=made_with()["cnnreel"],
            hashes={name: hash_of(text) for name, text in inline.items()},
            **{name: Markup(text) for name, text in inline.items()},
        )
    )


@cache
def environment() -> Environment:
    """Return the templates; whatever they are given is escaped."""
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def script() -> str:
    return playing("\n".join(map(part_of_script, SCRIPTS)))


@cache
def head() -> str:
    """Return the script that goes before all that is drawn."""
    return (PLAYER / "early.js").read_text(encoding="utf-8") + part_of_script("head")


@cache
def figure_script() -> str:
    """Return the script that lets a video give way to its film, on a page of somebody else."""
    return playing((PLAYER / "figure.js").read_text(encoding="utf-8"))


def playing(script: str) -> str:
    """Return a script with what it plays films with, in a scope of their own."""
    parts = [*((PLAYER / f"{name}.js").read_text(encoding="utf-8") for name in ("film", "playing")), script]
    return "(() => {\n'use strict';\n" + "".join(map(lean, parts)) + "})();\n"


def lean(script: str) -> str:
    r"""Leave out of a script the lines of comment, and what its lines are indented by.

    >>> lean("// Adds.\nfunction add(a, b) {\n  return a + b;\n}\n")
    'function add(a, b) {\nreturn a + b;\n}\n'
    """
    lines = (line.strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("//", "/*", "* ", "*/")))


def part_of_script(name: str) -> str:
    return (HERE / "player" / f"{name}.js").read_text(encoding="utf-8")


def words_in(language: str) -> dict[str, Any]:
    """Return every title, label and message of the page."""
    words: dict[str, Any] = json.loads((HERE / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


def json_in_html(data: Any) -> Markup:
    r"""Write JSON that can stand inside a script element, for nothing in it looks like a tag.

    >>> print(json_in_html("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # ASCII: U+2028 is escaped as well
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def data_address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def hash_of(text: str) -> str:
    """Return what a content security policy calls an inline text by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
