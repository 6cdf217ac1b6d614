"""A page on disk: with its films, stills and fonts beside it, or all of them inside one file."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from cnnreel.play.page.data import Part
from cnnreel.play.page.html import Page, as_html, clip_page, data_address, lesson_page
from cnnreel.play.page.look import FONTS
from cnnreel.tell.story import Story

__all__ = ["write_clip_page", "write_lesson_page"]

FONT_FILES = {f"page/{font.name}": font for font in FONTS.values()}
WEBP = {"quality": 90, "method": 4}


def write_clip_page(folder: Path, name: str, story: Story, *, single_file: bool = False) -> None:
    """Write `name.html` beside a film, its poster and its stills."""
    write_page(clip_page(story), folder / f"{name}.html", [folder], single_file=single_file)


def write_lesson_page(
    folder: Path,
    index: Mapping[str, Any],
    parts: Sequence[Part],
    clips: Path,
    *,
    single_file: bool = False,
) -> None:
    """Write `index.html` beside the joined film of a lesson; its clips are in folders inside `clips`."""
    write_page(lesson_page(index, parts), folder / "index.html", [folder, clips], single_file=single_file)


def write_page(page: Page, path: Path, sources: Sequence[Path], *, single_file: bool) -> None:
    """Write a page; `sources` are the folders in which to look for what is beside it."""
    if single_file:
        film = base64.b64encode(found(sources, page.film).read_bytes()).decode()
        html = as_html(page, partial(inlined, sources), film=film)
    else:
        html = as_html(page)
        (path.parent / "page").mkdir(exist_ok=True)
        for name, font in FONT_FILES.items():
            shutil.copyfile(font, path.parent / name)
    path.write_text(html, encoding="utf-8", newline="\n")


def inlined(sources: Sequence[Path], name: str) -> str:
    """Return a font or a picture as an address that holds it."""
    if name in FONT_FILES:
        return data_address("font/otf", FONT_FILES[name].read_bytes())
    content = io.BytesIO()
    with Image.open(found(sources, name)) as picture:
        picture.save(content, "WEBP", **WEBP)
    return data_address("image/webp", content.getvalue())


def found(sources: Sequence[Path], name: str) -> Path:
    """Return where a file is."""
    return next(path for folder in sources if (path := folder / name).is_file())
