from collections.abc import Callable
from typing import Any

import pytest

from cnn_core.errors import CnnreelError
from scenes.sgd_step import SgdStepSpec

OWN = {
    "x": "0 1 2;1 0 1;0 1 0 | 1 0 0;0 2 0;0 0 1",
    "weight": [[[[0.5, -0.25], [1, 0]]], [[[-1, 0.125], [0, 1]]]],
    "target": "1 0",
}


def test_equal_kernels_are_said_to_become_two(perform: Callable[..., Any]) -> None:
    beats = perform("sgd-step").timeline.beats
    question = next(beat for beat in beats if beat.kind == "question")
    assert question.answer == "0.0 0.5 0.0; 0.0 0.5 0.0; 0.0 0.5 0.0"
    captions = " ".join(beat.caption for beat in beats)
    assert "the equal kernels have become two" in captions
    assert "fallen from about 0.693 to about 0.313" in captions
    assert "networks start at random" in captions


def test_own_images_and_kernels_are_told_as_they_are(perform_well: Callable[..., Any]) -> None:
    captions = " ".join(beat.caption for beat in perform_well("sgd-step", **OWN, lr=0.4, ratio="9:16").timeline.beats)
    assert "B should answer more to image 1, A less." in captions
    assert "equal" not in captions


def test_a_step_that_is_too_long_is_not_said_to_help(perform: Callable[..., Any]) -> None:
    beats = perform("sgd-step", **OWN, lr=20).timeline.beats
    assert "the loss has risen" in beats[-1].caption


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": "1 2; 3 4"}, "x must be two images, but there is 1"),
        ({"target": "0 1 1"}, "target must be two numbers, one for each image, but there are 3"),
        ({"target": "0 2"}, "target must hold 0 or 1, but it holds 0, 2"),
        ({"weight": ["sobel-x", "sobel-y", "laplacian"]}, "weight must be one kernel or two, but there are 3"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CnnreelError, match=message):
        SgdStepSpec.build(given)


def test_kernels_that_are_used_alike_end_as_equal_as_they_began(perform: Callable[..., Any]) -> None:
    ending = perform("sgd-step").timeline.last
    assert ending.caption.startswith("Used alike, equal kernels stay equal for ever.")
    shown = {one.of: one.text for one in ending.shown if one.of.startswith("after_alike")}
    assert len(shown) == 18
    assert all(shown[of] == shown[of.replace("[1,", "[0,")] for of in shown)
