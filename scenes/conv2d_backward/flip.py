"""The stamps of a convolution's gradient, seen from one pixel: the kernel after half a turn, on dL/dy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import PI, Create, FadeIn, Rotate, VMobject

from cnn_core.arrays import Array
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.windows import reach
from scenes.language import say, say_many
from scenes.mobjects.arrangement import Column, Part, Row
from scenes.mobjects.grid import MOST_DIGITS, CellMarks, NumberGrid, Window, rectangles
from scenes.mobjects.sheets import Sheet, plan
from scenes.mobjects.stamp import Stamp, stamp_size

if TYPE_CHECKING:
    from scenes.conv2d_backward.scene import Conv2dBackwardScene

__all__ = ["Flip", "most_asked"]


class Flip:
    """What is asked of the outputs with room around it, as far apart as the stride, and the turned kernel on it."""

    def __init__(self, scene: Conv2dBackwardScene) -> None:
        self.scene, self.watched, self.trace = scene, scene.watched, scene.alone
        one = self.trace.forward
        self.spread: Array = self._spread()
        self.kernel = one.weight[self.watched.c_out, 0]
        meetings = {at: len(list(self.trace.meetings(0, self.watched.c, *at))) for at in np.ndindex(one.x.shape[2:])}
        middle = one.x.shape[2] // 2
        self.pixel = max(meetings, key=lambda at: (meetings[at], -abs(at[0] - middle)))

    @property
    def can_be_seen(self) -> bool:
        return bool(self.scene.asking) and self.kernel.size > 1 and max(self.spread.shape) <= MOST_DIGITS

    def _spread(self) -> Array:
        """Return the rows and columns of dL/dy where the turned kernel meets them; NaN where there are none."""
        one, asked = self.trace.forward, self.trace.grad_output[0, self.watched.c_out]
        covered, self.first = reach(one.kernel_size, one.dilation), []
        sides, places = [], []
        for axis, (border, step) in enumerate(zip(one.padding, one.stride, strict=True)):
            margin = max(0, covered[axis] - 1 - border[0])
            self.first.append(border[0] - (covered[axis] - 1) + margin)
            last = one.x.shape[2 + axis] - 1 + self.first[axis] + covered[axis]
            places.append(margin + step * np.arange(asked.shape[axis]))
            sides.append(max(last, places[axis][-1] + 1))
        spread = np.full(sides, np.nan)
        spread[np.ix_(*places)] = asked
        self.places = places
        return spread

    def sheets(self) -> dict[str, Sheet]:
        """Return the kernel, the same after half a turn, what is asked with room around it, and dL/dx."""
        kH, kW = self.kernel.shape
        rows, columns = ({int(place): k for k, place in enumerate(places)} for places in self.places)

        def turned(row: int, column: int) -> str:
            return self.watched.at("weight", kH - 1 - row, kW - 1 - column)

        def asked(row: int, column: int) -> str:
            inside = row in rows and column in columns
            return self.watched.at("grad_output", rows[row], columns[column]) if inside else ""

        decimals = self.trace.decimals
        tag, dy = say("w, half a turn"), self.watched.called("grad_output", "dL/dy")
        return {
            "weight": self.watched.sheet("weight", "w", "kernel"),
            "turned": Sheet(tag, self.kernel[::-1, ::-1], turned, "kernel", decimals("weight")),
            "grad_output": Sheet(dy, self.spread, asked, "output", decimals("grad_output"), is_gradient=True),
            "grad_input": self.watched.gradient("grad_input", self.scene.of, self.trace, share=1.0),
        }

    def play(self) -> None:
        """Show that the stamps, seen from one pixel, are the kernel after half a turn."""
        if not self.can_be_seen:
            return
        scene, sheets = self.scene, self.sheets()
        said = say("Turned by half a turn, the kernel lies on dL/dy: each weight on the output that it helped to make.")
        if max(self.trace.forward.stride) > 1:
            said = f"{said} {say('The numbers of dL/dy stand as far apart as the stride.')}"
        with scene.beat("step", said, reason=say("These are the same stamps, seen from one pixel.")):
            new = scene.change(sheets, flip_arrangements(sheets), *scene.signs)
            notch = corner(new["weight"].grid, new["weight"].grid.role)
            scene.play(FadeIn(new["weight"], new["grad_output"], new["grad_input"], notch), run_time=0.6)
            copy = new["weight"].grid.copy().add(notch.copy())
            scene.play(copy.animate.move_to(new["turned"].grid), run_time=0.6)
            scene.play(Rotate(copy, PI), run_time=1.0)
            turned = corner(new["turned"].grid, new["turned"].grid.role, turned=True)
            scene.play(*scene.leave(copy), FadeIn(new["turned"], turned), run_time=0.4)
            self.lie(new)
            scene.show_sum(scene.of + self.watched.at("grad_input", *self.pixel), run_time=0.9)
        self.notches = [notch, turned]
        self.without()

    def lie(self, new: Any) -> None:
        """Let the turned kernel lie on dL/dy where it meets what is asked of the pixel."""
        scene, one, (i, j) = self.scene, self.trace.forward, self.pixel
        grid, place = new["grad_output"].grid, (i + self.first[0], j + self.first[1])
        self.window = Window(grid, one.kernel_size, scene.theme, one.dilation).place(*place)
        self.marked = CellMarks(new["grad_input"].grid, [self.pixel], scene.theme.window, 6)
        scene.play(Create(self.marked), run_time=0.4)
        scene.play(FadeIn(self.window), run_time=0.4)
        kernel, decimals = self.kernel[::-1, ::-1], self.trace.decimals("weight")
        self.plates: Stamp | None = None
        if stamp_size(kernel, decimals, grid.cell):
            address, largest = new["turned"].grid.address, float(np.abs(kernel).max())
            self.plates = Stamp(grid, kernel, address, scene.theme, decimals, largest, one.dilation).put(*place)
            scene.play(*self.plates.arrive(), run_time=0.8)

    def without(self) -> None:
        """Cross out the cells that would be wrong if the kernel were not turned."""
        scene, at = self.scene, self.watched.place("grad_input")
        right, wrong = self.trace.grad_input[at], scene.spec.others()["unturned"].grad_input[at]
        cells = [cell for cell in np.ndindex(right.shape) if not np.isclose(right[cell], wrong[cell])]
        said = say_many(
            "Without the turn, {count} of the {size} would be wrong.",
            "Without the turn, {count} of the {size} would be wrong.",
            len(cells),
            size=right.size,
        )
        if not cells:
            said = say("With these numbers, dL/dx would be the same without the turn.")
        if (self.kernel == self.kernel[::-1, ::-1]).all():
            said = say("This kernel looks the same after half a turn, so here the flip cannot be seen.")
        with scene.beat("explain", said, reason=say("PyTorch calls this conv_transpose2d(dL/dy, w).")):
            crosses = Crosses(scene.sheets["grad_input"].grid, cells, scene.theme.text)
            settling = self.plates.settle() if self.plates is not None else []
            gone = filter(None, (self.window, self.marked, self.plates))
            scene.take_away(*gone, also=[*settling, FadeIn(crosses)])
        scene.signs = [crosses, *self.notches]


def most_asked(trace: Conv2dBackward, c: int, pixels: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the pixel of a channel to whose gradient most weights add something, close to the middle row."""
    middle = trace.x.shape[2] // 2

    def asked(at: tuple[int, ...]) -> tuple[int, int]:
        row, column = at
        met = sum(bool(trace.forward.weight[weight]) for _, weight in trace.meetings(0, c, row, column))
        return met, -abs(row - middle)

    return max(pixels, key=asked)


def flip_arrangements(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange both kernels above each other, or beside each other above the rest."""
    w, turned, dy, dx = (plan(key, sheets[key]) for key in ("weight", "turned", "grad_output", "grad_input"))
    return [
        Row([Column([w, turned], 0.25), dy, dx], 0.5),
        Column([Row([w, turned], 0.5), Row([dy, dx], 0.5)], 0.3),
        Column([Row([Column([w, turned], 0.25), dx], 0.5), dy], 0.3),
        Column([Row([Column([w, turned], 0.25), dy], 0.5), dx], 0.3),
    ]


def corner(grid: NumberGrid, color: str, *, turned: bool = False) -> VMobject:
    """Return a notch in the upper left corner of a kernel, or in the lower right where that has gone."""
    row, column, inward = (grid.rows, grid.columns, -0.22) if turned else (0, 0, 0.22)
    notch = VMobject(stroke_width=0, fill_color=color, fill_opacity=1)
    points = [grid.corner(row, column), grid.corner(row + inward, column), grid.corner(row, column + inward)]
    return notch.set_points_as_corners([*points, points[0]])


class Crosses(VMobject):
    """Frames around some cells of a grid, each with a cross in its corner beside the number, as one picture."""

    def __init__(self, grid: NumberGrid, cells: list[tuple[int, ...]], color: str) -> None:
        super().__init__(stroke_color=color, stroke_width=3)
        for row, column in cells:
            self.append_points(
                rectangles(grid.corner(row + 0.05, column + 0.05), grid.corner(row + 0.95, column + 0.95))
            )
            for start, stop in (((0.09, 0.09), (0.3, 0.3)), ((0.09, 0.3), (0.3, 0.09))):
                self.start_new_path(grid.corner(row + start[0], column + start[1]))
                self.add_line_to(grid.corner(row + stop[0], column + stop[1]))
