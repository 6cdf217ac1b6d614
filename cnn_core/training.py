"""Training the digit classifier. Needs torch.

Everything random follows from the seed: the same seed on the same machine gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnn_core.errors import InputError
from cnn_core.mnist import Digits
from cnn_core.model import digit_classifier, from_torch
from cnn_core.reading.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from cnn_core.reading.tensor_files import Tensors
from cnn_core.recipe import BatchReport, EpochReport, Recipe, TrainingResult

if TYPE_CHECKING:
    from cnn_core.recording import RunRecorder

__all__ = [
    "BatchReport",
    "EpochReport",
    "Recipe",
    "TrainingResult",
    "images_and_labels",
    "one_cycle",
    "one_thread",
    "split",
    "take_step",
    "train",
    "varied",
]


def train(
    data: Digits,
    *,
    epochs: int = 30,
    seed: int = 0,
    recipe: Recipe | None = None,
    build: Callable[[], nn.Sequential] = digit_classifier,
    checkpoint: Path | None = None,
    resume: bool = False,
    on_epoch: Callable[[EpochReport], None] | None = None,
    on_batch: Callable[[BatchReport], None] | None = None,
    recorder: RunRecorder | None = None,
) -> TrainingResult:
    """Train a network on one thread and return it as it is after the last epoch.

    Parameters
    ----------
    data
        The training set; part of it is held back for validation.
    epochs
        How many times to go through it.
    seed
        Where everything random starts.
    recipe
        The rest of how to train; what the shipped network was trained with, if not given.
    build
        Makes the untrained model.
    checkpoint
        A file to write after every epoch.
    resume
        Go on from `checkpoint` if that file exists; the result is the same as without the break.
    on_epoch, on_batch
        Called with a report after each.
    recorder
        Watches every step of a run from its start; what is learned is the same with and without.

    Raises
    ------
    InputError
        If there are too few images, or the checkpoint is damaged or of another run.
    """
    recipe = recipe or Recipe()
    _check(data, epochs, recipe)
    with one_thread(seed):
        run = _Run(data, epochs, seed, recipe, build())
        if recorder is not None:
            run.recorder = recorder
            recorder.begin(run.model, epochs * run.batches)
        if resume and checkpoint is not None and checkpoint.exists():
            run.restore(checkpoint)
        for epoch in range(len(run.history) + 1, epochs + 1):
            report = run.learn(epoch, on_batch)
            if checkpoint is not None:
                run.save(checkpoint)
            if on_epoch is not None:
                on_epoch(report)
        return TrainingResult(from_torch(run.model.eval()), run.history, run.asked)


def split(data: Digits, validation: int) -> tuple[Digits, Digits]:
    """Return the images to learn from and the `validation` images held back: the same ones in every run."""
    order = np.random.default_rng(0).permutation(len(data))
    return data.take(order[validation:]), data.take(order[:validation])


class _Run:
    """A training run between two epochs: model, optimizer and history."""

    recorder: RunRecorder | None = None

    def __init__(self, data: Digits, epochs: int, seed: int, recipe: Recipe, model: nn.Sequential) -> None:
        self.epochs, self.seed, self.recipe, self.model = epochs, seed, recipe, model
        learned, held_back = split(data, recipe.validation)
        self.x, self.y = images_and_labels(learned)
        self.validation = images_and_labels(held_back)
        self.batches = math.ceil(len(self.y) / recipe.batch_size)
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.max_lr, weight_decay=recipe.weight_decay)
        self.history: tuple[EpochReport, ...] = ()
        self.asked = {
            "epochs": epochs,
            "seed": seed,
            **asdict(recipe),
            "data_sha256": data.sha256(),
            "model": " ".join(map(str, model)),
        }

    def learn(self, epoch: int, on_batch: Callable[[BatchReport], None] | None) -> EpochReport:
        # A generator for each epoch: nothing random has to be carried over a break.
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self.y), generator=generator)
        loss = correct = seen = 0.0
        self.model.train()
        for batch, chosen in enumerate(torch.split(order, self.recipe.batch_size), start=1):
            x, y = varied(self.x[chosen], self.recipe, generator), self.y[chosen]
            self._set_learning_rate((epoch - 1) * self.batches + batch)
            logits, batch_loss = take_step(self.model, self.optimizer, x, y)
            if self.recorder is not None:
                self.recorder.see(self.model, x, y, logits, batch_loss)
            seen += len(y)
            loss += batch_loss * len(y)
            correct += int((logits.argmax(dim=1) == y).sum())
            if on_batch is not None:
                on_batch(BatchReport(epoch, self.epochs, batch, self.batches, loss / seen, correct / seen))
        report = EpochReport(epoch, self.epochs, loss / seen, correct / seen, self._measure())
        self.history += (report,)
        return report

    def save(self, path: Path) -> None:
        optimizer = {
            f"optimizer.{index}.{name}": value
            for index, state in self.optimizer.state_dict()["state"].items()
            for name, value in state.items()
        }
        model = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors = {name: value.numpy() for name, value in {**model, **optimizer}.items()}
        write_checkpoint(path, Checkpoint(self.asked, self.history, tensors))

    def restore(self, path: Path) -> None:
        """Go back to where a checkpoint was written."""
        found = read_checkpoint(path, self.asked)
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _named(found.tensors, "optimizer.").items():
            index, _, key = name.partition(".")
            state.setdefault(int(index), {})[key] = value
        try:
            self.model.load_state_dict(_named(found.tensors, "model."))
            self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        except (RuntimeError, ValueError, KeyError) as error:
            raise InputError(f"checkpoint must fit the model, but {path.name} does not: {error}.") from error
        self.history = found.history

    def _set_learning_rate(self, step: int) -> None:
        """Set the rate of a step, counted from 1 over all epochs."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.max_lr * one_cycle(step / (self.epochs * self.batches), self.recipe.warm_up)

    def _measure(self) -> float:
        """Return the share of held-back images that are read correctly."""
        self.model.eval()
        x, y = self.validation
        with torch.no_grad():
            read = torch.cat([self.model(images).argmax(dim=1) for images in torch.split(x, 1_000)])
        return int((read == y).sum()) / len(y)


def take_step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
    """Take one step and return what was read before it: the logits (N, classes), and their loss."""
    optimizer.zero_grad()
    logits = model(x)
    loss = F.cross_entropy(logits, y)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return logits.detach(), loss.item()


def one_cycle(done: float, warm_up: float) -> float:
    """Return the share of the largest learning rate when `done` of all steps are over: up, then down, by cosines.

    >>> [round(one_cycle(done, 0.2), 2) for done in (0, 0.1, 0.2, 0.6, 1)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    height = done / warm_up if done < warm_up else (1 - done) / (1 - warm_up)
    return 0.5 - 0.5 * math.cos(math.pi * height)


def varied(x: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Return the images (N, 1, 28, 28) as other hands might have written them: turned, scaled, moved, bent."""
    n = len(x)

    def spread(most: float) -> Tensor:
        return (torch.rand(n, generator=generator) * 2 - 1) * most

    angle, shear = spread(math.radians(recipe.rotation)), spread(recipe.shear)
    size, ratio = torch.exp(spread(recipe.scale)), torch.exp(spread(recipe.scale / 2))
    row_x = torch.stack([size * ratio * angle.cos(), shear - size * angle.sin(), spread(2 * recipe.shift)], dim=1)
    row_y = torch.stack([size * angle.sin(), size / ratio * angle.cos(), spread(2 * recipe.shift)], dim=1)
    grid = F.affine_grid(torch.stack([row_x, row_y], dim=1), list(x.shape), align_corners=False)
    bend = torch.randn(n, 2, 5, 5, generator=generator) * recipe.bend
    bend = F.interpolate(bend, x.shape[2:], mode="bicubic", align_corners=True)
    return F.grid_sample(x, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def _named(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose name begins with `prefix`, without it."""
    return {key.removeprefix(prefix): torch.tensor(value) for key, value in tensors.items() if key.startswith(prefix)}


def images_and_labels(digits: Digits) -> tuple[Tensor, Tensor]:
    """Return images (N, 1, 28, 28), 0 to 1, and labels (N,)."""
    images = torch.tensor(digits.images[:, None]).float() / 255
    return images, torch.tensor(digits.labels).long()


def _check(data: Digits, epochs: int, recipe: Recipe) -> None:
    if epochs < 1:
        raise InputError(f"epochs must be at least 1, but it is {epochs}.")
    if not 0 < recipe.validation < len(data):
        raise InputError(
            f"validation must leave images on both sides, but it holds back {recipe.validation:,} of {len(data):,}."
        )


@contextmanager
def one_thread(seed: int) -> Iterator[None]:
    """Run torch on one thread, from `seed`, and leave its settings and random numbers as they were."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
