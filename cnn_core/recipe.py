"""How to train, how training reports on itself and what it returns; to be read without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnn_core.network import Network

__all__ = ["BatchReport", "EpochReport", "Recipe", "TrainingResult"]


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    validation
        How many images are held back to measure on.
    max_lr, warm_up
        The learning rate rises to `max_lr` in the first `warm_up` part of all steps, then falls to 0.
    rotation, scale, shear, shift, bend
        How far each image is at most turned (degrees), scaled (factor e^scale), slanted and moved (share of
        its width), and bent (standard deviation, share of half its width) each time it is seen.
    """

    validation: int = 5_000
    batch_size: int = 128
    max_lr: float = 1e-2
    warm_up: float = 0.2
    weight_decay: float = 1e-2
    rotation: float = 10.0
    scale: float = 0.1
    shear: float = 0.1
    shift: float = 0.035
    bend: float = 0.03


@dataclass(frozen=True)
class BatchReport:
    """How the epoch stands after a batch: which batch of how many (from 1), and the means so far."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochReport:
    """How an epoch went.

    Attributes
    ----------
    epoch, epochs
        Which one, counted from 1, and how many there will be.
    loss, accuracy
        Means over the images of the epoch, as they were learned from: moved, turned and bent.
    validation_accuracy
        On the images held back, after the epoch.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    validation_accuracy: float


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a training run has produced.

    Attributes
    ----------
    history
        A report for each epoch.
    run
        What was asked for, as plain values: epochs, seed, the recipe's, the data's hash, the model in words.
    """

    network: Network
    history: tuple[EpochReport, ...]
    run: dict[str, Any]
