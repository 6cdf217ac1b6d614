"""2-D upsampling to the nearest value: each value becomes a block of copies of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy.typing as npt

from cnn_core.arrays import Array, Pair, as_array, as_pair, freeze
from cnn_core.equation import Equation
from cnn_core.trace import Position, Trace, Values, check_position, positions_of, scalar

__all__ = ["UpsampleStep", "UpsampleTrace", "upsample"]


@dataclass(frozen=True)
class UpsampleStep:
    """Where one value was copied from; `source` is `(row, column)` in `x`."""

    position: Position
    source: Pair
    value: float

    def values(self) -> Values:
        """Return the value; where it is from, the equation says."""
        return {"value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class UpsampleTrace(Trace):
    """An upsampling that has been computed.

    Attributes
    ----------
    x : (N, C, H, W)
    output : (N, C, H * rows, W * columns)
    scale_factor
        `(rows, columns)` of the block that each value becomes.
    """

    x: Array
    output: Array
    scale_factor: Pair

    def equation(self, *position: int) -> Equation:
        """Return `x[0,0,0,1] = 8`: the value is carried to each cell of its block."""
        n, c, i, j = position
        return self.carried("x", (n, c, *self._source(i, j)), "output", position)

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> UpsampleStep:
        """Return where `output[n, c, i, j]` was copied from."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        return UpsampleStep(position, self._source(i, j), float(self.output[position]))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}

    def _source(self, i: int, j: int) -> Pair:
        return i // self.scale_factor[0], j // self.scale_factor[1]


def upsample(x: npt.ArrayLike, scale_factor: int | Pair = 2) -> UpsampleTrace:
    """Make maps larger by whole numbers, as `torch.nn.functional.interpolate` does with `mode="nearest"`.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is enlarged for itself.
    scale_factor
        How many rows and columns each value becomes: one number, or one for each axis.

    Raises
    ------
    ShapeError, InputError
        If `x` has another shape or a factor is no whole number of at least 1.

    >>> upsample([[[[1, 2]]]], 2).output.tolist()
    [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """
    x = as_array("x", x, "N C H W")
    rows, columns = as_pair("scale_factor", scale_factor, minimum=1)
    return UpsampleTrace(x, freeze(x.repeat(rows, axis=2).repeat(columns, axis=3)), (rows, columns))
