"""Lines of arithmetic whose numbers come from somewhere and go somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from manim import RIGHT, VGroup, VMobject

from scenes.layout import Box, in_row, in_rows, smallest_text
from scenes.mobjects.text import Label, Number

__all__ = ["Known", "Worked"]

SMALL = 0.36
"""Size below which a line is rather broken."""


class Worked(VGroup):
    """A line of arithmetic; `numbers` are those that travel, by name.

    Parameters
    ----------
    parts
        What must not be torn apart is one part.
    size
        Height of the text; smaller where the line would be too long, and on several lines where that is not enough.
    gap
        Room between the parts, in em.
    """

    def __init__(
        self, parts: Sequence[VMobject], box: Box, size: float, gap: float = 0.24, /, **numbers: Number
    ) -> None:
        super().__init__()
        self.numbers = numbers
        row = in_row(parts, gap * size)
        if row.width * max(smallest_text(), SMALL) > size * box.width:
            row = in_rows(parts, gap * size, box, 1.1 * max(part.height for part in parts))
        self.add(row.scale(min(1.0, box.width / row.width, box.height / row.height)).move_to(box.center))

    def rest(self, *names: str) -> VGroup:
        """Return everything that is drawn but for the numbers of these names."""
        travelling = {id(part) for name in names for part in self.numbers[name].get_family()}
        leaves = [part for part in self.get_family() if not part.submobjects and id(part) not in travelling]
        return VGroup(*cast("list[VMobject]", leaves))


class Known(VGroup):
    """A quantity that is known: `μ = 3`; `number` arrives later than `head`."""

    def __init__(self, head: str, number: Number, color: str) -> None:
        self.head, self.number = Label(head, number.size, color), number
        super().__init__(self.head, number)
        self.arrange(RIGHT, buff=0.24 * number.size)
