from collections.abc import Callable
from typing import Any

import pytest

from cnn_core.errors import CnnreelError
from scenes.learning_rate import LearningRateSpec


def test_each_rate_is_said_to_be_what_it_is(perform: Callable[..., Any]) -> None:
    beats = perform("learning-rate").timeline.beats
    said = [beat.caption.split(":")[0] for beat in beats if beat.kind in ("step", "answer")]
    assert said[2:] == ["0.01 is small", "0.1 fits", "0.2 is too large"]
    question = next(beat for beat in beats if beat.kind == "question")
    assert question.answer == "above: 24.960"


def test_a_rate_beyond_the_lowest_point_that_still_gains_is_not_too_large(perform_well: Callable[..., Any]) -> None:
    beats = perform_well("learning-rate", rates="0.08 0.14").timeline.beats
    assert next(beat.answer for beat in beats if beat.kind == "question") == "below: about 9.149"
    assert "0.14 is large" in beats[-2].caption
    assert [shown.text for shown in beats[-2].shown if shown.of == "losses[1]"] == ["9.149", "9.149"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rates": "0.1 0.2 0.3 0.4"}, "rates must be at most 3 numbers, but there are 4"),
        ({"rates": "0.1 0"}, "rates must be larger than 0, but one of them is 0"),
        ({"target": "1 2"}, "target must be 3×3"),
        ({"x": [[1] * 6] * 6}, "x must be at most 5×5 to be legible in a film"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CnnreelError, match=message):
        LearningRateSpec.build(given)
