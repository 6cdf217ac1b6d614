"""Upright bars of shares and of their gradients, above and below a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manim import DashedVMobject, Line, Rectangle, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.layout import Box, smallest_text
from scenes.mobjects.gradient import wedge
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["UprightBars"]

_NARROWEST, _WIDEST = 0.62, 0.94
"""Of a bar, in shares of the room of a class; as wide as its number, if it can."""
_SIZE = 0.34


class UprightBars(VGroup):
    """A bar for each class, with its number; downwards where that is negative.

    Parameters
    ----------
    values : (classes,)
        From -1 to 1.
    room
        Where everything stands; `base` is the height of the line, `unit` that of a bar of 1.
    is_gradient
        Whether bars are dashed, with a wedge below the line or above it that says which way to go.
    """

    def __init__(
        self,
        values: Array,
        address: Callable[[int], str],
        role: str,
        theme: Theme,
        room: Box,
        base: float,
        unit: float,
        *,
        is_gradient: bool = False,
    ) -> None:
        super().__init__()
        self.values, self.address, self.role, self.theme = values, address, role, theme
        self.room, self.base, self.unit = room, base, unit
        self.size = max(_SIZE, smallest_text())
        self.line = Line((room.left, base, 0), (room.right, base, 0), color=theme.muted, stroke_width=2)
        self.bars = VGroup(*(self._bar(k, is_gradient=is_gradient) for k in range(len(values))))
        self.numbers = VGroup(*(self._number(k) for k in range(len(values))))
        self.wedges = VGroup(*(self._wedge(k) for k in range(len(values)) if is_gradient and values[k]))
        self.add(self.line, self.bars, self.numbers, self.wedges)

    def x(self, k: int) -> float:
        """Return where the middle of a class's bar is."""
        return self.room.left + (k + 0.5) * self.pitch

    @property
    def pitch(self) -> float:
        return self.room.width / len(self.values)

    def outline(self, k: int, value: float, color: str, width: float = 4) -> Rectangle:
        """Return the outline of a bar of some height at a class."""
        height = max(abs(value) * self.unit, 0.01)
        width_share = np.clip(1.1 * width_of("0.000") * self.size / self.pitch, _NARROWEST, _WIDEST)
        box = Rectangle(width=width_share * self.pitch, height=height, color=color, stroke_width=width)
        return box.move_to(np.array([self.x(k), self.base + np.sign(value) * height / 2, 0]))

    def _bar(self, k: int, *, is_gradient: bool) -> VMobject:
        bar = self.outline(k, float(self.values[k]), self.role, 3)
        if not is_gradient:
            return bar.set_fill(self.theme.cell_fill(self.role, 1.0), opacity=1)
        return DashedVMobject(bar, num_dashes=max(12, int(24 * bar.height / self.unit)))

    def _number(self, k: int) -> Number:
        value = float(self.values[k])
        number = Number(as_text(value, 3), self.address(k), self.size, self.theme.text)
        away = 0.62 * self.size
        y = self.base + max(value, 0.0) * self.unit + away
        return number.scale(min(1.0, 0.96 * self.pitch / number.width)).move_to(np.array([self.x(k), y, 0]))

    def _wedge(self, k: int) -> VMobject:
        """Return a wedge below a bar or the line: down where the logit must fall, up where it must rise."""
        value, side = float(self.values[k]), 0.12
        y = self.base + min(value, 0.0) * self.unit - 2.2 * side
        down = value > 0
        return wedge(np.array([self.x(k), y + (-side if down else side), 0]), side, self.role, down=down)

    def named(self, text: str) -> Label:
        """Return as much of a name as has room below a bar."""
        label, shown = Label(text, self.size, self.theme.muted), text
        while label.width > 0.96 * self.pitch and len(shown) > 1:
            shown = shown[:-1]
            label = Label(f"{shown}…", self.size, self.theme.muted)
        return label

    def below(self, labels: Sequence[Label], lines: float) -> VGroup:
        """Stand labels below the line, so many lines of text deep."""
        smaller = min(1.0, 0.92 * self.pitch / max(label.width for label in labels))
        for k, label in enumerate(labels):
            label.scale(smaller)
            label.move_to(np.array([self.x(k), self.base - lines * 1.2 * self.size, 0]))
        return VGroup(*labels)
