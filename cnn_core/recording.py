"""Recording a training run: what happened at each step, and how well the network read at some of them. Needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnn_core.errors import InputError
from cnn_core.mnist import CLASSES, Digits
from cnn_core.model import digit_classifier, from_torch
from cnn_core.recipe import Recipe, TrainingResult
from cnn_core.run_log import Comparison, Numbers, RunLog, clarity, write_log
from cnn_core.training import images_and_labels, one_cycle, one_thread, split, take_step, varied

__all__ = ["RunRecorder", "compare", "measured_steps", "recorded"]

_GROWTH = 1.25
"""From one measured step to the next, about."""
_MOST_STEPS = 50_000
"""Of a run that is recorded: every step's kernels are kept."""
_KEPT = 16
"""Digits of a batch that are kept."""
_BATCHES = (0.0, 0.46, 0.58, 0.96)
"""Which of the measured steps have their batches kept, as shares of their number."""
_CHECKPOINTS = (0.0, 0.35, 0.46, 0.58, 0.65, 0.73, 0.85, 1.0)
"""The same for all arrays of the network."""
_FEW, _FEW_STEPS, _FEW_READ = 100, 60, (0, 6, 12, 24, 36, 48, 60)
_RATES, _RATE_STEPS = (0.001, 0.1, 10.0), 150


def measured_steps(steps: int) -> list[int]:
    """Return after which steps of a run the network is measured: each 1, then ever further apart, and the last.

    >>> measured_steps(30)
    [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 18, 23, 28, 30]
    """
    found, at = {0, steps}, 1.0
    while at < steps:
        found.add(round(at))
        at *= _GROWTH
    return sorted(step for step in found if step <= steps)


class RunRecorder:
    """Watches a run; `train` calls it, and `log` returns what it has seen.

    Parameters
    ----------
    test
        The digits on which the network is measured, with the running statistics of its batch norms.
    """

    def __init__(self, test: Digits) -> None:
        self.test = test
        self.x, _ = images_and_labels(test)
        self.loss: list[float] = []
        self.correct: list[int] = []
        self.kernels: list[Numbers] = []
        self.logits: list[Numbers] = []
        self.states: dict[int, dict[str, Numbers]] = {}
        self.batches: dict[int, tuple[Numbers, Numbers, Numbers]] = {}
        self.gradients: dict[str, float] = {}

    def begin(self, model: nn.Sequential, steps: int) -> None:
        """Look at a network before the first of so many steps."""
        if steps > _MOST_STEPS:
            raise InputError(f"log must be of at most {_MOST_STEPS:,} steps, but this run has {steps:,}.")
        convolutions = [module for module in model if isinstance(module, nn.Conv2d)]
        if not convolutions:
            raise InputError("log must be of a network that begins with a convolution, but this one has none.")
        self.first = convolutions[0]
        self.step = measured_steps(steps)
        self.checkpoint_step, self.batch_step = chosen(self.step, _CHECKPOINTS), chosen(self.step[:-1], _BATCHES)
        self._look(model)

    def see(self, model: nn.Sequential, x: Tensor, y: Tensor, logits: Tensor, loss: float) -> None:
        """Look at a step that was taken: its batch, how that was read before the step, and the network after it."""
        read, step = logits.argmax(dim=1), len(self.loss)
        if step in self.batch_step:
            images = (255 * x[:_KEPT, 0].clamp(0, 1)).round().to(torch.uint8)
            labels, found = (one[:_KEPT].to(torch.uint8).numpy() for one in (y, read))
            self.batches[step] = images.numpy(), labels, found
        if not self.loss:
            self.gradients = {
                name.removesuffix(".weight"): float(weight.grad.square().mean().sqrt())
                for name, weight in model.named_parameters()
                if name.endswith(".weight") and weight.ndim > 1 and weight.grad is not None
            }
        self.loss.append(loss)
        self.correct.append(int((read == y).sum()))
        self._look(model)

    def _look(self, model: nn.Sequential) -> None:
        step = len(self.loss)
        self.kernels.append(self.first.weight.detach().numpy().astype(np.float16))
        if step in self.step:
            self.logits.append(logits_of(model, self.x))
        if step in self.checkpoint_step:
            network = from_torch(model)
            self.layers = [{"kind": type(one).__name__, **one.options()} for one in network.layers]
            self.states[step] = {
                f"{number}.{name}": array.astype(np.float16)
                for number, layer in enumerate(network.layers)
                for name, array in layer.tensors().items()
            }

    def log(self, asked: dict[str, Any], comparison: Comparison) -> RunLog:
        """Return the log of a run that is over, and of what it is compared with."""
        logits = np.stack(self.logits)
        index = followed(logits, self.test.labels)
        kept = min(len(labels) for _, labels, _ in self.batches.values())
        images, labels, read = (
            np.stack([one[:kept] for one in part]) for part in zip(*self.batches.values(), strict=True)
        )
        about = {
            **asked,
            "layers": self.layers,
            "gradients_of": list(self.gradients),
            "test_sha256": self.test.sha256(),
            "statistics": "running",
            "made_with": {name: version(name) for name in ("numpy", "torch")},
        }
        return RunLog(
            about=about,
            loss=np.array(self.loss, dtype=np.float32),
            correct=np.array(self.correct, dtype=np.uint16),
            kernels=np.stack(self.kernels),
            step=np.array(self.step, dtype=np.int32),
            confusion=np.stack([confusion_of(one.argmax(axis=1), self.test.labels) for one in logits]),
            index=index,
            label=self.test.labels[index],
            logits=logits[:, index].astype(np.float16),
            batch_step=np.array(self.batch_step, dtype=np.int32),
            batch_images=images,
            batch_label=labels,
            batch_read=read,
            gradient_size=np.array(list(self.gradients.values()), dtype=np.float32),
            checkpoint_step=np.array(self.checkpoint_step, dtype=np.int32),
            checkpoints={name: np.stack([one[name] for one in self.states.values()]) for name in self.states[0]},
            comparison=comparison,
        )


def recorded(path: Path, recorder: RunRecorder, result: TrainingResult, data: Digits) -> None:
    """Write the log of a run that is over, after trying what it is compared with, from the same start."""
    recipe = Recipe(**{one.name: result.run[one.name] for one in fields(Recipe)})
    learned, _ = split(data, recipe.validation)
    with one_thread(result.run["seed"]):
        comparison = compare(learned, recorder.test, recipe, result.run["seed"], digit_classifier)
    write_log(path, recorder.log(result.run, comparison))


def compare(learned: Digits, test: Digits, recipe: Recipe, seed: int, build: Callable[[], nn.Module]) -> Comparison:
    """Learn a few digits as they are and varied, and many with three rates; each from the same random start."""
    as_they_are = replace(recipe, rotation=0, scale=0, shear=0, shift=0, bend=0)
    few = learned.take(np.arange(min(_FEW, len(learned))))
    both = [learn_few(few, test, way, started(build, seed), seed) for way in (as_they_are, recipe)]
    return Comparison(
        few_step=np.array(_FEW_READ, dtype=np.int32),
        few_learned=np.array([right for right, _ in both], dtype=np.float32),
        few_read=np.array([read for _, read in both], dtype=np.float32),
        rate=np.array(_RATES, dtype=np.float32),
        rate_loss=np.array(
            [losses_with(rate, learned, recipe, started(build, seed), seed) for rate in _RATES], dtype=np.float32
        ),
    )


def started(build: Callable[[], nn.Module], seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return build()


def learn_few(
    few: Digits, test: Digits, recipe: Recipe, model: nn.Module, seed: int
) -> tuple[list[float], list[float]]:
    """Return which share of a few digits was right at each step, and which of the test set at some."""
    x, y = images_and_labels(few)
    unseen, wanted = images_and_labels(test)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.max_lr, weight_decay=recipe.weight_decay)
    right, read = [], []
    for step in range(_FEW_STEPS + 1):
        if step in _FEW_READ:
            read.append(float((torch.from_numpy(logits_of(model, unseen).argmax(axis=1)) == wanted).double().mean()))
        if step == _FEW_STEPS:
            break
        for group in optimizer.param_groups:
            group["lr"] = recipe.max_lr * one_cycle((step + 1) / _FEW_STEPS, recipe.warm_up)
        logits, _ = take_step(model, optimizer, varied(x, recipe, generator), y)
        right.append(float((logits.argmax(dim=1) == y).double().mean()))
    return right, read


def losses_with(rate: float, learned: Digits, recipe: Recipe, model: nn.Module, seed: int) -> list[float]:
    """Return the loss of each batch with plain SGD, which takes the same step from every gradient."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    x, y = images_and_labels(learned)
    losses = []
    for _ in range(_RATE_STEPS):
        batch = torch.randint(len(y), (recipe.batch_size,), generator=generator)
        losses.append(take_step(model, optimizer, varied(x[batch], recipe, generator), y[batch])[1])
    return losses


def logits_of(model: nn.Module, x: Tensor) -> Numbers:
    """Return the scores (N, classes) with running statistics, and leave the model as it was."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(images) for images in torch.split(x, 1_000)])
    model.train(was_training)
    return logits.numpy()


def chosen(steps: list[int], shares: tuple[float, ...]) -> list[int]:
    """Return the steps at these shares of a list, each once.

    >>> chosen([0, 1, 2, 3, 4, 9], (0.0, 0.6, 1.0))
    [0, 3, 9]
    """
    return sorted({steps[round(share * (len(steps) - 1))] for share in shares})


def confusion_of(read: Numbers, labels: Numbers) -> Numbers:
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.uint16)
    np.add.at(confusion, (labels, read), 1)
    return confusion


def followed(logits: Numbers, labels: Numbers) -> Numbers:
    """Return, of each class, the digit about which the network changed its mind most clearly.

    Parameters
    ----------
    logits : (M, N, 10)
    labels : (N,)
    """
    scores = clarity(logits, labels)
    places = [np.flatnonzero(labels == label) for label in range(CLASSES)]
    return np.array([place[scores[place].argmax()] for place in places if len(place)], dtype=np.int32)
