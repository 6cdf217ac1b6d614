"""Measure how the films use the frame, and print a table for all scenes.

    python benchmarks/composition.py [SCENE ...] [--ratio 16:9]

All lengths are in frame heights. `picture`: the tallest picture or grid. `filled`: share of the frame above the
captions that boxes of pictures, numbers and words cover, on average. `digits`: the smallest line of a number that can
be traced. `apart`: how far a line of arithmetic stands from the cell that it explains, at most. `crossings`: instants,
ten a second, at which a moving number lies on standing text. `reasons`: beats with a sentence beside the title.
"""

from __future__ import annotations

import argparse
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from cnnreel.film.recorder import record_film
from scenes.catalog import SCENES, find
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import SceneSpec

FIGURE = 0.65
"""Height of a figure, in em."""
SPARE = 4
"""Pixels of the film by which boxes are larger than what is drawn."""
CAPTIONS = 7 / 8
STEP = 6
"""Samples from one instant that is looked at to the next."""
MOVES = 3.0
"""Pixels between two instants from which on something moves."""
LARGE = 0.1

Box = tuple[float, float, float, float]


class Composition(NamedTuple):
    """What was measured of one film."""

    picture: float
    filled: float
    digits: float
    apart: float
    crossings: int
    reasons: int
    beats: int


@cache
def extent(shape: str) -> Box:
    """Return the box of a shape's points, handles included."""
    x = y = 0.0
    xs, ys = [], []
    for command, written in re.findall(r"([Mlhvcz])([^Mlhvcz]*)", shape):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", written)]
        if command == "M":
            x = y = 0.0
        pairs = {"h": [(numbers or [0.0])[0], 0.0], "v": [0.0, (numbers or [0.0])[0]]}.get(command, numbers)
        for across, down in zip(pairs[::2], pairs[1::2], strict=True):
            xs.append(x + across)
            ys.append(y + down)
        x, y = (xs[-1], ys[-1]) if pairs else (x, y)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else (0.0, 0.0, 0.0, 0.0)


class Footage:
    """A recorded film, to be looked at."""

    def __init__(self, film: dict[str, Any]) -> None:
        self.film = film
        self.width, self.height = film["size"]
        self.starts = [time for time, _ in film["orders"]]
        self.times = [[key[0] for key in track] for track in film["tracks"]]

    def values(self, track: int, at: float) -> list[float] | None:
        """Return a track's values at an instant; None before it begins."""
        keys, index = self.film["tracks"][track], bisect_right(self.times[track], at) - 1
        if index < 0:
            return None
        time, easing, *values = keys[index]
        if easing < 0 or index + 1 == len(keys):
            return list(values)
        shares = self.film["easings"][easing]
        share = np.interp((at - time) / (keys[index + 1][0] - time) * (len(shares) - 1), range(len(shares)), shares)
        return [one + (other - one) * share for one, other in zip(values, keys[index + 1][2:], strict=True)]

    def drawn(self, at: float) -> Iterator[int]:
        """Give the sprites that are drawn at an instant."""
        runs = self.film["orders"][bisect_right(self.starts, at) - 1][1]
        for first, last in zip(runs[::2], runs[1::2], strict=True):
            yield from range(first, last + 1)

    def is_filled(self, sprite: dict[str, Any], at: float) -> bool:
        found = self.values(sprite["fill"], at) if "fill" in sprite else None
        return found is not None and found[1] > 0.3

    def is_seen(self, sprite: dict[str, Any], at: float) -> bool:
        stroke = self.values(sprite["stroke"], at) if "stroke" in sprite else None
        return "picture" in sprite or self.is_filled(sprite, at) or bool(stroke and stroke[1] * stroke[2] > 0.05)

    def is_glyph(self, sprite: dict[str, Any], at: float) -> bool:
        """Tell whether a sprite is a letter or a figure: curved, filled, without a line."""
        shape = self.shape(sprite, at)
        return "stroke" not in sprite and "c" in shape and self.is_filled(sprite, at)

    def shape(self, sprite: dict[str, Any], at: float) -> str:
        found = self.values(sprite["outline"], at) if "outline" in sprite else None
        return "" if found is None else self.film["shapes"][int(found[0])]

    def box(self, sprite: dict[str, Any], at: float) -> Box | None:
        pose = self.values(sprite["pose"], at)
        if pose is None:
            return None
        left, top, right, bottom = (0.0, 0.0, 1.0, 1.0) if "picture" in sprite else extent(self.shape(sprite, at))
        x, y, *more = pose
        a, b, c, d = more if len(more) == 4 else (more[0], 0, 0, more[-1]) if more else (1, 0, 0, 1)
        corners = np.array([(u, v) for u in (left, right) for v in (top, bottom)]) @ np.array([[a, b], [c, d]]) + (x, y)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return left, top, right, bottom

    def boxes(self, at: float) -> dict[int, Box]:
        """Return the boxes of all sprites that can be seen."""
        sprites = self.film["sprites"]
        seen = [index for index in self.drawn(at) if self.is_seen(sprites[index], at)]
        found = {index: self.box(sprites[index], at) for index in seen}
        return {index: box for index, box in found.items() if box is not None}

    def crossings(self) -> Iterator[float]:
        """Give the instants at which a glyph that moves lies on one that stands."""
        sprites, end = self.film["sprites"], self.film["beats"][-1]["end"] * self.film["rate"]
        before: dict[int, Box] = {}
        sources: dict[int, set[int]] = {}
        for at in np.arange(0, end, STEP):
            now = {
                index: box
                for index in self.drawn(at)
                if self.is_glyph(sprites[index], at) and (box := self.box(sprites[index], at)) is not None
            }
            moved = {i for i in now.keys() & before.keys() if np.abs(np.subtract(now[i], before[i])).max() > MOVES}
            stands = [i for i in now if i in before and i not in moved]
            standing = np.array([now[i] for i in stands]).reshape(-1, 4)
            for i in moved:  # a copy leaves what it is a copy of
                if i not in sources:
                    sources[i] = {stands[k] for k in np.flatnonzero(overlaps(before[i], standing))}
            sources = {i: left for i, left in sources.items() if i in moved}
            if any(stands[k] not in sources[i] for i in moved for k in np.flatnonzero(overlaps(now[i], standing))):
                yield at / self.film["rate"]
            before = now


def overlaps(box: Box, others: Any) -> Any:
    """Tell of each of some boxes (n, 4) whether another one lies on it, by more than a hair."""
    left, top, right, bottom = box
    return (
        (others[:, 0] < right - 1) & (others[:, 2] > left + 1) & (others[:, 1] < bottom - 1) & (others[:, 3] > top + 1)
    )


def gap(one: Box, other: Box) -> float:
    """Return how far two boxes are from each other."""
    across = max(one[0] - other[2], other[0] - one[2], 0.0)
    down = max(one[1] - other[3], other[1] - one[3], 0.0)
    return float(np.hypot(across, down))


def apart(beat: dict[str, Any]) -> Iterator[float]:
    """Give how far each line of arithmetic stands from the nearest cell, ring or window that it is about."""
    for line in beat["formulas"]:
        inside = [one for one in beat["shown"] if overlaps(one["box"], np.array([line["box"]], float)).any()]
        numbers = [one for one in beat["shown"] if one not in inside]
        addresses = {one["of"] for one in inside} | {line.get("of")}
        about = [one["box"] for one in numbers if one["of"] in addresses]
        about += [mark["box"] for mark in beat["marks"] if addresses & set(mark["of"]) and mark["kind"] != "veil"]
        if about:
            yield min(gap(line["box"], box) for box in about)


def measured(spec: SceneSpec) -> Composition:
    """Record a film and measure it."""
    film = record_film(spec, FRAME_SIZES[spec.ratio]).film
    footage, beats = Footage(film), film["beats"]
    ends = [footage.boxes(beat["end"] * film["rate"] - 1) for beat in beats]
    pictures = [box for boxes in ends for box in boxes.values() if is_large(box, footage)]
    digits = [one["box"][3] - one["box"][1] - SPARE for beat in beats for one in beat["shown"]]
    return Composition(
        picture=max((box[3] - box[1] for box in pictures), default=0.0) / footage.height,
        filled=float(np.mean([coverage(boxes, footage) for boxes in ends])),
        digits=min(digits, default=0.0) / FIGURE / footage.height,
        apart=max((one for beat in beats for one in apart(beat)), default=0.0) / footage.height,
        crossings=sum(1 for _ in footage.crossings()),
        reasons=sum(any(is_reason(text, footage) for text in beat["texts"]) for beat in beats),
        beats=len(beats),
    )


def is_large(box: Box, footage: Footage) -> bool:
    width, height = (box[2] - box[0]) / footage.width, (box[3] - box[1]) / footage.height
    return bool(width > LARGE and height > LARGE and width < 0.99)


def coverage(boxes: dict[int, Box], footage: Footage) -> float:
    """Return which share of the frame above the captions lies in boxes, on a raster of 64 columns."""
    raster = np.zeros((round(64 * CAPTIONS * footage.height / footage.width), 64), bool)
    zoom = 64 / footage.width
    for box in boxes.values():
        left, top, right, bottom = (round(zoom * side) for side in box)
        raster[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
    return float(raster.mean())


def is_reason(text: dict[str, Any], footage: Footage) -> bool:
    """Tell whether words are a sentence in the title's band."""
    return bool(text["box"][3] < 0.14 * footage.height and text["text"].rstrip().endswith((".", "?", "!")))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how the films use the frame.")
    parser.add_argument("scenes", nargs="*", default=list(SCENES))
    parser.add_argument("--ratio", default="16:9", choices=FRAME_SIZES)
    options = parser.parse_args()
    print("| scene | picture | filled | digits | apart | crossings | reasons |\n|---|---|---|---|---|---|---|")
    for name in options.scenes:
        one = measured(find(name).build({"ratio": options.ratio}))
        numbers = f"{one.picture:.2f} | {one.filled:.2f} | {one.digits:.3f} | {one.apart:.2f} | {one.crossings}"
        print(f"| {name} | {numbers} | {one.reasons} of {one.beats} |", flush=True)


if __name__ == "__main__":
    main()
