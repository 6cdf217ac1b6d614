"""The last linear layer: its logits, and how one of them comes about."""

from __future__ import annotations

from manim import DOWN, UP, FadeIn, Group, Rectangle, VGroup

from cnn_core.numerals import as_text, relation, typeset
from scenes.layout import Box
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.pen import Pen
from scenes.network.board import NetBoard, as_maps
from scenes.specs.reading import Zoom

__all__ = ["enter_logits", "look_at_logit"]


def enter_logits(board: NetBoard, block: int) -> None:
    """Let the last output become the input, and show the logits in numbers."""
    board.advance(block)
    board.list_logits(board.reading.blocks[block].first)


def look_at_logit(board: NetBoard, zoom: Zoom) -> None:
    """Tell how much speaks for a digit, and how much against it."""
    digit = zoom.step.position[1]
    said = f"Digit {digit} weighs every number. Green products speak for it, blue ones against it."
    with board.stage.beat("step", said):
        mark_logit(board, digit)
        weights, products = pictures(board, zoom)
        board.show(weights, run_time=0.8)
        board.show(products, run_time=0.8, out_of=Group(board.left.image, weights))
    value = typeset(as_text(zoom.step.value, 2))
    plus = "" if zoom.step.bias is None else " and the bias"
    with board.stage.beat("step", f"All that speaks for {digit}, all against it{plus} make {value}."):
        strongest = outlines(board, zoom, weights, products)
        board.show(*strongest, run_time=0.5)
        lines = arithmetic(board, zoom)
        board.extras += [*lines]
        for line in lines:
            board.stage.play(FadeIn(line), run_time=0.8)


def mark_logit(board: NetBoard, digit: int) -> None:
    """Outline a logit in its list."""
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
        (zoom.step.products, board.theme.output, "products", room.part(0.53, 1)),
    ):
        box = Box(part.left, part.right, room.top - height, room.top)
        maps = FeatureMaps(as_maps(values), left.arrangement, color, board.theme, box, word)
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


def arithmetic(board: NetBoard, zoom: Zoom) -> VGroup:
    """Return the strongest product and, below it, the sum of all."""
    for pen in board.pen.sizes():
        lines = VGroup(pen.line(strongest_product(pen, board, zoom)), pen.line(whole_sum(pen, board, zoom)))
        lines.arrange(DOWN, buff=0.3 * pen.size).move_to(board.places.formula.center)
        if lines.height <= board.places.formula.height:
            break
    return lines


def strongest_product(pen: Pen, board: NetBoard, zoom: Zoom) -> list[VGroup]:
    """Return `strongest: 3.81 · 0.46 ≈ 1.73`."""
    values, address = zoom.values["strongest"], f"{zoom.address}.strongest"
    x = pen.number(values["x"], f"{address}.x", board.theme.input, decimals=2)
    weight = pen.number(values["weight"], f"{address}.weight", board.theme.kernel, decimals=2, parentheses=True)
    product = pen.number(values["product"], f"{address}.product", decimals=2)
    sign = relation([[x.shown_text, weight.shown_text]], product.shown_text)
    return [pen.term("strongest:"), pen.term(x, "·", weight), pen.term(sign, product)]


def whole_sum(pen: Pen, board: NetBoard, zoom: Zoom) -> list[VGroup]:
    """Return `for 21.43, against −5.75, bias 0.17: 15.85` as a sum."""
    names = ["positive_total", "negative_total", *([] if zoom.step.bias is None else ["bias"])]
    numbers = [
        pen.number(float(zoom.values[name]), f"{zoom.address}.{name}", decimals=2, parentheses=index > 0)
        for index, name in enumerate(names)
    ]
    if zoom.step.bias is not None:
        numbers[-1].set_color(board.theme.kernel)
    value = as_text(zoom.step.value, 2)
    result = pen.number(zoom.step.value, f"{zoom.address}.value", board.theme.output, decimals=2, weight="semibold")
    sign = relation([[number.shown_text] for number in numbers], value)
    words = ("for", "against", "bias")
    terms = [pen.term(word, number) for word, number in zip(words, numbers, strict=False)]
    return [terms[0], *(pen.term("+", term) for term in terms[1:]), pen.term(sign, result)]
