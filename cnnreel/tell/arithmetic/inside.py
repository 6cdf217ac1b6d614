"""How the numbers inside a step came about, such as its products: what a film shows on the way to a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cnnreel.tell.arithmetic.lines import Working, added, address, difference, product, quotient, root
from cnnreel.tell.arithmetic.tables import place_in_row

__all__ = ["inside"]


def inside(
    step: Mapping[str, Any], prefix: str, *, position: Sequence[int], layer: Mapping[str, Any]
) -> Iterator[Working]:
    """Write down the numbers of a step; `prefix` is its address, `position` that of its value in the output."""
    factors = factors_of(step, layer, position)
    if factors is not None:
        yield from products(step["products"], prefix, *factors)
        yield from sums(step, prefix)
    match step:
        case {"window": window, "divisor": _, "total": total}:
            yield added({"window": window}).equals(f"{prefix}total", total)
        case {"x": float(), "x_hat": _}:
            yield from normalising(step, prefix, layer.get("eps", 0.0))
        case {"c": _, "H": _, "W": _, "index": _}:
            yield from indexing(step, prefix)
        case {"strongest": found}:
            pair = {"x": found["x"], "weight": found["weight"]}
            yield product(pair).equals(f"{prefix}strongest.product", found["product"])


def products(found: Any, prefix: str, x: Any, weight: Any) -> Iterator[Working]:
    """Write each product, `2·(-1) = -2`."""
    left, right = np.asarray(x), np.asarray(weight)
    for position, value in np.ndenumerate(np.asarray(found)):
        pair = {"x": float(left[position]), "weight": float(right[position])}
        yield product(pair).equals(address(f"{prefix}products", position), float(value))


def sums(step: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write the sums of the products: of each row of a kernel, of each channel, and of all."""
    found = np.asarray(step["products"])
    for name in ("row_sums", "channel_sums"):
        for position, value in np.ndenumerate(np.asarray(step.get(name, ()))):
            part = {"products": found[position].ravel().tolist()}
            yield added(part).equals(address(f"{prefix}{name}", position), float(value))
    if len(step.get("channel_sums", ())) > 1:
        yield added({"channel_sums": step["channel_sums"]}).equals(f"{prefix}total", step["total"])
    elif "positive_total" not in step:
        yield added({"products": found.ravel().tolist()}).equals(f"{prefix}total", step["total"])


def normalising(step: Mapping[str, Any], prefix: str, eps: float) -> Iterator[Working]:
    """Write the parts of a normalised value."""
    variance = {**some(step, "variance"), **({"eps": eps} if eps else {})}
    yield difference(some(step, "x", "mean")).equals(f"{prefix}centred", step["centred"])
    yield root(variance).equals(f"{prefix}std", step["std"])
    yield quotient(some(step, "centred", "std")).equals(f"{prefix}x_hat", step["x_hat"])


def indexing(step: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write the parts of an index."""
    yield product(some(step, "c", "H", "W")).equals(f"{prefix}channels_before", step["channels_before"])
    yield product(some(step, "i", "W")).equals(f"{prefix}rows_before", step["rows_before"])
    place = place_in_row(*(int(step[name]) for name in ("c", "i", "j", "H", "W")))
    yield place.equals(f"{prefix}index", step["index"])


def some(step: Mapping[str, Any], *names: str) -> dict[str, float]:
    """Return some of a step's numbers."""
    return {name: step[name] for name in names}


def factors_of(step: Mapping[str, Any], layer: Mapping[str, Any], position: Sequence[int]) -> tuple[Any, Any] | None:
    """Return what was multiplied in a step: its window and a kernel, or its input and weights."""
    match step:
        case {"window": window, "products": _}:
            return window, layer.get("weight_flipped", layer["weight"])[position[1]]
        case {"x": x, "weight": weight, "products": _}:
            return x, weight
    return None
