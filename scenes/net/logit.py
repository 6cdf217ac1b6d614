"""The last linear layer: its logits, and how one of them comes about."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import cast

import numpy as np
from manim import DOWN, UP, FadeIn, FadeOut, Group, Mobject, Rectangle, VGroup

from cnn_core.graph import Node
from cnn_core.linear import LinearStep, LinearTrace
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Line
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import Picture, picture_colours
from scenes.mobjects.text import name_within
from scenes.net.board import NetBoard, as_maps
from scenes.net.closely import Closely
from scenes.net.norm import upper_and_lower
from scenes.net.number_list import NumberList
from scenes.net.words import capital
from scenes.net.worked import WorkedOut

__all__ = ["list_scores", "look_at_logit"]


def look_at_logit(board: NetBoard, one: WorkedOut) -> None:
    """Tell how much speaks for a class, and how much against it."""
    closely = Closely(board, one)
    k = one.position[-1]
    called = whose = say("output {number}", number=k)
    if board.reading.top:
        called = board.reading.in_words(k)
        whose = say("the output for {name}", name=called)
    said = say(
        "{called} weighs every number. Green products speak for it, blue ones against it.", called=capital(whose)
    )
    why = say("Evidence for and against is added up.")
    with board.stage.beat("step", said, reason=why):
        board.bring(one)
        weights, products = pictures(board, one)
        if board.logits is not None:
            small = keep_one(board, k)
            mark_logit(board, board.logits, k)
            board.extras.append(weights)
            board.stage.play(*map(FadeOut, small), FadeIn(weights, target_position=Group(*small)), run_time=0.8)
        else:
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


def list_scores(board: NetBoard, node: Node) -> None:
    """List the scores of all classes: each comes with the weights of its class, where these can be shown."""
    board.list_logits(node, only_names=node.op == "linear")
    assert board.logits is not None
    if node.op != "linear":
        return
    for picture, number in zip(weights_of_classes(board, node), board.logits.numbers, strict=True):
        board.extras.append(picture)
        board.stage.play(FadeIn(picture, number), run_time=0.35)
    board.stage.remove(*board.logits.names, *board.logits.numbers)
    board.stage.add(board.logits)


def weights_of_classes(board: NetBoard, node: Node) -> list[Group]:
    """Return a picture of the weights of each class, arranged as the numbers are that they weigh, with its name."""
    weight, room, theme = node.arrays["weight"], board.places.zoom, board.theme
    count, size = len(weight), smallest_text()
    flat = replace(board.left.arrangement, zoom=1, gap=0, below=0)
    if flat.count * flat.height * flat.width != weight.shape[1]:
        flat = Arrangement.of((weight.shape[1], 1, 1), 1.0)
    high_of_one = flat.pixels_down / flat.pixels_across

    def width_in(columns: int) -> float:
        high = room.height / ceil(count / columns) - 2 * size
        return min(0.86 * room.width / columns, high / high_of_one)

    columns = max(range(1, count + 1), key=width_in)
    width, heaviest = width_in(columns), float(np.abs(weight).max())
    found = []
    for k, one in enumerate(weight):
        values = flat.picture(one.reshape(flat.count, flat.height, flat.width))
        picture = Picture(picture_colours(values, theme.kernel, theme, heaviest), width)
        row, column = divmod(k, columns)
        x = room.left + (column + 0.5) * room.width / columns
        y = room.top - (row + 0.5) * room.height / ceil(count / columns) + 0.7 * size
        picture.move_to(np.array([x, y, 0.0]))
        frame = Rectangle(width=picture.width, height=picture.height, color=theme.kernel, stroke_width=1.5)
        name = name_within(board.reading.called(k), 0.95 * room.width / columns, size, theme.kernel)
        found.append(Group(picture, frame.move_to(picture), name.next_to(picture, DOWN, buff=0.25 * size)))
    return found


def keep_one(board: NetBoard, k: int) -> list[Mobject]:
    """Take the weights of all classes off the stage but those of one, which are returned; they were shown in order."""
    kept = board.extras[k : k + 1]
    board.extras = [one for one in board.extras if one not in kept]
    board.clear()
    return kept


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
