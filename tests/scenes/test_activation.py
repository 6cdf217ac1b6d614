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

NAMES = ["relu", "leaky-relu", "sigmoid", "tanh"]


def shown_output(beat: Beat) -> list[str]:
    return [shown.text for shown in beat.shown if shown.of.startswith("output")]


def words(name: str, **given: Any) -> list[list[str]]:
    """Return all words and numbers of each beat's last frame."""
    return [[one.text for one in seen] for seen in played(name, **given).labels]


def large(*shape: int, decimals: int = 0) -> list[Any]:
    values: list[Any] = np.round(np.sin(np.arange(np.prod(shape))) * 9999, decimals).reshape(shape).tolist()
    return values


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("relu", ["0", "5", "0", "0", "5", "0", "0", "4", "0"]),
        ("leaky-relu", ["-0.1", "5.0", "-0.3", "-0.1", "5.0", "-0.3", "-0.1", "4.0", "-0.1"]),
        ("sigmoid", ["0.27", "0.99", "0.05", "0.27", "0.99", "0.05", "0.27", "0.98", "0.27"]),
        ("tanh", ["-0.76", "1.00", "-1.00", "-0.76", "1.00", "-1.00", "-0.76", "1.00", "-0.76"]),
    ],
)
def test_the_stroke_map_becomes(perform: Perform, name: str, output: list[str]) -> None:
    last = perform(name).timeline.last
    in_reading_order = sorted((shown.of, shown.text) for shown in last.shown if shown.of.startswith("output"))
    assert [text for _, text in in_reading_order] == output


@pytest.mark.parametrize(
    ("name", "prompt", "answer"),
    [
        ("relu", "What is ReLU(−1)?", "0"),
        ("leaky-relu", "What is LeakyReLU(−1), with a slope of 0.1 below 0?", "-0.1"),
        ("sigmoid", "What is sigmoid(−1), roughly?", "0.27"),
        ("tanh", "What is tanh(−1), roughly?", "-0.76"),
    ],
)
def test_the_first_value_is_asked_for_and_then_answered(perform: Perform, name: str, prompt: str, answer: str) -> None:
    question, after = perform(name).timeline.beats[2:4]
    assert (question.prompt, question.answer) == (prompt, answer)
    assert shown_output(question) == []
    assert set(shown_output(after)) == {answer}


@pytest.mark.parametrize(
    ("name", "negative", "positive"),
    [
        (
            "relu",
            "−1 is negative, so it becomes 0: max(0, −1) = 0.",
            "5 is not negative, so it stays 5: max(0, 5) = 5.",
        ),
        (
            "leaky-relu",
            "−1 is negative, so it is multiplied by 0.1: that is −0.1.",
            "5 is not negative, so it stays as it is.",
        ),
        (
            "sigmoid",
            "sigmoid(−1) is about 0.27: a negative value lands below one half.",
            "sigmoid(5) is about 0.99: a positive value lands above one half.",
        ),
        (
            "tanh",
            "tanh(−1) is about −0.76: a negative value stays negative and never passes −1.",
            "tanh(5) is about 1.00: a positive value stays positive and never passes 1.",
        ),
    ],
)
def test_the_rule_is_said_for_one_value_of_each_sign(perform: Perform, name: str, negative: str, positive: str) -> None:
    assert [beat.caption for beat in perform(name).timeline.beats[3:5]] == [negative, positive]


def test_the_first_of_each_sign_are_told_slowly_and_the_rest_flow(perform: Perform) -> None:
    beats = perform("relu", x="0 3 4; 5 0 -2; 1 1 -1").timeline.beats
    assert [beat.caption for beat in beats[3:]] == [
        "3 is not negative, so it stays 3: max(0, 3) = 3.",
        "−2 is negative, so it becomes 0: max(0, −2) = 0.",
        "The rest of row 1, in the same way.",
        "The rest of row 2, in the same way.",
        "Row 3, in the same way.",
        "2 of the 9 values were negative and are 0 now. The others have not changed.",
    ]


def test_without_question_all_values_are_steps(perform: Perform) -> None:
    assert {beat.kind for beat in perform("tanh", question=False).timeline.beats} == {"explain", "step"}


@pytest.mark.parametrize("name", NAMES)
def test_zero_alone_is_told(perform: Perform, name: str) -> None:
    scene = perform(name, x="0")
    assert shown_output(scene.timeline.last) == [{"sigmoid": "0.5"}.get(name, "0")]
    assert scene.timeline.beats[0].caption.endswith("is applied to a single value.")


@pytest.mark.parametrize(
    ("name", "x", "signs"),
    [
        ("relu", "-1", "=="),  # ReLU(−1) = max(0, −1) = 0
        ("relu", "0.123", "=≈"),  # the cell shows 0.12
        ("leaky-relu", "-0.5", "=="),
        ("leaky-relu", "7", "=="),
        ("sigmoid", "0", "=="),
        ("sigmoid", "1", "=≈"),
        ("tanh", "-2", "=≈"),
        ("tanh", "0", "=="),
    ],
)
def test_equals_stands_only_where_the_digits_make_it_true(name: str, x: str, signs: str) -> None:
    assert [text for text in words(name, x=x)[3] if text in {"=", "≈"}] == list(signs)


def test_a_product_that_is_rounded_is_about() -> None:
    answer = words("leaky-relu", x="-0.5", negative_slope=0.333)[3]
    assert [text for text in answer if text in {"=", "≈"}] == ["=", "≈"]


@pytest.mark.parametrize(
    ("x", "moral"),
    [
        ("1 2", "No value was negative, so nothing has changed."),
        ("-1 -2", "All that was negative is 0 now."),
        ("-1 2", "1 of the 2 values was negative and is 0 now. The others have not changed."),
    ],
)
def test_what_relu_has_changed_is_counted(perform: Perform, x: str, moral: str) -> None:
    assert perform("relu", x=x).timeline.last.caption == moral


def test_the_largest_output_is_told_as_less_than_one() -> None:
    assert "Outputs stay below 1: the largest input, 5, gives about 0.9999." in words("tanh")[-1]


def test_at_the_end_every_changed_value_is_marked_a_few_at_a_time(perform: Perform) -> None:
    last = perform("relu").timeline.last
    marked = sorted({of for mark in last.marks for of in mark.of if of.startswith("x")})
    assert marked == [f"x[0,0,{row},{column}]" for row in range(3) for column in (0, 2)]
    assert len(last.marks) == 6  # three rows, before and after


def test_the_slope_can_be_chosen_and_is_traced(perform: Perform) -> None:
    scene = perform("leaky-relu", negative_slope=0.25, x="-2 8")
    assert ("0.25", "negative_slope") in [(shown.text, shown.of) for shown in scene.timeline.beats[1].shown]
    assert shown_output(scene.timeline.last) == ["-0.5", "8.0"]
    assert scene.timeline.last.caption == (
        "1 of the 2 values was negative and has been multiplied by 0.25. The others have not changed."
    )


def test_steps_have_each_value_before_and_after_in_the_record() -> None:
    values = as_json(find("leaky-relu").build({"x": "-2 8"}).values())
    assert values["steps"] == [{"x": -2, "value": -0.2}, {"x": 8, "value": 8}]
    assert values["negative_slope"] == 0.1


def test_while_a_value_is_told_it_stands_below_the_axis(perform: Perform) -> None:
    answer = perform("relu").timeline.beats[3]
    assert [(shown.text, shown.of) for shown in answer.shown].count(
        ("-1", "x[0,0,0,0]")
    ) == 4  # cell, lane, twice above


def test_afterwards_only_the_grids_have_numbers(perform: Perform) -> None:
    last = perform("sigmoid").timeline.last
    assert len(last.shown) == 18


LARGEST = {
    "one long value": {"x": "-9998.75", "x_label": "W" * 24, "output_label": "M" * 24},
    "channels": {"x": large(2, 3, 4, decimals=2), "theme": "light"},
    "tiny values": {"x": "0.001 -0.002"},
    "upright": {"x": large(8, 3)},
    "one row": {"x": large(1, 12)},
}


@pytest.mark.parametrize(("which", "name", "ratio"), in_turn(LARGEST, NAMES, FRAME_SIZES))
def test_whatever_the_limits_admit_fits_the_frame(perform_well: Perform, which: str, name: str, ratio: str) -> None:
    perform_well(name, ratio=ratio, **LARGEST[which])


@pytest.mark.soak
def test_the_longest_film_lasts_less_than_four_minutes(perform: Perform) -> None:
    quarter = perform("relu", x=large(1, 12, 9)).timeline
    before_the_flow = quarter.beats[5].start
    assert before_the_flow + 4 * (quarter.duration - before_the_flow) < 240


@pytest.mark.parametrize(("slope", "wanted"), [(-0.1, "at least 0"), (1.5, "at most 1")])
def test_slopes_out_of_range_are_refused(slope: float, wanted: str) -> None:
    with pytest.raises(InputError, match=f"negative_slope must be {wanted}, but it is {slope}"):
        find("leaky-relu").build({"negative_slope": slope})
