"""A checkpoint comes back as it was written, to the run that wrote it and to no other."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.reading.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from cnn_core.reading.tensor_files import write_tensors
from cnn_core.recipe import EpochReport

RUN: dict[str, Any] = {"seed": 1, "max_lr": 0.01, "model": "Linear(3, 4)"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tensors = {"model.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "optimizer.0.step": np.array(7.0)}
    report = EpochReport(1, 2, 0.123456789012345678, 0.5, 0.25)
    write_checkpoint(tmp_path / "run.safetensors", Checkpoint(RUN, (report,), tensors))
    return tmp_path / "run.safetensors"


def test_a_checkpoint_comes_back_as_it_was_written(path: Path) -> None:
    found = read_checkpoint(path, RUN)
    assert found.run == RUN
    assert found.history == (EpochReport(1, 2, 0.123456789012345678, 0.5, 0.25),)
    assert found.tensors["model.0.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (found.tensors["optimizer.0.step"].shape, found.tensors["optimizer.0.step"]) == ((), 7)


def test_a_checkpoint_of_another_run_is_refused_with_the_difference(path: Path) -> None:
    message = (
        r"^checkpoint must come from a run like this one, but in run\.safetensors max_lr is 0\.01 "
        r"and here it is 0\.02; start without resuming, or ask for the same\.$"
    )
    with pytest.raises(InputError, match=message):
        read_checkpoint(path, {**RUN, "max_lr": 0.02})


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"format": "cnnreel-checkpoint/1"},
        {"format": "cnnreel-checkpoint/2", "run": RUN, "history": []},
        {"format": "cnnreel-checkpoint/1", "run": [], "history": []},
        {"format": "cnnreel-checkpoint/1", "run": RUN, "history": [{"epoch": 1}]},
        {"format": "cnnreel-checkpoint/1", "run": RUN, "history": 5},
    ],
)
def test_a_description_of_something_else_is_refused(path: Path, description: dict[str, Any]) -> None:
    write_tensors(path, {}, description)
    with pytest.raises(
        InputError, match=r'^checkpoint must be of format "cnnreel-checkpoint/1", but run\.safetensors is'
    ):
        read_checkpoint(path, RUN)
