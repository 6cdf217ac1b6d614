"""Outlines: how one lies as an image of another, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cnnreel.film.tracks import Table

__all__ = ["Outline2d", "Outlines", "Points", "Poses", "extent", "fit"]

Points: TypeAlias = npt.NDArray[np.float64]
"""(n, 2): cubic curves of four points each, in pixels of the film, y down."""

Poses: TypeAlias = npt.NDArray[np.float64]
"""(T, 6): a, b, c, d, x, y, by which the points of a unit outline are put into the frame."""

TOLERANCE = 0.05
"""Pixels by which a point may be off."""

FINENESS = 20_000
"""Two outlines that differ by less than one part of it are one and the same."""

PARTS = 10
"""Coordinates of shapes are written in this part of a pixel."""

NEAR = 1e-3
"""Pixels within which two points are one."""


@dataclass(eq=False)
class Outline2d:
    """An outline, as large as the unit square; its size is that of the largest image of it.

    Attributes
    ----------
    size : (2,)
        Width and height in pixels of the largest image.
    """

    unit: Points
    size: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))

    @property
    def points(self) -> Points:
        return self.unit * self.size

    def pose(self, pose: Sequence[float]) -> list[float]:
        """Return a pose as the film has it, for points in pixels: x, y, and as much more as it needs."""
        a, b, c, d, x, y = pose
        (wide, high), at = self.size.tolist(), [_rounded(x, 2), _rounded(y, 2)]
        a, b = (a / wide, b / wide) if wide else (1.0, 0.0)
        c, d = (c / high, d / high) if high else (0.0, 1.0)
        if max(abs(b) * wide, abs(c) * high) > TOLERANCE / 2:
            return [*at, *(_rounded(one, 6) for one in (a, b, c, d))]
        if not wide or abs(a - 1) * wide <= TOLERANCE / 5:
            a = 1.0 if high == 0 or abs(d - 1) * high <= TOLERANCE / 5 else a
        if not high or abs(d - 1) * high <= TOLERANCE / 5:
            d = 1.0
        a, d = (d, d) if not wide else (a, a) if not high else (a, d)
        if abs(a - d) * max(wide, high) <= TOLERANCE / 5:
            return at if abs(a - 1) * max(wide, high) <= TOLERANCE / 5 else [*at, _rounded(a, 6)]
        return [*at, _rounded(a, 6), _rounded(d, 6)]


class Outlines:
    """All outlines of a film, each once; and the shapes that are written of them."""

    def __init__(self) -> None:
        self._known: dict[bytes, Outline2d] = {}
        self._written: dict[Outline2d, int] = {}
        self.shapes = Table()

    def find(self, points: Points) -> Outline2d:
        low, size = extent(points[None])
        unit = (points - low[0]) / np.where(size[0] > NEAR, size[0], np.inf)
        key = np.rint(unit * FINENESS).astype(np.int32).tobytes()
        return self._known.setdefault(key, Outline2d(unit))

    def begin_to_write(self) -> None:
        """Write outlines anew, for they may have grown."""
        self._written.clear()

    def index(self, outline: Outline2d) -> int:
        """Return the shape of an outline, as large as it has grown."""
        if outline not in self._written:
            (self._written[outline],) = self.write_alike(outline.points)
        return self._written[outline]

    def write_alike(self, *several: Points) -> list[int]:
        return [self.shapes.add(shape, shape) for shape in path_data(several)]


def extent(stack: npt.NDArray[np.float64]) -> tuple[Points, Points]:
    """Return left and top, and width and height, of each of several outlines (T, n, 2)."""
    low = stack.min(axis=1)
    return low, stack.max(axis=1) - low


def fit(stack: npt.NDArray[np.float64]) -> tuple[Points, Poses] | None:
    """Find the outline of which all others are images, and their poses; nothing if they are not.

    Parameters
    ----------
    stack : (T, n, 2)
    """
    low, size = extent(stack)
    base = int(size.sum(axis=1).argmax())
    points = stack[base]
    poses = np.zeros((len(stack), 6))
    poses[:, 4:] = low
    poses[:, 0], poses[:, 3] = size[:, 0], size[:, 1]
    flat = size[base] <= NEAR
    unit = (points - low[base]) / np.where(flat, np.inf, size[base])
    if np.abs(stack - low[:, None] - unit * size[:, None]).max() <= TOLERANCE:
        return points, poses
    centred = points - points.mean(axis=0)
    if (flat | (np.abs(centred).max(axis=0) < 1)).any():
        return None
    known = np.column_stack([centred, np.ones(len(points))])
    found = np.linalg.pinv(known, rcond=1e-5) @ stack  # (T, 3, 2)
    if np.abs(known @ found - stack).max() > TOLERANCE:
        return None
    poses[:, :2], poses[:, 2:4] = found[:, 0] * size[base, 0], found[:, 1] * size[base, 1]
    poses[:, 4:] = found[:, 2] + (low[base] - points.mean(axis=0)) @ found[:, :2]
    return points, poses


def _rounded(value: float, digits: int) -> float:
    """Round, and write whole numbers as such."""
    result = round(value, digits)
    return int(result) if result == int(result) else result


def path_data(several: Sequence[Points]) -> list[str]:
    """Write outlines as SVG path data, all with the same commands; they have equally many points.

    >>> square = np.array([[0, 0], [0, 0], [9, 0], [9, 0], [9, 0], [9, 3], [9, 6], [9, 9]])
    >>> path_data([square])
    ['M0 0h9v9']
    """
    stack = np.stack([points[: len(points) // 4 * 4] for points in several]).reshape(len(several), -1, 4, 2)
    stack = np.where(np.isfinite(stack), stack, 0)
    tenths = np.rint(stack * PARTS).astype(int)
    ways = tenths[:, :, 1:] - tenths[:, :, :1]
    written = list(commands(stack, ways[:, :, 2]))
    numbers = {"M": tenths[:, :, 0], "c": ways.reshape(len(stack), -1, 6), "l": ways[:, :, 2], "z": tenths[:, :, :0, 0]}
    numbers |= {"h": numbers["l"][:, :, :1], "v": numbers["l"][:, :, 1:]}
    listed = {command: values.tolist() for command, values in numbers.items()}
    return ["".join(name + joined(listed[name][one][at]) for name, at in written) for one in range(len(several))]


def commands(stack: npt.NDArray[np.float64], ends: npt.NDArray[np.int64]) -> Iterator[tuple[str, int]]:
    """Give each command of some outlines' paths, and the curve (n, 4, 2) whose numbers it takes.

    Parameters
    ----------
    ends : (k, n, 2)
        From the start of each curve to its end, in tenths.
    """
    count = stack.shape[1]
    begins = np.ones(count, bool)
    begins[1:] = (np.abs(stack[:, 1:, 0] - stack[:, :-1, 3]) > NEAR).any(axis=(0, 2))
    first = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    last = np.append(begins[1:], True)
    closes = last & (np.abs(stack[:, first, 0] - stack[:, :, 3]) <= NEAR).all(axis=(0, 2))
    right, down = ends[..., 0].any(axis=0), ends[..., 1].any(axis=0)
    lone = last & begins
    needless = (closes & ~begins) | ~(right | down | lone)
    names = np.where(down, np.where(right, "l", "v"), "h")
    names = np.where(is_straight(stack).all(axis=0), np.where(needless, "", names), "c")
    for index, (begin, name, close) in enumerate(zip(begins.tolist(), names.tolist(), closes.tolist(), strict=True)):
        if begin:
            yield "M", index
        if name:
            yield name, index
        if close:
            yield "z", index


def is_straight(curves: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell of each curve (..., 4, 2) whether it is a straight line, and does not go beyond its ends."""
    way = curves[..., 3, :] - curves[..., 0, :]
    length = np.hypot(way[..., 0], way[..., 1])[..., None]
    handles = curves[..., 1:3, :] - curves[..., :1, :]
    along = (handles * way[..., None, :]).sum(axis=-1) / np.where(length > 0, length, 1)
    across = np.abs(handles[..., 0] * way[..., None, 1] - handles[..., 1] * way[..., None, 0])
    near = np.where(length > 0, across / np.where(length > 0, length, 1), np.abs(handles).max(axis=-1)) <= 0.01
    return np.asarray((near & (along >= -0.01) & (along <= length + 0.01)).all(axis=-1))


def joined(tenths: Sequence[int]) -> str:
    """Write numbers that are given in tenths, as SVG reads them.

    >>> joined([5, -12, 30])
    '.5-1.2 3'
    """
    text = ""
    for value in tenths:
        number = f"{value / PARTS:.7g}"
        number = number.replace("0.", ".", 1) if abs(value) < PARTS else number
        text += number if not text or number.startswith("-") else f" {number}"
    return text
