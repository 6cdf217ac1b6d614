from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.catalog import find
from scenes.conv2d.reasons import reason
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import as_json
from scenes.timeline import Beat
from tests.often import in_turn
from tests.performing import Played
from tests.performing import perform as played

Perform = Callable[..., Played]

ISSUE = {"x": "1 2 0 1; 0 1 3 1; 2 1 0 0; 1 0 1 2", "weight": "sobel-x", "stride": "1", "padding": "1"}
SMALL = {"x": "1 2; 0 3", "weight": "1 2"}
TWO_CHANNELS = "1 2 0; 0 1 1; 2 0 1 | 0 1 0; 1 1 0; 0 0 2"


def beats(scene: Played, *words: str) -> list[Beat]:
    """Return the beats whose captions hold all these words."""
    return [beat for beat in scene.timeline.beats if all(word in beat.caption for word in words)]


def numbers(beat: Beat, name: str) -> list[tuple[str, str]]:
    """Return the numbers of a beat whose addresses begin with a name."""
    return [(shown.text, shown.of) for shown in beat.shown if shown.of.startswith(name)]


def texts(**given: Any) -> list[list[str]]:
    """Return all texts of each beat's last frame."""
    return [[one.text for one in texts] for texts in played("conv2d", **given).labels]


def waves(*shape: int) -> list[Any]:
    values: list[Any] = np.round(9 * np.sin(np.arange(np.prod(shape)))).reshape(shape).tolist()
    return values


@pytest.fixture
def film() -> Played:
    """The default film."""
    return played("conv2d").scene


# The storyboard


def test_the_storyboards_output() -> None:
    values = find("conv2d").build({}).values()
    assert values["output"].tolist() == [[[[-1, 5, -3], [-1, 5, -3], [-1, 4, -1]]]]


def test_the_film_ends_with_the_whole_output_and_says_where_the_stroke_is(film: Played) -> None:
    last = film.timeline.last
    assert [text for text, _ in numbers(last, "output[")] == ["-1", "5", "-3", "-1", "5", "-3", "-1", "4", "-1"]
    assert last.caption == (
        "The vertical stroke lights up: the largest response is 5, twice: first in row 1, column 2."
    )


def test_shapes_and_symbols_come_before_any_number(film: Played) -> None:
    shapes, names, product, fold, image, kernel, *_ = film.timeline.beats
    assert shapes.caption == "Conv2D: a 5×5 image and a 3×3 kernel make a 3×3 output."
    assert "i₁ to i₉" in names.caption
    assert "w₁ to w₉" in names.caption
    assert "products are added" in product.caption
    assert "one sum, over j from 1 to 9" in fold.caption
    assert not any([shapes.shown, names.shown, product.shown, fold.shown])
    assert len(image.shown) == 25
    assert len(kernel.shown) == 25 + 9


def test_the_first_position_shows_all_factors_all_products_and_their_sum(film: Played) -> None:
    (beat,) = beats(film, "The 9 products add up to −1.")
    assert len(numbers(beat, "x[")) == 25
    assert len(numbers(beat, "weight[")) == 9 + 9  # by itself, and on the window
    products = numbers(beat, "steps[0].products")
    assert [text for text, _ in products] == ["0", "0", "-1", "0", "2", "-1", "0", "0", "-1"]
    assert products[5] == ("-1", "steps[0].products[0,1,2]")
    assert numbers(beat, "output[") == [("-1", "output[0,0,0,0]")] * 2


def test_positions_come_in_reading_order_and_each_writes_one_cell(film: Played) -> None:
    told = [beat for beat in film.timeline.beats if numbers(beat, "output[0,0,")]
    written = [{of for _, of in numbers(beat, "output[")} for beat in told[:9]]
    for index, cells in enumerate(written):
        assert cells == {f"output[0,0,{n // 3},{n % 3}]" for n in range(index + 1)}


def test_every_position_shows_its_own_sum_and_no_other(film: Played) -> None:
    for beat in beats(film, "Position"):
        index = int(re.findall(r"\d+", beat.caption)[0]) - 1
        steps = {of.partition("]")[0] for _, of in numbers(beat, "steps")}
        assert steps == {f"steps[{index}"}


def test_the_first_position_is_slow_the_second_faster_and_the_rest_brisk(film: Played) -> None:
    told = [beat for beat in film.timeline.beats if beat.kind == "step"]
    seconds = [beat.end - beat.start for beat in told]
    assert sum(seconds[:4]) > seconds[4] > max(seconds[5:])
    assert max(seconds[5:]) < 3


def test_the_default_film_lasts_about_a_minute(film: Played) -> None:
    assert 30 <= film.timeline.duration <= 90


def test_it_is_said_once_that_the_kernel_is_not_flipped(film: Played) -> None:
    assert len(beats(film, "not flipped")) == 1


def test_the_size_of_the_output_is_worked_out(film: Played) -> None:
    (beat,) = beats(film, "The kernel fits at 3 places along each side")
    assert numbers(beat, "output_size") == [
        ("5", "output_size.input[0]"),
        ("0", "output_size.padding[0,0]"),
        ("3", "output_size.kernel[0]"),
        ("1", "output_size.stride[0]"),
        ("3", "output_size.output[0]"),
    ]


# Options


def test_the_films_of_the_issue(perform_well: Perform) -> None:
    scene = perform_well("conv2d", **ISSUE, theme="light", ratio="9:16")
    assert len(numbers(scene.timeline.last, "output[")) == 16


def test_padding_zeros_are_shown_at_their_own_addresses(perform_well: Perform) -> None:
    scene = perform_well("conv2d", **ISSUE, symbols=False)
    ring = numbers(scene.timeline.last, "x_padded")
    assert len(ring) == 36 - 16
    assert {text for text, _ in ring} == {"0"}
    assert len(beats(scene, "Padding", "zeros")) == 1
    assert "x_padded" not in find("conv2d").build({}).values()


def test_uneven_numbers_give_one_formula_for_the_height_and_one_for_the_width(perform_well: Perform) -> None:
    scene = perform_well(
        "conv2d", x=waves(4, 5), weight="sobel-y", padding="1 2; 0 1", stride="2 1", dilation="1 2", symbols=False
    )
    (height,), (width,) = beats(scene, "the output's height"), beats(scene, "the output's width")
    assert [text for text, _ in numbers(height, "output_size")] == ["4", "1", "2", "3", "2", "3"]
    assert [text for text, _ in numbers(width, "output_size")] == ["5", "0", "1", "2", "3", "1", "2"]


def test_dilation_and_stride_are_said(perform: Perform) -> None:
    scene = perform("conv2d", x=waves(5, 7), dilation=2, stride=2, symbols=False)
    assert len(beats(scene, "pixels that are 2 cells apart")) == 1
    assert len(beats(scene, "moves on by 2 columns")) == 1


def test_a_bias_is_added_last(perform_well: Perform) -> None:
    scene = perform_well("conv2d", x="1 2 1; -3 4 1", weight="1 0; 0 -1", bias=0.5)
    (beat,) = beats(scene, "The products add up to −3. With the bias, 0.5: −2.5.")
    assert numbers(beat, "bias") == [("0.5", "bias[0]")]
    assert ("-2.5", "output[0,0,0,0]") in numbers(beat, "output")


def test_a_true_convolution_turns_the_kernel_and_says_so(perform_well: Perform) -> None:
    scene = perform_well("conv2d", **{**ISSUE, "weight": "emboss", "padding": 0}, flip=True, symbols=False)
    (turn,) = beats(scene, "180 degrees")
    before = scene.timeline.beats[scene.timeline.beats.index(turn) - 1]
    assert numbers(before, "weight[")[0] == ("-2", "weight[0,0,0,0]")
    assert numbers(turn, "weight[")[0] == ("-2", "weight[0,0,0,0]")
    assert numbers(scene.timeline.last, "weight_flipped")[0] == ("2", "weight_flipped[0,0,0,0]")
    assert not beats(scene, "not flipped")
    assert not numbers(scene.timeline.last, "weight[")


def test_a_true_convolution_is_that_of_the_turned_kernel() -> None:
    flipped = find("conv2d").build({"x": [[1, 2, 3]], "weight": [[1, 0]], "flip": True}).values()
    assert flipped["output"].tolist() == [[[[2, 3]]]]
    assert flipped["weight"].tolist() == [[[[1, 0]]]]
    assert flipped["weight_flipped"].tolist() == [[[[0, 1]]]]


def test_the_question_is_asked_only_if_wanted_and_answered_by_the_next_beat(film: Played, perform: Perform) -> None:
    assert not [beat for beat in film.timeline.beats if beat.kind == "question"]
    played = perform("conv2d", question=True, symbols=False).timeline.beats
    at = [beat.kind for beat in played].index("question")
    assert played[at].answer == "-1"
    assert played[at + 1].kind == "answer"
    assert played[at + 1].caption == "The 9 products add up to −1."


@pytest.mark.parametrize(
    "given", [{"x": waves(5, 6), "weight": waves(5, 5)}, {**SMALL, "bias": 2}], ids=["by parts", "bias"]
)
def test_a_question_is_answered_in_one_beat_however_it_is_worked_out(perform_well: Perform, given: Any) -> None:
    played = perform_well("conv2d", **given, question=True, symbols=False).timeline.beats
    assert [beat.kind for beat in played].count("answer") == 1


def test_symbols_and_numbers_can_be_left_out(perform: Perform) -> None:
    assert beats(perform("conv2d", **SMALL), "i₁")
    assert not beats(perform("conv2d", **SMALL, symbols=False), "i₁")
    assert not any(beat.shown for beat in perform("conv2d", **SMALL, numbers=False).timeline.beats)
    assert len(perform("conv2d", **SMALL, symbols=False, numbers=False).timeline.beats) == 1


def test_labels_and_title_are_the_users() -> None:
    shown = texts(x_label="digit", weight_label="filter", output_label="map", title="Strokes", numbers=False)[-1]
    assert {"digit 5×5", "filter 3×3", "map 3×3", "Strokes"} <= set(shown)


# Larger kernels and channels


def test_a_larger_kernel_is_taken_row_by_row_with_a_running_sum(perform_well: Perform) -> None:
    scene = perform_well("conv2d", x=np.ones((5, 6)).tolist(), weight=np.ones((5, 5)).tolist())
    (beat,) = beats(scene, "The 5 products of each row are added up, then the rows.")
    assert numbers(beat, "steps[0].row_sums") == [("5", f"steps[0].row_sums[0,{row}]") for row in range(5)]
    total, *_ = beats(scene, "The 25 products add up to 25.")
    assert ("25", "output[0,0,0,0]") in numbers(total, "output")


def test_several_channels_are_summed_one_after_the_other(perform_well: Perform) -> None:
    scene = perform_well("conv2d", x=TWO_CHANNELS, weight="2 0 0; 0 0 0; 0 0 1", bias=1, symbols=False)
    one, two = beats(scene, "each pixel times its weight")
    assert one.caption.startswith("Channel 1:")
    assert ("3", "steps[0].running_sum[8]") in numbers(one, "steps")
    assert ("5", "steps[0].running_sum[17]") in numbers(two, "steps")
    (total,) = beats(scene, "The products add up to 5. With the bias, 1: 6.")
    sums = [of for _, of in numbers(total, "steps[0].channel_sums")]
    assert sums == ["steps[0].channel_sums[0]", "steps[0].channel_sums[1]"]
    assert {of for _, of in numbers(total, "weight")} >= {"weight[0,0,0,0]", "weight[0,1,2,2]"}


def test_each_output_channel_shows_its_own_kernel_and_finished_ones_stay(perform_well: Perform) -> None:
    scene = perform_well("conv2d", x="1 2; 3 4", weight=["1 0", "0 1"], bias="0 10")
    (change,) = beats(scene, "Output channel 2 has a kernel of its own.")
    assert {of for _, of in numbers(change, "weight")} == {"weight[1,0,0,0]", "weight[1,0,0,1]"}
    assert [text for text, _ in numbers(scene.timeline.last, "output")] == ["1", "3", "12", "14"]


def test_in_groups_each_channel_has_its_own_kernel_and_output(perform_well: Perform) -> None:
    scene = perform_well("conv2d", x=TWO_CHANNELS, weight=["1 0; 0 1", "0 1; 1 0"], groups=2, symbols=False)
    assert beats(scene, "in 2 groups")
    last = scene.timeline.last
    assert {of[:11] for _, of in numbers(last, "weight")} == {"weight[1,0,"}
    assert [text for text, _ in numbers(last, "output")] == ["2", "3", "0", "2", "2", "1", "1", "0"]


def test_one_kernel_is_repeated_over_channels_and_groups() -> None:
    repeated = find("conv2d").build({"x": TWO_CHANNELS, "weight": "1 2"}).values()["weight"]
    assert repeated.tolist() == [[[[1, 2]], [[1, 2]]]]
    apart = find("conv2d").build({"x": TWO_CHANNELS, "weight": "1 2", "groups": 2}).values()["weight"]
    assert apart.tolist() == [[[[1, 2]]], [[[1, 2]]]]


def test_a_large_output_goes_row_by_row(perform: Perform) -> None:
    scene = perform("conv2d", x=waves(9, 5), weight="1 -1", symbols=False)
    assert len(beats(scene, "Position")) == 0
    assert len(beats(scene, "Output row", "in the same way")) == 9


def test_cells_too_small_for_digits_are_only_tinted(perform_well: Perform) -> None:
    x = (np.array(waves(3, 6, 2)) / 8).tolist()
    scene = perform_well("conv2d", x=x, weight="1; -6", padding="same", ratio="9:16", symbols=False)
    assert not numbers(scene.timeline.last, "x[")
    assert any(numbers(beat, "output[") for beat in scene.timeline.beats)


# Truth of signs


def test_equals_stands_only_where_the_digits_make_it_true() -> None:
    exact = texts(symbols=False, question=True)
    assert not any("≈" in shown for shown in exact)
    rounded = texts(x="1 2 0 1; 0 1 3 1; 2 1 0 0", weight="box-blur")
    at = next(n for n, shown in enumerate(rounded) if "1.11" in shown and "≈" in shown)
    assert rounded[at].count("1.11") == 2  # below the sums, and in its cell


def test_sixteenths_are_written_exactly_where_they_fit() -> None:
    shown = texts(x="1 2 0 1; 0 1 3 1; 2 1 0 0", weight="gaussian")
    assert any("0.0625" in one for one in shown)
    assert not any("≈" in one for one in shown)


def test_a_rounded_sum_is_said_to_be_about_it(perform: Perform) -> None:
    scene = perform("conv2d", x="1 2; 3 4", weight=[[1 / 3, 0], [0, 1 / 3]])
    assert beats(scene, "The 4 products add up to about 1.67.")


DIAGONAL = np.eye(4).tolist()
LINE = [[0, 0, 0], [1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weight": "sobel-x"}, "The largest response is 4, 3 times: first in row 1, column 1."),
        ({"x": LINE, "weight": "vertical-stroke"}, "The only response is 0."),
        ({"x": "1 2", "weight": "0"}, "Every response is 0."),
        ({"x": [*LINE, [0, 0, 0]], "weight": "horizontal-stroke"}, "The horizontal stroke lights up: the largest"),
        ({"x": DIAGONAL, "weight": "horizontal-stroke"}, "The largest response is 1, twice: first in row 1, column 2."),
        ({"x": "0 1; 2 3", "weight": ["1", "-1"]}, "The largest response is 3 in channel 1, row 2, column 2."),
    ],
)
def test_what_is_said_at_the_end_is_true_of_the_data(perform: Perform, given: Any, said: str) -> None:
    assert perform("conv2d", symbols=False, **given).timeline.last.caption.startswith(said)


def test_only_of_a_largest_sum_it_is_said_that_no_window_gives_more() -> None:
    trace = find("conv2d").build({}).trace()
    said = [at for at in trace.positions() if "no window will give more" in reason(trace, trace.step(*at))]
    assert said
    assert {float(trace.output[at]) for at in said} == {float(trace.output.max())}


def test_sums_that_are_equal_on_paper_count_as_equal(perform: Perform) -> None:
    last = perform("conv2d", x=[[0.1, 0.2, 0.0], [0.3, 0.0, 0.0]], weight="1 1", symbols=False).timeline.last
    assert "0.3, twice" in last.caption  # 0.1 + 0.2 is 0.30000000000000004


# Limits

LARGEST: dict[str, dict[str, Any]] = {
    "kernel": {"x": waves(12, 12), "weight": waves(7, 7), "padding": 1, "bias": 2},
    "image": {"x": waves(12, 12), "weight": "2", "question": True},
    "channels": {"x": waves(3, 8, 8), "weight": waves(3, 3, 7, 7), "bias": "1 2 3"},
    "groups": {"x": waves(3, 6, 6), "weight": waves(3, 1, 3, 3), "padding": 1, "groups": 3, "flip": True},
    "numbers": {
        "x": (1110 * np.array(waves(4, 4)) + 0.25).tolist(),
        "weight": (1110 * np.array(waves(3, 3)) + 0.5).tolist(),
    },
    "names": {
        "x_label": "a rather long image name",
        "weight_label": "W" * 24,
        "output_label": "the map of its responses",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("which", "ratio"), in_turn(LARGEST, FRAME_SIZES, seldom=("channels", "groups", "image", "names"))
)
def test_the_largest_specs_fit_and_do_not_last_too_long(perform_well: Perform, which: str, ratio: str) -> None:
    assert perform_well("conv2d", **LARGEST[which], ratio=ratio).timeline.duration < 240


REFUSED = [
    ({"x": waves(12, 12), "padding": 2}, "x with its padding must be at most 14×14 to be legible in a film, but it is"),
    ({"x": waves(12, 12), "padding": 1, "weight": "1"}, "the output must be at most 12×12 to be legible in a film"),
    ({"x": waves(2, 9, 4)}, "x with its padding with its 2 channels must be at most 8×8"),
    ({"weight": waves(8, 8)}, "weight must be at most 7×7 to be legible in a film, but it is 8×8."),
    ({"weight": waves(6, 6)}, "weight must fit into x with its padding, which is 5 x 5, but its kernel covers 6 x 6"),
    ({"weight": "sobel"}, "weight must be rows, or one of identity"),
    ({"weight": waves(2, 3, 3)}, "weight must have 1 input channels"),
    ({"bias": "1 2"}, "bias must hold one number for each output channel, 1 in all, but it holds 2."),
    ({"stride": 0}, "stride must be a whole number of at least 1"),
    ({"dilation": 3}, "dilation does not go with the default weight, so give weight too: it must fit into x"),
    ({"groups": 2}, "groups must divide the number of channels of x, which is 1, but it is 2."),
    ({"groups": 10**9}, "groups must be at most 3"),
    (
        {"padding": "all"},
        'padding must be a whole number, a pair (rows, columns), four (top, bottom, left, right), "same"',
    ),
    ({"padding": -1}, "padding must be a whole number of at least 0"),
    ({"padding": 10**12}, "each side at most 14, but it is 1000000000000."),
    ({"padding": [1, 2, 3]}, "but it is [1, 2, 3]."),
    ({"padding": True}, "but it is True."),
    ({"padding": "same", "stride": 2}, 'padding "same" needs a stride of 1'),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[str(case)[-40:] for case, _ in REFUSED])
def test_what_cannot_be_filmed_is_refused_in_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        find("conv2d").build(given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("given", ["1 2; 0 1", " 1 2 ; 0 1 ", [[1, 2], [0, 1]], ((1, 2), (0, 1)), "1,2; 0,1"], ids=str)
def test_padding_can_be_written_in_many_ways(given: Any) -> None:
    assert find("conv2d").build({"padding": given}).padding == ((1, 2), (0, 1))


@pytest.mark.parametrize(("given", "meant"), [("2", 2), ([1], 1), ("1 2", (1, 2)), ([1, 2], (1, 2)), ("same", "same")])
def test_padding_may_also_be_shorter(given: Any, meant: Any) -> None:
    assert find("conv2d").build({"padding": given}).padding == meant


def test_a_spec_survives_its_own_json() -> None:
    spec = find("conv2d").build({**ISSUE, "padding": "1 2; 0 1", "bias": "0.5", "weight": ["sobel-x"]})
    again = find("conv2d").build({name: value for name, value in spec.as_json().items() if value is not None})
    assert as_json(again.values()) == as_json(spec.values())
