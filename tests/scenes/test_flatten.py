from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.flatten import FlattenSpec
from scenes.rehearsal import FRAME_SIZES
from tests.often import in_turn
from tests.performing import performance_of


def played(**given: Any) -> Any:
    return performance_of(FlattenSpec.build(given)).timeline


def shown(beat: Any, prefix: str) -> dict[str, str]:
    return {one.of: one.text for one in beat.shown if one.of.startswith(prefix)}


def test_the_maps_end_in_one_row_channel_by_channel_and_row_by_row() -> None:
    last = played().last
    assert list(map(int, shown(last, "output").values())) != []
    row = [shown(last, "output")[f"output[0,{k}]"] for k in range(12)]
    assert row == ["3", "1", "4", "1", "5", "9", "2", "6", "5", "3", "8", "7"]
    assert len(shown(last, "index")) == 12


def test_the_index_of_one_cell_is_worked_out() -> None:
    timeline = played()
    question = next(beat for beat in timeline.beats if beat.kind == "question")
    answer = next(beat for beat in timeline.beats if beat.kind == "answer")
    assert (question.prompt, question.answer) == ("Which index gets the 8?", "10")
    assert [(one.text, one.of) for one in answer.shown].count(("10", "index[1,1,1]")) == 2
    assert "output[0,10]" in shown(answer, "output")
    assert "output[0,9]" not in shown(answer, "output")


def test_any_cell_can_be_worked_out() -> None:
    step = FlattenSpec.build({"cell": "1 0 2"}).values()["steps"][0]
    assert {name: int(value) for name, value in step.items()} == {
        "c": 1,
        "i": 0,
        "j": 2,
        "H": 2,
        "W": 3,
        "channels_before": 6,
        "rows_before": 0,
        "index": 8,
    }


def test_the_shown_index_is_where_the_value_is() -> None:
    values = FlattenSpec.build({"x": np.arange(24).reshape(2, 3, 4).tolist()}).values()
    for c, i, j in np.ndindex(2, 3, 4):
        assert values["output"][0, values["index"][c, i, j]] == values["x"][0, c, i, j]


@pytest.mark.parametrize(
    ("ratio", "shape"), in_turn(FRAME_SIZES, [(1, 1, 1), (1, 6, 6), (3, 3, 4), (3, 12, 1), (1, 3, 12)])
)
def test_small_and_large_maps_fit_every_frame(ratio: str, shape: tuple[int, ...]) -> None:
    width, height = FRAME_SIZES[ratio]
    x = (np.arange(np.prod(shape)).reshape(shape) / 4 - 3).tolist()
    for beat in played(x=x, ratio=ratio).beats:
        for left, top, right, bottom in (one.box for one in beat.shown):
            assert min(left, top) >= 0
            assert right <= width
            assert bottom <= 0.875 * height + 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": np.zeros((1, 7, 7)).tolist()}, "x must hold at most 36 values to be legible in a row, but it holds 49"),
        ({"cell": "2 0 0"}, r"cell must lie inside x, whose shape is \(2, 2, 3\), but it is \(2, 0, 0\)"),
        ({"cell": "1 0"}, "cell must be channel, row and column, such as 1 0 2, but it is '1 0'"),
        ({"cell": [1, 0.5, 0]}, "cell must be channel, row and column"),
        ({"cell": 7}, "cell must be channel, row and column"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FlattenSpec.build(given)
