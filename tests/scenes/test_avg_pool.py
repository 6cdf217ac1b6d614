from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.catalog import find
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import as_json
from scenes.timeline import Beat
from tests.often import in_turn
from tests.performing import perform as played

Perform = Callable[..., Any]


def shown_output(beat: Beat) -> list[str]:
    return [shown.text for shown in beat.shown if shown.of.startswith("output")]


def words(name: str, **given: Any) -> list[list[str]]:
    """Return all words and numbers of each beat's last frame."""
    return [[one.text for one in seen] for seen in played(name, **given).labels]


def large(*shape: int, decimals: int = 0) -> list[Any]:
    values: list[Any] = np.round(np.sin(np.arange(np.prod(shape))) * 9999, decimals).reshape(shape).tolist()
    return values


def test_the_means_of_the_storyboards_grid(perform: Perform) -> None:
    assert shown_output(perform("avg-pool").timeline.last) == ["1.75", "2.75", "5.25", "2.25"]


def test_decimals_with_padding_are_digits_in_a_square_frame(perform: Perform) -> None:
    x = np.random.default_rng(3).uniform(-3, 3, (4, 4)).round(2)
    last = perform("avg-pool", x=x, kernel_size=3, padding=1, stride=1, ratio="1:1").timeline.last
    texts = {one.of: one.text for one in last.shown}
    assert all(float(texts[f"x[0,0,{i},{j}]"]) == x[i, j] for i in range(4) for j in range(4))
    assert len(shown_output(last)) == 16


def test_the_first_mean_is_asked_for_and_then_worked_out(perform: Perform) -> None:
    _, question, answer, *_ = perform("avg-pool").timeline.beats
    assert (question.prompt, question.answer) == ("What is the mean of 4, 1, 1 and 1?", "1.75")
    assert answer.caption == "The sum is 7. Divided by 4, that is 1.75."


def test_every_number_of_a_mean_can_be_traced(perform: Perform) -> None:
    answer = perform("avg-pool").timeline.beats[2]
    shown = [(number.text, number.of) for number in answer.shown]
    for number in [
        ("4", "x[0,0,0,0]"),
        ("1", "x[0,0,1,1]"),
        ("7", "steps[0].total"),
        ("4", "steps[0].divisor"),
    ]:
        assert number in shown
    assert shown.count(("4", "steps[0].divisor")) == 2
    assert shown.count(("1.75", "output[0,0,0,0]")) == 2


def test_the_last_mean_is_taken_away_before_the_next_begins(perform: Perform) -> None:
    for number, beat in enumerate(perform("avg-pool").timeline.beats[2:6]):
        steps = {shown.of.partition("]")[0] for shown in beat.shown if shown.of.startswith("steps")}
        assert steps == {f"steps[{number}"}


def test_equals_stands_only_where_the_digits_make_it_true() -> None:
    exact, rounded = words("avg-pool", x="1 2; 3 5")[2], words("avg-pool", x="1 2 0; 3 5 0; 0 0 1", kernel_size=3)[2]
    assert exact[-6:].count("=") + exact.count("=") >= 2
    assert "≈" not in exact
    assert "≈" in rounded  # 12 / 9 is 1.333...


def test_negative_terms_have_parentheses_behind_a_plus() -> None:
    answer = words("avg-pool", x="-1 2; -3 4")[2]
    assert "(−3)" in answer
    assert "(−1)" not in answer


def test_zeros_of_the_padding_are_shown_counted_and_said(perform: Perform) -> None:
    scene = perform("avg-pool", x="4 8; 2 6", padding=1)
    assert scene.timeline.beats[1].caption == "The hatched cells are padding. Their zeros count in the mean."
    assert (
        scene.timeline.beats[3].caption == "The sum is 4, 3 zeros of the padding included. Divided by 4, that is 1.0."
    )
    assert ("0", "x_padded[0,0,0,0]") in [(shown.text, shown.of) for shown in scene.timeline.last.shown]
    assert shown_output(scene.timeline.last) == ["1.0", "2.0", "0.5", "1.5"]


def test_padding_that_does_not_count_is_left_out_and_said(perform: Perform) -> None:
    scene = perform("avg-pool", x="4 8; 2 6", padding=1, count_include_pad=False)
    assert scene.timeline.beats[1].caption == (
        "The hatched cells are padding. They do not count: only the cells of the input are averaged."
    )
    assert scene.timeline.beats[3].caption == "The sum is 4. Divided by 1, that is 4."
    assert shown_output(scene.timeline.last) == ["4", "8", "2", "6"]


def test_what_lies_beyond_the_padding_does_not_count_and_is_said(perform: Perform) -> None:
    both = perform("avg-pool", x=large(4, 4), kernel_size=3, stride=2, padding=1, ceil_mode=True)
    assert both.timeline.beats[1].caption.endswith("Their zeros count in the mean. Empty cells beyond them do not.")
    edge = perform("avg-pool", x="1 2 3; 4 5 6; 7 8 9", ceil_mode=True)
    assert edge.timeline.beats[1].caption == "The last windows reach over the edge. What lies outside does not count."
    assert shown_output(edge.timeline.last) == ["3.0", "4.5", "7.5", "9.0"]


def test_another_divisor_is_said(perform: Perform) -> None:
    beats = perform("avg-pool", divisor_override=5).timeline.beats
    assert beats[0].caption.endswith("At each stop, the sum divided by 5 goes to the output.")
    assert beats[1].prompt == "What is the sum of 4, 1, 1 and 1, divided by 5?"
    assert beats[2].caption == "The sum is 7. Divided by 5, that is 1.4."


def test_many_values_are_counted_in_the_question_and_written_out_where_they_fit(perform: Perform) -> None:
    beats = perform("avg-pool", x=large(4, 4), kernel_size=4).timeline.beats
    assert beats[1].prompt == "What is the mean of these 16 values?"
    assert [shown.of.startswith("x[") for shown in beats[2].shown].count(True) == 2 * 16


def test_steps_have_sum_divisor_and_mean_in_the_record() -> None:
    values = as_json(find("avg-pool").build({}).values())
    assert values["steps"][0] == {"window": [[4, 1], [1, 1]], "total": 7, "divisor": 4, "value": 1.75}
    assert "x_padded" not in values


LARGEST: dict[str, dict[str, Any]] = {
    "smallest": {"x": "-7", "kernel_size": 1},
    "large window": {"x": large(12, 12, decimals=2), "kernel_size": 7, "padding": 1, "stride": 4},
    "long sums": {"x": large(5, 5, decimals=2), "kernel_size": 3, "padding": 1, "stride": 2, "theme": "light"},
    "channels": {"x": large(3, 6, 6), "kernel_size": 3, "stride": 2, "ceil_mode": True},
    "tiny means": {"x": "1 2; 3 4", "padding": 1, "divisor_override": 9999},
}


@pytest.mark.parametrize(("which", "ratio"), in_turn(LARGEST, FRAME_SIZES))
def test_whatever_the_limits_admit_fits_the_frame(perform_well: Perform, which: str, ratio: str) -> None:
    perform_well("avg-pool", ratio=ratio, **LARGEST[which])


@pytest.mark.parametrize(("divisor", "wanted"), [(0, "at least 1"), (10000, "at most 9999")])
def test_divisors_out_of_range_are_refused(divisor: int, wanted: str) -> None:
    with pytest.raises(InputError, match=f"divisor_override must be {wanted}, but it is {divisor}"):
        find("avg-pool").build({"divisor_override": divisor})
