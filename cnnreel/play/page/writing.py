"""A page on disk: with poster, video and fonts beside it, or alone in one file."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from cnnreel.play.page.data import PagePart
from cnnreel.play.page.html import Page, as_html, clip_page, data_address, figure_script, lesson_page
from cnnreel.play.page.look import FONTS
from cnnreel.tell.story import Story

__all__ = [
    "FIGURE_FILE",
    "FONT_FILES",
    "film_file",
    "films_of",
    "inlined",
    "write_clip_page",
    "write_lesson_page",
    "write_page",
]

FONT_FILES = {f"page/{font.name}": font for font in FONTS.values()}
FIGURE_FILE = "page/figure.js"
_DOWNLOADS = (".vtt", ".srt", ".transcript.md", ".answers.csv")
WEBP = {"quality": 90, "method": 4}


def write_clip_page(folder: Path, name: str, story: Story, *, single_file: bool = False) -> None:
    """Write `name.html` beside a film and its poster."""
    write_page(clip_page(story), folder / f"{name}.html", [folder], single_file=single_file)


def write_lesson_page(
    folder: Path,
    index: Mapping[str, Any],
    parts: Sequence[PagePart],
    clips: Path,
    *,
    single_file: bool = False,
) -> None:
    """Write `index.html` beside the joined film of a lesson; its clips are in folders inside `clips`."""
    write_page(lesson_page(index, parts), folder / "index.html", [folder, clips], single_file=single_file)


def write_page(page: Page, path: Path, sources: Sequence[Path], *, single_file: bool) -> None:
    """Write a page; `sources` are the folders in which to look for what is beside it."""
    films = films_of(page.parts, sources)
    if single_file:
        html = as_html(page, films, partial(inlined, sources), alone=True)
    else:
        html = as_html(page, films, files=files_beside(page, path.parent))
        (path.parent / "page").mkdir(exist_ok=True)
        for name, font in FONT_FILES.items():
            shutil.copyfile(font, path.parent / name)
        (path.parent / FIGURE_FILE).write_text(figure_script(), encoding="utf-8", newline="\n")
    path.write_text(html, encoding="utf-8", newline="\n")


def files_beside(page: Page, folder: Path) -> dict[str, str]:
    """Return which of the files that readers may want lie beside a page, and what each is: the film, or by its end."""
    stem = page.video.rpartition(".")[0]
    wanted = {page.video: "", **{f"{stem}{end}": end for end in _DOWNLOADS}}
    return {name: kind for name, kind in wanted.items() if (folder / name).is_file()}


def films_of(parts: Sequence[PagePart], sources: Sequence[Path]) -> list[dict[str, Any]]:
    """Read the film of each part of a page."""
    return [json.loads(found(sources, film_file(part)).read_bytes()) for part in parts]


def film_file(part: PagePart) -> str:
    """Return where the film of a clip is, seen from the page."""
    return f"{part.folder}{part.name}.film.json"


def inlined(sources: Sequence[Path], name: str) -> str:
    """Return a font or a picture as an address that holds it."""
    if name in FONT_FILES:
        return data_address("font/woff2", FONT_FILES[name].read_bytes())
    content = io.BytesIO()
    with Image.open(found(sources, name)) as picture:
        picture.save(content, "WEBP", **WEBP)
    return data_address("image/webp", content.getvalue())


def found(sources: Sequence[Path], name: str) -> Path:
    return next((path for folder in sources if (path := folder / name).is_file()), sources[-1] / name)
