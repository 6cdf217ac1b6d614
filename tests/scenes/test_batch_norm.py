from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from cnn_core.errors import InputError
from cnnreel.film.recorder import record_film
from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.dots import sharing
from scenes.catalog import find
from scenes.mobjects.plot import dot_size, stacked
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import as_json
from scenes.timeline import Beat
from tests.often import in_turn
from tests.performing import Played
from tests.performing import perform as played

Perform = Callable[..., Played]

RANDOM = np.random.default_rng(7)
AFFINE = {"weight": [2], "bias": [1]}
EVALUATED = {"training": False, "running_mean": [0], "running_var": [0.01]}
RUNNING = {"running_mean": [0], "running_var": [1]}
LARGEST = {
    "x": np.round(RANDOM.normal(50, 2000, (3, 12, 12)), 2).tolist(),
    "weight": [1.5, -2, 3],
    "bias": [1, 2, 3],
    "running_mean": [0, 1, 2],
    "running_var": [1, 1, 1],
}
SPECS = {
    "smallest": {"x": "0 1"},
    "one column": {"x": "1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12.5"},
    "one row": {"x": "1 2 3 4 5 6 7 8 9 10 11 12.5"},
    "largest": LARGEST,
    "eight by eight": {"x": np.round(RANDOM.normal(0, 1, (8, 8)), 1).tolist()},
    "tiny spread": {"x": "0.001 0.002; 0.003 0.0011"},
    "far from zero": {"x": "9999 9998.5; 9997 9999"},
    "one that differs": {"x": np.eye(12)[:1].repeat(12, axis=0).tolist()},
    "negative": {"x": "-4 -1; -1 -8", "weight": [-1.5], "bias": [-2]},
    "affine and running": {**AFFINE, **RUNNING},
    "evaluation": {"training": False, "running_mean": [-2.5], "running_var": [0.3]},
    "large eps": {"eps": 1.5},
    "all made equal": {"weight": [0], "bias": [0.333]},
    "large outputs": {"training": False, "running_mean": [0], "running_var": [0.0001], "weight": [999], "bias": [9999]},
    "long names": {
        "x": "1 2; 3 5 | 1 1; 1 4",
        "x_label": "what came into the layer",
        "output_label": "what came out of a layer",
        **{"weight": [2, 2]},
    },
}


def captions(scene: Played) -> list[str]:
    return [beat.caption for beat in scene.timeline.beats]


def shown(beat: Beat) -> dict[str, str]:
    return {number.of: number.text for number in beat.shown}


def saying(scene: Played, words: str) -> Beat:
    return next(beat for beat in scene.timeline.beats if words in beat.caption)


def words_on_screen(beat: str, **given: Any) -> list[str]:
    """Return every word and sign on screen at the end of the beat whose caption holds `beat`."""
    scene, labels = played("batch-norm", **given)
    return [one.text for one in labels[scene.timeline.beats.index(saying(scene, beat))]]


# What the storyboard says, by hand.


def test_the_storyboard_has_mean_3_and_variance_6_25() -> None:
    values = as_json(BatchNormSpec().values())
    assert values["total"] == [48]
    assert values["mean"] == [3]
    assert values["squared_deviations_total"] == [100]
    assert values["variance"] == [6.25]
    assert values["std"] == [2.5]
    assert values["output"] == [
        [[[0.4, -0.8, -0.8, 2], [-0.8, -0.8, -1.2, -0.4], [1.6, 0, -0.4, -0.4], [0, 2, 0.4, -0.8]]]
    ]


def test_the_storyboard_takes_about_a_minute_and_a_half(perform: Perform) -> None:
    assert 60 < perform("batch-norm").timeline.duration < 105


@pytest.mark.soak
def test_the_largest_film_takes_less_than_four_minutes(perform: Perform) -> None:
    assert perform("batch-norm", **LARGEST).timeline.duration < 240


def test_the_sum_of_all_values_is_shown_with_each_of_them(perform: Perform) -> None:
    beat = saying(perform("batch-norm"), "Added up, the 16 values give 48.")
    twice = [number.text for number in beat.shown if number.of.startswith("x[")]
    assert sum(map(int, twice)) == 2 * 48
    assert shown(beat)["total[0]"] == "48"


def test_mean_and_variance_are_sums_divided_by_16(perform: Perform) -> None:
    scene = perform("batch-norm")
    mean, variance = (shown(saying(scene, words)) for words in ("the mean is 3", "the variance, 6.25"))
    assert (mean["total[0]"], mean["count"], mean["mean[0]"]) == ("48", "16", "3")
    assert (variance["squared_deviations_total[0]"], variance["count"], variance["variance[0]"]) == (
        "100",
        "16",
        "6.25",
    )


def test_the_first_cell_is_worked_out(perform: Perform) -> None:
    numbers = shown(saying(perform("batch-norm"), "4 becomes 0.4."))
    assert numbers["x[0,0,0,0]"] == "4"
    assert numbers["mean[0]"] == "3"
    assert numbers["std[0]"] == "2.5"
    assert numbers["output[0,0,0,0]"] == "0.4"


def test_the_last_beat_shows_every_output(perform: Perform) -> None:
    scene = perform("batch-norm")
    outputs = [number.text for number in scene.timeline.last.shown if number.of.startswith("output")]
    assert " ".join(outputs) == "0.4 -0.8 -0.8 2.0 -0.8 -0.8 -1.2 -0.4 1.6 0.0 -0.4 -0.4 0.0 2.0 0.4 -0.8"


def test_the_variance_is_said_to_be_the_biased_one(perform: Perform) -> None:
    assert captions(perform("batch-norm")).count("Their mean is the variance, 6.25: divided by 16, not by 15.") == 1


def test_it_is_said_that_eps_changes_the_sixth_decimal(perform: Perform) -> None:
    beat = saying(perform("batch-norm"), "PyTorch adds eps = 0.00001")
    assert beat.caption.endswith("It changes the sixth decimal.")
    assert shown(beat)["torch_eps.std[0]"] == "2.500002"
    assert shown(beat)["torch_eps.eps"] == "0.00001"


def test_the_change_that_eps_makes_is_the_one_torch_makes() -> None:
    spec = BatchNormSpec()
    exact, x = spec.trace(), torch.tensor(spec.trace().x)
    usual = torch.nn.functional.batch_norm(x, None, None, training=True).numpy()
    assert spec.values()["torch_eps"]["change"] == pytest.approx(np.abs(usual - exact.output).max(), rel=1e-6)


# Questions.


def test_the_mean_is_asked_for_before_it_is_shown(perform: Perform) -> None:
    beats = perform("batch-norm").timeline.beats
    asked = next(index for index, beat in enumerate(beats) if beat.kind == "question")
    assert beats[asked].answer == "3"
    assert not any(number.of == "mean[0]" for beat in beats[: asked + 1] for number in beat.shown)
    assert shown(beats[asked + 1])["mean[0]"] == "3"


def test_nothing_is_asked_if_no_question_is_wanted(perform: Perform) -> None:
    kinds = {beat.kind for beat in perform("batch-norm", x="1 2; 3 5", question=False).timeline.beats}
    assert kinds == {"explain", "step"}


# Signs.


def test_equals_signs_stand_where_they_are_true() -> None:
    assert "≈" not in words_on_screen("Added up")
    assert "≈" not in words_on_screen("4 becomes 0.4")
    assert "≈" in words_on_screen("PyTorch adds eps")


def test_a_rounded_quotient_is_only_nearly_equal() -> None:
    given = {"x": "1 2; 3 5", "question": False}
    assert "≈" in words_on_screen("divided by σ: 1 becomes", **given)
    assert "σ ≈" in words_on_screen("The root of the variance", **given)
    assert "μ =" in words_on_screen("the mean is 2.75", **given)


def test_a_rounded_parameter_is_only_nearly_what_was_given() -> None:
    assert "γ ≈" in words_on_screen("that the network learns", x="0 1", weight=[0.33333])
    assert "γ =" in words_on_screen("that the network learns", x="0 1", weight=[2])


# Gamma, beta, running statistics, evaluation, channels.


def test_gamma_and_beta_are_worked_out_for_one_cell(perform: Perform) -> None:
    numbers = shown(saying(perform("batch-norm", **AFFINE), "0.4 becomes 1.8."))
    assert numbers["weight[0]"] == "2"
    assert numbers["bias[0]"] == "1"
    assert numbers["x_hat[0,0,0,0]"] == "0.4"
    assert numbers["output[0,0,0,0]"] == "1.8"


@pytest.mark.parametrize("given", [{"weight": [2]}, {"bias": [1]}])
def test_what_was_not_given_is_not_shown(perform: Perform, given: dict[str, Any]) -> None:
    scene = perform("batch-norm", x="0 1", **given)
    numbers = {number.of for beat in scene.timeline.beats for number in beat.shown}
    assert {"weight": "weight[0]" in numbers, "bias": "bias[0]" in numbers} == {
        "weight": "weight" in given,
        "bias": "bias" in given,
    }
    assert not any("γ" in caption and "weight" not in given for caption in captions(scene)[:-1])


def test_the_end_shows_the_output_and_not_what_it_was_made_of(perform: Perform) -> None:
    numbers = shown(perform("batch-norm", **AFFINE).timeline.last)
    assert numbers["output[0,0,3,3]"] == "-0.6"
    assert not any(address.startswith("x_hat") for address in numbers)


def test_running_statistics_move_towards_those_of_the_batch(perform: Perform) -> None:
    scene = perform("batch-norm", **RUNNING)
    assert shown(saying(scene, "the running mean keeps 0.9"))["running_mean[0]"] == "0.3"
    numbers = shown(saying(scene, "divided by 15: that is unbiased"))
    assert numbers["running_var[0]"] == "1.57"
    assert numbers["update.divisor"] == "15"


def test_running_statistics_are_those_of_torch() -> None:
    mean, variance = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    spec = BatchNormSpec.build({**RUNNING, "momentum": 0.25})
    torch.nn.functional.batch_norm(torch.tensor(spec.trace().x), mean, variance, training=True, momentum=0.25)
    assert spec.values()["running_mean"] == pytest.approx(mean.numpy())
    assert spec.values()["running_var"] == pytest.approx(variance.numpy())


def test_evaluation_uses_the_running_statistics_and_says_so(perform: Perform) -> None:
    scene = perform("batch-norm", training=False, running_mean=[2], running_var=[4])
    assert shown(saying(scene, "In evaluation, mean and variance are the running ones"))["variance[0]"] == "4"
    assert shown(saying(scene, "4 becomes 1.0."))["output[0,0,0,0]"] == "1.0"
    assert not any("Added up" in caption for caption in captions(scene))
    assert not any("running variance, but" in caption for caption in captions(scene))


def test_evaluation_asks_for_the_first_value(perform: Perform) -> None:
    scene = perform("batch-norm", training=False, running_mean=[-2], running_var=[4])
    question = next(beat for beat in scene.timeline.beats if beat.kind == "question")
    assert (question.prompt, question.answer) == ("What is (4 − (−2)) / 2?", "3.0")


def test_every_channel_has_statistics_of_its_own(perform: Perform) -> None:
    scene = perform("batch-norm", x="1 3; 1 3 | 0 8; 0 8", weight=[1, 2], bias=[0, 0])
    assert shown(saying(scene, "Channel 1 has a mean"))["mean[1]"] == "4"
    last = shown(scene.timeline.last)
    assert last["output[0,0,0,0]"] == "-1"
    assert last["output[0,1,1,1]"] == "2"


def test_an_input_from_elsewhere_is_named(perform: Perform) -> None:
    assert captions(perform("batch-norm", x="mnist:0"))[0].startswith("These numbers are mnist:0")


# The number line.


def test_the_dots_are_centred_then_shrunk_then_scaled_and_shifted() -> None:
    stages = BatchNormSpec.build(AFFINE).values()["line"]
    means = [stage["values"].mean() for stage in stages]
    spreads = [stage["values"].std() for stage in stages]
    np.testing.assert_allclose(means, [3, 0, 0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(spreads, [2.5, 2.5, 1, 2, 2], atol=1e-12)
    np.testing.assert_allclose([stage["mean"] for stage in stages], means, atol=1e-12)
    np.testing.assert_allclose([stage["std"] for stage in stages], spreads, atol=1e-12)


def test_the_film_tells_mean_and_spread_of_each_stage(perform: Perform) -> None:
    scene = perform("batch-norm", **AFFINE)
    stages = [beat for beat in scene.timeline.beats if any(number.of.startswith("line[") for number in beat.shown)]
    assert [[number.text for number in beat.shown] for beat in stages] == [
        ["3", "2.5"],
        ["0", "2.5"],
        ["0", "1"],
        ["0", "2"],
        ["1", "2"],
    ]


def test_a_large_eps_leaves_less_than_unit_spread_and_that_is_said(perform: Perform) -> None:
    scene = perform("batch-norm", eps=1.5)
    assert "The standard deviation is now about 0.90, not 1, because of eps." in saying(scene, "Dividing by").caption
    assert not any("PyTorch adds eps" in caption for caption in captions(scene))


def test_what_is_divided_by_is_not_called_the_standard_deviation_where_eps_is_felt(perform: Perform) -> None:
    scene = perform("batch-norm", x="1 2; 3 4", eps=1)
    said = " ".join(captions(scene))
    assert "eps is added to the variance. The root of that, 1.5, is what will be divided by." in captions(scene)
    assert "the standard deviation, 1.5" not in said
    assert "the same one" not in said
    assert scene.timeline.last.caption == (
        "The values are centred on 0; eps keeps their spread from being 1. 1 to 4 has become −1 to 1."
    )


def test_equal_values_are_not_said_to_be_spread(perform: Perform) -> None:
    said = captions(perform("batch-norm", x="3 3; 3 3", eps=1e-5))
    assert "Dividing by about 0.003 changes nothing: all values were equal, so all are 0." in said
    assert said[-1].startswith("Equal values stay equal: they have no spread that could become 1.")
    assert not any("standard deviation 1" in one or "spreads" in one for one in said)


def test_equal_dots_are_stacked_and_distant_ones_are_not() -> None:
    assert stacked(np.array([0.0, 5.0, 0.0, 0.0, 0.4]), 1.0).tolist() == [0, 0, 1, 2, 3]


def test_dots_become_smaller_until_their_stacks_fit() -> None:
    five = [np.zeros(5)]
    assert dot_size(five, height=5, most=0.5) == 0.5
    assert dot_size(five, height=1, most=0.5) <= 0.2


def test_a_spread_that_could_not_be_seen_gets_a_line_of_its_own() -> None:
    far = {"values": np.array([1000.0, 1002.0]), "mean": 1001.0, "std": 1.0}
    near = {"values": np.array([-1.0, 1.0]), "mean": 0.0, "std": 1.0}
    assert [len(run) for run in sharing([far, near, near])] == [1, 2]
    assert [len(run) for run in sharing([near, near, near])] == [3]


def test_another_line_is_announced(perform: Perform) -> None:
    scene = perform("batch-norm", x="1000 1001; 1001 1002")
    assert "The line is redrawn to fit." in saying(scene, "Subtracting the mean").caption
    assert not any("redrawn" in caption for caption in captions(perform("batch-norm")))


# Whatever came: true numbers, in the frame, side by side.

SELDOM = ("largest", "one column", "one row", "eight by eight", "large eps", "one that differs", "negative")


@pytest.mark.parametrize(("which", "ratio"), in_turn(SPECS, FRAME_SIZES, seldom=SELDOM))
def test_everything_is_true_and_fits(perform_well: Perform, which: str, ratio: str) -> None:
    scene = perform_well("batch-norm", **SPECS[which], ratio=ratio)
    assert all(len(caption.split()) <= 30 for caption in captions(scene)), captions(scene)


# What is refused.


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"x": "2 2; 2 2"},
            r"so give eps too: it must make every variance positive, .* it is 0 and channel 0 has a variance of 0\.",
        ),
        ({"x": "2"}, r"x must hold more than one value per channel when training is true"),
        ({"training": False}, r"running_mean and running_var must be given unless training is true"),
        ({"running_mean": [1]}, r"running_mean and running_var must be given together"),
        ({"weight": [1, 2]}, r"weight must hold one number for each channel of x, 1 in all, but it holds 2\."),
        (
            {"training": False, "running_mean": [1], "running_var": [1e-10]},
            r"eps too: it must make every standard deviation at least 0\.0001 .*, but channel 0 has one of 1e-05\.",
        ),
        (
            {"weight": [9999], "x": "0 9999", "bias": [9999], **EVALUATED},
            r"must keep the output within ±1000000 .* reaches 9\.9981e\+08\.",
        ),
        ({"eps": -1}, r"eps must be a number from 0"),
        ({"momentum": 2}, r"momentum must be a number from 0 to 1, but it is 2"),
        ({"momentum": "much"}, r"momentum must be a number.*'much'"),
    ],
)
def test_what_cannot_be_filmed_is_refused_in_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        find("batch-norm").build(given)


@pytest.mark.parametrize(
    ("x", "output", "said"),
    [
        ("1 2; 3 4; 5 6", [[-1.22474, -1.22474], [0, 0], [1.22474, 1.22474]], "3 samples of 2 features"),
        ("1 2 | 3 6", [[[-1.06904, -0.53452]], [[0, 1.60357]]], "A batch of 2 images of 1×2"),
    ],
)
def test_a_batch_is_normalised_over_its_samples(perform_well: Perform, x: str, output: Any, said: str) -> None:
    scene = perform_well("batch-norm", x=x, batch=True)
    expected = np.array(output)
    assert scene.spec.trace().output.reshape(expected.shape) == pytest.approx(expected, abs=1e-5)
    assert scene.timeline.beats[0].caption.startswith(said)
    last = {one.of: one.text for one in scene.timeline.beats[-1].shown if one.of.startswith("output[")}
    assert len(last) == expected.size
    assert {float(text.replace("−", "-")) for text in last.values()} == set(expected.round(2).ravel())


@pytest.mark.parametrize(
    ("x", "came"),
    [
        ("1 2 3", "x must have at least two rows"),
        ("1 2 3 4; 3 4 5 6", "x must have at most 3 columns, .* has 4"),
        (" | ".join(["1; 2; 3; 4; 5"] * 3), "x must have at most 12 rows in all its images .* has 15"),
    ],
)
def test_a_batch_that_could_not_be_read_is_refused(x: str, came: str) -> None:
    with pytest.raises(InputError, match=came):
        find("batch-norm").build({"x": x, "batch": True}).values()


def test_channels_with_statistics_that_are_rounded_can_be_recorded() -> None:
    x = [[[1, 2], [4, 6]], [[10, 20], [30, 41]]]
    spec = find("batch-norm").build({"x": json.dumps(x), "pace": "fast", "question": False})
    assert record_film(spec, (320, 180)).film["beats"][-1]["shown"]
