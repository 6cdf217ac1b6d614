"""How films use the frame: places that do not touch, large pictures, and no number that moves over words."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from manim import tempconfig

from benchmarks.composition import Composition as Measured
from benchmarks.composition import measured, overlaps
from benchmarks.motion import regions
from cnn_core.trace import address_of
from scenes.catalog import find
from scenes.conv2d.composition import Composition
from scenes.conv2d.spots import Counts
from scenes.layout import Bands, Box
from scenes.rehearsal import FRAME_SIZES
from scenes.stage import set_frame
from tests.performing import perform

Chance = np.random.Generator


def any_counts(chance: Chance) -> Counts:
    kernel = chance.integers(1, 6, 2)
    image = kernel + chance.integers(0, 4, 2)
    channels = int(chance.choice([1, 1, 3]))
    sums, bias = 0.0 if channels > 1 else float(chance.uniform(0.5, 3)), bool(chance.random() < 0.4)
    output = tuple((image - kernel + 1).tolist())
    return Counts(
        tuple(image.tolist()),
        tuple(kernel.tolist()),
        output,
        channels,
        int(chance.integers(1, 4)),
        sums,
        bias,
        channels,
        {} if chance.random() < 0.5 else {"stamp": 1.32, "kernel": 1.0, "products": 1.0, "output": 0.78},
    )


def places(counts: Counts, ratio: str) -> tuple[Box, Composition]:
    width, height = FRAME_SIZES[ratio]
    with tempconfig({"pixel_width": width, "pixel_height": height, "dry_run": True}):
        set_frame()
        room = Bands.of_frame().whole
        return room, Composition.of(counts, room, wide=width > height, tall=height > width)


def touch(one: Box, other: Box) -> bool:
    spare = 1e-6
    across = one.left + spare < other.right and other.left + spare < one.right
    return across and one.bottom + spare < other.top and other.bottom + spare < one.top


@pytest.mark.parametrize("ratio", FRAME_SIZES)
def test_grids_stand_inside_of_the_frame_and_do_not_touch(ratio: str) -> None:
    chance = np.random.default_rng(11)
    for _ in range(80):
        counts = any_counts(chance)
        room, found = places(counts, ratio)
        spots = [found.image, *found.thumbnails, *found.kernels, found.products, *found.outputs]
        for spot in spots:
            assert spot.cell > 0.05, counts
            assert room.left - 0.01 <= spot.box.left <= spot.box.right <= room.right + 0.01, counts
            assert room.bottom - 0.01 <= spot.box.bottom <= spot.box.top <= room.top + 0.01, counts
        for one, other in combinations(spots, 2):
            assert not touch(one.box, other.box), counts


@pytest.mark.parametrize(
    ("channels", "ratio"), [(1, "9:16"), pytest.param(3, "9:16", marks=pytest.mark.soak), (3, "1:1")]
)
def test_decimals_of_the_kernel_and_of_the_products_are_digits_in_narrow_frames(channels: int, ratio: str) -> None:
    chance = np.random.default_rng(4)
    x, weight = (chance.uniform(-2, 2, (channels, size, size)).round(2) for size in (5, 3))
    beats = perform("conv2d", x=x, weight=weight[None], ratio=ratio, symbols=False).timeline.beats
    texts = {one.of: one.text for beat in beats for one in beat.shown}
    for cell in np.ndindex(weight.shape):
        assert float(texts[address_of("weight", (0, *cell))]) == weight[cell]
        assert "." in texts[address_of("steps[0].products", cell)]
    assert all("." in texts[address_of("output", (0, 0, i, j))] for i in range(3) for j in range(3))


@pytest.mark.parametrize("side", [3, 5, 8])
def test_one_image_takes_three_quarters_of_the_height(side: int) -> None:
    _, found = places(Counts((side, side), (3, 3), (side - 2, side - 2), 1, 1, 1.0, False), "16:9")
    assert found.image.box.height / 8 == pytest.approx(0.74, abs=0.01)


@pytest.mark.parametrize(
    ("name", "given"),
    [("max-pool", {"pace": "fast"}), ("conv2d", {"symbols": False, "pace": "fast", "x": "0 1 0; 1 1 0; 0 1 0; 0 1 1"})],
)
def test_pictures_are_large_digits_can_be_read_and_nothing_flies_over_words(name: str, given: dict[str, Any]) -> None:
    found: Measured = measured(find(name).build(given))
    assert found.picture >= 0.73
    assert found.digits >= 0.027
    assert found.apart <= 0.3
    assert found.crossings == 0


def test_boxes_that_lie_on_each_other_are_told_from_neighbours() -> None:
    others = np.array([[0, 0, 10, 10], [10, 0, 20, 10], [8, 8, 30, 30]], float)
    assert overlaps((1, 1, 9.5, 9.5), others).tolist() == [True, False, True]


def two_squares(first: tuple[int, int], other: tuple[int, int]) -> dict[str, Any]:
    """Return a film of a second in which two squares of 100 pixels go from x to x, one 500 pixels below the other."""
    ways = [[[0, 0, start, y], [60, -1, end, y]] for (start, end), y in ((first, 0), (other, 600))]
    looks = [[[0, -1, 0]], [[0, -1, 0, 1]]]
    return {
        "size": [1920, 1080],
        "easings": [[0, 1]],
        "shapes": ["M0 0h100v100h-100z"],
        "tracks": [*ways, *looks],
        "sprites": [{"pose": way, "outline": 2, "fill": 3} for way in (0, 1)],
        "orders": [[0, [0, 1]]],
    }


@pytest.mark.parametrize(
    ("first", "other", "count"),
    [((0, 300), (300, 0), 2), ((0, 300), (200, 500), 1), ((0, 300), (0, 0), 1)],
    ids=["apart", "as one", "alone"],
)
def test_what_moves_in_two_places_is_in_two_regions_unless_it_moves_as_one(
    first: tuple[int, int], other: tuple[int, int], count: int
) -> None:
    assert set(regions(two_squares(first, other))) == {count}


def test_a_film_without_motion_has_no_regions() -> None:
    assert regions(two_squares((0, 0), (5, 5))) == []
