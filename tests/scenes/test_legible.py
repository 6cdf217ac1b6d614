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

SAMPLE = 60
"""Numbers a scene that are read."""


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


def as_on_paper(crop: Image.Image) -> Image.Image:
    """Turn light digits on a dark cell into black on white, large, with a margin."""
    stretched = ImageOps.autocontrast(ImageOps.invert(crop))
    large = stretched.resize((crop.width * 3, crop.height * 3), Image.Resampling.LANCZOS)
    bold = large.point(lambda grey: 255 if grey > 120 else 0)
    line = Image.new("L", (3 * bold.width + 240, bold.height + 80), 255)
    for copy in range(3):  # one digit alone is not a line of text to tesseract
        line.paste(bold, (60 + copy * (bold.width + 60), 40))
    return line


def read(paper: Image.Image, folder: Path) -> str:
    """Let tesseract read the line of three copies."""
    paper.save(folder / "crop.png")
    command = [
        "tesseract",
        str(folder / "crop.png"),
        "-",
        "--psm",
        "7",
        "-c",
        "tessedit_char_whitelist=0123456789.-−()",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"[()\s]", "", text).replace("−", "-")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")
@pytest.mark.parametrize("name", SCENES)
def test_what_is_said_to_be_shown_can_be_read_in_the_picture(name: str, tmp_path: Path) -> None:
    looked_at = list(photographed(name))
    readings = [(shown, read(as_on_paper(crop), tmp_path)) for shown, crop in looked_at]
    wrong = [(shown, found) for shown, found in readings if found != 3 * shown.text]
    assert len(wrong) <= 0.1 * len(looked_at), wrong
