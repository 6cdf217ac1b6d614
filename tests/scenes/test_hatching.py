"""Cells that are none of a map's own are hatched, as it is told by the films that are recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.composition import Footage
from cnn_core.conv2d import conv2d
from cnn_core.trace import parse
from cnnreel.film.recorder import record_film
from scenes.catalog import find
from scenes.layout import Box
from scenes.mobjects.gradient import GradientGrid
from scenes.mobjects.hatching import Hatching
from scenes.mobjects.row import GridRow, RowMap
from scenes.rehearsal import FRAME_SIZES
from scenes.swift import family_of
from scenes.theme import THEMES

Cells = set[tuple[int, int]]
SLANT = re.compile(r"M([\d.-]+) ([\d.-]+)l([\d.-]+) ([\d.-]+)")


def slanting(footage: Footage, at: float) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    """Give what is drawn of slanting lines alone, and points on them, (n, 2), in pixels of the film."""
    for index in footage.drawn(at):
        sprite = footage.film["sprites"][index]
        shape = footage.shape(sprite, at)
        lines = np.array([[float(one) for one in line] for line in SLANT.findall(shape)]).reshape(-1, 4)
        if len(lines) > 1 and SLANT.sub("", shape) == "" and "fill" not in sprite:
            shares = np.linspace(0.01, 0.99, 40)[:, None, None]
            points = (lines[:, :2] + shares * lines[:, 2:]).reshape(-1, 2)
            pose = footage.values(sprite["pose"], at) or []
            yield index, points * (pose[2] if len(pose) > 2 else 1) + pose[:2]


def cells_of(points: npt.NDArray[np.float64], beat: dict[str, Any], name: str) -> Cells:
    """Return the cells in which points lie, counted from that of the first number of an array."""
    boxes = {
        parse(one["of"])[1][2:]: np.reshape(one["box"], (2, 2)).mean(axis=0)
        for one in beat["shown"]
        if parse(one["of"])[0] == name
    }
    first, last = min(boxes), max(boxes)
    pitch = (boxes[last] - boxes[first])[::-1] / np.subtract(last, first)
    places = (points - boxes[first])[:, ::-1] / pitch
    well_inside = (np.abs(places - np.round(places)) < 0.4).all(axis=1)
    return set(map(tuple, (np.round(places[well_inside]).astype(int) + first).tolist()))


def hatched(name: str, beat: int, array: str, **given: Any) -> Cells:
    spec = find(name).build({"pace": "fast", "question": False, **given})
    film = record_film(spec, FRAME_SIZES[spec.ratio]).film
    footage, seen = Footage(film), film["beats"][beat]
    ((index, points),) = slanting(footage, seen["end"] * film["rate"] - 1)
    paint, opacity, width = footage.values(film["sprites"][index]["stroke"], seen["end"] * film["rate"] - 1) or ()
    assert film["paints"][int(paint)] == [THEMES[theme].muted for theme in film["themes"]]
    assert (opacity <= 0.5, width < 3) == (True, True)
    assert len(footage.shape(film["sprites"][index], 0) or footage.shape(film["sprites"][index], 600)) < 6000
    return cells_of(points, seen, array)


def around(rows: int, columns: int) -> Cells:
    """Return the cells of a ring of one around a map."""
    whole = {(i, j) for i in range(-1, rows + 1) for j in range(-1, columns + 1)}
    return whole - set(np.ndindex(rows, columns))


def test_padding_of_a_pooling_is_hatched() -> None:
    assert hatched("max-pool", 1, "x", x="4 1; 2 3", padding=1) == around(2, 2)


def test_padding_of_a_convolution_is_hatched() -> None:
    given = {"x": "1 0; 3 1", "kernel": "1 2; 0 1", "symbols": False, "padding": 1, "stride": 2}
    assert hatched("conv2d", 2, "x", **given) == around(2, 2)


def test_zeros_between_values_are_hatched() -> None:
    values = {(2, 2), (2, 4), (4, 2), (4, 4)}
    assert hatched("conv-transpose2d", 7, "spaced") == set(np.ndindex(7, 7)) - values


def test_cells_without_a_number_are_hatched_where_gradients_stand_apart() -> None:
    values = np.full((3, 3), np.nan)
    values[::2, ::2] = 1.0
    theme = THEMES["dark"]
    grid = GradientGrid(values, "dy[{},{}]".format, theme.output, theme, 1.0)
    (hatching,) = (one for one in family_of([grid]) if isinstance(one, Hatching))
    assert hatching.cells == {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)}


def test_a_map_without_padding_has_no_hatching() -> None:
    shown = RowMap(np.ones((2, 2)), "x[{},{}]".format, THEMES["dark"].input, "x", 0)
    assert not any(isinstance(one, Hatching) for one in family_of([GridRow([shown], THEMES["dark"], Box(0, 9, 0, 4))]))


def test_a_step_knows_which_of_its_entries_lie_on_the_padding() -> None:
    trace = conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), stride=2, padding=1, dilation=2)
    corner = [[True, True], [True, False]]
    assert trace.on_padding(trace.step(0, 0, 0, 0)).tolist() == corner
    assert trace.on_padding(trace.step(0, 0, 1, 1)).tolist() == [one[::-1] for one in corner[::-1]]
