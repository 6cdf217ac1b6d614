"""The kernels that see the picture itself: each beside its map, and what each of them answers most."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from manim import FadeIn, FadeOut, Group, Rectangle, Transform, VMobject

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dTrace
from scenes.language import say, say_many
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.picture import Picture, picture_colours
from scenes.net.board import NetBoard
from scenes.net.choosing import strongest
from scenes.net.window import extent_of

__all__ = ["bring_kernels", "sees_one_map", "show_kernels"]

_LARGE, _SIDE, _AIR = 0.75, 0.32, 0.03
"""Side of a kernel's picture, at first and later, and the ground around it, as shares of a map's side."""
_MOST = 16
"""Kernels that there is time and room for."""


def sees_one_map(trace: object) -> TypeGuard[Conv2dTrace]:
    """Tell whether a layer has few kernels, all of which see a single map."""
    return isinstance(trace, Conv2dTrace) and trace.x.shape[1] == 1 < len(trace.weight) <= _MOST


def bring_kernels(board: NetBoard, trace: Conv2dTrace) -> None:
    """Show each kernel in the frame of the map that it will make, and put it into a corner of that."""
    stage, maps = board.stage, board.right
    assert maps is not None
    heaviest, count = float(np.abs(trace.weight).max()), len(trace.weight)
    insets = [_inset(board, maps, c, trace.weight[c, 0], heaviest) for c in range(count)]
    middle = [(side - 1) / 2 for side in maps.maps.shape[1:]]
    goals = [inset.copy() for inset in insets]
    for c, inset in enumerate(insets):
        inset.scale(_LARGE / _SIDE).move_to(maps.middle(c, *middle))
    stage.play(*map(FadeIn, insets), run_time=0.8)
    stage.wait(0.6)
    stage.play(*map(Transform, insets, goals), run_time=0.8)
    board.extras += insets


def show_kernels(board: NetBoard, trace: Conv2dTrace) -> None:
    """Show where each kernel answers most strongly."""
    stage, maps = board.stage, board.right
    assert maps is not None
    count = say_many("{count} kernel", "{count} kernels", len(trace.weight))
    said = say("Each of {count} answers most where the pixels fit its weights best: the sum is largest.", count=count)
    with stage.beat("step", said, reason=say("A kernel looks for one small pattern, wherever it is.")):
        seen: list[VMobject] = []
        for c in range(len(trace.weight)):
            _visit(board, maps, trace, c, seen)
        board.extras += seen


def _visit(board: NetBoard, maps: FeatureMaps, trace: Conv2dTrace, c: int, seen: list[VMobject]) -> None:
    """Bring the window to what a kernel answers most, and a ring to its answer."""
    i, j = strongest(trace.output[0, c])
    there = board.left.outline(0, *extent_of(trace, trace.step(0, c, i, j)))
    here = maps.outline(c, i - 0.5, j - 0.5, 2, 2)
    if not seen:
        seen += [there, here]
        board.stage.play(FadeIn(there, here), run_time=0.7)
        return
    board.stage.play(Transform(seen[0], there), run_time=0.35)
    before, seen[1] = seen[1], here
    board.stage.play(FadeOut(before), FadeIn(here), run_time=0.35)


def _inset(board: NetBoard, maps: FeatureMaps, c: int, kernel: Array, heaviest: float) -> Group:
    """Return a kernel's picture, in that corner of its map in which there is least to be seen."""
    theme, side = board.theme, _SIDE * maps.cell * min(maps.maps.shape[1:])
    height, width = kernel.shape
    picture = Picture(picture_colours(kernel, theme.kernel, theme, heaviest), side * min(1.0, width / height))
    frame = Rectangle(width=picture.width, height=picture.height, color=theme.kernel, stroke_width=2)
    air = _AIR * maps.cell * maps.maps.shape[2]
    ground = Rectangle(width=picture.width + 2 * air, height=picture.height + 2 * air, stroke_width=0)
    ground.set_fill(theme.background, opacity=1)
    whole = Group(ground, picture, frame)
    down, right = _emptiest(maps.maps[c])
    rows, columns = maps.maps.shape[1:]
    corner = maps.corner(c, rows * down, columns * right)
    inward = np.array([-1.0 if right else 1.0, 1.0 if down else -1.0, 0.0])
    return whole.move_to(corner + inward * np.array([ground.width / 2, ground.height / 2, 0.0]))


def _emptiest(values: Array) -> tuple[int, int]:
    """Return the corner, 0 or 1 down and right, in which values differ least from the most common one.

    >>> _emptiest(np.array([[0.0, 5.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.0, 0.0]]))
    (1, 1)
    """
    rows, columns = (max(1, round(_SIDE * side)) for side in values.shape)
    away = np.abs(values - np.median(values))
    corners = {
        (down, right): float(away[_part(down, rows), _part(right, columns)].sum())
        for down in (1, 0)
        for right in (1, 0)
    }
    return min(corners, key=lambda corner: corners[corner])


def _part(last: int, count: int) -> slice:
    return slice(-count, None) if last else slice(0, count)
