"""The fonts of the pages are what `scripts/fonts.py` makes, and have a letter for everything that pages say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from cnnreel.play.page.html import HERE
from cnnreel.play.page.look import FONTS
from tests.cnnreel.records import record_of
from tests.often import only_often

tt_lib = pytest.importorskip("fontTools.ttLib")
pytest.importorskip("brotli")

HOUSE = Path(__file__).parents[4]
SCRIPT = HOUSE / "scripts" / "fonts.py"


def made(weight: int) -> Any:
    """Return a font as the script makes it now."""
    spec = importlib.util.spec_from_file_location("make_fonts", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    name = {400: "Regular", 600: "Semibold"}[weight]
    return script.part_of(HOUSE / "scenes" / "fonts" / f"SourceSansPro-{name}.otf")


@pytest.mark.parametrize("weight", only_often(FONTS, 400))
def test_the_fonts_are_what_the_script_makes(weight: int) -> None:
    kept, current = tt_lib.TTFont(FONTS[weight]), made(weight)
    assert kept.getBestCmap() == current.getBestCmap()
    assert kept.getGlyphOrder() == current.getGlyphOrder()
    assert kept["hmtx"].metrics == current["hmtx"].metrics
    assert kept["name"].getDebugName(6) == current["name"].getDebugName(6) == FONTS[weight].stem
    assert FONTS[weight].stat().st_size < 25_000


@pytest.mark.parametrize("weight", FONTS)
def test_the_name_that_the_licence_keeps_is_not_used(weight: int) -> None:
    names = tt_lib.TTFont(FONTS[weight])["name"]
    assert all("Source" not in names.getDebugName(number) for number in (1, 3, 4, 6))


@pytest.mark.parametrize("weight", FONTS)
def test_there_is_a_letter_for_everything_that_pages_say(weight: int) -> None:
    words = json.dumps(json.loads((HERE / "words" / "en.json").read_text(encoding="utf-8")), ensure_ascii=False)
    said = [beat["caption"] for scene in ("max-pool", "batch-norm", "softmax") for beat in record_of(scene)["beats"]]
    missing = {letter for text in [words, *said] for letter in text} - set(
        map(chr, tt_lib.TTFont(FONTS[weight]).getBestCmap())
    )
    assert missing <= {"\n"}
