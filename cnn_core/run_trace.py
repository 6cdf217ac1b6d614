"""A recorded training run that explains its numbers: what was recorded, and what was computed from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Difference, Expression, Log, Negative, Power, Product, Quotient, Root, Sum, Value
from cnn_core.mnist import CLASSES
from cnn_core.run_log import RunLog
from cnn_core.softmax import SoftmaxTrace, softmax
from cnn_core.trace import Trace, Values, addresses_of, scalar

__all__ = ["LAST", "RunTrace"]

LAST = 10
"""Batches at the end of a run over which its loss is averaged."""
_DECIMALS = {
    **dict.fromkeys(("output", "exponentials", "total", "loss", "gradient_size", "equal_shares", "rate_loss"), 3),
    **dict.fromkeys(("accuracy", "few_read"), 4),
    **dict.fromkeys(("cosine", "few_learned"), 2),
}
_COUNTED = ("step", "correct", "tested", "parameters", "few_step", "batch_step", "label")


@dataclass(frozen=True, eq=False)
class RunTrace(Trace):
    """What a film of a run shows.

    Attributes
    ----------
    digit
        Which of the log's test digits is followed.
    """

    log: RunLog
    digit: int

    @property
    def output(self) -> Array:  # type: ignore[override]
        """The probabilities of the followed digit's classes, (M, 10)."""
        return self.reading.output

    @cached_property
    def reading(self) -> SoftmaxTrace:
        return softmax(self.log.logits[:, self.digit].astype(np.float64))

    @cached_property
    def correct(self) -> IntArray:
        """How many test digits were read right, (M,)."""
        return freeze(np.trace(self.log.confusion.astype(np.int64), axis1=1, axis2=2))

    @cached_property
    def tested(self) -> int:
        return int(self.log.confusion[0].sum())

    @cached_property
    def kernels(self) -> Array:
        """The first layer's kernels at the start and at the end, of its first input, (2, C_out, kH, kW)."""
        return freeze(self.log.kernels[[0, -1], :, 0].astype(np.float64))

    @cached_property
    def _arrays(self) -> Values:
        return self.values()

    def values(self) -> Values:
        log, (before, after) = self.log, self.kernels
        dot, norms = (before * after).sum(axis=(1, 2)), np.sqrt((self.kernels**2).sum(axis=(2, 3)))
        compared = log.comparison
        ends = freeze(compared.rate_loss[:, -LAST:].astype(np.float64))
        floats = {
            "loss": log.loss,
            "few_learned": rounded(compared.few_learned[:, -1]),
            "few_read": rounded(compared.few_read),
            "rates": rounded(compared.rate),
            "gradient_size": log.gradient_size,
        }
        return {
            "step": freeze(log.step.astype(np.int64)),
            "label": freeze(np.array(int(log.label[self.digit]))),
            "confusion": freeze(log.confusion.astype(np.int64)),
            "correct": self.correct,
            "tested": freeze(np.array(self.tested)),
            "accuracy": freeze(self.correct / self.tested),
            "equal_shares": scalar(np.log(CLASSES)),
            "logits": self.reading.x,
            "exponentials": self.reading.exponentials,
            "maximum": self.reading.maximum,
            "shifted": self.reading.shifted,
            "total": self.reading.total,
            "output": self.reading.output,
            "kernels": self.kernels,
            "change": freeze(after - before),
            "dot": freeze(dot),
            "norms": freeze(norms),
            "cosine": freeze(dot / norms.prod(axis=0)),
            "parameters": freeze(np.array(log.network(0).parameters())),
            "few_step": freeze(compared.few_step.astype(np.int64)),
            "rate_losses": ends,
            "rate_loss": freeze(ends.mean(axis=1)),
            **{name: freeze(np.asarray(array, dtype=np.float64)) for name, array in floats.items()},
        }

    def equation(self, *position: int) -> Equation:
        """Return an exponential over their sum, as softmax does."""
        m, _ = position
        parts = (self.value("exponentials", *position), self.value("total", m, 0))
        return Equation.of(Quotient(parts), self.result("output", *position))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        if name not in self._arrays:
            raise InputError(f"an address must name one of {', '.join(self._arrays)}, but it names {name!r}.")
        if name in _COUNTED:
            return Given("counted")
        left = self._computed(name, indices)
        return Given("recorded") if left is None else Equation.of(left, self.result(name, *indices))

    def _computed(self, name: str, indices: tuple[int, ...]) -> Expression | None:
        if name in ("maximum", "shifted", "exponentials", "total"):
            return self._of_softmax(name, indices)
        match name:
            case "accuracy":
                return Quotient((self.value("correct", *indices), self.value("tested")))
            case "equal_shares":
                return Negative((Log((Quotient((Value(1.0), Value(float(CLASSES)))),)),))
            case "change":
                return Difference((self.value("kernels", 1, *indices), self.value("kernels", 0, *indices)))
            case "rate_loss":
                losses = tuple(self.value("rate_losses", *indices, k) for k in range(LAST))
                return Quotient((Sum(losses), Value(float(LAST))))
        return self._of_kernels(name, indices)

    def _of_kernels(self, name: str, indices: tuple[int, ...]) -> Expression | None:
        channel, places = indices[-1:], list(np.ndindex(*self.kernels.shape[2:]))

        def entry(when: int, place: tuple[int, ...]) -> Value:
            return self.value("kernels", when, *channel, *place)

        match name:
            case "dot":
                return Sum(tuple(Product((entry(0, place), entry(1, place))) for place in places))
            case "norms":
                return Root((Sum(tuple(Power((entry(indices[0], place),)) for place in places)),))
            case "cosine":
                norms = Product((self.value("norms", 0, *channel), self.value("norms", 1, *channel)))
                return Quotient((self.value("dot", *channel), norms))
        return None

    def _of_softmax(self, name: str, indices: tuple[int, ...]) -> Expression:
        found: Any = self.reading.explain(f"{name}[{','.join(map(str, indices))}]")
        left: Expression = found.renamed(lambda of: of.replace("x[", "logits[")).left
        return left

    def decimals(self, name: str) -> int:
        return _DECIMALS.get(name) or super().decimals(name)

    def results(self) -> Iterator[str]:
        """Give the loss of an unknowing network, the accuracies, the last reading and how kernels changed."""
        arrays = self._arrays
        yield "equal_shares"
        yield from addresses_of("accuracy", arrays["accuracy"].shape)
        yield from (f"output[{len(self.log.step) - 1},{k}]" for k in range(CLASSES))
        yield from addresses_of("cosine", arrays["cosine"].shape)
        yield from addresses_of("rate_loss", arrays["rate_loss"].shape)


def rounded(shares: npt.NDArray[np.float32]) -> Array:
    """Return single-precision numbers as the decimals that were meant."""
    return np.asarray(np.round(np.asarray(shares, dtype=np.float64), 6), dtype=np.float64)
