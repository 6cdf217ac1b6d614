"""One number of a network, worked out beside the maps that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from manim import FadeIn, Mobject, VMobject

from cnn_core.trace import parse
from scenes.language import say
from scenes.layout import Box
from scenes.mobjects.expression import Line
from scenes.net.board import NetBoard, marked_cells
from scenes.net.closely import MOST_PRODUCTS, Closely, headed, place_in_words
from scenes.net.words import made_in_words
from scenes.net.worked import OTHERS, WorkedOut

__all__ = ["look_at_maps"]


def look_at_maps(board: NetBoard, one: WorkedOut) -> None:
    """Show the maps that a number comes from, and the line that makes it."""
    with board.stage.beat(
        "step", headed(board, one, f"{place_in_words(one)} {made_in_words(one)}"), reason=why_maps(one)
    ):
        board.put_away()
        maps, marks = lay_out_maps(board, one)
        board.show(*maps)
        board.extras += marks
        board.stage.play(*map(FadeIn, marks), run_time=0.6)
        Closely(board, one).show(_lines_of(one), 1.0)


def why_maps(one: WorkedOut) -> str:
    """Say what a step is good for, where that is known."""
    match one.node.op:
        case "add":
            return say("A block adds to what goes past it.")
        case "matmul":
            return say("Each row of one meets each column of the other.")
        case "multiply":
            return say("A gate says how much of a map goes on.")
        case "adaptive_avg_pool2d" | "avg_pool2d":
            return say("A mean keeps how much there is, not where.")
    return ""


def _lines_of(one: WorkedOut) -> list[Line]:
    """Return the ways to write the line; what stands for all other terms says how many they are."""
    *stages, result = one.equation.stages()
    words = {one.place(OTHERS): say("the other {count}:", count=one.others)} if one.others else {}
    short = [part for part in stages if part.terms <= MOST_PRODUCTS] or stages[-1:]
    return [*(Line((part, result), words=words) for part in short), Line((result,))]


def lay_out_maps(board: NetBoard, one: WorkedOut) -> tuple[list[Mobject], list[VMobject]]:
    """Return the maps that a step reads and the one that it gives, and outlines of what is worked out."""
    found, places = list(maps_of_step(one)), board.places
    margin = 0.0 if not board.stage.wide else 0.06 if len(found) > 2 else 0.18
    whole = places.everything.part(margin, 1 - margin)
    whole = replace(whole, bottom=places.whole.bottom)
    maps: list[Mobject] = []
    marks = []
    for (source, channel, cells), box in zip(found, boxes_of(len(found), whole, tall=board.stage.tall), strict=True):
        role = board.theme.output if source == one.node.name else board.theme.input
        picture = board.some(one.reading.output_of(source), [channel], box, role)
        maps.append(picture)
        marks.append(marked_cells(picture, 0, cells))
    return maps, marks


def boxes_of(count: int, whole: Box, *, tall: bool) -> list[Box]:
    """Divide a box: side by side, or, in a tall frame, with the third of three below the others."""
    if not tall or count != 3:
        return [whole.part(k / count + 0.02, (k + 1) / count - 0.02) for k in range(count)]
    middle = whole.center[1]
    upper, lower = replace(whole, bottom=middle + 0.1), replace(whole, top=middle - 0.1)
    return [upper.part(0.02, 0.48), upper.part(0.52, 0.98), lower.part(0.27, 0.73)]


def maps_of_step(one: WorkedOut) -> Iterator[tuple[str, int, tuple[int, int, int, int]]]:
    """Give each input of maps and the output: the node, the channel, and row, column, height and width in it."""
    leaves = [leaf for leaf in one.equation_of_trace.left.leaves() if leaf.address]
    for name, source in zip(("x", "y"), one.node.inputs, strict=False):
        read = [parse(leaf.address)[1] for leaf in leaves if leaf.name == name and name not in one.node.arrays]
        cells = [at for at in read if len(at) == 4]
        if cells:
            rows, columns = [at[2] for at in cells], [at[3] for at in cells]
            size = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
            yield source, cells[0][1], (min(rows), min(columns), *size)
    if len(one.position) == 4:
        _, channel, row, column = one.position
        yield one.node.name, channel, (row, column, 1, 1)
