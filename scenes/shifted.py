"""The closing moment of a walk: the input goes on by a pixel, and its output is compared with that of before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import RIGHT, UP, Create, FadeIn, FadeOut, Mobject

from scenes.language import say, say_many
from scenes.layout import smallest_text
from scenes.mobjects.grid import CellMarks, NumberGrid
from scenes.mobjects.panels import OperationArrow, ring_around
from scenes.mobjects.text import Label
from scenes.pointing import is_block

if TYPE_CHECKING:
    from scenes.player import Player

__all__ = ["show_shifted"]

_SIZE, _NAME, _ARROW = 0.36, 0.6, 0.65
"""Height of a name, of its line, and of the room of an arrow, in scene units."""
_SHARE = 0.42
"""Of the width, for an input."""


def show_shifted(player: Player, shifted: Any, standing: Sequence[Mobject] = ()) -> None:
    """Let the input go on by a pixel, beside what it was, and compare what comes out with what came out before.

    Parameters
    ----------
    shifted
        The trace of the input that has gone on.
    standing
        Leaves first.
    """
    before, output, theme, room = player.inputs[0], player.outputs[0], player.theme, player.bands.whole
    high = (room.height - _NAME - _ARROW) / (before.rows + output.rows)
    cell = min(before.cell, high, _SHARE * room.width / before.columns)
    moved = moved_grid("x_shifted", shifted.x[0, 0], before, cell)
    again = moved_grid("output_shifted", shifted.output[0, 0], output, min(cell, output.cell))
    shrunk = [old.text_size * new.cell / old.cell for old, new in ((before, moved), (output, again))]
    if min(moved.text_size, again.text_size, *shrunk) < smallest_text():
        return
    left, right = room.part(0, 0.5), room.part(0.5, 1)
    top, bottom = room.top - _NAME, room.bottom
    moved.shift(np.array([right.center[0], top, 0]) - moved.frame.get_top())
    again.shift(np.array([right.center[0], bottom, 0]) - again.frame.get_bottom())
    across = (left.center[0] - right.center[0]) * RIGHT
    places = [one.frame.get_center() + across for one in (moved, again)]
    pairs = zip((before, output), (moved, again), places, strict=True)
    going = [old.animate.scale(new.cell / old.cell).move_to(place) for old, new, place in pairs]
    names = [Label(player.spec.x_label, _SIZE, theme.input), Label(say("moved on by one pixel"), _SIZE, theme.input)]
    arrows = [OperationArrow("", theme, down=True, length=0.6 * _ARROW) for _ in names]
    for name, arrow, shift in zip(names, arrows, (across, 0 * RIGHT), strict=True):
        name.next_to(moved.frame, UP, buff=0.1).shift(shift)
        arrow.move_to((moved.frame.get_bottom() + again.frame.get_top()) / 2 + shift)
    equal = np.isclose(shifted.output[0, 0], player.trace.output[0, 0], rtol=0, atol=1e-9)
    sign = Label("=" if equal.all() else "≠", 0.9, theme.output if equal.all() else theme.text)
    sign.move_to(again.frame.get_center() + across / 2)
    rings = [ring_around(again, row, column) for row, column in np.argwhere(equal).tolist()]
    said, is_partly = kept_in_words(int(equal.sum()), equal.size), equal.any() and not equal.all()
    partly = say("Within a window a shift is forgotten, across its border it is not.")
    borders = window_borders(player, moved, across)
    with player.beat("explain", said, reason=partly if is_partly else said):
        player.play(*map(FadeOut, (*standing, *player.words)), run_time=0.4)
        player.play(*going, run_time=1.0)
        player.play(*map(FadeIn, (names[0], arrows[0])), run_time=0.4)
        player.play(FadeIn(moved, target_position=places[0]), FadeIn(names[1]), run_time=0.8)
        player.play(*map(FadeIn, (arrows[1], again)), run_time=0.6)
        if borders:
            player.play(*map(FadeIn, borders), run_time=0.4)
        player.play(FadeIn(sign), *map(Create, rings), run_time=0.6)


def window_borders(player: Player, moved: NumberGrid, across: np.ndarray) -> list[CellMarks]:
    """Return thick outlines of the windows in both inputs, if no window overlaps another one or leaves the input."""
    windows = [player.trace.window(*position) for position in player.trace.positions()]
    cells = [[(row, column) for row in rows for column in columns] for rows, columns in windows]
    seen = [one for window in cells for one in window]
    if any(player.ring) or len(set(seen)) < len(seen) or not all(map(is_block, cells)):
        return []
    marks = []
    for window in cells:
        there = CellMarks(moved, window, player.theme.input, 5, together=True)
        before = there.copy().shift(across)
        marks += [before.pointing_at(*player.inputs[0].addresses(window)), there]
    return marks


def moved_grid(name: str, values: np.ndarray, like: NumberGrid, cell: float) -> NumberGrid:
    address = f"{name}[0,0,{{}},{{}}]".format
    return NumberGrid(values, address, like.role, like.theme, cell, decimals=like.decimals)


def kept_in_words(count: int, of: int) -> str:
    """Say how much of an output stays when the input goes on by a pixel."""
    if count == of:
        return say("Move the input by one pixel, and the output stays the same.")
    return say_many(
        "Move the input by one pixel, and {count} of {of} outputs stays the same.",
        "Move the input by one pixel, and {count} of {of} outputs stay the same.",
        count,
        of=of,
    )
