"""What a reading's JSON holds of each layer and of each number that is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from scenes.specs.base import Values

__all__ = ["check_inside", "first", "layer_values", "more_values", "strongest"]

LEFT_OUT = ("x", "centred", "squared_deviations", "squared_deviations_total", "x_hat", "total")
"""Arrays of a trace that are as large as its output and follow from it."""

MOST_CHANNELS = 16
"""Channels whose sums are listed, the heaviest; the others are one number."""


def first(layers: Sequence[int]) -> int | None:
    """Return the first of some layers."""
    return layers[0] if layers else None


def strongest(output: Array) -> tuple[int, ...]:
    """Return where the largest value is, the first one where several are equal.

    >>> strongest(np.array([[0.0, 2.0], [2.0, 1.0]]))
    (0, 1)
    """
    return tuple(int(at) for at in np.unravel_index(int(output.argmax()), output.shape))


def check_inside(name: str, place: Sequence[int], shape: Sequence[int]) -> None:
    """Refuse a place outside of an output."""
    if not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        came = " ".join(map(str, place))
        last = " ".join(str(size - 1) for size in shape)
        raise InputError(f"{name} must be at most {last}, counted from 0, but it is {came}.")


def layer_values(name: str, trace: Any) -> Values:
    """Return a layer's output and parameters, and the range of its output."""
    arrays = {key: value for key, value in trace.values().items() if key not in LEFT_OUT}
    return {"name": name, **arrays, "smallest": trace.output.min(), "largest": trace.output.max()}


def more_values(step: Any) -> Values:
    """Return sums that a film shows on its way to a value."""
    products = getattr(step, "products", None)
    if products is None:
        return {}
    if products.ndim == 3:
        sums = products.sum(axis=(1, 2))
        listed = np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_CHANNELS])
        others = {"others": np.delete(sums, listed).sum()} if len(sums) > MOST_CHANNELS else {}
        return {"channel_sums": sums, "row_sums": products.sum(axis=2), "listed": listed, **others}
    k = int(products.argmax())
    return {
        "positive_total": products[products > 0].sum(),
        "negative_total": products[products < 0].sum(),
        "strongest": {"index": k, "x": step.x[k], "weight": step.weight[k], "product": products[k]},
    }
