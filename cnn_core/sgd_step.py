"""One step of gradient descent, whole: two images, two kernels, and each number of the way there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, as_array, as_number, freeze
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Difference, Expression, Maximum, Product, Sum, Value
from cnn_core.learning import sgd
from cnn_core.losses import CrossEntropyTrace, LossBackward, cross_entropy
from cnn_core.network import Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU
from cnn_core.trace import Trace, Values, address_of, addresses_of, parse, scalar

__all__ = ["SgdStepTrace", "sgd_step"]

_COSTS = ("cost", "cost_after")


@dataclass(frozen=True, eq=False)
class SgdStepTrace(Trace):
    """A step that has been taken: each class has a kernel, and its logit is the largest response of that kernel.

    Attributes
    ----------
    x : (N, 1, H, W)
    target : (N,)
    lr
        The learning rate.
    network
        Convolution, ReLU, largest value of each map, and a linear layer that passes each on.
    maps : (N, K, H_out, W_out)
        What the kernels answer everywhere, before ReLU.
    blame
        The loss before the step, and its gradient.
    gradient : (K, 1, kH, kW)
        That of the kernels.
    """

    x: Array
    target: IntArray
    lr: float
    network: Network
    maps: Array
    blame: LossBackward
    gradient: Array

    @property
    def before(self) -> Array:
        """The kernels, (K, 1, kH, kW)."""
        return self.network.layers[0].tensors()["weight"]

    @cached_property
    def after(self) -> Array:
        return freeze(sgd(self.network, {"conv2d.weight": self.gradient}, self.lr).layers[0].tensors()["weight"])

    @property
    def output(self) -> Array:  # type: ignore[override]
        """The kernels after the step."""
        return self.after

    @cached_property
    def costs(self) -> dict[str, CrossEntropyTrace]:
        """The loss before and after the step."""
        logits = _network_of(self.after, self.maps.shape[2:]).forward(self.x)[-1].output
        return {
            "cost": cross_entropy(self.blame.forward.x, self.target),
            "cost_after": cross_entropy(logits, self.target),
        }

    def winner(self, n: int, k: int) -> tuple[int, int] | None:
        """Return where a map is largest, the first where several are; None where ReLU lets nothing through."""
        one = self.maps[n, k]
        row, column = map(int, np.unravel_index(one.argmax(), one.shape))
        return (row, column) if one[row, column] > 0 else None

    @cached_property
    def alike(self) -> Network:
        """The network in which each logit is the sum of all answers, so that both use the kernels alike."""
        count = len(self.before)
        return Network([*self.network.layers[:-1], Linear(np.ones((count, count)))])

    @cached_property
    def gradient_alike(self) -> Array:
        """The kernels' gradient in that network, (K, 1, kH, kW)."""
        return self.alike.backward(self.x, self.target).parameters["conv2d.weight"]

    @cached_property
    def after_alike(self) -> Array:
        """The kernels after a step with that gradient."""
        return freeze(self.before - self.lr * self.gradient_alike)

    @property
    def stays_alike(self) -> bool:
        """Whether both kernels would get the same gradient if both answers used them alike."""
        gradient = self.gradient_alike
        return bool((self.before == self.before[:1]).all() and np.allclose(gradient, gradient[:1], atol=1e-12))

    def equation(self, *position: int) -> Equation:
        """Return `0.25 - 1·(-0.25) = 0.5`."""
        step = Product((self.value("lr"), self.value("gradient", *position)))
        return Equation.of(Difference((self.value("before", *position), step)), self.result("after", *position))

    def explain(self, address: str) -> Explanation:
        """Explain a number; those of the loss stand in `cost` and `cost_after`, whose `x` are the logits."""
        name, _, inside = parse(address)
        if name not in _COSTS:
            return super().explain(address)
        inner, at, _ = parse(inside)
        if inner == "x":
            return self._logit(name, at)
        found = self.costs[name].explain(inside)
        return found.renamed(lambda of: f"{name}.{of}") if isinstance(found, Equation) else found

    def _logit(self, cost: str, position: tuple[int, ...]) -> Equation:
        """Return the largest value of a map, or 0."""
        name = "maps" if cost == "cost" else "maps_after"
        n, k = position
        cells = tuple(self.value(name, n, k, i, j) for i, j in np.ndindex(*self.maps.shape[2:]))
        logit = float(self.costs[cost].x[position])
        return Equation.of(Maximum((Value(0.0), *cells)), Value(logit, address_of(f"{cost}.x", position), "x"))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        match name:
            case "after":
                return self.equation(*indices)
            case "loss_before" | "loss_after":
                cost = "cost" if name == "loss_before" else "cost_after"
                found = self.explain(f"{cost}.output")
                assert isinstance(found, Equation)
                return Equation.of(found.left, self.result(name))
            case "grad_logits":
                found = self.blame.explain(address_of("grad_input", indices))
                assert isinstance(found, Equation)
                return Equation.of(found.renamed(lambda of: f"cost.{of}").left, self.result(name, *indices))
            case "maps" | "maps_after":
                left: Expression = self._response(name, indices)
            case "gradient":
                left = self._blamed(*indices)
            case "gradient_alike":
                left = self._blamed_alike(*indices)
            case "after_alike":
                step = Product((self.value("lr"), self.value("gradient_alike", *indices)))
                left = Difference((self.value("before", *indices), step))
            case _:
                return super().other(name, indices)
        return Equation.of(left, self.result(name, *indices))

    def _response(self, name: str, position: tuple[int, ...]) -> Sum:
        """Return a window times a kernel."""
        n, k, i, j = position
        kernel = "before" if name == "maps" else "after"
        entries = np.ndindex(*self.before.shape[2:])
        return Sum(
            tuple(Product((self.value("x", n, 0, i + a, j + b), self.value(kernel, k, 0, a, b))) for a, b in entries)
        )

    def _blamed(self, k: int, _: int, a: int, b: int) -> Sum:
        """Return, of each image, what its logit is asked for times what the weight met where the map is largest."""
        terms = []
        for n in range(len(self.x)):
            place = self.winner(n, k)
            met = Value(0.0) if place is None else self.value("x", n, 0, place[0] + a, place[1] + b)
            terms.append(Product((self.value("grad_logits", n, k), met)))
        return Sum(tuple(terms))

    def _blamed_alike(self, k: int, _: int, a: int, b: int) -> Sum:
        """Return, of each image, what each class asks for times what the weight met where the map is largest."""
        probabilities = cross_entropy(self.alike.logits(self.x), self.target).probabilities
        terms = []
        for n in range(len(self.x)):
            place = self.winner(n, k)
            met = Value(0.0) if place is None else self.value("x", n, 0, place[0] + a, place[1] + b)
            for c, share in enumerate(probabilities[n].tolist()):
                terms.append(Product((Value((share - (c == self.target[n])) / len(self.x)), met)))
        return Sum(tuple(terms))

    def decimals(self, name: str) -> int:
        return 3 if name in ("loss_before", "loss_after") else super().decimals(name)

    def results(self) -> Iterator[str]:
        names = ("loss_before", "grad_logits", "gradient", "after", "loss_after")
        return chain.from_iterable(addresses_of(name, self._arrays[name].shape) for name in names)

    def values(self) -> Values:
        maps_after = _network_of(self.after, self.maps.shape[2:]).forward(self.x)[0].output
        return {
            "x": self.x,
            "target": self.target,
            "lr": scalar(self.lr),
            "before": self.before,
            "maps": self.maps,
            "grad_logits": self.blame.grad_input,
            "gradient": self.gradient,
            "gradient_alike": self.gradient_alike,
            "after_alike": self.after_alike,
            "after": self.after,
            "maps_after": maps_after,
            "loss_before": self.costs["cost"].output,
            "loss_after": self.costs["cost_after"].output,
        }


def sgd_step(x: npt.ArrayLike, weight: npt.ArrayLike, target: npt.ArrayLike, lr: float = 1.0) -> SgdStepTrace:
    """Take one step for images of some classes, each of which has a kernel that should answer most to it.

    Parameters
    ----------
    x : (N, 1, H, W)
    weight : (K, 1, kH, kW)
    target : (N,)
        The class of each image, 0 to K - 1.

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other, or `lr` is not above 0.

    >>> sgd_step([[[[1]]], [[[2]]]], [[[[1]]], [[[1]]]], [0, 1]).gradient.ravel().tolist()
    [0.25, -0.25]
    """
    x, lr = as_array("x", x, "N 1 H W"), as_number("lr", lr)
    weight = as_array("weight", weight, "K 1 kH kW")
    if lr <= 0:
        raise InputError(f"lr must be larger than 0, but it is {lr:g}.")
    sides = tuple(side - kernel + 1 for side, kernel in zip(x.shape[2:], weight.shape[2:], strict=True))
    if min(sides) < 1:
        raise ShapeError(f"weight must fit into x, but its kernels are {weight.shape[2:]} and x is {x.shape[2:]}.")
    network = _network_of(weight, sides)
    back = network.backward(x, target)
    classes = freeze(np.asarray(target, dtype=np.int64))
    return SgdStepTrace(x, classes, lr, network, back.forward[0].output, back.loss, back.parameters["conv2d.weight"])


def _network_of(weight: Array, sides: tuple[int, ...]) -> Network:
    rows, columns = sides
    return Network([Conv2d(weight), ReLU(), MaxPool2d((rows, columns)), Flatten(), Linear(np.eye(len(weight)))])
