"""How the statistics of a batch normalisation came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from cnn_core.numerals import parenthesised
from cnnreel.tell.arithmetic.lines import Expression, Working, added, address, quotient, root, written

__all__ = ["statistics"]


def statistics(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down how each channel was centred and scaled, in the order in which it is done."""
    if "squared_deviations" in values:
        yield from sums("total", values["x"], values, prefix)
    yield from averages("mean", "total", values, prefix)
    if "squared_deviations" in values:
        yield from deviations(values, prefix)
        yield from sums("squared_deviations_total", values["squared_deviations"], values, prefix)
    yield from averages("variance", "squared_deviations_total", values, prefix)
    if "squared_deviations" in values:
        yield from roots(values, values["variance"], prefix)
        yield from before_scale_and_shift(values, prefix)
    if "torch_eps" in values:
        yield from roots(values["torch_eps"], values["variance"], f"{prefix}torch_eps.")
    if "update" in values:
        yield from updates(values, prefix)
    for number, stage in enumerate(values.get("line", ())):
        yield from spread(stage, f"{prefix}line[{number}].")


def averages(name: str, total: str, values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down the mean or the variance of each channel; running ones are given, not computed."""
    if not all(key in values for key in ("count", name, total)):
        return
    for channel, (above, result) in enumerate(zip(values[total], values[name], strict=True)):
        if np.isclose(above / values["count"], result):
            below = {"count": values["count"]}
            yield quotient({total: above, **below}).equals(f"{prefix}{name}[{channel}]", result)


def deviations(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down how far each value is from the mean, squared."""
    x = np.asarray(values["x"], dtype=float)
    for at, result in np.ndenumerate(np.asarray(values["squared_deviations"], dtype=float)):
        square = deviation(x[at].item(), values["mean"][at[1]])
        yield square.equals(address(f"{prefix}squared_deviations", at), result)


def sums(name: str, parts: Any, values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down the sum of each channel."""
    for channel, result in enumerate(values[name]):
        yield added({"values": np.asarray(parts, dtype=float)[:, channel].ravel().tolist()}).equals(
            f"{prefix}{name}[{channel}]", result
        )


def deviation(x: float, mean: float) -> Expression:
    """Write `(4 - 3)²`."""
    texts = written(x), written(mean)
    exact = (Fraction(texts[0]) - Fraction(texts[1])) ** 2
    return Expression({"x": x, "mean": mean}, f"({texts[0]} - {parenthesised(texts[1])})²", exact)


def roots(values: Mapping[str, Any], variances: list[float], prefix: str) -> Iterator[Working]:
    """Write down the standard deviation of each channel, with eps below the root."""
    for channel, (variance, std) in enumerate(zip(variances, values["std"], strict=True)):
        eps = {"eps": values["eps"]} if values["eps"] else {}
        yield root({"variance": variance, **eps}).equals(f"{prefix}std[{channel}]", std)


def before_scale_and_shift(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down the normalised values, where they are not the output yet: `(4 - 3) / 2.5 = 0.4`."""
    if values["x_hat"] == values["output"]:
        return
    x = np.asarray(values["x"], dtype=float)
    for at, result in np.ndenumerate(np.asarray(values["x_hat"], dtype=float)):
        operands = {"x": x[at].item(), "mean": values["mean"][at[1]], "std": values["std"][at[1]]}
        texts = [written(value) for value in operands.values()]
        exact = (Fraction(texts[0]) - Fraction(texts[1])) / Fraction(texts[2])
        expression = Expression(operands, f"({texts[0]} - {parenthesised(texts[1])}) / {texts[2]}", exact)
        yield expression.equals(address(f"{prefix}x_hat", at), result)


def updates(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down what the running statistics become: `0.9·0 + 0.1·3 = 0.3`."""
    update = values["update"]
    unbiased = [total / update["divisor"] for total in values["squared_deviations_total"]]
    for name, before, batch in (("mean", "mean_before", values["mean"]), ("var", "var_before", unbiased)):
        for channel, (old, new) in enumerate(zip(update[before], batch, strict=True)):
            mixed = mixture(update["kept"], old, update["momentum"], new)
            yield mixed.equals(f"{prefix}running_{name}[{channel}]", values[f"running_{name}"][channel])


def mixture(kept: float, old: float, momentum: float, new: float) -> Expression:
    """Write `0.9·0 + 0.1·3`."""
    operands = {"kept": kept, "before": old, "momentum": momentum, "batch": new}
    texts = [written(value) for value in operands.values()]
    exact = Fraction(texts[0]) * Fraction(texts[1]) + Fraction(texts[2]) * Fraction(texts[3])
    first, second = ("·".join(map(parenthesised, pair)) for pair in (texts[:2], texts[2:]))
    return Expression(operands, f"{first} + {second}", exact)


def spread(stage: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down mean and standard deviation of the dots on a line; not where running ones are carried along."""
    values = np.asarray(stage["values"], dtype=float)
    if np.isclose(values.mean(), stage["mean"]) and np.isclose(values.std(), stage["std"]):
        total, squares = round(values.sum().item(), 9), np.square(values - stage["mean"]).sum().item()
        yield quotient({"total": total, "count": values.size}).equals(f"{prefix}mean", stage["mean"])
        below = quotient({"squared_deviations_total": squares, "count": values.size})
        yield rooted(below, stage["std"]).equals(f"{prefix}std", stage["std"])


def rooted(below: Expression, result: float) -> Expression:
    """Write `√(100 / 16)`, exact where the square of the result as written is what stands below."""
    whole = Fraction(written(result))
    return Expression(below.operands, f"√({below.text})", whole if whole**2 == below.exact else None)
