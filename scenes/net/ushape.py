"""A U-Net as a whole: its stages down and up again, each with what came out of it, and the bridges between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Arrow, FadeIn, Group, GrowArrow, Mobject, VGroup, VMobject

from cnn_core.arrays import Array
from scenes.language import listed, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label
from scenes.net.board import NetBoard
from scenes.net.choosing import strongest_maps
from scenes.net.reading import NetReading
from scenes.net.strip import bridge_between
from scenes.net.words import shape_of
from scenes.theme import Theme

__all__ = ["show_u"]

_SMALLER = 0.8
"""Side of a place, for that of one on the level above it."""
_BETWEEN = 0.14
"""Room between two levels, in scene units."""
_BESIDE = 0.034
"""Room for an arrow between two places, as a share of the width; where it bends, so much more:"""
_BENDS = 1.7
_LARGEST = 2.4
_MOST = 4
"""Maps of a stage that are shown."""


def show_u(board: NetBoard, levels: Sequence[int]) -> None:
    """Show all stages where a U-Net has them, and its bridges. The strip goes."""
    stage, reading, box, track = board.stage, board.reading, board.places.everything, board.track
    spanned, theme = track.shape.bridges, stage.theme
    maps = [reading.maps_in, *(reading.output_of(one.output) for one in reading.stages)]
    roles = [theme.input, *[theme.output] * len(reading.stages)]
    whole = Box(box.left, box.right, track.box.bottom, box.top)
    places = [
        _picture(strongest_maps(one, _MOST)[0], role, theme, center, side)
        for one, role, (center, side) in zip(maps, roles, _rooms((0, *levels), whole), strict=True)
    ]
    ways = VGroup(*(_way(one, other, theme) for one, other in pairwise(places)))
    bridges = [bridge_between(places[one], places[other], theme, 5) for one, other in spanned]
    words = VGroup()
    for (source, target), bridge in zip(spanned, bridges, strict=True):
        words.add(*_carried(reading, source - 1, target - 1, bridge, theme))
    with stage.beat("explain", _said(spanned)):
        board.clear()
        stage.play(track.leave(), FadeIn(*places, ways), run_time=1.2)
        stage.play(*(GrowArrow(bridge) for bridge in bridges), FadeIn(words), run_time=1.0)
    board.extras += [*places, ways, *bridges, words]


def _said(bridges: tuple[tuple[int, int], ...]) -> str:
    sources = sorted(one for one, _ in bridges)
    return say_many(
        "Down the maps become smaller, up they become larger again; a bridge carries those of stage {sources} across.",
        "Down the maps become smaller, up they become larger again; bridges carry those of stages {sources} across.",
        len(sources),
        sources=listed(sources),
    )


def _rooms(levels: Sequence[int], box: Box) -> Iterator[tuple[np.ndarray, float]]:
    """Give the middle and the side of each place: rows of levels, columns far enough apart for arrows."""
    shares = [_SMALLER**level for level in range(max(levels) + 1)]
    pairs = list(pairwise(levels))
    # From one place to the next: half of both side by side, or half of the lower one, and room for an arrow.
    across = [(1.0 if one == other else 0.5) * shares[max(one, other)] for one, other in pairs]
    beside = [_BESIDE * box.width * (1 if one == other else _BENDS) for one, other in pairs]
    ends, free = (shares[levels[0]] + shares[levels[-1]]) / 2, sum(beside)
    side = min((box.height - _BETWEEN * max(levels)) / sum(shares), (box.width - free) / (sum(across) + ends), _LARGEST)
    slopes = [one != other for one, other in pairs]
    spare = (box.width - free - side * (sum(across) + ends)) / max(1, sum(slopes))
    x = box.left + side * shares[levels[0]] / 2
    top = box.center[1] + (sum(shares) * side + _BETWEEN * max(levels)) / 2
    tops = [top - sum(shares[:k]) * side - k * _BETWEEN for k in range(len(shares))]
    for k, level in enumerate(levels):
        if k:
            x += side * across[k - 1] + beside[k - 1] + spare * slopes[k - 1]
        yield np.array([x, tops[level] - side * shares[level] / 2, 0.0]), side * shares[level]


def _picture(maps: Array, role: str, theme: Theme, center: np.ndarray, side: float) -> Group:
    """Return maps as a picture within a square."""
    box = Box(center[0] - side / 2, center[0] + side / 2, center[1] - side, center[1] + side)
    found = FeatureMaps(maps, Arrangement.of(maps.shape, 1.0), role, theme, box, "×")
    picture = Group(found.image, found.frames)
    return picture.scale(side / max(picture.width, picture.height)).move_to(center)


def _way(one: Mobject, other: Mobject, theme: Theme) -> VGroup:
    """Return an arrow from a place to the next one: straight on a level, down and then right, or right and then up."""
    start, stop = one.get_center(), other.get_center()
    gap = 0.08
    if abs(start[1] - stop[1]) < gap:
        ends = [one.get_right() + gap * RIGHT, other.get_left() + gap * LEFT]
    elif start[1] > stop[1]:
        ends = [one.get_bottom() + gap * DOWN, np.array([start[0], stop[1], 0.0]), other.get_left() + gap * LEFT]
    else:
        ends = [one.get_right() + gap * RIGHT, np.array([stop[0], start[1], 0.0]), other.get_bottom() + gap * DOWN]
    legs = VMobject(stroke_color=theme.muted, stroke_width=2).set_points_as_corners(ends[:-1] + ends[-2:-1])
    return VGroup(legs, Arrow(*ends[-2:], buff=0, color=theme.muted, stroke_width=2, tip_length=0.14))


def _carried(reading: NetReading, source: int, target: int, bridge: Mobject, theme: Theme) -> Iterator[Label]:
    """Give what stands on a bridge: the maps that it carries, where a stage ends with these and there is room."""
    stage = reading.stages[source]
    taken = {name for place in reading.stages[target].places() for name in place.inputs}
    size = max(smallest_text(), 0.3)
    words = Label(shape_of(stage), size, theme.text)
    if stage.output in taken and words.width < bridge.width - size:
        yield words.move_to(bridge.get_center() + 0.8 * size * UP)
