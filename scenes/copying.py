"""The walk of what only copies: each value goes into all of its cells at once."""

from __future__ import annotations

from itertools import groupby

from cnn_core.trace import Position
from scenes.language import say
from scenes.player import Player

__all__ = ["Copying"]


class Copying(Player):
    """Takes the cells together that are copied from one value; of many values, those of a row."""

    def walk(self) -> None:
        blocks = self.blocks()
        self.tell(self.stop(blocks[0][0]), brisk=False)
        is_many = len(blocks) > self.spec.told_one_by_one
        rest = [one for one in (blocks[0][1:], *blocks[1:]) if one]
        for _, row in groupby(rest, key=self.row_of if is_many else None):
            self.copy_all([*row], is_row=is_many)

    def row_of(self, block: list[Position]) -> tuple[int, int]:
        """Return channel and row of the value that a block is copied from."""
        return block[0][1], self.trace.window(*block[0])[0][0]

    def copy_all(self, blocks: list[list[Position]], *, is_row: bool) -> None:
        """Tell of one block, or of those of a row of the input, and copy them one after the other."""
        first, (c, row) = self.stop(blocks[0][0]), self.row_of(blocks[0])
        seconds = max(0.15, 1.0 / len(blocks)) * self.hurry
        said = say("{value} is copied into its whole block.", value=first.result)
        if is_row:
            said = say("Input row {row}, in the same way.", row=row + 1)
        if is_row and len(self.outputs) > 1:
            said = say("Input row {row} of channel {channel}, in the same way.", row=row + 1, channel=c)
        with self.beat("step", said, brisk=True, reason=self.reason(first)):
            for block in blocks:
                self.play(*self.look(block[0]), *self.leave(), run_time=0.6 * seconds)
                start = self.windows[0].outline
                self.play(*(one for position in block for one in self.drop(position, start)), run_time=seconds)
