"""The film of a run says what was recorded; another run is filmed by the same scene, and says something else."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import tempconfig

from cnn_core.errors import InputError
from cnn_core.run_log import embedded_run, write_log
from scenes.layout import Box
from scenes.mobjects.text import Label
from scenes.rehearsal import FRAME_SIZES
from scenes.theme import THEMES
from scenes.training import TrainingSpec
from scenes.training.moments import Moments
from scenes.training.outcome import KernelBlock
from scenes.training.plots import RunPlots
from scenes.training.scene import TrainingScene
from tests.scenes.looking import overlapping, watch

Perform = Callable[..., Any]


@pytest.fixture
def short_run(tmp_path: Path) -> Path:
    """A log of the first 56 steps of the embedded run, after which an 8 is still read as 2."""
    run = embedded_run()
    measured = run.step <= 56
    write_log(
        tmp_path / "short.safetensors",
        replace(
            run,
            loss=run.loss[:56],
            correct=run.correct[:56],
            kernels=run.kernels[:57],
            step=run.step[measured],
            confusion=run.confusion[measured],
            logits=run.logits[measured],
            batch_step=run.batch_step[:1],
            batch_images=run.batch_images[:1],
            batch_label=run.batch_label[:1],
            batch_read=run.batch_read[:1],
        ),
    )
    return tmp_path / "short.safetensors"


def test_the_eight_is_first_read_as_two() -> None:
    trace = TrainingSpec.build({}).trace()
    moments = Moments.of(trace)
    assert (moments.label, moments.other) == (8, 2)
    assert moments.wrong is not None
    assert moments.right is not None
    steps = trace.log.step
    assert (steps[moments.wrong], steps[moments.right]) == (87, 108)


def test_the_film_says_what_was_recorded(perform: Perform) -> None:
    captions = " ".join(beat.caption for beat in perform("training").timeline.beats)
    for words in (
        "of ten equal guesses is ln 10, about 2.303",
        "reads this 8 as 2",
        "By step 108",
        "from step 11 on all",
    ):
        assert words in captions
    assert "not that of the shipped weights" in captions


def test_another_run_is_filmed_as_well(perform_well: Perform, short_run: Path) -> None:
    scene = perform_well("training", log=short_run, digit=2382)
    captions = " ".join(beat.caption for beat in scene.timeline.beats)
    assert "one small step, 56 times" in captions
    assert "not that of the shipped weights" not in captions
    question = next(beat for beat in scene.timeline.beats if beat.kind == "question")
    assert question.answer == "no, as 2"


def test_in_a_square_frame_no_two_texts_stand_on_each_other() -> None:
    scene, seen = watch(TrainingSpec.build({"ratio": "1:1"}))
    for beat, labels in zip(scene.timeline.beats, seen, strict=True):
        assert not list(overlapping(labels)), beat.caption


def test_in_a_square_frame_bars_are_named_in_large_letters() -> None:
    with tempconfig({"pixel_width": 720, "pixel_height": 720, "dry_run": True}):
        scene = TrainingScene(TrainingSpec.build({}))
        scene.stage_box = scene.bands.whole
        digit, maps, bars = scene.beginning()
    assert bars.height / 10 > 8 / 20, "of ten rows each has a twentieth of the height"
    assert not any(one.overlaps(other) for one, other in combinations((digit, maps, bars), 2))


def test_the_line_that_ties_both_curves_crosses_no_number() -> None:
    trace = TrainingSpec.build({}).trace()
    plots = RunPlots(trace, Moments.of(trace), ("L", "p"), THEMES["dark"], Box(-3, 3, -2, 2), 0.46)
    labels = [one for plane in (plots.loss, plots.share) for one in plane if isinstance(one, Label) and one.text]
    for m in (int(np.argmax(trace.log.step > 10)), len(trace.log.step) - 1):
        line = Box.around(plots.now(m), 0.01)
        assert not any(line.overlaps(Box.around(label)) for label in labels)


def test_kernels_go_from_their_start_through_each_measured_step_to_their_end() -> None:
    trace = TrainingSpec.build({}).trace()
    block = KernelBlock(trace, range(2, 4), THEMES["dark"], Box(-4, 4, -2, 2), 0.3)
    assert len(block.way) == len(trace.log.step)
    (height, _), rows = block.arrangement.corner(2), trace.kernels.shape[2]
    first, second = slice(0, rows), slice(height, height + rows)
    assert (block.way[0][second] == block.start[0][first]).all(), "the second row begins as the first"
    assert not (block.way[-1][second] == block.start[0][first]).all()
    assert (block.change[0] == block.way[-1]).all(), "differences come when all else stands"


def test_a_digit_that_was_not_followed_is_refused() -> None:
    with pytest.raises(InputError, match=r"digit must be one of 3219, .*, but it is 5"):
        TrainingSpec.build({"digit": 5})
    assert TrainingSpec.build({"digit": 3219}).values()["label"] == 0


def test_what_is_drawn_of_a_curve_keeps_its_smallest_and_largest_values() -> None:
    from scenes.training.plots import thinned

    y = np.random.default_rng(0).normal(size=2000)
    kept = thinned(np.arange(1.0, 2001.0), y, 0, 2000)
    assert len(kept) < 400
    assert {0, 1999, int(y.argmin()), int(y.argmax())} <= set(kept.tolist())


@pytest.mark.parametrize(("ratio", "count"), [("16:9", 8), ("1:1", 4), ("9:16", 8)])
def test_kernels_are_large_enough_to_be_seen(ratio: str, count: int) -> None:
    scene, seen = watch(TrainingSpec.build({"ratio": ratio}))
    place = next(k for k, beat in enumerate(scene.timeline.beats) if "pushed, not made anew" in beat.caption)
    cosine = [one.box for one in scene.timeline.beats[place].shown if one.of.startswith("cosine")]
    assert len(cosine) == count
    assert (f"{count} of the first layer's 8" in scene.timeline.beats[place - 1].caption) == (count < 8)
    assert "cosine" in [label.text for label in seen[place]]
    pitch = abs(cosine[1][0] + cosine[1][2] - cosine[0][0] - cosine[0][2]) / 2
    assert pitch > 4 / 3 * 0.1 * min(FRAME_SIZES[ratio]), "a kernel and a third of it between two"


def test_each_line_is_named_where_it_ends() -> None:
    scene, seen = watch(TrainingSpec.build({"ratio": "16:9"}))
    said = [beat.caption for beat in scene.timeline.beats]
    doubt = next(k for k, line in enumerate(said) if line.startswith("At step 87"))
    plane = {label.text: label.box for label in seen[doubt] if label.text in ("2", "8") and label.box[0] < 720}
    assert plane["2"][3] < plane["8"][1], "the likelier stands above the other"
    few = next(k for k, line in enumerate(said) if line.startswith("Only 100 digits"))
    assert {"the 100", "test set"} <= {label.text for label in seen[few]}


def test_names_of_lines_that_end_together_do_not_touch() -> None:
    trace = TrainingSpec.build({}).trace()
    plots = RunPlots(trace, Moments.of(trace), ("L", "p"), THEMES["dark"], Box(-3, 3, -2, 2), 0.46)
    for m in range(len(trace.log.step)):
        upper, lower = plots.names({0: "#fff", 1: "#fff"}, m)
        assert upper.get_bottom()[1] > lower.get_top()[1]
        assert lower.get_bottom()[1] > plots.share.area.bottom - 1e-9
