from __future__ import annotations

import numpy as np
import pytest

from scenes.layout import Box
from scenes.mobjects.arrangement import Column, GridPlan, Part, Row, TextPlan, largest_cell, placed

ROOM = Box(left=-5, right=5, bottom=-3, top=3)
IMAGE, KERNEL, NAME = GridPlan("x", 5, 5), GridPlan("w", 3, 3), TextPlan("name", 1.0, 0.4)


def test_a_row_puts_anchors_on_one_line() -> None:
    places = dict(Row([Column([IMAGE, NAME], 0.1, anchor=0), KERNEL], 0.5).places(0.5, 0, 0))
    assert places["x"][1] == places["w"][1] == 0
    assert places["name"][1] < -1.25
    assert places["w"][0] - places["x"][0] == pytest.approx(0.5 * (2.5 + 1.5) + 0.5 + 2 * 0.04)


def test_a_column_puts_anchors_below_each_other_and_a_sign_beside_one_hangs_out() -> None:
    star = TextPlan("*", 0.4, 0.4)
    both = Column([IMAGE, Row([star, KERNEL], 0.2, anchor=1)], 0.2)
    places = dict(both.places(0.5, 1, 0))
    assert places["x"][0] == places["w"][0] == 1
    assert places["*"][0] < places["w"][0] - 0.75
    assert places["x"][1] > places["w"][1]


@pytest.mark.parametrize("part", [Row([IMAGE, KERNEL], 0.5), Column([IMAGE, NAME, KERNEL], 0.5), IMAGE])
def test_the_largest_cell_fits_and_a_larger_one_does_not(part: Part) -> None:
    cell = largest_cell(part, ROOM, most=9)
    for side, fits in [(cell, True), (1.01 * cell, False)]:
        extent = part.extent(side)
        width, height = extent.left + extent.right, extent.up + extent.down
        assert (width <= ROOM.width and height <= ROOM.height) is fits


def test_cells_may_have_a_least_size() -> None:
    small = GridPlan("w", 3, 3, least=0.5)
    assert small.extent(0.1) == small.extent(0.5)
    assert small.extent(0.6).up > small.extent(0.5).up


def test_nothing_fits_into_no_room() -> None:
    assert largest_cell(NAME, Box(0, 0.5, 0, 0.5), most=1) == 0


def test_the_arrangement_with_the_largest_cells_wins_and_stands_in_the_middle() -> None:
    tall, wide = Column([IMAGE, KERNEL], 0.2), Row([IMAGE, KERNEL], 0.2)
    places, cell = placed([tall, wide], ROOM, most=9)
    assert cell == largest_cell(wide, ROOM, most=9)
    assert places["x"][1] == pytest.approx(0)
    left, right = places["x"][0] - 2.5 * cell, places["w"][0] + 1.5 * cell
    assert left == pytest.approx(-right)


def test_the_first_arrangement_is_kept_where_another_gains_little() -> None:
    first, second = Row([IMAGE, KERNEL], 0.5), Row([KERNEL, IMAGE], 0.49)
    places, _ = placed([first, second], ROOM, most=9)
    assert places["x"][0] < places["w"][0]
    assert isinstance(places["x"], np.ndarray)
