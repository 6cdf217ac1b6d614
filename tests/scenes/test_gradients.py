"""Films of gradients: the storyboard's numbers, sentences that are true of them, and other numbers in every ratio."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from manim import RIGHT

from cnn_core.equation import Equation
from cnn_core.errors import InputError
from cnn_core.notation import plain
from scenes.catalog import find
from scenes.conv2d_backward.board import Carried
from scenes.mobjects.grid import NumberGrid
from scenes.rehearsal import FRAME_SIZES, rehearse
from scenes.theme import THEMES
from tests.often import in_turn, only_often
from tests.scenes.conftest import Perform
from tests.scenes.looking import watch


def grid(name: str, array: str, **given: Any) -> Any:
    return np.asarray(find(name).build(given).values()[array])[0, 0].tolist()


def captions(scene: Any) -> list[str]:
    return [beat.caption for beat in scene.timeline.beats]


def test_what_is_added_stands_below_the_number_that_it_is_added_to() -> None:
    start, end = (
        NumberGrid(values, "x[0,0,{},{}]".format, "#ffffff", THEMES["dark"], 1.0)
        for values in (np.ones((2, 2)), np.array([[3.0, -12.0], [0.0, 7.0]]))
    )
    cards = Carried(start, end.shift(5 * RIGHT), {((0, 0), (0, 1)): ("p", "-2"), ((1, 1), (1, 1)): ("q", "4")})
    for animation in cards.go():
        animation.begin()
        animation.finish()
    assert [[label.text for label in one[1]] for one in cards.added] == [["−2"], ["+", "4"]]
    for cell, one in zip(((0, 1), (1, 1)), cards.added, strict=True):
        assert end.numbers[cell].glyphs[0].get_bottom()[1] > one[0].get_top()[1], "it has made room"
        assert one[0].get_bottom()[1] > end.cell_center(*cell)[1] - 0.5


def test_the_numbers_are_those_of_the_storyboard() -> None:
    assert grid("conv2d-backward", "grad_weight") == [[1, 1, 2], [0, -1, 2], [1, 0, 2]]
    assert grid("conv2d-backward", "grad_input")[2] == [2, 3, -4, 2, -1]
    assert grid("max-pool-backward", "grad_input") == [[4, 0, 0, -8], [0, 0, 0, 0], [0, 0, 0, 0], [0, 12, 2, 0]]
    assert grid("avg-pool-backward", "grad_input")[3] == [3, 3, 0.5, 0.5]
    assert grid("relu-backward", "grad_input") == [[0, -1, 0], [0, 1, 0], [0, 0.5, 0]]
    assert grid("batch-norm-backward", "grad_input")[0] == pytest.approx([-0.36, 0.12, 0.12, 2.2])
    linear = find("linear-backward").build({}).values()
    assert linear["grad_weight"].tolist() == [[2, 4, 0, 6], [-1, -2, 0, -3]]
    loss = find("softmax-cross-entropy").build({}).values()
    assert np.round(loss["grad_input"][0], 3).tolist() == [0.644, -0.763, 0.087, 0.032]
    assert float(loss["stepped"]["output"]) == pytest.approx(0.633, abs=5e-4)


def test_the_flip_is_seen_and_missed_where_it_is_left_out(perform: Perform) -> None:
    scene = perform("conv2d-backward")
    assert "Without the turn, 6 of the 25 would be wrong." in captions(scene)
    (asked,) = [beat for beat in scene.timeline.beats if beat.kind == "question"]
    assert asked.prompt == "What will row 3, column 3 of dL/dx become?"
    assert asked.answer == "-4"
    stepped = scene.spec.values()["stepped"]["output"][0, 0].tolist()
    assert stepped == [[-3.25, 4, -1.5], [-3.75, 1.75, -1.5], [-3.5, 0.25, -0.5]]


@pytest.mark.parametrize("ratio", only_often(["16:9", "1:1"], "16:9"))
def test_each_output_finds_its_kernel_on_plates_over_its_window(perform: Perform, ratio: str) -> None:
    beat = perform("conv2d-backward", ratio=ratio).timeline.beats[2]
    (window,) = [mark for mark in beat.marks if mark.kind == "window"]
    assert window.of[0] == "x[0,0,1,0]"
    weights = {shown.of: shown.box for shown in beat.shown if shown.of.startswith("weight")}
    assert len(weights) == 9
    pixel = next(shown.box for shown in beat.shown if shown.of == "x[0,0,1,2]")
    left, top, right, bottom = weights["weight[0,0,0,2]"]
    assert pixel[3] <= top + 4
    assert left <= (pixel[0] + pixel[2]) / 2 <= right
    assert bottom <= window.box[3]


def test_the_step_is_worth_what_was_asked() -> None:
    spec = find("conv2d-backward").build({})
    assert spec.values()["asked_and_got"] == {"before": -8, "after": -12}
    assert plain(spec.explain("asked_and_got.after")) == "2·(−3.75) + (−1)·4 + 1·(−0.5) = −12"


def test_the_border_is_cut_off_and_the_stride_spreads_what_is_asked(perform_well: Perform) -> None:
    scene = perform_well("conv2d-backward", stride=2, padding=1, ratio="1:1")
    assert scene.spec.values()["grad_input"][0, 0, 1].tolist() == [2, -4, 2, -4, 2]
    assert "With these numbers, dL/dx would be the same without the turn." in captions(scene)
    flipped = next(beat for beat in scene.timeline.beats if beat.caption.startswith("Turned"))
    (window,) = [mark for mark in flipped.marks if mark.kind == "window"]
    assert window.of == ("grad_output[0,0,0,0]", "grad_output[0,0,0,1]", "grad_output[0,0,1,0]", "grad_output[0,0,1,1]")


_TWO = [[[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [2, 0, 1], [1, 1, 0]]]


@pytest.mark.parametrize(
    "given",
    [
        {"weight": [[[[1, -1], [0, 2]], [[0, 1], [1, 0]]], [[[2, 0], [0, 1]], [[1, 1], [-1, 0]]]]},
        {"weight": [[[[1, -1], [0, 2]]], [[[2, 0], [0, 1]]]], "groups": 2, "padding": 1, "bias": "1 2", "ratio": "1:1"},
        {"weight": "1 2; 0 -1", "dilation": 2, "padding": "1,0", "theme": "light", "ratio": "9:16"},
    ],
)
def test_channels_groups_and_dilation_are_filmed_as_torch_computes_them(
    perform_well: Perform, given: dict[str, Any]
) -> None:
    scene = perform_well("conv2d-backward", x=_TWO, **given)
    values, one = scene.spec.values(), scene.trace.forward
    x, weight = (torch.tensor(values[name].copy(), requires_grad=True) for name in ("x", "weight"))
    options = {"stride": one.stride, "dilation": one.dilation, "groups": one.groups}
    padded = torch.tensor(values.get("x_padded", values["x"]).copy(), requires_grad=True)
    torch.nn.functional.conv2d(padded, weight, **options).backward(torch.tensor(values["grad_output"].copy()))
    (top, _), (left, _) = one.padding
    H, W = x.shape[2:]
    np.testing.assert_allclose(values["grad_weight"], weight.grad, atol=1e-12)
    np.testing.assert_allclose(values["grad_input"], padded.grad[..., top : top + H, left : left + W], atol=1e-12)
    shown = {one.of for beat in scene.timeline.beats for one in beat.shown}
    assert {f"grad_weight[{n},{c},0,0]" for n, c in np.ndindex(one.weight.shape[:2])} <= shown
    assert {f"grad_input[0,{c},2,2]" for c in range(2)} <= shown


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("max-pool-backward", {"x": "1 1 2; 1 1 3; 5 5 5", "stride": 1, "ratio": "9:16"}),
        ("avg-pool-backward", {"x": "1 2 3 4 5 6; 1 2 3 4 5 6", "kernel_size": "2 3", "theme": "light"}),
        ("avg-pool-backward", {"x": "0 0 64 1; -6 -0.69 -1 70; -66 0 -0.007 94; -25 -1 1 0", "ratio": "9:16"}),
        ("leaky-relu-backward", {"x": "-1 0; 2.25 -3.5", "negative_slope": 0, "ratio": "1:1"}),
        ("batch-norm-backward", {"x": "1 3; 5 7", "gamma": 2, "eps": 0.1, "ratio": "9:16"}),
        ("linear-backward", {"x": "1 2 3 4 5 6", "weight": "1 2 3 4 5 6; 6 5 4 3 2 -1.5", "ratio": "1:1"}),
        (
            "softmax-cross-entropy",
            {"x": "9 -20 30 2 0 1", "target": 2, "labels": "cat, dog, bird, fish, seven, hundred"},
        ),
    ],
)
def test_other_numbers_fit_the_frame_and_are_true(perform_well: Perform, name: str, given: dict[str, Any]) -> None:
    scene = perform_well(name, **given)
    for beat in scene.timeline.beats:
        for line in beat.formulas:
            assert isinstance(scene.spec.explain(str(line.of)), Equation)


def test_the_answer_lies_on_the_curve_of_the_loss_at_its_own_probability() -> None:
    scene: Any = rehearse(find("softmax-cross-entropy").build({}))
    share, loss = float(scene.loss.probabilities[0, 1]), float(scene.loss.output)
    assert loss == pytest.approx(-np.log(share))
    np.testing.assert_allclose(scene.curve.dot.get_center(), scene.curve.plane.point(share, loss), atol=1e-6)
    compared = {shown.text for shown in scene.timeline.beats[2].shown if shown.of.startswith("sureness.losses")}
    assert {"0.000", "2.303", "4.605"} <= compared


def test_inputs_of_a_batch_norm_are_pushed_on_a_line_and_their_centre_stays() -> None:
    scene: Any = rehearse(find("batch-norm-backward").build({}))
    values = scene.spec.values()
    assert float(values["stretch"]) == pytest.approx(0, abs=1e-12)
    assert values["pushed"]["mean"].tolist() == pytest.approx([3])
    before, after = (stage["values"] for stage in scene.dots.stages)
    np.testing.assert_allclose(after, before - 0.5 * values["grad_input"].ravel())
    centre = scene.dots.lines[1].x_of(3.0)
    assert scene.dots.mark.triangle.get_center()[0] == pytest.approx(centre)
    assert "Each is pushed by 0.5 times its gradient. The centre stays, and the spread hardly moves." in captions(scene)


@pytest.mark.parametrize("ratio", ["1:1", "9:16"])
def test_the_three_ways_are_as_large_as_what_they_add_up_to_in_narrow_frames(ratio: str) -> None:
    scene: Any = rehearse(find("batch-norm-backward").build({"ratio": ratio}))
    cells = {name: sheet.grid.cell for name, sheet in scene.added.items()}
    assert list(cells) == ["direct", "via_mean", "via_variance", "grad_input"]
    assert min(cells.values()) == pytest.approx(max(cells.values()))
    assert min(cells.values()) > 0.75
    assert all(sheet.grid.text_size for sheet in scene.sheets.values()), "and those at the end can be read"
    assert scene.between.bars[0].width == pytest.approx(scene.between.bars[1].width), "outward as much as inward"


@pytest.mark.parametrize(("name", "risen"), [("max-pool-backward", "x[0,0,1,1]"), ("avg-pool-backward", "x[0,0,0,0]")])
def test_what_is_raised_is_marked_where_there_is_no_room_for_digits(
    perform_well: Perform, name: str, risen: str
) -> None:
    numbers = [[10.25 * (row + column) % 61 for column in range(6)] for row in range(6)]
    scene = perform_well(name, x=numbers, ratio="9:16")
    raised = scene.timeline.beats[1]
    assert "Raise" in raised.caption
    assert not [one for one in raised.shown if one.of.startswith("x[")]
    marked = {of for mark in raised.marks for of in mark.of if mark.kind != "window"}
    assert {risen, "output[0,0,0,0]"} <= marked


def test_five_sigmoids_leave_less_than_a_thousandth(perform: Perform) -> None:
    assert float(find("sigmoid-backward").build({}).values()["five_in_a_row"]) == 0.0009765625
    lines = [line.text for beat in perform("sigmoid-backward").timeline.beats for line in beat.formulas]
    assert "0.25·0.25·0.25·0.25·0.25 = 0.0009765625" in lines


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("max-pool-backward", {"x": "1 2 | 3 4"}, "x must be one map, as its gradient stands beside it, but it has 2"),
        ("max-pool-backward", {"grad_output": "1 2 3"}, "grad_output must have the shape of the output"),
        ("conv2d-backward", {"weight": "1 2 3 4"}, "weight must be at most 3×3 to be legible in a film, but it is 1×4"),
        ("conv2d-backward", {"x": [[[[1.0]]], [[[2.0]]]]}, "x must"),
        (
            "linear-backward",
            {"x": "1 2", "weight": "1 2; 3 4; 5 6; 7 8; 9 10"},
            "weight must have at most 4 rows and 6",
        ),
        ("softmax-cross-entropy", {"target": 4}, "target must be from 0 to 3, as x has 4, but it is 4"),
        ("batch-norm-backward", {"x": "3 3; 3 3"}, "give eps too: it must make every variance positive"),
    ],
)
def test_what_cannot_be_filmed_is_refused(name: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        find(name).build(given)


@pytest.mark.parametrize(
    ("name", "ratio"),
    in_turn(["max-pool", "relu", "batch-norm", "conv2d", "linear"], FRAME_SIZES, seldom=("relu", "linear")),
)
def test_an_arrow_points_back_from_the_first_gradient_on(name: str, ratio: str) -> None:
    scene, seen = watch(find(f"{name}-backward").build({"ratio": ratio}))
    arrows = ["← back" in [label.text for label in labels] for labels in seen]
    gradients = [any(one.of.startswith("grad") for one in beat.shown) for beat in scene.timeline.beats]
    first = gradients.index(True)
    assert arrows == [k >= first for k in range(len(arrows))]
