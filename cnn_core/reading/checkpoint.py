"""Where a training run stands, on disk: enough to go on after a kill and to end at the same result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cnn_core.errors import InputError
from cnn_core.reading.tensor_files import Tensors, read_tensors, write_tensors
from cnn_core.recipe import EpochReport

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

_FORMAT: Final = "cnnreel-checkpoint/1"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A training run after an epoch.

    Attributes
    ----------
    run
        What was asked for (seed, recipe, data, model); only a run that was asked for in the same way goes on from here.
    history
        A report for each epoch so far.
    tensors
        The state of the model ("model.0.weight") and of the optimizer ("optimizer.0.exp_avg").
    """

    run: dict[str, Any]
    history: tuple[EpochReport, ...]
    tensors: Tensors


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; a kill at any moment leaves the old one or the new one."""
    history = [asdict(report) for report in checkpoint.history]
    write_tensors(path, checkpoint.tensors, {"format": _FORMAT, "run": checkpoint.run, "history": history})


def read_checkpoint(path: Path, run: dict[str, Any]) -> Checkpoint:
    """Return the checkpoint in a file, which must belong to `run`.

    Raises
    ------
    InputError
        If the file is damaged, or comes from a run that was asked for otherwise.
    """
    tensors, description = read_tensors("checkpoint", path)
    try:
        if description["format"] != _FORMAT:
            raise ValueError
        found = description["run"]
        history = tuple(EpochReport(**report) for report in description["history"])
        differences = [key for key in run if found.get(key) != run[key]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f'checkpoint must be of format "{_FORMAT}", but {path.name} is not.') from None
    if differences:
        key = differences[0]
        raise InputError(
            f"checkpoint must come from a run like this one, but in {path.name} {key} is {_short(found.get(key))} "
            f"and here it is {_short(run[key])}; start without resuming, or ask for the same."
        )
    return Checkpoint(run, history, tensors)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
