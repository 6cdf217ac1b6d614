"""The walk over two maps at once."""

from __future__ import annotations

from typing import Any, ClassVar

from manim import LEFT, Animation, Create, FadeIn, FadeOut, VGroup

from cnn_core.trace import Position, address_of
from scenes.mobjects.grid import Window
from scenes.mobjects.panels import Panel, named
from scenes.mobjects.row import GridRow, RowMap
from scenes.player import Player
from scenes.residual_add import ResidualAddSpec
from scenes.residual_add.block import BlockPath

__all__ = ["ResidualAddScene"]


class ResidualAddScene(Player):
    """A window visits the same cell of both maps, and their sum goes into the output."""

    spec_class: ClassVar[type[Any]] = ResidualAddSpec
    path: BlockPath | None = None
    is_over = False

    def lay_out(self) -> VGroup:
        """Build `x + F(x) = output`."""
        labels = (self.spec.x_label, self.spec.branch_label, self.spec.output_label)  # type: ignore[attr-defined]
        arrays = {"x": self.trace.x, "y": self.trace.y, "output": self.trace.output}
        roles = (self.theme.input, self.theme.output, self.theme.output)
        shown = [
            RowMap(
                array[0, 0],
                lambda row, column, name=name: address_of(name, (0, 0, row, column)),  # type: ignore[misc]
                role,
                named(label, array),
                self.trace.decimals(name),
                sign,
                filled=name != "output",
            )
            for (name, array), label, role, sign in zip(arrays.items(), labels, roles, ("", "+", "="), strict=True)
        ]
        row, self.lines = GridRow.with_lines(shown, self.theme, self.bands, LEFT)
        self.inputs, self.outputs = row.grids[:2], row.grids[2:]
        return row

    def lay_out_wide(self) -> VGroup:
        return self.lay_out()

    def bring(self, pictures: VGroup) -> None:
        """Let x go through the block, if there is room to show that, before the two are added."""
        panels = [one for one in pictures[0] if isinstance(one, Panel)]
        path = BlockPath(panels[0], panels[1], self.theme) if len(panels) > 2 else None
        if path is None or not path.fits(self.bands.whole):
            super().bring(pictures)
            return
        rest = [one for one in pictures[0] if one not in panels[:2]]
        self.play(FadeIn(panels[0]), run_time=0.6)
        self.play(Create(path.into), run_time=0.5)
        self.play(FadeIn(path.box), run_time=0.5)
        self.play(Create(path.out), run_time=0.5)
        self.play(FadeIn(panels[1]), run_time=0.6)
        self.play(FadeIn(VGroup(*rest)), run_time=0.6)
        self.remove(*pictures.get_family())
        self.add(pictures)
        self.path = path

    def tour(self) -> None:
        super().tour()
        if self.path is not None:
            self.play(FadeOut(self.path), run_time=0.4)

    def close(self) -> None:
        self.is_over = True
        super().close()

    def leave(self) -> list[Animation]:
        """Return what takes a line away; at the end the block comes back into its place."""
        back = [FadeIn(self.path)] if self.is_over and self.path is not None else []
        return [*super().leave(), *back]

    def look(self, position: Position) -> list[Animation]:
        """Return the animations that bring a window to the same cell of both maps."""
        row, column = position[2:]
        moving = super().look(position)
        if len(self.windows) > 1:
            return [*moving, self.windows[1].slide_to(row, column)]
        self.windows.append(Window(self.inputs[1], (1, 1), self.theme).place(row, column))
        return [*moving, FadeIn(self.windows[1])]
