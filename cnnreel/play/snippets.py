"""What to paste, and what to copy where, to show a clip or a lesson in the places where people teach."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import quote

from cnn_core.errors import InputError
from cnnreel.play.embeddable import Embeddable, read_embeddable
from cnnreel.play.page.html import words_in
from cnnreel.play.page.writing import FIGURE_FILE, film_file
from cnnreel.tell.markdown import plain_text
from cnnreel.tell.quiz import gift, h5p

__all__ = ["TARGETS", "Snippet", "embed"]

_Writer: TypeAlias = Callable[[Embeddable, str], str]
"""From a film, and the address of its folder seen from the page it is to stand on, to what is to be pasted."""


@dataclass(frozen=True)
class Snippet:
    """What is to be pasted, and what else is to be done."""

    text: str
    note: str


@dataclass(frozen=True)
class Target:
    """A place where people teach.

    Attributes
    ----------
    at
        Where the folder of the film lies, seen from the page.
    note
        What to copy where, and where to paste; `{folder}` and `{name}` are the film's.
    """

    write: _Writer
    note: str
    at: str = "{name}"


def embed(path: Path, target: str) -> Snippet:
    """Return what to paste for a clip or a lesson, given its folder or its JSON file.

    Raises
    ------
    InputError
        If there is no such target or nothing to show.
    """
    if target not in TARGETS:
        raise InputError(f"--for must be one of {', '.join(TARGETS)}, but it is {target!r}.")
    film, found = read_embeddable(path), TARGETS[target]
    at = found.at.format(name=quote(film.name))
    return Snippet(found.write(film, at), found.note.format(folder=film.folder, name=film.name))


def _as_html(film: Embeddable, at: str) -> str:
    """Write a figure that plays the film, with a link to the page; where scripts do not run, it keeps the video."""
    link = f'<a href="{at}/{quote(film.page)}">with questions, transcript and a look inside the numbers</a>'
    films = " ".join(f"{at}/{quote(film_file(part))}" for part in film.parts)
    words = words_in("en")
    script = (
        f'<script src="{at}/{FIGURE_FILE}" data-films="{films}" data-play="{words["play"]}" '
        f'data-pause="{words["pause"]}" data-seek="{words["seek"]}"></script>'
    )
    return figure(film, at, f"{escape(film.title)}, {link}", script)


def as_moodle(film: Embeddable, at: str) -> str:
    """Write a figure with the video alone: Moodle keeps single files, not folders, and takes scripts away."""
    return figure(film, at, escape(film.title))


def figure(film: Embeddable, at: str, caption: str, *script: str) -> str:
    """Write a video with poster, captions, chapters, alternative text, and below it a caption, which is HTML."""
    file, video = f"{at}/{quote(film.name)}", film.video
    return "\n".join(
        [
            "<figure>",
            f'<video controls playsinline preload="metadata" width="{video["width"]}" height="{video["height"]}" '
            f'style="max-width: 100%; height: auto" poster="{file}.png" aria-label="{escape(film.alt)}">',
            f'<source src="{at}/{quote(video["file"])}">',
            f'<track kind="captions" src="{file}.vtt" srclang="en" label="Captions" default>',
            f'<track kind="chapters" src="{file}.chapters.vtt" srclang="en" label="Chapters">',
            "</video>",
            f"<figcaption>{caption}</figcaption>",
            *script,
            "</figure>\n",
        ]
    )


def as_iframe(film: Embeddable, at: str) -> str:
    """Write a frame with the whole page in it: questions wait, numbers can be looked into."""
    return (
        f'<iframe src="{at}/{quote(film.page)}" title="{escape(film.title)}" loading="lazy" '
        'allow="fullscreen; clipboard-write" style="width: 100%; height: 52rem; border: 0"></iframe>\n'
    )


def as_myst(film: Embeddable, at: str) -> str:
    """Write a figure; mystmd copies film and poster, which stands in for it on paper."""
    file = f"{at}/{film.name}"
    return "\n".join(
        [
            f":::{{figure}} {at}/{film.video['file']}",
            f":alt: {one_line(film.alt)}",
            f":placeholder: {file}.png",
            ":width: 100%",
            "",
            f"{plain_text(film.title)}. [Transcript]({file}.transcript.md)",
            ":::\n",
        ]
    )


def as_raw_block(fence: str) -> _Writer:
    return lambda film, at: f"```{fence}\n{_as_html(film, at)}```\n"


def as_sphinx(film: Embeddable, at: str) -> str:
    return ".. raw:: html\n\n" + textwrap.indent(_as_html(film, at), "   ")


def _as_markdown(film: Embeddable, at: str) -> str:
    """Write the poster with a link to the film, for places that show neither films nor HTML."""
    file = f"{at}/{quote(film.name)}"
    alt, title = plain_text(film.alt), plain_text(film.title)
    return (
        f"[![{alt}]({file}.png)]({at}/{quote(film.video['file'])})\n\n"
        f"{title}: [film]({at}/{quote(film.video['file'])}), [transcript]({file}.transcript.md)\n"
    )


def as_notebook_cell(film: Embeddable, at: str) -> str:
    address = json.dumps(f"{at}/{quote(film.page)}")
    return f'from IPython.display import IFrame\n\nIFrame({address}, width="100%", height=830)\n'


def one_line(text: str) -> str:
    return " ".join(text.split())


COPY = "Copy the folder {folder}"
MOODLE = (
    "In the editor of a Moodle page, add {folder}/{name}.mp4, {name}.png, {name}.vtt and {name}.chapters.vtt under "
    "'Manage files', and paste this into the source view. Questions for the question bank: --for gift. "
    "With a score: --format scorm."
)
H5P = (
    "This is content/content.json of an H5P Interactive Video 1.27. Zip it with {folder}/{name}.mp4 in content/videos, "
    "{name}.png in content/images and {name}.vtt in content/files, or enter the same in the H5P editor."
)

TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "html": Target(_as_html, f"{COPY} beside the page."),
        "iframe": Target(as_iframe, f"{COPY} beside the page."),
        "myst": Target(as_myst, f"{COPY} beside the .md file (mystmd, Jupyter Book 2)."),
        "quarto": Target(
            as_raw_block("{=html}"), f'{COPY} beside the .qmd file, and add to its header: resources: ["{{name}}/**"]'
        ),
        "mkdocs": Target(
            _as_html, f"{COPY} into docs/. In docs/index.md, leave out every '../' of these addresses.", at="../{name}"
        ),
        "sphinx": Target(as_sphinx, f"{COPY} into _static/ beside conf.py.", at="_static/{name}"),
        "sphinx-myst": Target(
            as_raw_block("{raw} html"),
            f"{COPY} into _static/ beside conf.py (MyST-Parser, Jupyter Book 1).",
            at="_static/{name}",
        ),
        "jupyter": Target(as_notebook_cell, f"{COPY} beside the notebook, and run this in a cell."),
        "markdown": Target(_as_markdown, f"{COPY} beside the .md file."),
        "h5p": Target(lambda film, _: h5p(film), H5P),
        "moodle": Target(as_moodle, MOODLE, at="@@PLUGINFILE@@"),
        "gift": Target(lambda film, _: gift(film), "Import it into the question bank (Moodle: format GIFT)."),
    }
)
"""Every place, by the name that `--for` knows it by."""
