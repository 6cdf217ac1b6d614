from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.addresses import value_at
from scenes.catalog import find
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import as_json
from scenes.timeline import Beat
from tests.often import in_turn

Perform = Callable[..., Any]


def shown_output(beat: Beat) -> dict[str, str]:
    return {shown.of: shown.text for shown in beat.shown if shown.of.startswith("output[")}


def large(*shape: int, decimals: int = 0) -> list[Any]:
    values: list[Any] = np.round(np.sin(np.arange(np.prod(shape))) * 9999, decimals).reshape(shape).tolist()
    return values


def test_the_storyboard_ends_with_8_where_the_slide_prints_9(perform: Perform) -> None:
    last = perform("max-pool").timeline.last
    assert shown_output(last) == {
        "output[0,0,0,0]": "4",
        "output[0,0,0,1]": "8",
        "output[0,0,1,0]": "8",
        "output[0,0,1,1]": "4",
    }


def test_the_first_window_is_asked_for_and_then_answered(perform: Perform) -> None:
    _, question, answer, *_ = perform("max-pool").timeline.beats
    assert (question.kind, question.prompt, question.answer) == ("question", "What is Max(4, 1, 1, 1)?", "4")
    assert shown_output(question) == {}
    assert (answer.kind, answer.caption) == ("answer", "4 is the largest value in the window.")
    assert set(shown_output(answer)) == {"output[0,0,0,0]"}


def test_without_question_the_first_window_is_a_step(perform: Perform) -> None:
    beats = perform("max-pool", question=False).timeline.beats
    assert [beat.kind for beat in beats] == ["explain", "step", "step", "step", "step", "explain", "explain"]


def test_a_line_names_every_value_of_its_window(perform: Perform) -> None:
    scene = perform("max-pool")
    step = scene.timeline.beats[4]
    operands = [(shown.of, shown.text) for shown in step.shown[-5:]]
    assert operands == [
        ("x[0,0,2,0]", "7"),
        ("x[0,0,2,1]", "3"),
        ("x[0,0,3,0]", "3"),
        ("x[0,0,3,1]", "8"),
        ("output[0,0,1,0]", "8"),
    ]


@pytest.mark.parametrize(("x", "said"), [("5 5; 1 2", "twice"), ("5 5; 5 2", "3 times")])
def test_a_tie_is_said(perform: Perform, x: str, said: str) -> None:
    answer = perform("max-pool", x=x).timeline.beats[2]
    assert answer.caption == f"5 stands there {said}: the first one wins, as in PyTorch."


def test_padding_never_wins_and_is_said(perform: Perform) -> None:
    scene = perform("max-pool", x="-4 -1; -2 -3", padding=1)
    assert [beat.caption for beat in scene.timeline.beats[:2]] == [
        "A 2×2 window visits the 2×2 grid. At each stop, the largest value goes to the output.",
        "The hatched cells are padding. They count as minus infinity, so they never win.",
    ]
    assert list(shown_output(scene.timeline.last).values()) == ["-4", "-1", "-2", "-3"]


def test_windows_over_the_edge_are_said(perform: Perform) -> None:
    beats = perform("max-pool", x="1 2 3; 4 5 6; 7 8 9", ceil_mode=True).timeline.beats
    assert beats[1].caption.startswith("The hatched cells lie outside the input.")
    assert list(shown_output(beats[-1]).values()) == ["5", "6", "8", "9"]


def test_a_large_window_is_not_written_out(perform: Perform) -> None:
    beats = perform("max-pool", x=large(4, 4), kernel_size=4).timeline.beats
    assert beats[1].prompt == "What is the largest of these 16 values?"


def test_the_title_line_says_stride_and_dilation(perform: Perform) -> None:
    scene = perform("max-pool", x=large(6, 6), kernel_size=2, dilation="2 1", stride="1 2")
    assert scene.spec.subtitle(scene.trace) == "2×2 window, stride 1×2, dilation 2×1"


def test_of_many_stops_only_two_are_told_one_by_one(perform: Perform) -> None:
    beats = perform("max-pool", x=large(10, 10)).timeline.beats
    assert [beat.caption for beat in beats[4:]][:2] == [
        "Output row 1, in the same way.",
        "Output row 2, in the same way.",
    ]


def test_input_and_output_stand_beside_those_of_the_input_that_moved_on(perform: Perform) -> None:
    last = perform("max-pool").timeline.last
    boxes = {one.of: one.box for one in last.shown}
    across = {boxes[f"{name}_shifted[0,0,1,1]"][0] - boxes[f"{name}[0,0,1,1]"][0] for name in ("x", "output")}
    assert min(across) > 300
    assert max(across) - min(across) < 10
    assert boxes["x_shifted[0,0,0,1]"][1] == boxes["x[0,0,0,0]"][1]
    windows = [mark.of for mark in last.marks if len(mark.of) == 4]
    assert ("x[0,0,0,2]", "x[0,0,0,3]", "x[0,0,1,2]", "x[0,0,1,3]") in windows
    assert len(windows) == 8


def test_each_channel_is_pooled_for_itself(perform: Perform) -> None:
    scene = perform("max-pool", x=[[[1, 2], [3, 4]], [[8, 7], [6, 5]]])
    assert shown_output(scene.timeline.last) == {"output[0,0,0,0]": "4", "output[0,1,0,0]": "8"}


LARGEST: dict[str, dict[str, Any]] = {
    "smallest": {"x": "7", "kernel_size": 1},
    "large window": {"x": large(12, 12, decimals=2), "kernel_size": 7, "padding": 1, "stride": 4},
    "long values": {"x": large(9, 9, decimals=2), "kernel_size": 3, "theme": "light"},
    "channels": {"x": large(3, 6, 6), "kernel_size": 3, "stride": 2, "ceil_mode": True},
    "long names": {"x": large(8, 8), "x_label": "W" * 24, "output_label": "M" * 24},
    "one row": {"x": large(1, 12), "kernel_size": (1, 3)},
    "one column": {"x": large(12, 1), "kernel_size": (3, 1)},
}


@pytest.mark.parametrize(("which", "ratio"), in_turn(LARGEST, FRAME_SIZES))
def test_whatever_the_limits_admit_fits_the_frame(perform_well: Perform, which: str, ratio: str) -> None:
    scene = perform_well("max-pool", ratio=ratio, **LARGEST[which])
    assert scene.timeline.duration < 240


@pytest.mark.soak
def test_half_of_the_longest_film_lasts_less_than_two_minutes(perform: Perform) -> None:
    scene = perform("max-pool", x=large(3, 12, 12), kernel_size=1, stride=(1, 2))
    assert scene.timeline.duration < 120


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": large(12, 12), "kernel_size": 8}, "kernel_size must be at most 7×7 to be legible, but it is 8×8"),
        ({"x": large(12, 10), "kernel_size": 6, "padding": 2}, "padding must leave x at most 14×14, .* it is 16×14"),
        ({"x": large(3, 3), "kernel_size": 4}, "kernel_size must fit into x"),
    ],
)
def test_what_cannot_be_read_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find("max-pool").build(given)


def test_every_window_has_its_step_in_the_record() -> None:
    values = as_json(find("max-pool").build({}).values())
    assert [step["inside_values"] for step in values["steps"]][2] == [7, 3, 3, 8]
    assert value_at(values, "steps[2].value") == 8
