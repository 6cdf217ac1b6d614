from __future__ import annotations

import pytest
from manim import tempconfig

from scenes.layout import Bands, smallest_text
from scenes.mobjects.headline import Headline
from scenes.mobjects.text import Label
from scenes.rehearsal import FRAME_SIZES
from scenes.stage import pixel_box, set_frame
from scenes.swift import family_of
from scenes.theme import THEMES
from tests.scenes.looking import Seen, overlapping

LONG = "Where the light changes from left to right, the sum is far from 0."


@pytest.mark.parametrize("reason", ["", "The stroke lies under the 2s.", LONG])
@pytest.mark.parametrize("ratio", FRAME_SIZES)
def test_title_reason_and_aside_stand_side_by_side_in_their_band(ratio: str, reason: str) -> None:
    width, height = FRAME_SIZES[ratio]
    with tempconfig({"pixel_width": width, "pixel_height": height, "dry_run": True}):
        set_frame()
        box = Bands.of_frame().title
        line = Headline("Conv2D", reason, "position 2 of 9", THEMES["dark"], box, tall=height > width)
        labels = [one for one in family_of([line]) if isinstance(one, Label)]
        seen = [Seen(one.text, pixel_box(one), one.strut.height / smallest_text()) for one in labels]
        assert " ".join(reason.split()) in " ".join(one.text for one in labels)
        assert not list(overlapping(seen))
        assert line.get_left()[0] >= box.left - 0.01
        assert line.get_right()[0] <= box.right + 0.01
        assert line.get_bottom()[1] >= box.bottom - 0.01
        assert min(one.size for one in seen) >= 1 - 1e-6


def test_what_has_no_room_beside_a_long_title_stands_below_it() -> None:
    with tempconfig({"pixel_width": 720, "pixel_height": 720, "dry_run": True}):
        set_frame()
        line = Headline(
            "A title as long as it may be", "", "position 2 of 9", THEMES["dark"], Bands.of_frame().title, tall=False
        )
        assert line[1].get_top()[1] < line[0].get_y()
