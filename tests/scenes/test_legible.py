"""An independent reader (tesseract) finds in the picture what the timeline says is shown there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from manim import tempconfig
from manim.renderer.cairo_renderer import CairoRenderer
from PIL import Image, ImageOps

from scenes.catalog import SCENES, find
from scenes.timeline import Beat, Shown
from tests.often import only_often

SAMPLE = 30
"""Numbers a scene that are read."""

LETTERS = "0123456789.-−()"

ATTEMPTS = [(3, 7), (1, 10), (1, 8), (2, 7)]
"""How many copies tesseract sees, and the mode in which it reads (7 a line, 8 a word, 10 a letter)."""


def photographed(name: str) -> Iterator[tuple[Shown, Image.Image]]:
    """Draw the end of each beat and cut out what is shown."""
    seen: list[tuple[Shown, Image.Image]] = []
    size = {"pixel_width": 1920, "pixel_height": 1080, "frame_rate": 15}
    with tempconfig({**size, "dry_run": True, "verbosity": "ERROR", "progress_bar": "none"}):
        spec = find(name).build({})
        scene = type(spec).scene_class()(spec, renderer=CairoRenderer(skip_animations=True))

        def look(beat: Beat) -> None:
            scene.renderer.static_image = None
            scene.renderer.update_frame(scene)
            picture = Image.fromarray(scene.renderer.get_frame()).convert("L")
            seen.extend((shown, picture.crop(shown.box)) for shown in beat.shown)

        scene.on_beat = look
        scene.render()
    yield from (seen[i] for i in np.unique(np.linspace(0, len(seen) - 1, SAMPLE).astype(int)) if seen)


def as_on_paper(crop: Image.Image, copies: int) -> Image.Image:
    """Turn light digits on a dark cell into large black ones on white, several times: one alone is no line of text."""
    stretched = ImageOps.autocontrast(ImageOps.invert(crop))
    large = stretched.resize((crop.width * 2, crop.height * 2), Image.Resampling.LANCZOS)
    step = large.width + 36
    line = Image.new("L", (copies * step + 84, large.height + 80), 255)
    for copy in range(copies):
        line.paste(large, (60 + copy * step, 40))
    return line


def unread(seen: list[tuple[Shown, Image.Image]], folder: Path) -> list[Shown]:
    """Return those numbers that tesseract does not read, from three copies beside each other or from one."""
    for copies, mode in ATTEMPTS:
        texts = read([as_on_paper(crop, copies) for _, crop in seen], mode, folder)
        seen = [one for one, text in zip(seen, texts, strict=True) if text != copies * one[0].text]
    return [shown for shown, _ in seen]


def read(papers: list[Image.Image], mode: int, folder: Path) -> list[str]:
    """Let tesseract read pictures, all of them in one process: its start takes longer than a number."""
    if not papers:
        return []
    for number, paper in enumerate(papers):
        paper.save(folder / f"{number}.png")
    (folder / "list.txt").write_text("".join(f"{folder / f'{number}.png'}\n" for number in range(len(papers))))
    letters = f"tessedit_char_whitelist={LETTERS}"
    command = ["tesseract", str(folder / "list.txt"), "-", "--psm", str(mode), "-c", letters, "-c", "page_separator=|"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [re.sub(r"[()\s]", "", one).replace("−", "-") for one in text.split("|")[: len(papers)]]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")
@pytest.mark.parametrize("name", only_often(SCENES, "max-pool"))
def test_what_is_said_to_be_shown_can_be_read_in_the_picture(name: str, tmp_path: Path) -> None:
    looked_at = list(photographed(name))
    missed = unread(looked_at, tmp_path)
    assert len(missed) <= 0.1 * len(looked_at), missed
