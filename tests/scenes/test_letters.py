"""Which characters can be shown, asked of the fonts by a library that is not ours."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import ImageFont

from cnn_core.errors import InputError
from scenes.letters import _letters, check_letters, face
from scenes.mobjects.text import Label

SOME = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x600), *range(0x2000, 0x2800), 0x6F22, 0x1F600)]
NOWHERE = "\U0010fffe"


@pytest.mark.parametrize("weight", ["Regular", "Semibold"])
def test_a_character_is_known_if_the_font_draws_more_than_its_empty_box(weight: str) -> None:
    font = ImageFont.truetype(BytesIO(face(weight).blob.data), 40, layout_engine=ImageFont.Layout.BASIC)
    empty = bytes(font.getmask(NOWHERE))
    drawn = {one for one in SOME if bytes(font.getmask(one)) != empty}
    assert drawn == set(map(chr, face(weight).unicodes)) & set(SOME)


def test_what_films_say_can_be_shown() -> None:
    assert set("aZ09 ×·−≈σμγβ²₁÷√±…“”‘’äéß") <= _letters()


def test_a_character_that_no_font_has_is_named_and_not_drawn_with_another_font() -> None:
    with pytest.raises(InputError, match="title has the character “漢”, which the films' font does not have"):
        check_letters("title", "Das 漢")
    with pytest.raises(InputError, match="“漢”"):
        Label("漢", 0.5, "#fff")
