from typing import Any

import numpy as np
import pytest
import torch

from cnn_core.errors import CnnreelError
from scenes.linear import LinearSpec
from scenes.rehearsal import FRAME_SIZES
from tests.often import in_turn
from tests.performing import performance_of

LONG = "0.25 -1.5 3 1 2 3 4 -99.25"


def played(**given: Any) -> Any:
    return performance_of(LinearSpec.build(given)).timeline


def shown(beat: Any, prefix: str) -> list[str]:
    return [one.text for one in beat.shown if one.of.startswith(prefix)]


def test_the_example_gives_four_five_and_three() -> None:
    assert shown(played().last, "output")[:3] == ["4", "5", "3"]


def test_products_stand_below_their_factors_and_add_up() -> None:
    first = next(beat for beat in played().beats if beat.kind == "step")
    assert shown(first, "steps[0].products") == ["2", "-2", "0", "3"]
    assert shown(first, "bias[0]").count("1") == 3
    assert shown(first, "output[0,0]") == ["4", "4"]


def test_the_second_output_is_asked_for() -> None:
    question = next(beat for beat in played().beats if beat.kind == "question")
    assert (question.prompt, question.answer) == ("What is the second output?", "5")
    assert "question" not in [beat.kind for beat in played(question=False).beats]


def test_the_last_sentence_calls_a_weight_the_largest_of_its_row_only_where_it_is() -> None:
    assert played().last.caption == ("5 is the largest output: its largest weight, 4, meets 1 and brings 4.")
    other = played(x="1 9", weight="3 1; 1 1", bias="0 0").last.caption
    assert other == "12 is the largest output: its weight 1 meets 9 and brings 9."


def test_own_numbers_have_no_bias_unless_it_is_given() -> None:
    spec = LinearSpec.build({"x": "1 2", "weight": "3 4"})
    assert spec.bias is None
    assert spec.values()["output"].tolist() == [[11]]
    assert LinearSpec.build({"x": "1 2", "weight": "3 4", "bias": 5}).values()["output"].tolist() == [[16]]


def test_outputs_agree_with_torch() -> None:
    spec = LinearSpec.build({"x": "0.3 -1.25 2", "weight": "1 2 3; -0.5 0.1 0.7", "bias": "0.5 -2"})
    x, weight, bias = (torch.from_numpy(grid.array.copy()) for grid in (spec.x, spec.weight, spec.bias) if grid)
    expected = torch.nn.functional.linear(x, weight, bias[0])
    np.testing.assert_allclose(spec.values()["output"], expected.numpy(), rtol=1e-14)


@pytest.mark.parametrize(
    ("ratio", "given"),
    in_turn(FRAME_SIZES, [{"x": "3", "weight": "0.333"}, {"x": LONG, "weight": ";".join([LONG] * 6)}]),
)
def test_small_and_large_layers_fit_every_frame(ratio: str, given: dict[str, Any]) -> None:
    width, height = FRAME_SIZES[ratio]
    for beat in played(**given, ratio=ratio).beats:
        for left, top, right, bottom in (one.box for one in beat.shown):
            assert min(left, top) >= 0
            assert right <= width
            assert bottom <= 0.875 * height + 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": "1 2 3 4 5 6 7 8 9"}, "x must hold at most 8 numbers to be legible in a film, but it holds 9"),
        (
            {"x": "1", "weight": "1;2;3;4;5;6;7"},
            "weight must have at most 6 rows to be legible in a film, but it has 7",
        ),
        ({"x": "1 2", "weight": "1 2 3"}, "weight must have 2 columns"),
        ({"x": "1 2", "weight": "1 2", "bias": "1 2"}, "bias must"),
        ({"weight": [[[1]]]}, r"weight must be rows of numbers, one row for each output, but its shape is \(1, 1, 1\)"),
        ({"weight": "1 2 3 10000"}, "weight must hold numbers from -9999 to 9999"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CnnreelError, match=message):
        LinearSpec.build(given)


def test_the_film_ends_on_the_parts_of_the_largest_output_and_their_sum() -> None:
    lines = [one.text for one in played().last.formulas]
    assert lines == ["2·0 = 0", "1·4 = 4", "0·(−1) = 0", "3·1 = 3", "−2", "5"]
