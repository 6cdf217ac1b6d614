"""Lines of text stand as Typst sets them, glyph by glyph: an oracle that shapes and cuts the same fonts by itself."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scenes.letters import _letters
from scenes.mobjects.lettering import lettering
from scenes.mobjects.typeset import Outline, typeset

WEIGHTS = ("regular", "semibold")

WORDS = (
    "The kernel lies on the window: each pixel is multiplied by the weight below it.",
    "AVATAR, WAY, Ta To Ty. P, r. LT L’T “fi” office flow fjord ffi",
    "−3 × 0.25 + 1·(−2) ≈ −2.75, 10 − 7 = 3, ±½, 1/2, 100 %, 28×28",
    "x₁ + x₂ ≥ 0, σ² = 0.25, √2",
    "μσγβαηθλΣΔ, αβγ",
    "Größe, œuvre, niño, Łódź, Привет, e\u0301",
    " two  spaces ",
)


def set_by_typst(text: str, weight: str) -> list[Outline]:
    code = "".join(f"\\u{{{ord(letter):x}}}" for letter in text)
    return typeset(f'#text(weight: "{weight}", "{code}")')


def assert_alike(text: str, weight: str) -> None:
    """Compare outlines by how far each is from the first one: Typst's page begins elsewhere."""
    ours = list(lettering(weight).glyphs(text))
    theirs = [one.points for one in set_by_typst(text, weight)]
    assert len(ours) == len(theirs), text
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape, text
        assert np.abs((one - ours[0][0]) - (other - theirs[0][0])).max() < 2e-4, text


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("text", WORDS)
def test_words_have_the_outlines_and_places_that_typst_gives_them(text: str, weight: str) -> None:
    assert_alike(text, weight)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_letters_are_cut_and_kerned_as_typst_does(weight: str) -> None:
    chance = random.Random(1)
    latin = [chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x180)) if chr(code) in _letters() - {"\xad"}]
    for _ in range(10):
        assert_alike("".join(chance.choices(latin, k=60)), weight)


def test_figures_are_equally_wide_so_that_columns_are() -> None:
    assert {lettering(weight).width("0123456789") for weight in WEIGHTS} == {
        10 * lettering("regular").width("1"),
        10 * lettering("semibold").width("1"),
    }


def test_a_line_is_as_wide_as_its_advances_and_kerning() -> None:
    font = lettering("regular")
    assert font.width("AV") < font.width("A") + font.width("V")
    assert font.width("") == 0
    assert font.width("n n") == pytest.approx(2 * font.width("n") + font.width(" "))
