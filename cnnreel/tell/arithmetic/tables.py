"""How arrays came about that belong to a whole operation: probabilities, sizes, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from cnnreel.tell.arithmetic.lines import (
    Expression,
    Working,
    added,
    address,
    difference,
    power_of_e,
    quotient,
    written,
)

__all__ = ["flattened", "lead", "output_size", "place_in_row", "softmax"]


def softmax(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down what makes logits into probabilities, along the last axis."""
    names = ("x", "maximum", "shifted", "exponentials", "total", "output")
    if not all(name in values for name in names):
        return
    x, maximum, shifted, exponentials, total, output = (np.asarray(values[name], dtype=float) for name in names)
    for at in np.ndindex(x.shape):
        pair = {"x": x[at].item(), "maximum": maximum[(*at[:-1], 0)].item()}
        yield difference(pair).equals(address(f"{prefix}shifted", at), shifted[at].item())
    for at in np.ndindex(x.shape):
        power = power_of_e(shifted[at].item())
        yield power.equals(address(f"{prefix}exponentials", at), exponentials[at].item())
    for at in np.ndindex(total.shape):
        row = added({"exponentials": exponentials[at[:-1]].tolist()})
        yield row.equals(address(f"{prefix}total", at), total[at].item())
    for at in np.ndindex(x.shape):
        share = quotient({"exponential": exponentials[at].item(), "total": total[(*at[:-1], 0)].item()})
        yield share.equals(address(f"{prefix}output", at), output[at].item())


def output_size(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down how many places a kernel finds: `floor((5 + 0 + 0 - 3) / 1) + 1 = 3`."""
    names = ("input", "padding", "kernel", "dilation", "covered", "stride", "output")
    if not all(name in values for name in names):
        return
    sides = zip(*(values[name] for name in names), strict=True)
    for at, (size, (before, after), kernel, dilation, covered, stride, output) in enumerate(sides):
        reach = Expression(
            {"dilation": dilation, "kernel": kernel}, f"{dilation}·({kernel} - 1) + 1", Fraction(covered)
        )
        yield reach.equals(address(f"{prefix}covered", (at,)), covered)
        operands = {"input": size, "padding": [before, after], "covered": covered, "stride": stride}
        room = Fraction(size + before + after - covered, stride)
        text = f"floor(({size} + {before} + {after} - {covered}) / {stride}) + 1"
        yield Expression(operands, text, Fraction(floor(room) + 1)).equals(address(f"{prefix}output", (at,)), output)


def flattened(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down where each value of some maps goes, and which one came to each place."""
    if not all(name in values for name in ("x", "index", "output")):
        return
    index, maps = np.asarray(values["index"]), np.asarray(values["x"], dtype=float)
    _, height, width = index.shape
    for (c, i, j), place in np.ndenumerate(index):
        yield place_in_row(c, i, j, height, width).equals(address(f"{prefix}index", (c, i, j)), float(place))
    for (n, *at), value in np.ndenumerate(maps):
        came = Expression({"x": value.item()}, address("x", (n, *at)), Fraction(written(value)))
        yield came.equals(address(f"{prefix}output", (n, index[tuple(at)])), value.item())


def place_in_row(c: int, i: int, j: int, height: int, width: int) -> Expression:
    """Write `1·2·3 + 1·3 + 1`: whole channels before it, whole rows, and what is left."""
    operands = {"c": c, "H": height, "W": width, "i": i, "j": j}
    exact = Fraction((c * height + i) * width + j)
    return Expression(operands, f"{c}·{height}·{width} + {i}·{width} + {j}", exact)


def lead(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down by how much the logit of what was read is above that of what was meant."""
    if not all(name in values for name in ("lead", "ratio", "label", "prediction", "softmax")):
        return
    logits = np.asarray(values["softmax"]["x"]).ravel()
    pair = {name: logits[values[name]].item() for name in ("prediction", "label")}
    yield difference(pair).equals(f"{prefix}lead", values["lead"])
    yield power_of_e(values["lead"]).equals(f"{prefix}ratio", values["ratio"])
