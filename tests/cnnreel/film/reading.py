"""Reading a film as a player does: what is where at an instant."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import numpy as np

Values = list[float]
ARGUMENTS = {"M": 2, "l": 2, "h": 1, "v": 1, "c": 6, "z": 0}


class Seen(NamedTuple):
    """A sprite that can be seen; the box is left, top, right and bottom of its points, in pixels of the film."""

    box: tuple[float, ...]
    fill: tuple[str, float] | None
    stroke: tuple[str, float, float] | None


def look(film: dict[str, Any], track: int, at: float) -> tuple[Values, Values, float] | None:
    """Return the values of the keys around an instant, in samples, and the share of the second."""
    keys = film["tracks"][track]
    before = [index for index, key in enumerate(keys) if key[0] <= at]
    if not before:
        return None
    key = keys[before[-1]]
    if key[1] < 0 or before[-1] + 1 == len(keys):
        return key[2:], key[2:], 0.0
    goal, easing = keys[before[-1] + 1], film["easings"][key[1]]
    place = (at - key[0]) / (goal[0] - key[0]) * (len(easing) - 1)
    return key[2:], goal[2:], float(np.interp(place, range(len(easing)), easing))


def between(found: tuple[Values, Values, float]) -> Values:
    start, goal, share = found
    return [one + (other - one) * share for one, other in zip(start, goal, strict=True)]


@cache
def points_of(shape: str) -> list[tuple[float, float]]:
    """Return the ends and handles of a shape's curves."""
    points: list[tuple[float, float]] = []
    x = y = 0.0
    for command, written in re.findall(r"([Mlhvcz])([^Mlhvcz]*)", shape):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", written)]
        assert len(numbers) == ARGUMENTS[command], shape
        if command == "M":
            x = y = 0.0
        pairs = {"h": [(numbers[:1] or [0])[0], 0.0], "v": [0.0, (numbers[:1] or [0])[0]]}.get(command, numbers)
        moved = [(x + across, y + down) for across, down in zip(pairs[::2], pairs[1::2], strict=True)]
        points += moved
        x, y = moved[-1] if moved else (x, y)
    return points


def drawn(film: dict[str, Any], at: float, theme: str) -> list[Seen]:
    """Return all outlines that can be seen at an instant, in samples, the lowest first."""
    runs = [order for time, order in film["orders"] if time <= at][-1]
    indices = [i for first, last in zip(runs[::2], runs[1::2], strict=True) for i in range(first, last + 1)]
    found = [outline(film, film["sprites"][index], at, theme) for index in indices]
    return [one for one in found if one is not None]


def outline(film: dict[str, Any], sprite: dict[str, Any], at: float, theme: str) -> Seen | None:
    """Return what is seen of a sprite that is made of curves."""
    pose = look(film, sprite["pose"], at)
    if pose is None or "picture" in sprite:
        return None
    paint = {name: coat(film, sprite[name], at, theme) for name in ("fill", "stroke") if name in sprite}
    fill, stroke = paint.get("fill"), paint.get("stroke")
    shapes = look(film, sprite["outline"], at)
    if shapes is None or not ((fill and fill[1] > 0) or (stroke and stroke[1] * stroke[2] > 0)):
        return None
    (start,), (goal,), share = shapes
    one, other = (np.array(points_of(film["shapes"][int(index)])) for index in (start, goal))
    if not len(one):
        return None
    points = placed(one + (other - one) * share if share else one, between(pose))
    return Seen((*points.min(axis=0), *points.max(axis=0)), fill, stroke)  # type: ignore[arg-type]


def placed(points: Any, pose: Values) -> Any:
    """Return points where a pose puts them."""
    x, y, *more = pose
    a, b, c, d = more if len(more) == 4 else (more[0], 0, 0, more[-1]) if more else (1, 0, 0, 1)
    return points @ np.array([[a, b], [c, d]]) + (x, y)


def coat(film: dict[str, Any], track: int, at: float, theme: str) -> tuple[Any, ...] | None:
    """Return colour, opacity and perhaps width of a coat of paint."""
    found = look(film, track, at)
    if found is None:
        return None
    (start, *_), (goal, *_), share = found
    column = film["themes"].index(theme)
    ends = [rgb(film["paints"][int(paint)][column]) for paint in (start, goal)]
    mixed = ends[0] + (ends[1] - ends[0]) * share
    return ("#" + "".join(f"{round(part):02X}" for part in mixed), *between(found)[1:])


def rgb(color: str) -> Any:
    return np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)], float)
