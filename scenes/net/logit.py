"""The last linear layer: its logits, and how one of them comes about."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from manim import UP, Group, Rectangle, VGroup

from cnn_core.linear import LinearStep, LinearTrace
from scenes.language import say
from scenes.layout import Box
from scenes.mobjects.expression import Line
from scenes.mobjects.maps import FeatureMaps
from scenes.net.board import NetBoard, as_maps
from scenes.net.closely import Closely
from scenes.net.norm import upper_and_lower
from scenes.net.number_list import NumberList
from scenes.net.words import capital
from scenes.net.worked import WorkedOut

__all__ = ["look_at_logit"]


def look_at_logit(board: NetBoard, one: WorkedOut) -> None:
    """Tell how much speaks for a class, and how much against it."""
    closely = Closely(board, one)
    k = one.position[-1]
    called = board.reading.in_words(k) if board.reading.top else say("output {number}", number=k)
    said = say(
        "{called} weighs every number. Green products speak for it, blue ones against it.", called=capital(called)
    )
    why = say("Evidence for and against is added up.")
    with board.stage.beat("step", said, reason=why):
        board.bring(one)
        if board.logits is not None:
            mark_logit(board, board.logits, one.position[1])
        weights, products = pictures(board, one)
        board.show(weights, run_time=0.8)
        board.show(products, run_time=0.8, out_of=Group(board.left.image, weights))
    named = {"called": called, "value": closely.said()}
    said = say("All that speaks for {called}, all against it and the bias make {value}.", **named)
    if one.node.arrays.get("bias") is None:
        said = say("All that speaks for {called}, all against it make {value}.", **named)
    with board.stage.beat("step", said, reason=why):
        board.show(*outlines(board, one, weights, products), run_time=0.5)
        upper, lower = upper_and_lower(board.places.formula)
        strongest = one.strongest_product.renamed(one.place)
        words = {next(strongest.left.leaves()).address: say("strongest:")}
        closely.show([Line((strongest.left, strongest.result), words=words)], 0.8, upper)
        closely.show(whole_sum(closely), 0.8, lower)


def mark_logit(board: NetBoard, logits: NumberList, k: int) -> None:
    row = VGroup(logits.names[k], logits.numbers[k])
    mark = Rectangle(width=row.width + 0.2, height=1.1 * logits.names[k].height, color=board.theme.window)
    board.show(mark.set_stroke(width=4).move_to(row), run_time=0.5)


def step_of_linear(one: WorkedOut) -> LinearStep:
    return cast("LinearTrace", one.trace).step(*cast("tuple[int, int]", one.position))


def pictures(board: NetBoard, one: WorkedOut) -> tuple[FeatureMaps, FeatureMaps]:
    """Return weights and products, arranged and as high as the input is."""
    room, left, step = board.places.zoom, board.left, step_of_linear(one)
    height = min(room.height, left.box.height)
    made = []
    for values, color, word, part in (
        (step.weight, board.theme.kernel, say("weights"), room.part(0, 0.47)),
        (step.products, board.theme.strong, say("products"), room.part(0.53, 1)),
    ):
        box = Box(part.left, part.right, room.top - height, room.top)
        arrangement = replace(left.arrangement, below=0)
        maps = FeatureMaps(as_maps(values), arrangement, color, board.theme, box, word)
        if room.top > left.image.get_y() > room.bottom:
            maps.shift((left.image.get_y() - maps.image.get_y()) * UP)
        made.append(maps)
    return made[0], made[1]


def outlines(board: NetBoard, one: WorkedOut, *others: FeatureMaps) -> list[VGroup]:
    """Mark the strongest product, its weight and its input."""
    k = int(step_of_linear(one).products.argmax())
    side = max(1.0, 0.13 / board.left.cell)
    start = 0.5 - side / 2
    return [VGroup(maps.outline(k, start, start, side, side)) for maps in (board.left, *others)]


def whole_sum(closely: Closely) -> list[Line]:
    """Return `for 21.43 + against (−5.75) + bias 0.17 = 15.85`."""
    equation = closely.equation
    names = {"positive_total": say("for"), "negative_total": say("against"), "bias": say("bias")}
    stages = [one for one in equation.stages()[1:-1] if set(names) & {leaf.name for leaf in one.leaves()}]
    words = {leaf.address: names[leaf.name] for one in stages for leaf in one.leaves() if leaf.name in names}
    if not stages:
        return closely.sums()
    return [Line((stages[-1], equation.result), words=words), Line((equation.result,))]
