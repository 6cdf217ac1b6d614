"""Films of gradients: the storyboard's numbers, sentences that are true of them, and other numbers in every ratio."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnn_core.equation import Equation
from cnn_core.errors import InputError
from scenes.catalog import find
from tests.scenes.conftest import Perform


def grid(name: str, array: str, **given: Any) -> Any:
    return np.asarray(find(name).build(given).values()[array])[0, 0].tolist()


def captions(scene: Any) -> list[str]:
    return [beat.caption for beat in scene.timeline.beats]


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
    assert asked.prompt == "The last one asks with 1. What will row 3, column 3 of dL/dx be?"
    assert asked.answer == "-4"
    stepped = scene.spec.values()["stepped"]["output"][0, 0].tolist()
    assert stepped == [[-3.25, 4, -1.5], [-3.75, 1.75, -1.5], [-3.5, 0.25, -0.5]]


def test_the_border_is_cut_off_without_a_word_of_a_flip(perform_well: Perform) -> None:
    scene = perform_well("conv2d-backward", stride=2, padding=1, ratio="1:1")
    assert scene.spec.values()["grad_input"][0, 0, 1].tolist() == [2, -4, 2, -4, 2]
    assert not any("turn" in said for said in captions(scene))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("max-pool-backward", {"x": "1 1 2; 1 1 3; 5 5 5", "stride": 1, "ratio": "9:16"}),
        ("avg-pool-backward", {"x": "1 2 3 4 5 6; 1 2 3 4 5 6", "kernel_size": "2 3", "theme": "light"}),
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


def test_five_sigmoids_leave_less_than_a_thousandth(perform: Perform) -> None:
    assert float(find("sigmoid-backward").build({}).values()["five_in_a_row"]) == 0.0009765625
    lines = [line.text for beat in perform("sigmoid-backward").timeline.beats for line in beat.formulas]
    assert "0.25·0.25·0.25·0.25·0.25 = 0.0009765625" in lines


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("max-pool-backward", {"x": "1 2 | 3 4"}, "x must be one map, as its gradient stands beside it, but it has 2"),
        ("max-pool-backward", {"grad_output": "1 2 3"}, "grad_output must have the shape of the output"),
        (
            "conv2d-backward",
            {"weight": [[[[1]]], [[[2]]]]},
            "weight must be one kernel, as its gradient stands beside it",
        ),
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
