"""The gallery shows every scene, and what it shows is what the films show."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from scenes.catalog import SCENES
from scripts.gallery import GALLERY, MOMENTS, WIDTH, Scene, kept_entries, page_text
from tests.often import only_often
from tests.performing import performance_of

KEPT = kept_entries()


def width_of(file: Path) -> int:
    with Image.open(file) as picture:
        return picture.width


def test_every_scene_has_its_entry_and_its_picture() -> None:
    assert list(KEPT) == list(SCENES)
    assert set(MOMENTS) <= set(SCENES)
    files = {file.stem: file for file in GALLERY.glob("*.webp")}
    assert set(files) == set(SCENES)
    assert {width_of(file) for file in files.values()} == {WIDTH}
    assert sum(file.stat().st_size for file in files.values()) < 2e6


def test_the_page_is_what_the_command_would_write() -> None:
    assert (GALLERY / "README.md").read_text(encoding="utf-8") == page_text(KEPT)


@pytest.mark.parametrize("name", only_often(SCENES, "title", "relu-backward", "upsample"))
def test_the_picture_shows_what_the_film_shows(name: str) -> None:
    scene = Scene.of(name)
    assert KEPT[name] == scene.entry(performance_of(scene.spec).timeline.beats), "run scripts/gallery.py"
