"""A window that grows into the place of its image, until the kernel can be read on it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from manim import UP, FadeIn, FadeOut, Group, VGroup

from cnn_core.conv2d import Conv2dStep
from cnn_core.numerals import decimals_for
from scenes.conv2d.board import ConvBoard, indexed
from scenes.conv2d.spots import Spot
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.stamp import Stamp, stamp_size

__all__ = ["Magnifier"]


class Magnifier:
    """Shows windows on which the kernel would be too small.

    Attributes
    ----------
    grid
        The window, while it is large.
    """

    def __init__(self, stage: Any, board: ConvBoard) -> None:
        self.stage, self.board = stage, board
        self.grid: NumberGrid | None = None

    def open(self, step: Conv2dStep, c: int, run_time: float) -> None:
        """Let the window grow while the image makes way; not at all if the kernel could not be read there, either."""
        grid, channel = self.window(step, c), step.channels[c]
        stamp = None if grid is None else self.stamp(grid, step, c)
        if grid is None or stamp is None:
            return
        outline = grid.frame.copy().set_stroke(self.board.theme.window, 6)
        window = self.board.windows[channel]
        self.grid, self.large = grid, VGroup(grid, outline, stamp)
        self.behind = Group(self.board.images[channel], window)
        small = {"target_position": window.outline.get_center(), "scale": window.outline.width / outline.width}
        self.stage.play(FadeOut(self.behind), FadeIn(self.large, **small), run_time=max(0.6, run_time))
        self.stage.hold(0.8 if run_time > 0.5 else 0.3)

    def close(self) -> None:
        """Let the image come back."""
        if self.grid is not None:
            self.stage.play(FadeOut(self.large), FadeIn(self.behind), run_time=0.4)
            self.grid = None

    def window(self, step: Conv2dStep, c: int) -> NumberGrid | None:
        board, trace = self.board, self.board.trace
        name = f"steps[{board.index(step)}].window[{c},{{}},{{}}]"
        spot = Spot.of(board.places.image.box, *trace.kernel_size)
        added = trace.on_padding(step)
        grid = board.grid(step.window[c], trace.x, name.format, board.theme.input, spot, added=added)
        for cell in np.ndindex(grid.values.shape):
            grid.write(*cell)
        return grid if grid.text_size else None

    def stamp(self, grid: NumberGrid, step: Conv2dStep, c: int) -> Stamp | None:
        """Return the kernel on the window, whose pixels are lifted, if it can be read."""
        weight, k = self.board.trace.weight, step.position[1]
        decimals, largest = decimals_for(weight), float(np.abs(weight).max())
        if not stamp_size(weight.reshape(-1, weight.shape[-1]), decimals, grid.cell):
            return None
        address = partial(indexed, self.board.weight_name, k, c)
        stamp = Stamp(grid, weight[k, c], address, self.board.theme, decimals, largest)
        for animation in stamp.lift():
            animation.mobject.move_to(animation.mobject.get_center() + 0.24 * grid.cell * UP)
        return stamp
