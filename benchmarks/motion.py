"""How long each film stands still, which captions are gone before they are read, and where things move at a time.

    python -m benchmarks.motion [SCENE ...]

Counted on the recorded tracks, not on pixels: something moves while a key of some track is on its way to the next one;
a fade is a move. Questions are left out of stillness, for they wait. `one`: of the instants, ten a second, at which
something moves, the share at which that is in one region. A region is a group of boxes that are less than a
twentieth of the frame's height apart, or that move as one: at the same speed in the same direction, or in one fade.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.composition import STEP, Box, Footage, gap
from cnnreel.film.recorder import record_film
from scenes.catalog import SCENES, find
from scenes.theme import reading_time

__all__ = ["moving", "regions", "still"]

_SPARE = 0.1
_APART = 0.05
"""Frame heights from which on two boxes are in regions of their own."""
_LEAST = {"pose": 0.5, "outline": 0.0, "fill": 0.01, "stroke": 0.01, "opacity": 0.01, "picture": 0.0}
"""By how much a track changes in a twentieth of a second, if something moves: pixels, or shares of opacity."""


def moving(film: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the times, in seconds, from and until which something moves, one after the other."""
    spans = sorted(
        (now[0] / film["rate"], later[0] / film["rate"])
        for track in film["tracks"]
        for now, later in pairwise(track)
        if now[1] >= 0 and now[2:] != later[2:]
    )
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1e-6:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def still(film: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Give the times in which nothing moves, without questions."""
    edges = [0.0, *(time for span in moving(film) for time in span), film["duration"]]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        for beat in film["beats"]:
            if beat["kind"] != "question" and (first := max(start, beat["start"])) < (last := min(end, beat["end"])):
                yield first, last


def moves(footage: Footage) -> Mapping[int, list[tuple[int, object]]]:
    """Return what is on its way at each instant: a sprite, and what those that move as one with it have in common.

    Where a track stands still between two keys, as an easing may tell it to, nothing is on its way.
    """
    film = footage.film
    found: dict[int, list[tuple[int, object]]] = defaultdict(list)
    for index, sprite in enumerate(film["sprites"]):
        for name in _LEAST.keys() & sprite.keys():
            for now, later in pairwise(film["tracks"][sprite[name]]):
                first = int(now[0]) if now[1] >= 0 and now[2:] != later[2:] else int(later[0])
                for at in range(-(-first // STEP) * STEP, int(later[0]), STEP):
                    before, after = (footage.values(sprite[name], at + side) or now[2:] for side in (0, STEP / 2))
                    steps = [end - start for start, end in zip(before, after, strict=True)]
                    if max(map(abs, steps)) > _LEAST[name]:
                        found[at].append((index, way(name, steps, (now[0], later[0]))))
    return found


def way(track: str, steps: Sequence[float], times: tuple[float, float]) -> object:
    """Return what tracks have in common that move as one: where they go, or when they fade; None if they grow."""
    if track == "pose":
        return tuple(map(round, steps[:2]))
    return None if track in ("outline", "picture") else (*times, steps[-1] > 0)


def regions(film: dict[str, Any]) -> list[int]:
    """Return in how many regions something moves, for each instant at which something does."""
    footage = Footage(film)
    counts = (regions_at(footage, at, moved) for at, moved in moves(footage).items())
    return [count for count in counts if count]


def regions_at(footage: Footage, at: int, moved: Sequence[tuple[int, object]]) -> int:
    boxes: dict[int, Box] = {}
    groups: dict[object, list[int]] = defaultdict(list)
    drawn = set(footage.drawn(at))
    for index, together in moved:
        sprite = footage.film["sprites"][index]
        if index in drawn and footage.is_seen(sprite, at) and (box := footage.box(sprite, at)) is not None:
            boxes[index] = box
            groups[index if together is None else together].append(index)
    return sum(1 for _ in joined(boxes, list(groups.values()), _APART * footage.height))


def joined(boxes: Mapping[int, Box], groups: Sequence[Sequence[int]], apart: float) -> Iterator[set[int]]:
    """Join groups of which one has a box less than `apart` from one of the other, and give what results.

    >>> boxes = {0: (0, 0, 2, 2), 1: (3, 0, 5, 2), 2: (9, 0, 10, 1)}
    >>> list(joined(boxes, [[0], [1], [2]], 2.0)), len(list(joined(boxes, [[0, 2], [1]], 2.0)))
    ([{0, 1}, {2}], 1)
    """
    left = [set(group) for group in groups]
    while left:
        grown, size = left.pop(0), 0
        while len(grown) > size:
            size = len(grown)
            near = [
                one for one in left if one & grown or any(gap(boxes[i], boxes[j]) < apart for i in one for j in grown)
            ]
            left = [one for one in left if one not in near]
            grown = grown.union(*near)
        yield grown


def row(name: str) -> str:
    """Measure one scene as it is by default."""
    film = record_film(find(name).build({}), (1280, 720)).film
    told = [beat for beat in film["beats"] if beat["kind"] != "question"]
    seconds = sum(beat["end"] - beat["start"] for beat in told)
    quiet = [end - start for start, end in still(film)]
    short = sum(beat["end"] - beat["start"] < reading_time(beat["caption"]) - _SPARE for beat in told)
    counts = regions(film)
    one = 100 * sum(count <= 1 for count in counts) / len(counts)
    shares = f"{seconds:8.1f}{100 * sum(quiet) / seconds:8.0f}{max(quiet, default=0.0):8.1f}{one:8.0f}"
    return f"{name:24}{shares}{short:8d}/{len(told)}"


if __name__ == "__main__":
    print(f"{'scene':24}{'seconds':>8}{'still %':>8}{'longest':>8}{'one %':>8}{'brisk':>8}")
    for scene in sys.argv[1:] or SCENES:
        print(row(scene), flush=True)
