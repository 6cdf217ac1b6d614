"""What is looked at while a kernel visits an image: windows, the output cell's frame, and what dims the rest."""

from __future__ import annotations

from typing import Any

from manim import Animation, FadeIn, FadeOut, Transform, VGroup

from cnn_core.conv2d import Conv2dStep
from scenes.conv2d.board import ConvBoard
from scenes.mobjects.grid import CellMarks
from scenes.stage import ExplainerScene

__all__ = ["Gaze"]

FRAME_WIDTH = 7
"""Stroke of the frame around an output cell: that of a window."""


class Gaze:
    """Windows on the image, and a frame around the output cell that they lead to."""

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard) -> None:
        self.stage, self.board = stage, board
        self.frame: CellMarks | None = None
        self.veils: dict[int, VGroup] = {}

    def moves(self, step: Conv2dStep) -> list[Animation]:
        moves = [*self._veiling(step), self._framing(step)]
        for channel, window in enumerate(self.board.windows):
            if window in self.stage.mobjects and channel in step.channels:
                moves.append(window.slide_to(step.top, step.left))
            elif window in self.stage.mobjects:
                moves.append(FadeOut(window))
            elif channel in step.channels:
                moves.append(FadeIn(window.place(step.top, step.left)))
        return moves

    def leaving(self) -> FadeOut:
        windows = [window for window in self.board.windows if window in self.stage.mobjects]
        return FadeOut(*windows, *self.veils.values(), *([self.frame] if self.frame else []))

    def _framing(self, step: Conv2dStep) -> Animation:
        _, k, i, j = step.position
        there = CellMarks(self.board.outputs[k], [(i, j)], self.stage.theme.window, FRAME_WIDTH)
        if self.frame is None:
            self.frame = there
            return FadeIn(there)
        self.frame.pointing_at(*there.about)
        return Transform(self.frame, there)

    def _veiling(self, step: Conv2dStep) -> list[Animation]:
        """Dim the channels that the output channel does not see, and no others."""
        unseen = set(range(len(self.board.images))) - set(step.channels)
        moves: list[Animation] = [FadeOut(self.veils.pop(channel)) for channel in sorted(set(self.veils) - unseen)]
        for channel in sorted(unseen - set(self.veils)):
            self.veils[channel] = self.board.veil(channel)
            moves.append(FadeIn(self.veils[channel]))
        return moves
