"""What is said while a batch normalisation is shown: sentences that are true of whatever data came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cnn_core.numerals import as_text, typeset
from scenes.batch_norm.lines import BatchNormLines
from scenes.specs.batch_norm import BatchNormSpec

__all__ = ["about_dots", "about_eps", "about_stages", "goal", "moral"]

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def goal(spec: BatchNormSpec) -> str:
    """Say what becomes of the values."""
    if spec.training:
        return "to mean 0 and standard deviation 1"
    return "to a common scale, that of the training"


def about_eps(change: float) -> str:
    """Say what PyTorch's eps is for, and which decimal of the output it would change.

    >>> about_eps(1.6e-6)
    'PyTorch adds eps = 0.00001 to the variance, against division by 0. Here it changes the sixth decimal.'
    """
    why = "PyTorch adds eps = 0.00001 to the variance, against division by 0."
    place = -int(np.floor(np.log10(change))) if change > 0 else len(ORDINALS) + 1
    if place > len(ORDINALS):
        return f"{why} Here it changes no decimal worth showing."
    if place < 1:
        return f"{why} Here it changes the output a lot."
    return f"{why} Here it changes the {ORDINALS[place - 1]} decimal."


def about_dots(spec: BatchNormSpec) -> str:
    """Say what the number line shows at first."""
    running = "" if spec.training else "running "
    return f"The same values as dots. The triangle marks the {running}mean, the bar the {running}standard deviation."


def about_stages(spec: BatchNormSpec, lines: BatchNormLines, redrawn: Sequence[bool]) -> Iterator[str]:
    """Say what happens to the dots on their way to each stage but the first, and where they get another line."""
    running = "" if spec.training else "running "
    ends = ["; the line is redrawn to fit." if another else "." for another in redrawn]
    mean, std = lines.value("mean"), lines.value("std")
    yield f"Subtracting the {running}mean, {typeset(lines.text('mean'))}, {slid(-mean)}{ends.pop(0)}"
    now = f"The {running}standard deviation is now {unit(spec.line()[2]['std'])}."
    yield f"Dividing by {typeset(lines.text('std'))} {drawn(1 / std)}{ends.pop(0)} {now}"
    if spec.weight is not None:
        yield f"Multiplying by γ, {typeset(lines.text('weight'))}, {stretched(lines.value('weight'))}{ends.pop(0)}"
    if spec.bias is not None:
        yield f"Adding β, {typeset(lines.text('bias'))}, {slid(lines.value('bias'))}{ends.pop(0)}"


def slid(way: float) -> str:
    """Say where adding a number moves the dots."""
    if way == 0:
        return "moves nothing"
    return f"slides all dots to the {'right' if way > 0 else 'left'}"


def drawn(factor: float) -> str:
    """Say what multiplying by a positive number does to the dots."""
    if factor == 1:
        return "changes nothing"
    return "spreads them out" if factor > 1 else "draws them together"


def stretched(factor: float) -> str:
    """Say what multiplying by any number does to the dots."""
    if factor == 0:
        return "makes them all equal"
    if factor == -1:
        return "mirrors them"
    return f"{drawn(abs(factor))}{' and mirrors them' if factor < 0 else ''}"


def unit(spread: float) -> str:
    """Write a standard deviation that eps has made a little less than 1."""
    text = as_text(spread, 2)
    return "1" if text == "1.00" else f"{text}, not 1, because of eps"


def moral(spec: BatchNormSpec) -> str:
    """Say what the whole was good for."""
    if not spec.training:
        return "With running statistics, an image gives the same output whatever else is in its batch."
    if spec.affine:
        return "First normalised, then scaled and shifted as the network finds best: it learns γ and β."
    return "Whatever scale the values came in, the next layer always meets the same one."
