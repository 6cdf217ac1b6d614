"""The closing moment of a walk: the input goes on by a pixel, and its output is compared with that of before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import LEFT, RIGHT, Create, FadeIn, FadeOut, Mobject

from scenes.language import say
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import ring_around
from scenes.mobjects.text import Label

if TYPE_CHECKING:
    from scenes.player import Player

__all__ = ["show_shifted"]


def show_shifted(player: Player, shifted: Any, standing: Sequence[Mobject] = ()) -> None:
    """Let the input go on by a pixel, and compare what comes out with what came out before.

    Parameters
    ----------
    shifted
        The trace of the input that has gone on.
    standing
        Leaves first.
    """
    before, output, theme = player.inputs[0], player.outputs[0], player.theme
    moved = moved_grid("x_shifted", shifted.x[0, 0], before, before.cell)
    moved.move_to(before.cell_center((before.rows - 1) / 2, (before.columns - 1) / 2))
    cell = min(output.cell, player.below.height / output.rows, 0.5 * player.below.width / output.columns)
    again = moved_grid("output_shifted", shifted.output[0, 0], output, cell)
    again.move_to(np.array([output.get_x(), player.below.center[1], 0]))
    if not again.text_size:
        return
    equal = np.isclose(shifted.output[0, 0], player.trace.output[0, 0], rtol=0, atol=1e-9)
    sign = Label("=" if equal.all() else "≠", 0.7, theme.output if equal.all() else theme.text)
    sign.next_to(again, LEFT, buff=0.4)
    rings = [ring_around(again, row, column) for row, column in np.argwhere(equal).tolist()]
    said, is_partly = kept_in_words(int(equal.sum()), equal.size), equal.any() and not equal.all()
    partly = say("Within a window a shift is forgotten, across its border it is not.")
    with player.beat("explain", said, reason=partly if is_partly else said):
        leaving = [FadeOut(one, shift=before.cell * RIGHT) for one in (before.digits, before.background)]
        player.play(*leaving, *map(FadeOut, standing), run_time=0.8)
        player.play(FadeIn(moved), run_time=0.6)
        player.play(FadeIn(again), run_time=0.8)
        player.play(FadeIn(sign), *map(Create, rings), run_time=0.6)


def moved_grid(name: str, values: np.ndarray, like: NumberGrid, cell: float) -> NumberGrid:
    address = f"{name}[0,0,{{}},{{}}]".format
    return NumberGrid(values, address, like.role, like.theme, cell, decimals=like.decimals)


def kept_in_words(count: int, of: int) -> str:
    """Say how much of an output stays when the input goes on by a pixel."""
    if count == of:
        return say("Moved on by one pixel, the input gives the same output.")
    return say("Moved on by one pixel, the input gives {count} of {of} outputs again.", count=count, of=of)
