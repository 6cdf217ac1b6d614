"""Scenes of single operations: what they say at their end is true of the numbers that were given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.notation import plain
from scenes.catalog import find
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.row import RowMap, ways_to_break
from scenes.rehearsal import rehearse
from scenes.stage import ExplainerScene, pixel_box
from scenes.swift import family_of
from scenes.timeline import Beat
from tests.performing import perform

NAME = 50
"""Pixels below a grid that its name takes."""


def last(name: str, **given: object) -> str:
    return perform(name, **given).timeline.beats[-1].caption


def test_a_global_mean_knows_how_much_there_is_and_not_where() -> None:
    assert "The largest value stands in channel 0, but channel 1 has the larger mean" in last("global-avg-pool")
    assert "where they were is gone" in last("global-avg-pool", x=[[1, 2], [3, 4]])


def test_a_residual_says_in_how_many_cells_nothing_changed() -> None:
    assert "In 1 of 4 cells F(x) is 0" in last("residual-add", x=[[1, 2], [3, 4]], branch=[[1, 0], [-1, 2]])
    assert "If F(x) were 0 everywhere" in last("residual-add", x=[[1, 2]], branch=[[1, -1]])
    with pytest.raises(InputError, match="branch must be of the same size as x, 1×2, but it is 2×1"):
        find("residual-add").build({"x": [[1, 2]], "branch": [[1], [2]]})


def test_stamps_are_a_convolution_with_zeros_in_between() -> None:
    spec = find("conv-transpose2d").build({"x": "1 -2 3; 0 4 5", "weight": "1 2; 3 4", "stride": 3})
    assert spec.is_convolution()  # type: ignore[attr-defined]
    assert spec.stamps().max() == 1  # type: ignore[attr-defined]
    spaced = spec.values()["spaced"][0, 0]
    assert spaced[1, 1::3].tolist() == [1, -2, 3]
    assert plain(spec.explain("spaced[0,0,1,4]")) == "x[0,0,0,1] = −2"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kernel", "stride", "said"),
    [
        ("1 2 1; 2 4 2; 1 2 1", 2, "That is the checkerboard"),
        ("1 2; 3 4", 1, "Only the edges get fewer than 4 stamps"),
        ("1 2; 3 4", 2, "Every cell has got as many stamps as any other: 1."),
    ],
)
def test_a_checkerboard_is_said_where_there_is_one(kernel: str, stride: int, said: str) -> None:
    beats = perform("conv-transpose2d", weight=kernel, stride=stride).timeline.beats
    assert any(said in beat.caption for beat in beats[-2:])


def test_all_stamps_are_written_with_as_many_decimals_and_none_stays_open_where_none_overlap() -> None:
    beats = perform("conv-transpose2d", x=[[0.5, 2]], weight=[[0.25, -0.5]], pace="fast").timeline.beats
    stamps = [one.text for beat in beats for one in beat.shown if one.of.startswith("steps")]
    assert stamps == ["0.12", "-0.25", "0.50", "-1.00"]
    assert not any("stay open" in beat.caption for beat in beats)


def test_depthwise_and_pointwise_are_counted() -> None:
    spec = find("depthwise-conv2d").build({})
    assert {name: plain(one) for name, one in spec.counts().items()} == {  # type: ignore[attr-defined]
        "full": "2·2·9·4 = 144",
        "apart": "2·9·4 + 2·2·4 = 88",
    }
    mixed = spec.explain("mixed[0,1,1,0]")
    assert [leaf.address for leaf in mixed.left.leaves()][:2] == ["output[0,0,1,0]", "mix[1,0,0,0]"]  # type: ignore[union-attr]


def test_stops_that_repeat_go_row_by_row_and_channels_are_named_only_where_there_are_several() -> None:
    copies = [beat.caption for beat in perform("upsample", pace="fast").timeline.beats]
    assert copies[2] == "4 is copied from row 1, column 1."
    assert copies[-2] == "6 is copied into its whole block."
    assert len(copies) == 8
    rows = [beat.caption for beat in perform("upsample", x=[[*range(6)]] * 2, pace="fast").timeline.beats]
    assert rows[-2] == "Input row 2, in the same way."
    sums = [beat.caption for beat in perform("residual-add", pace="fast").timeline.beats]
    assert sums[-2] == "Output row 4, in the same way."


def test_rows_that_layer_norm_makes_the_same_are_named() -> None:
    assert last("layer-norm").startswith("Rows 1 and 2 differ only in brightness and contrast")
    assert last("layer-norm", x=[[1, 5, 2], [4, 0, 3]]).startswith("A picture comes out of layer norm the same")
    values = find("layer-norm").build({}).values()
    np.testing.assert_allclose(values["batch_output"].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(values["output"].mean(axis=1), 0, atol=1e-12)


def test_numbers_of_a_row_of_grids_have_fewer_decimals_where_the_frame_is_narrow() -> None:
    shown = perform("layer-norm", ratio="9:16", pace="fast").timeline.last.shown
    texts = {one.of: one.text for one in shown}
    assert (texts["x[0,0]"], texts["output[0,0]"], texts["batch_output[0,0]"]) == ("2", "-0.4", "-0.4")


def grids_of(name: str, **given: object) -> list[NumberGrid]:
    """Return the grids that stand there at the end of any beat."""
    seen: dict[int, NumberGrid] = {}

    def look(scene: ExplainerScene[Any], _: Beat) -> None:
        seen.update({id(one): one for one in family_of(scene.mobjects) if isinstance(one, NumberGrid)})

    rehearse(find(name).build({"pace": "fast", **given}), on_beat=look)
    return [*seen.values()]


def test_in_a_square_frame_all_cells_of_a_transposed_convolution_are_large() -> None:
    assert min(grid.cell for grid in grids_of("conv-transpose2d", ratio="1:1")) > 0.5


@pytest.mark.parametrize("name", ["sigmoid-backward", "sgd-step"])
def test_gradients_of_two_decimals_are_large_enough_to_be_read(name: str) -> None:
    assert min(grid.text_size for grid in grids_of(name) if grid.text_size) > 0.031 * 8


@pytest.mark.parametrize(("first", "lines"), [("·", 4), ("+", 8)])
def test_no_line_of_grids_begins_with_a_sign_of_multiplication(first: str, lines: int) -> None:
    shown = [RowMap(np.ones((2, 2)), "x[{},{}]".format, "", "", 0, before) for before in ("", first, "=", "→")]
    ways = ways_to_break(shown)
    assert len(ways) == lines
    assert all(line[0].before != "·" for way in ways for line in way)


@pytest.mark.parametrize("name", ["residual-add", "layer-norm"])
def test_in_a_square_frame_grids_take_two_lines_and_arithmetic_stands_beside_the_last(name: str) -> None:
    seen: list[tuple[NumberGrid, Any]] = []

    def look(scene: ExplainerScene[Any], _: Beat) -> None:
        grids = [one for one in family_of(scene.mobjects) if isinstance(one, NumberGrid)]
        seen[:] = [(one, pixel_box(one)) for one in grids] or seen

    scene = rehearse(find(name).build({"ratio": "1:1"}), on_beat=look)
    (_, first), (_, second), (_, (left, top, right, bottom)) = seen
    assert min(grid.cell for grid, _ in seen) > 0.5
    assert first[1::2] == second[1::2]
    assert first[3] < top
    lines = [line.box for beat in scene.timeline.beats for line in beat.formulas]
    assert lines
    assert all(top <= box[1] and box[3] <= bottom + NAME for box in lines)
    assert all(box[2] < left or right < box[0] for box in lines)


def test_what_is_said_of_one_value_is_said_of_one() -> None:
    beats = perform("conv-transpose2d", x=[[3]], weight=[[2]], stride=1).timeline.beats
    assert "as many stamps as any other: 1" in beats[-1].caption
    assert not beats[-1].marks, "no cell stands out"
    question = next(beat for beat in perform("global-avg-pool", x=[[3]]).timeline.beats if beat.prompt)
    assert question.prompt == "What is the mean of the only value of this map?"


def test_numbers_that_can_be_read_stay_where_others_cannot() -> None:
    rows = [[(3 * row + column) % 7 - 3 for column in range(5)] for row in range(5)]
    grids = {grid.address(0, 0): grid for grid in grids_of("sigmoid-backward", x=rows, grad_output=rows, ratio="9:16")}
    assert grids["x[0,0,0,0]"].text_size
    assert grids["grad_output[0,0,0,0]"].text_size


def test_a_map_that_gives_one_value_leaves_no_arithmetic_behind() -> None:
    beats = perform("depthwise-conv2d", x=[[3]], weight=[[2]], mix=[[4]], pace="fast").timeline.beats
    assert not any("goes on" in beat.caption for beat in beats)
    assert [len(beat.formulas) for beat in beats if beat.kind == "answer"] == [1]


def test_the_map_that_is_worked_on_is_drawn_larger_than_all_of_them_together() -> None:
    small, large = sorted({grid.cell for grid in grids_of("depthwise-conv2d") if grid.address(0, 0) == "x[0,1,0,0]"})
    assert large > 1.3 * small
