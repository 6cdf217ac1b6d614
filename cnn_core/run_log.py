"""A training run as it was recorded: a log in one safetensors file, to be read without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.errors import InputError
from cnn_core.layers import KINDS
from cnn_core.mnist import CLASSES
from cnn_core.network import Network
from cnn_core.reading.tensor_files import Tensors, read_tensors, write_tensors

__all__ = ["EMBEDDED_RUN", "SURE", "Comparison", "RunLog", "clarity", "embedded_run", "read_log", "write_log"]

EMBEDDED_RUN: Final = Path(__file__).parent / "data" / "run.safetensors"
_LOG_FORMAT: Final = "cnnreel-run/1"
_CHECKPOINT: Final = "checkpoint."
SURE, _VERY_SURE = 0.5, 0.9
"""Probabilities above which a network is sure of what it reads."""

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What else was tried, from the same start.

    Attributes
    ----------
    few_learned, few_read : (2, S), (2, R)
        A few digits, learned as they are and, in the second row, varied each time: the share of them that was right
        at each step, and that of the test set at the steps `few_step` (R,).
    rate, rate_loss : (K,), (K, S)
        Plain SGD with each rate: the loss of each batch.
    """

    few_step: Numbers
    few_learned: Numbers
    few_read: Numbers
    rate: Numbers
    rate_loss: Numbers


@dataclass(frozen=True, eq=False)
class RunLog:
    """A recorded run of T steps.

    Attributes
    ----------
    about
        What was asked for (seed, recipe, the data's hash), the layers, with which versions, how it was measured.
    loss, correct : (T,)
        Of each batch, read with the weights before its step: the mean loss, and how many were right.
    kernels : (T + 1, C_out, C_in, kH, kW)
        The weights of the first convolution before the first step and after each.
    step : (M,)
        After how many steps the network was measured on the test set: 0 first, T last.
    confusion : (M, 10, 10)
        How often the test digit of the row was read as that of the column.
    index, label : (D,)
        Test digits whose reading was followed; one of each class.
    logits : (M, D, 10)
        How they were read.
    batch_step : (B,)
        Steps of which some digits were kept, as the network saw them.
    batch_images : (B, n, 28, 28)
    batch_label, batch_read : (B, n)
    gradient_size : (P,)
        Root mean square of the first step's gradient, one for each layer with weights.
    checkpoint_step : (K,)
    checkpoints
        Every array of the network at these steps, (K, ...) each.
    """

    about: dict[str, Any]
    loss: Numbers
    correct: Numbers
    kernels: Numbers
    step: Numbers
    confusion: Numbers
    index: Numbers
    label: Numbers
    logits: Numbers
    batch_step: Numbers
    batch_images: Numbers
    batch_label: Numbers
    batch_read: Numbers
    gradient_size: Numbers
    checkpoint_step: Numbers
    checkpoints: Tensors
    comparison: Comparison

    @property
    def steps(self) -> int:
        return len(self.loss)

    def network(self, checkpoint: int) -> Network:
        """Return the network at `checkpoint_step[checkpoint]`."""
        layers = []
        for number, entry in enumerate(self.about["layers"]):
            options = {name: value for name, value in entry.items() if name != "kind"}
            arrays = {
                name.partition(".")[2]: array[checkpoint].astype(np.float64)
                for name, array in self.checkpoints.items()
                if name.partition(".")[0] == str(number)
            }
            layers.append(KINDS[entry["kind"]](**options, **arrays))
        return Network(layers)


_ARRAYS: Final = tuple(one.name for one in fields(RunLog) if one.name not in ("about", "checkpoints", "comparison"))
_COMPARED: Final = tuple(one.name for one in fields(Comparison))


def write_log(path: Path, log: RunLog) -> None:
    """Write a log; equal runs give equal bytes."""
    arrays = {name: getattr(log, name) for name in _ARRAYS}
    compared = {name: getattr(log.comparison, name) for name in _COMPARED}
    checkpoints = {f"{_CHECKPOINT}{name}": array for name, array in log.checkpoints.items()}
    write_tensors(path, {**arrays, **compared, **checkpoints}, {"format": _LOG_FORMAT, **log.about})


def read_log(path: Path) -> RunLog:
    """Return the run in a file that `write_log` has written.

    Raises
    ------
    InputError
        If the file is damaged or something else.
    """
    tensors, about = read_tensors("log", path)
    if about.pop("format", None) != _LOG_FORMAT or missing(tensors):
        raise InputError(f"log must be a file that train --log has written, but {path.name} is not.")
    checkpoints = {
        name.removeprefix(_CHECKPOINT): array for name, array in tensors.items() if name.startswith(_CHECKPOINT)
    }
    compared = Comparison(**{name: tensors[name] for name in _COMPARED})
    log = RunLog(about, **{name: tensors[name] for name in _ARRAYS}, checkpoints=checkpoints, comparison=compared)
    if not _fits(log):
        raise InputError(f"log must hold arrays that belong together, but those of {path.name} do not.")
    return log


@cache
def embedded_run() -> RunLog:
    """Return the log that comes with the package: one epoch of the shipped recipe.

    It is not the run of the shipped weights, which were trained for 30 epochs.

    >>> embedded_run().steps
    430
    """
    return read_log(EMBEDDED_RUN)


def clarity(logits: Numbers, labels: Numbers) -> Numbers:
    """Tell of digits how clearly a run changed its mind: first sure of one wrong class, then right until the end.

    Parameters
    ----------
    logits : (M, N, 10)
    labels : (N,)

    Returns
    -------
    (N,)
        The sum of the probabilities with which it was wrong and sure; less than 0 where it was not as simple.
    """
    shares = np.exp(logits.astype(np.float64) - logits.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    read, most, time = shares.argmax(axis=2), shares.max(axis=2), np.arange(len(shares))[:, None]
    right, wrong = (most > SURE) & (read == labels), (most > SURE) & (read != labels)
    last_wrong = np.where(wrong, time, -1).max(axis=0)
    first_right = np.where(right, time, len(shares)).min(axis=0)
    same = np.where(wrong, read, -1).max(axis=0) == np.where(wrong, read, CLASSES).min(axis=0)
    stays = (right | (time <= last_wrong)).all(axis=0) & right[-1] & (most[-1] > _VERY_SURE)
    doubt = np.where(wrong, most, 0.0).sum(axis=0)
    scores: Numbers = np.where(same & stays & (first_right > last_wrong), doubt, doubt - len(shares))
    return scores


def missing(tensors: Mapping[str, object]) -> set[str]:
    return {*_ARRAYS, *_COMPARED} - tensors.keys()


def _fits(log: RunLog) -> bool:
    """Tell whether the arrays of a log have the shapes that belong together, and are finite."""
    steps, measured, followed, shown = len(log.loss), len(log.step), len(log.index), len(log.batch_step)
    kept = log.batch_images.shape[1] if log.batch_images.ndim == 4 else 0
    shapes = {
        "correct": (steps,),
        "confusion": (measured, CLASSES, CLASSES),
        "label": (followed,),
        "logits": (measured, followed, CLASSES),
        "batch_images": (shown, kept, 28, 28),
        "batch_label": (shown, kept),
        "batch_read": (shown, kept),
    }
    return (
        all(getattr(log, name).shape == shape for name, shape in shapes.items())
        and log.kernels.ndim == 5
        and len(log.kernels) == steps + 1
        and min(steps, measured, followed, shown, kept) > 0
        and log.step.tolist() == sorted(set(log.step.tolist()))
        and (int(log.step[0]), int(log.step[-1])) == (0, steps)
        and all(np.isfinite(getattr(log, name)).all() for name in ("loss", "kernels", "logits"))
    )
