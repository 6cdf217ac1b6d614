"""A run is recorded without changing it, and its log is read back, explained and refused where it is damaged."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cnn_core import mnist, recording
from cnn_core.equation import Equation, Given
from cnn_core.errors import InputError
from cnn_core.model import digit_classifier
from cnn_core.notation import plain
from cnn_core.recipe import Recipe, TrainingResult
from cnn_core.recording import RunRecorder, compare, measured_steps, started
from cnn_core.run_log import EMBEDDED_RUN, RunLog, clarity, embedded_run, read_log, write_log
from cnn_core.run_trace import RunTrace
from cnn_core.training import train

RECIPE = Recipe(validation=20, batch_size=32)


@cache
def some() -> mnist.Digits:
    return mnist.load_test().take(np.arange(120))


@cache
def recorded() -> tuple[RunLog, TrainingResult]:
    """Record a run of four steps."""
    recorder = RunRecorder(some())
    result = train(some(), epochs=1, recipe=RECIPE, recorder=recorder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "_FEW_STEPS", 2)
        patch.setattr(recording, "_FEW_READ", (0, 2))
        patch.setattr(recording, "_RATE_STEPS", 11)
        comparison = compare(some(), some(), RECIPE, 0, digit_classifier)
    return recorder.log(result.run, comparison), result


def test_recording_does_not_change_what_is_learned() -> None:
    _, watched = recorded()
    alone = train(some(), epochs=1, recipe=RECIPE)
    for one, other in zip(watched.network.layers, alone.network.layers, strict=True):
        for name, array in one.tensors().items():
            np.testing.assert_array_equal(array, other.tensors()[name])
    assert watched.history == alone.history


def test_a_log_holds_the_steps_and_where_they_led() -> None:
    log, result = recorded()
    (epoch,) = result.history
    sizes = [32, 32, 32, 4]
    assert log.steps == len(sizes)
    assert np.average(log.loss, weights=sizes) == pytest.approx(epoch.loss, rel=1e-6)
    assert log.correct.sum() / 100 == epoch.accuracy
    assert log.step.tolist() == [0, 1, 2, 3, 4]
    assert log.confusion.sum(axis=(1, 2)).tolist() == [120] * 5
    last = log.network(len(log.checkpoint_step) - 1)
    x = mnist.as_input(some().images[log.index])
    np.testing.assert_allclose(last.logits(x), log.logits[-1], atol=0.02)
    np.testing.assert_array_equal(log.label, some().labels[log.index])
    first = started(digit_classifier, 0)[0].weight.detach().numpy()  # type: ignore[index]
    np.testing.assert_allclose(log.kernels[0], first, atol=1e-3)


def test_a_log_is_read_back_as_it_was_written_and_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    log, _ = recorded()
    write_log(tmp_path / "run.safetensors", log)
    again = read_log(tmp_path / "run.safetensors")
    assert again.about["seed"] == 0
    np.testing.assert_array_equal(again.logits, log.logits)
    np.testing.assert_array_equal(again.comparison.rate_loss, log.comparison.rate_loss)
    write_log(tmp_path / "again.safetensors", again)
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "run.safetensors").read_bytes()


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    log, _ = recorded()
    write_log(tmp_path / "short.safetensors", replace(log, correct=log.correct[:-1]))
    with pytest.raises(InputError, match=r"log must hold arrays that belong together, but those of short.safetensors"):
        read_log(tmp_path / "short.safetensors")
    with pytest.raises(InputError, match=r"log must be a file that train --log has written, but digits.safetensors"):
        read_log(EMBEDDED_RUN.with_name("digits.safetensors"))


def test_the_embedded_run_is_small_and_reads_what_it_says() -> None:
    log = embedded_run()
    assert EMBEDDED_RUN.stat().st_size <= 250_000
    assert log.about["statistics"] == "running"
    correct = np.trace(log.confusion.astype(int), axis1=1, axis2=2)
    assert (correct[0], correct[-1]) == (935, 9860)
    test = mnist.load_test()
    assert log.about["test_sha256"] == test.sha256()
    read = log.network(len(log.checkpoint_step) - 1).predict(mnist.as_input(test.images[:200])).argmax(axis=1)
    assert (read == test.labels[:200]).mean() > 0.97


def test_measured_steps_begin_with_0_and_end_with_the_last() -> None:
    steps = measured_steps(430)
    assert len(steps) == 27
    assert [steps[k] for k in (0, 12, 15, 19, 26)] == [0, 23, 44, 108, 430]


def test_a_run_of_too_many_steps_is_not_recorded() -> None:
    with pytest.raises(InputError, match="log must be of at most 50,000 steps, but this run has 60,000"):
        RunRecorder(some()).begin(digit_classifier(), 60_000)


def read_as(*shares: float) -> np.ndarray:
    """Return logits (M, 1, 10) of a digit that is a 0 with these probabilities, else a 1."""
    rows = np.full((len(shares), 10), 1e-9)
    rows[:, 0], rows[:, 1] = shares, 1 - np.array(shares)
    return np.log(rows)[:, None]


@pytest.mark.parametrize(
    ("shares", "is_clear"),
    [
        ((0.5, 0.2, 0.1, 0.95, 0.99), True),
        ((0.5, 0.2, 0.95, 0.2, 0.99), False),  # back and forth
        ((0.1, 0.1, 0.1, 0.1, 0.1), False),  # never right
        ((0.99, 0.99, 0.99, 0.99, 0.99), False),  # never wrong
    ],
)
def test_a_change_of_mind_is_clear_if_it_happens_once(shares: tuple[float, ...], is_clear: bool) -> None:
    (found,) = clarity(read_as(*shares), np.array([0]))
    assert (found > 0) == is_clear


def test_every_number_of_a_run_is_recorded_counted_or_computed() -> None:
    trace = RunTrace(embedded_run(), 8)
    for name, array in trace.values().items():
        position = tuple(size - 1 for size in array.shape)
        found = trace.explain(f"{name}[{','.join(map(str, position))}]" if position else name)
        if isinstance(found, Equation):
            assert found.left.calculate() == pytest.approx(float(array[position]), abs=2e-2), name
        else:
            assert found.origin in ("recorded", "counted"), name
    assert trace.explain("loss[3]") == Given("recorded")
    accuracy = trace.explain("accuracy[26]")
    assert isinstance(accuracy, Equation)
    assert plain(accuracy) == "9860 / 10000 = 0.9860"
