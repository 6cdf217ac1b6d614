"""Flattening: feature maps to one row of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_axis
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation
from cnn_core.softmax_backward import FlattenBackward
from cnn_core.trace import Trace, Values, check_position, scalar

__all__ = ["FlattenStep", "FlattenTrace", "flatten"]


@dataclass(frozen=True, eq=False)
class FlattenStep:
    """Where one value of the row came from.

    Attributes
    ----------
    position
        Its position in the output: `(n, k)`.
    source
        Its position in the axes that were flattened: `(c, i, j)`.
    """

    position: tuple[int, ...]
    source: tuple[int, ...]
    value: float

    def values(self) -> Values:
        return {"value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class FlattenTrace(Trace):
    """A flattening that has been computed.

    Attributes
    ----------
    x : (N, C, H, W), or any other shape
    output : (N, C * H * W)
        The axes from `start_dim` on as one, in reading order.
    start_dim
        The first axis that was flattened, counted from the front.
    """

    x: Array
    output: Array
    start_dim: int

    def equation(self, *position: int) -> Equation:
        """Return `x[0,1,0,2] = 8`."""
        return self.carried("x", (*position[:-1], *self.step(*position).source), "output", position)

    def step(self, *position: int) -> FlattenStep:
        """Return where the value at this position, such as `(n, k)`, came from."""
        check_position(position, self.output.shape)
        source = np.unravel_index(position[-1], self.x.shape[self.start_dim :])
        return FlattenStep(position, tuple(map(int, source)), float(self.output[position]))

    def backward(self, grad_output: npt.ArrayLike) -> FlattenBackward:
        return FlattenBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}


def flatten(x: npt.ArrayLike, start_dim: int = 1) -> FlattenTrace:
    """Make one axis of all axes from `start_dim` on, as `torch.flatten` does (which starts at 0 by default).

    Parameters
    ----------
    x : (...)
        An array of any shape.
    start_dim
        The first axis to flatten; the default keeps the images apart.

    Raises
    ------
    InputError
        If `x` has no such axis.

    >>> flatten([[[1, 2], [3, 4]]]).output.tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """
    x = as_array("x", x, "...")
    start_dim = as_axis("start_dim", start_dim, x)
    return FlattenTrace(x, x.reshape(*x.shape[:start_dim], -1), start_dim)
