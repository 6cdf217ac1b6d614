"""The last linear layer: its logits, and how one of them comes about."""

from __future__ import annotations

from dataclasses import replace

from manim import UP, Group, Rectangle, VGroup

from scenes.language import say
from scenes.layout import Box
from scenes.mobjects.expression import Line
from scenes.mobjects.maps import FeatureMaps
from scenes.network.board import NetBoard, as_maps
from scenes.network.closely import Closely
from scenes.network.norm import upper_and_lower
from scenes.network.reading import Zoom

__all__ = ["enter_logits", "look_at_logit"]


def enter_logits(board: NetBoard, block: int) -> None:
    """Let the last output become the input, and show the logits in numbers."""
    board.advance(block)
    board.list_logits(board.reading.blocks[block].first)


def look_at_logit(board: NetBoard, zoom: Zoom) -> None:
    """Tell how much speaks for a digit, and how much against it."""
    digit, closely = zoom.step.position[1], Closely(board, zoom)
    said = say(
        "Digit {digit} weighs every number. Green products speak for it, blue ones against it.",
        digit=digit,
    )
    why = say("Evidence for and against is added up.")
    with board.stage.beat("step", said, reason=why):
        mark_logit(board, digit)
        weights, products = pictures(board, zoom)
        board.show(weights, run_time=0.8)
        board.show(products, run_time=0.8, out_of=Group(board.left.image, weights))
    named = {"digit": digit, "value": closely.said()}
    said = say("All that speaks for {digit}, all against it and the bias make {value}.", **named)
    if zoom.step.bias is None:
        said = say("All that speaks for {digit}, all against it make {value}.", **named)
    with board.stage.beat("step", said, reason=why):
        board.show(*outlines(board, zoom, weights, products), run_time=0.5)
        upper, lower = upper_and_lower(board.places.formula)
        strongest = closely.explain("strongest.product")
        words = {next(strongest.left.leaves()).address: say("strongest:")}
        closely.show([Line((strongest.left, strongest.result), words=words)], 0.8, upper)
        closely.show(whole_sum(closely), 0.8, lower)


def mark_logit(board: NetBoard, digit: int) -> None:
    assert board.logits is not None
    row = VGroup(board.logits.names[digit], board.logits.numbers[digit])
    mark = Rectangle(width=row.width + 0.2, height=1.1 * board.logits.names[digit].height, color=board.theme.window)
    board.show(mark.set_stroke(width=4).move_to(row), run_time=0.5)


def pictures(board: NetBoard, zoom: Zoom) -> tuple[FeatureMaps, FeatureMaps]:
    """Return weights and products, arranged and as high as the input is."""
    room, left = board.places.zoom, board.left
    height = min(room.height, left.box.height)
    made = []
    for values, color, word, part in (
        (zoom.step.weight, board.theme.kernel, "weights", room.part(0, 0.47)),
        (zoom.step.products, board.theme.strong, "products", room.part(0.53, 1)),
    ):
        box = Box(part.left, part.right, room.top - height, room.top)
        arrangement = replace(left.arrangement, below=0)
        maps = FeatureMaps(as_maps(values), arrangement, color, board.theme, box, word)
        if room.top > left.image.get_y() > room.bottom:
            maps.shift((left.image.get_y() - maps.image.get_y()) * UP)
        made.append(maps)
    return made[0], made[1]


def outlines(board: NetBoard, zoom: Zoom, *others: FeatureMaps) -> list[VGroup]:
    """Mark the strongest product, its weight and its input."""
    k = int(zoom.values["strongest"]["index"])
    side = max(1.0, 0.13 / board.left.cell)
    start = 0.5 - side / 2
    return [VGroup(one.outline(k, start, start, side, side)) for one in (board.left, *others)]


def whole_sum(closely: Closely) -> list[Line]:
    """Return `for 21.43 + against (−5.75) + bias 0.17 = 15.85`."""
    equation = closely.equation
    names = {"positive_total": say("for"), "negative_total": say("against"), "bias": say("bias")}
    stages = [one for one in equation.stages()[1:-1] if set(names) & {leaf.name for leaf in one.leaves()}]
    words = {leaf.address: names[leaf.name] for one in stages for leaf in one.leaves() if leaf.name in names}
    return [*(Line((stage, equation.result), words=words) for stage in stages[-1:]), Line((equation.result,))]
