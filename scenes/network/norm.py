"""One normalised value: the statistics of its channel, gamma and beta."""

from __future__ import annotations

from fractions import Fraction

from manim import DOWN, LEFT, RIGHT, FadeIn, VGroup

from cnn_core.numerals import as_text, relation, typeset
from scenes.layout import smallest_text
from scenes.mobjects.pen import Pen
from scenes.mobjects.text import Formula, Label, Number
from scenes.network.board import NetBoard
from scenes.specs.reading import Zoom

__all__ = ["look_at_norm"]

RULE = "hat(x) = (x - mu) / sqrt(sigma^2 + epsilon)"
SCALED = "y = gamma hat(x) + beta"
KNOWN = (("mean μ", "mean"), ("variance σ²", "variance"), ("gamma γ", "weight"), ("beta β", "bias"))


def look_at_norm(board: NetBoard, zoom: Zoom) -> None:
    """Tell how one value of a channel is normalised."""
    step = zoom.step
    channel = step.position[1]
    said = f"Channel {channel} has a mean and a variance from training, and a gamma and a beta."
    with board.stage.beat("step", said):
        board.make_room()
        assert board.right is not None
        board.show(board.right.outline(channel, 0, 0, *board.right.maps.shape[1:]), run_time=0.4)
        board.show(known(board, zoom), run_time=0.8)
    before, after = (typeset(as_text(value, 2)) for value in (step.x, step.value))
    with board.stage.beat("step", f"So the pixel's {before} becomes {after}."):
        lines = arithmetic(board, zoom)
        board.extras += [*lines]
        for line in lines:
            board.stage.play(FadeIn(line), run_time=0.8)


def known(board: NetBoard, zoom: Zoom) -> VGroup:
    """Return the rule and the four numbers of the channel."""
    room = board.places.zoom
    size = max(smallest_text(), min(0.42, 0.075 * room.width))
    rules = VGroup(*(Formula(code, 1.1 * size, board.theme.text) for code in (RULE, SCALED))).arrange(
        RIGHT, buff=1.6 * size
    )
    rows = VGroup(*(pair(board, zoom, name, key, size) for name, key in KNOWN))
    rows.arrange_in_grid(2, 2, buff=(1.2 * size, 0.5 * size), cell_alignment=LEFT)
    whole = VGroup(rules, rows).arrange(DOWN, buff=size)
    fitting = max(room.width / whole.width, smallest_text() / size)
    return whole.scale(min(1.0, fitting)).move_to(room.center)


def pair(board: NetBoard, zoom: Zoom, name: str, key: str, size: float) -> VGroup:
    """Return `mean μ = 0.07`."""
    value = float(zoom.values[key])
    color = board.theme.kernel
    number = Number(as_text(value, 2), f"{zoom.address}.{key}", size, color)
    sign = "=" if Fraction(number.shown_text) == Fraction(value) else "≈"
    return VGroup(Label(f"{name} {sign}", size, color), number).arrange(RIGHT, buff=0.24 * size)


def arithmetic(board: NetBoard, zoom: Zoom) -> VGroup:
    """Return `(1.70 − 0.07) ÷ 0.36 ≈ 4.52` and, below it, `4.52 · 0.78 + 0.01 ≈ 3.51`."""
    for pen in board.pen.sizes():
        lines = VGroup(*(pen.line(parts(pen, board, zoom)) for parts in (centred_and_scaled, scaled_and_shifted)))
        lines.arrange(DOWN, buff=0.3 * pen.size).move_to(board.places.formula.center)
        if lines.height <= board.places.formula.height and all(len(line) == 1 for line in lines):
            break
    return lines


def number(pen: Pen, board: NetBoard, zoom: Zoom, key: str, color: str = "") -> Number:
    """Return one of the numbers of the step."""
    return pen.number(float(zoom.values[key]), f"{zoom.address}.{key}", color, decimals=2, parentheses=True)


def centred_and_scaled(pen: Pen, board: NetBoard, zoom: Zoom) -> list[VGroup]:
    """Return the first line."""
    x, mean, std, x_hat = (number(pen, board, zoom, key) for key in ("x", "mean", "std", "x_hat"))
    exact = Fraction(x.shown_text) - Fraction(mean.shown_text) == Fraction(x_hat.shown_text) * Fraction(std.shown_text)
    difference = pen.tight("(", pen.term(x.set_color(board.theme.input), "−", mean.set_color(board.theme.kernel)), ")")
    quotient = pen.term(difference, "÷", std.set_color(board.theme.kernel))
    return [quotient, pen.term("=" if exact else "≈", x_hat)]


def scaled_and_shifted(pen: Pen, board: NetBoard, zoom: Zoom) -> list[VGroup]:
    """Return the second line."""
    x_hat, gamma, beta, value = (number(pen, board, zoom, key) for key in ("x_hat", "weight", "bias", "value"))
    sign = relation([[x_hat.shown_text, gamma.shown_text], [beta.shown_text]], value.shown_text)
    product = pen.term(x_hat, "·", gamma.set_color(board.theme.kernel))
    shifted = pen.term("+", beta.set_color(board.theme.kernel))
    return [pen.term(product, shifted), pen.term(sign, value.set_color(board.theme.output))]
