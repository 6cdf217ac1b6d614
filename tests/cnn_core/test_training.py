"""Training is reproducible to the byte, survives being killed, and never continues what does not fit."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core import mnist, weights
from cnn_core.errors import InputError
from cnn_core.recipe import BatchReport, EpochReport, Recipe
from cnn_core.training import split, train, varied

EPOCHS = 3
RECIPE = Recipe(validation=100, batch_size=64, max_lr=5e-3)


@cache
def some() -> mnist.Digits:
    """Return few enough digits to learn them in a moment."""
    return mnist.load_test().take(np.arange(500))


def trained(path: Path, **options: object) -> bytes:
    """Train a little and return the weights as they would be shipped."""
    result = train(some(), **{"epochs": EPOCHS, "seed": 1, "recipe": RECIPE, **options})
    weights.save(path / "net.safetensors", result.network)
    return (path / "net.safetensors").read_bytes()


@cache
def expected() -> bytes:
    """Return what the same training gives when nothing happens to it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return trained(Path(folder))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    torch.manual_seed(99)  # what happened before does not matter
    assert trained(tmp_path) == expected()
    assert trained(tmp_path, seed=2) != expected()


def test_training_leaves_the_threads_and_random_numbers_of_torch_as_they_were(tmp_path: Path) -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    trained(tmp_path)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_training_learns_and_reports_what_it_learned() -> None:
    epochs: list[EpochReport] = []
    batches: list[BatchReport] = []
    result = train(
        some(),
        epochs=12,
        recipe=replace(RECIPE, max_lr=1e-2),
        on_epoch=epochs.append,
        on_batch=batches.append,
    )
    assert result.history == tuple(epochs)
    assert [report.epoch for report in epochs] == list(range(1, 13))
    assert [report.batch for report in batches if report.epoch == 2] == list(range(1, 8))
    assert {report.batches for report in batches} == {7}
    assert batches[-1].loss == epochs[-1].loss < epochs[0].loss / 2
    assert batches[-1].accuracy == epochs[-1].accuracy > 0.6
    _, held_back = split(some(), 100)
    read = result.network.predict(mnist.as_input(held_back.images)).argmax(axis=1)
    assert np.mean(read == held_back.labels) == epochs[-1].validation_accuracy > 0.6


def test_a_model_of_another_shape_is_trained_as_well() -> None:
    result = train(
        some(),
        epochs=1,
        recipe=RECIPE,
        build=lambda: nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(49, 20), nn.Tanh(), nn.Linear(20, 10)),
    )
    assert result.network.names == ("average pool", "flatten", "linear 1", "tanh", "linear 2")


def test_every_epoch_sees_the_images_in_another_way() -> None:
    first, second = train(some(), epochs=2, recipe=replace(RECIPE, max_lr=0)).history
    assert first.loss != second.loss  # although nothing was learned


def test_validation_images_are_never_learned_from() -> None:
    learned, held_back = split(some(), 100)
    assert (len(learned), len(held_back)) == (400, 100)
    everything = np.concatenate([learned.images, held_back.images]).reshape(500, -1)
    assert len(np.unique(everything, axis=0)) == 500


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from cnn_core.training import train
from tests.cnn_core.test_training import EPOCHS, RECIPE, some

def die(report):
    if (report.epoch, report.batch) == {when}:
        os.kill(os.getpid(), signal.SIGKILL)

train(some(), epochs=EPOCHS, seed=1, recipe=RECIPE, checkpoint=Path({checkpoint!r}), resume=True, on_batch=die)
"""


def killed(checkpoint: Path, when: tuple[int, int]) -> None:
    """Train in a process of its own, which is killed at an epoch and a batch."""
    code = KILLED.format(root=str(Path(__file__).parents[2]), checkpoint=str(checkpoint), when=when)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9


@pytest.mark.soak
def test_a_training_that_is_killed_twice_ends_at_the_same_bytes(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.safetensors"
    killed(checkpoint, (2, 3))
    killed(checkpoint, (3, 7))
    learned: list[EpochReport] = []
    assert trained(tmp_path, checkpoint=checkpoint, resume=True, on_epoch=learned.append) == expected()
    assert [report.epoch for report in learned] == [3]


def test_a_finished_run_is_resumed_without_learning_anything(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.safetensors"
    first = train(some(), epochs=2, recipe=RECIPE, checkpoint=checkpoint)
    again = train(some(), epochs=2, recipe=RECIPE, checkpoint=checkpoint, resume=True, on_batch=pytest.fail)
    assert again.history == first.history
    for layer, same in zip(first.network.layers, again.network.layers, strict=True):
        for name, array in layer.tensors().items():
            assert np.array_equal(array, same.tensors()[name])


def test_without_resume_training_starts_anew(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.safetensors"
    train(some(), epochs=2, recipe=RECIPE, seed=7, checkpoint=checkpoint)
    assert trained(tmp_path, checkpoint=checkpoint) == expected()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "run.safetensors"
    train(some(), epochs=1, recipe=RECIPE, checkpoint=path)
    return path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 3}, "seed is 0 and here it is 3;"),
        ({"epochs": 4}, "epochs is 1 and here it is 4;"),
        ({"recipe": replace(RECIPE, max_lr=1.0)}, "max_lr is 0.005 and here it is 1.0;"),
        ({"data": mnist.load_test().take(np.arange(499))}, "data_sha256 is [0-9a-f]+… and here it is"),
        (
            {"build": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10))},
            "model is Conv2d.+… and here it is Flatten",
        ),
    ],
)
def test_another_run_is_not_continued(checkpoint: Path, options: dict[str, object], message: str) -> None:
    asked = {"data": some(), "epochs": 1, "recipe": RECIPE, "checkpoint": checkpoint, "resume": True, **options}
    start = r"^checkpoint must come from a run like this one, but in run\.safetensors "
    with pytest.raises(InputError, match=start + message):
        train(asked.pop("data"), **asked)


def resumed(checkpoint: Path) -> None:
    train(some(), epochs=1, recipe=RECIPE, checkpoint=checkpoint, resume=True)


def test_a_damaged_checkpoint_is_refused(checkpoint: Path) -> None:
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"^checkpoint must be a safetensors file, but .run\.safetensors. is not"):
        resumed(checkpoint)


def test_weights_are_no_checkpoint(checkpoint: Path) -> None:
    weights.save(checkpoint, weights.shipped())
    with pytest.raises(
        InputError, match=r'^checkpoint must be of format "cnnreel-checkpoint/1", but run\.safetensors is'
    ):
        resumed(checkpoint)


def test_a_checkpoint_without_its_arrays_is_refused(checkpoint: Path) -> None:
    from cnn_core.reading.tensor_files import read_tensors, write_tensors

    tensors, description = read_tensors("checkpoint", checkpoint)
    del tensors["model.0.weight"]
    write_tensors(checkpoint, tensors, description)
    with pytest.raises(InputError, match=r"^checkpoint must fit the model, but run\.safetensors does not: "):
        resumed(checkpoint)


def test_a_checkpoint_is_opened_without_pickle(checkpoint: Path) -> None:
    data = checkpoint.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert {"model.0.weight", "optimizer.0.exp_avg", "optimizer.0.step"} < header.keys()


@pytest.mark.parametrize("validation", [0, 500, 501])
def test_a_split_that_leaves_one_side_empty_is_refused(validation: int) -> None:
    message = rf"^validation must leave images on both sides, but it holds back {validation} of 500\.$"
    with pytest.raises(InputError, match=message):
        train(some(), epochs=1, recipe=replace(RECIPE, validation=validation))


def test_no_epochs_are_refused() -> None:
    with pytest.raises(InputError, match=r"^epochs must be at least 1, but it is 0\.$"):
        train(some(), epochs=0, recipe=RECIPE)


def test_varied_images_stay_near_the_original_and_differ_each_time() -> None:
    x = torch.tensor(mnist.as_input(some().images)).float()
    one, other = (varied(x, Recipe(), torch.Generator().manual_seed(seed)) for seed in (1, 2))
    assert one.shape == x.shape
    assert 0 <= one.min() <= one.max() <= 1
    assert not torch.equal(one, other)
    assert (one.sum() / x.sum()).item() == pytest.approx(1, abs=0.05)
    still = Recipe(rotation=0, scale=0, shear=0, shift=0, bend=0)
    torch.testing.assert_close(varied(x, still, torch.Generator()), x, rtol=0, atol=1e-4)
