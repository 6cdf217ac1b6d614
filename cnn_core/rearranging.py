"""What only moves numbers to other places: concatenation, padding, slices, other shapes, other orders of axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, as_axis, as_number, as_whole, freeze
from cnn_core.channels import check_groups
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Cell, Value
from cnn_core.reading.quoting import counted
from cnn_core.trace import Trace, Values, address_of, check_position, scalar

__all__ = [
    "MoveStep",
    "MoveTrace",
    "channel_shuffle",
    "concat",
    "narrow",
    "pad2d",
    "permute",
    "reshape",
    "slices",
]

_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""PyTorch's ways to pad, and how numpy calls them."""


@dataclass(frozen=True)
class MoveStep:
    """Where one number came from: the address of its source; empty for the number of a padding."""

    position: tuple[int, ...]
    source: str
    value: float

    def values(self) -> Values:
        return {"value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class MoveTrace(Trace):
    """Numbers that have been moved.

    Attributes
    ----------
    name
        As the function is called here.
    inputs
        The arrays whose numbers were moved: `x`, or `x1`, `x2`, ... where there are several.
    output : (...)
    move
        What was done to the inputs; done to the numbers' places, it says where each one is from.
    filling
        What stands where nothing was moved to.
    """

    name: str
    inputs: tuple[Array, ...]
    output: Array
    move: Callable[..., npt.NDArray[np.generic]]
    filling: float = 0.0

    @property
    def x(self) -> Array:  # type: ignore[override]
        return self.inputs[0]

    @cached_property
    def sources(self) -> IntArray:
        """Where each number of the output stood, counted through all inputs, from 1 on; 0 for the filling."""
        ends = np.cumsum([0, *(one.size for one in self.inputs)])
        places = [
            np.arange(one.size).reshape(one.shape) + start + 1 for one, start in zip(self.inputs, ends, strict=False)
        ]
        return freeze(np.asarray(self.move(*places, 0), dtype=np.int64))

    def source(self, *position: int) -> str:
        """Return the address of the number that went to a position; empty where none did."""
        check_position(position, self.output.shape)
        at = int(self.sources[position]) - 1
        if at < 0:
            return ""
        for name, array in self._named().items():
            if at < array.size:
                return address_of(name, tuple(map(int, np.unravel_index(at, array.shape))))
            at -= array.size
        raise AssertionError("a source lies in one of the inputs")

    def equation(self, *position: int) -> Equation:
        """Return `x[0,1,0,2] = 8`; of a padding its number, `0 = 0`."""
        source, result = self.source(*position), self.result("output", *position)
        if not source:
            return Equation.of(Value(self.filling), result)
        name = source.partition("[")[0]
        return Equation.of(Cell((Value(result.number, source, name, self.decimals(name)),)), result)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return Given("given") if name == "filling" else super().other(name, indices)

    def step(self, *position: int) -> MoveStep:
        return MoveStep(position, self.source(*position), float(self.output[position]))

    def values(self) -> Values:
        return {**self._named(), "output": self.output}

    def _named(self) -> dict[str, Array]:
        if len(self.inputs) == 1:
            return {"x": self.x}
        return {f"x{k}": one for k, one in enumerate(self.inputs, start=1)}


def concat(inputs: Sequence[npt.ArrayLike], dim: int = 1) -> MoveTrace:
    """Put arrays one behind the other along an axis, as `torch.concat` does (whose default is 0).

    >>> concat([[[1, 2]], [[3]]]).output.tolist()
    [[1.0, 2.0, 3.0]]
    """
    if not len(inputs):
        raise InputError("inputs must hold at least one array, but it is empty.")
    arrays = tuple(as_array(f"x{k}", one, "...") for k, one in enumerate(inputs, start=1))
    axis = as_axis("dim", dim, arrays[0])
    first, *others = [one.shape[:axis] + one.shape[axis + 1 :] for one in arrays]
    for k, rest in enumerate(others, start=2):
        if rest != first or arrays[k - 1].ndim != arrays[0].ndim:
            raise ShapeError(
                f"x{k} must have the shape of x1, {arrays[0].shape}, in all axes but {axis}, "
                f"but its shape is {arrays[k - 1].shape}."
            )
    return _moved("concat", arrays, lambda *parts: np.concatenate(parts[:-1], axis=axis))


def pad2d(
    x: npt.ArrayLike, padding: tuple[int, int, int, int], mode: str = "constant", value: float = 0.0
) -> MoveTrace:
    """Put a border around maps (N, C, H, W), as `torch.nn.functional.pad` does.

    Parameters
    ----------
    padding
        `(left, right, top, bottom)`; negative numbers cut off.
    mode
        `"constant"`, `"reflect"`, `"replicate"` or `"circular"`.
    value
        What a constant border holds.

    Examples
    --------
    >>> pad2d([[[[1, 2]]]], (1, 0, 0, 0)).output.tolist()
    [[[[0.0, 1.0, 2.0]]]]
    """
    x, value = as_array("x", x, "N C H W"), as_number("value", value)
    left, right, top, bottom = (as_whole("padding", one, minimum=-max(x.shape)) for one in padding)
    sides = (top, bottom), (left, right)
    if mode not in _MODES:
        raise InputError(f"mode must be one of {', '.join(_MODES)}, but it is {mode!r}.")
    _check_border(x, sides, mode)
    kept = (slice(max(0, -a), size - max(0, -b)) for (a, b), size in zip(sides, x.shape[2:], strict=True))
    cut = (slice(None), slice(None), *kept)
    border = [(0, 0), (0, 0), *((max(0, one), max(0, two)) for one, two in sides)]

    def move(maps: npt.NDArray[np.generic], filling: float) -> npt.NDArray[np.generic]:
        options = {"constant_values": filling} if mode == "constant" else {}
        return np.asarray(np.pad(maps[cut], border, mode=_MODES[mode], **options))  # type: ignore[call-overload]

    return _moved("pad2d", (x,), move, value)


def _check_border(x: Array, sides: tuple[Pair, Pair], mode: str) -> None:
    """Refuse a border that leaves nothing, or that has to repeat more than there is."""
    for size, both in zip(x.shape[2:], sides, strict=True):
        if size + sum(min(0, side) for side in both) < 1:
            raise ShapeError(f"padding must leave something of x, whose shape is {x.shape}, but it is {sides}.")
        most = size - 1 if mode == "reflect" else size
        if mode in ("reflect", "circular") and max(both) > most:
            raise ShapeError(f"padding must be at most {most} in this mode ({mode}), but it is {sides}.")


def slices(x: npt.ArrayLike, *parts: slice) -> MoveTrace:
    """Cut a part out of each of the first axes, as `x[0:2, ::2]` does.

    >>> slices([[1, 2, 3]], slice(None), slice(0, 3, 2)).output.tolist()
    [[1.0, 3.0]]
    """
    x = as_array("x", x, "...")
    if len(parts) > x.ndim or 0 in x[parts].shape:
        raise ShapeError(f"the slices must leave something of x, whose shape is {x.shape}, but they are {parts}.")
    return _moved("slices", (x,), lambda whole, _: whole[parts])


def narrow(x: npt.ArrayLike, dim: int, start: int, length: int) -> MoveTrace:
    """Keep `length` places of an axis from `start` on, as `torch.narrow` does: one part of what was split.

    >>> narrow([[1, 2, 3]], 1, 1, 2).output.tolist()
    [[2.0, 3.0]]
    """
    x = as_array("x", x, "...")
    axis = as_axis("dim", dim, x)
    start, length = as_whole("start", start, minimum=0), as_whole("length", length, minimum=1)
    if start + length > x.shape[axis]:
        raise ShapeError(
            f"start and length must stay inside axis {axis} of x, whose length is {x.shape[axis]}, "
            f"but they are {start} and {length}."
        )
    parts = (*[slice(None)] * axis, slice(start, start + length))
    return _moved("narrow", (x,), lambda whole, _: whole[parts])


def reshape(x: npt.ArrayLike, shape: Sequence[int]) -> MoveTrace:
    """Read the same numbers, in the same order, into other axes, as `torch.reshape` does; one may be -1.

    >>> reshape([1, 2, 3, 4], (2, -1)).output.tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    x, shape = as_array("x", x, "..."), tuple(as_whole("shape", one, minimum=-1) for one in shape)
    try:
        x.reshape(shape)
    except ValueError:
        raise ShapeError(f"shape must hold the {counted(x.size, 'number')} of x, but it is {shape}.") from None
    return _moved("reshape", (x,), lambda whole, _: whole.reshape(shape))


def permute(x: npt.ArrayLike, dims: Sequence[int]) -> MoveTrace:
    """Put the axes into another order, as `torch.permute` does.

    >>> permute([[1, 2], [3, 4]], (1, 0)).output.tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    x = as_array("x", x, "...")
    axes = tuple(as_axis("dims", dim, x) for dim in dims)
    if sorted(axes) != list(range(x.ndim)):
        raise ShapeError(f"dims must name each axis of x once, whose shape is {x.shape}, but it is {tuple(dims)}.")
    return _moved("permute", (x,), lambda whole, _: whole.transpose(axes))


def channel_shuffle(x: npt.ArrayLike, groups: int) -> MoveTrace:
    """Deal the channels of each group out to all groups, as `torch.nn.functional.channel_shuffle` does.

    >>> channel_shuffle([[[[1]], [[2]], [[3]], [[4]]]], 2).output.ravel().tolist()
    [1.0, 3.0, 2.0, 4.0]
    """
    x, groups = as_array("x", x, "N C H W"), as_whole("groups", groups, minimum=1)
    n, c, height, width = x.shape
    check_groups(groups, c, "channels of x")

    def move(maps: npt.NDArray[np.generic], _: float) -> npt.NDArray[np.generic]:
        return maps.reshape(n, groups, c // groups, height, width).swapaxes(1, 2).reshape(x.shape)

    return _moved("channel_shuffle", (x,), move)


def _moved(
    name: str, inputs: tuple[Array, ...], move: Callable[..., npt.NDArray[np.generic]], filling: float = 0.0
) -> MoveTrace:
    output = np.array(move(*inputs, filling), dtype=np.float64, order="C")
    return MoveTrace(name, inputs, freeze(output), move, filling)
