"""One normalised value: the statistics of its channel, gamma and beta."""

from __future__ import annotations

from dataclasses import replace

from manim import DOWN, LEFT, RIGHT, VGroup

from cnn_core.expression import Value
from scenes.batch_norm.channel import scaled_and_shifted
from scenes.language import about, marked, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Known, ways_of
from scenes.mobjects.text import Formula
from scenes.net.board import NetBoard
from scenes.net.closely import Closely, headed
from scenes.net.worked import WorkedOut

__all__ = ["look_at_norm"]

RULE = "hat(x) = (x - mu) / sqrt(sigma^2 + epsilon)"
SCALED = "y = gamma hat(x) + beta"
KNOWN = (
    (marked("mean μ"), "mean"),
    (marked("variance σ²"), "variance"),
    (marked("gamma γ"), "weight"),
    (marked("beta β"), "bias"),
)


def look_at_norm(board: NetBoard, one: WorkedOut) -> None:
    """Tell how one value of a channel is normalised."""
    channel = one.position[1]
    said = say("Channel {channel} has a mean and a variance from training, and a gamma and a beta.", channel=channel)
    why = say("What counts is how unusual a value is.")
    with board.stage.beat("step", headed(board, one, said), reason=why):
        board.bring(one)
        assert board.right is not None, "a batch norm gives maps"
        board.show(board.mark(board.right, channel, 0, 0, board.right.maps.shape[1:]), run_time=0.4)
        board.show(known(board, one), run_time=0.8)
    closely = Closely(board, one)
    first = closely.explain("x_hat") if "x_hat" in one.numbers else closely.equation
    before = next(first.left.leaves())
    named = {"before": about(before.text, is_rounded=before.is_rounded), "after": closely.said()}
    with board.stage.beat("step", say("The pixel was {before}; it becomes {after}.", **named), reason=why):
        upper, lower = upper_and_lower(board.places.formula)
        line = closely.show(ways_of(first), 0.8, upper)
        if first is not closely.equation:
            line = closely.show([scaled_and_shifted(closely.equation, first.result)], 0.8, lower)
        closely.drop(line.result)


def known(board: NetBoard, one: WorkedOut) -> VGroup:
    """Return the rule and the four numbers of the channel."""
    room = board.places.zoom
    size = max(smallest_text(), min(0.5, 0.075 * room.width))
    rules = VGroup(*(Formula(code, 1.1 * size, board.theme.text) for code in (RULE, SCALED))).arrange(
        RIGHT, buff=1.6 * size
    )
    rows = VGroup(*(pair(board, one, name, key, size) for name, key in KNOWN))
    rows.arrange_in_grid(2, 2, buff=(1.2 * size, 0.5 * size), cell_alignment=LEFT)
    whole = VGroup(rules, rows).arrange(DOWN, buff=size)
    fitting = max(room.width / whole.width, smallest_text() / size)
    return whole.scale(min(1.0, fitting)).move_to(room.center)


def pair(board: NetBoard, one: WorkedOut, name: str, key: str, size: float) -> Known:
    """Return `mean μ = 0.07`."""
    number = one.numbers[key][0].number
    value = Value(number, f"{one.address}.{key}", key, 2)
    return Known(say(name), value, board.theme, size, board.theme.kernel)


def upper_and_lower(box: Box) -> tuple[Box, Box]:
    return replace(box, bottom=box.center[1]), replace(box, top=box.center[1])
