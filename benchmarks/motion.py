"""How long each film stands still, and which captions are gone before they are read: `python benchmarks/motion.py`.

Counted on the recorded tracks, not on pixels: something moves while a key of some track is on its way to the next one.
Questions are left out, for they wait.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from cnnreel.film.recorder import record_film
from scenes.catalog import SCENES, find
from scenes.theme import reading_time

__all__ = ["moving", "still"]

_SPARE = 0.1


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


def row(name: str) -> str:
    """Measure one scene as it is by default."""
    film = record_film(find(name).build({}), (1280, 720)).film
    told = [beat for beat in film["beats"] if beat["kind"] != "question"]
    seconds = sum(beat["end"] - beat["start"] for beat in told)
    quiet = [end - start for start, end in still(film)]
    short = sum(beat["end"] - beat["start"] < reading_time(beat["caption"]) - _SPARE for beat in told)
    return (
        f"{name:24}{seconds:8.1f}{100 * sum(quiet) / seconds:8.0f}{max(quiet, default=0.0):8.1f}{short:8d}/{len(told)}"
    )


if __name__ == "__main__":
    print(f"{'scene':24}{'seconds':>8}{'still %':>8}{'longest':>8}{'brisk':>8}")
    for scene in sys.argv[1:] or SCENES:
        print(row(scene), flush=True)
