import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnreel.paint.patches import Patch, PixelArea, difference, straight

SIDES = st.integers(0, 11)


def frame(width: int = 12, height: int = 10) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 4), np.uint8)


def test_the_difference_is_the_smallest_box_around_all_that_differs() -> None:
    one, other = frame(), frame()
    other[3, 4, 0] ^= 1
    other[7, 2, 3] ^= 1
    assert difference(one, other, PixelArea.of(one)) == PixelArea(2, 3, 5, 8)
    assert difference(one, other, PixelArea(3, 0, 12, 10)) == PixelArea(4, 3, 5, 4)
    assert difference(one, one, PixelArea.of(one)) is None


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([8, 24, 64, 70]))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_patch_has_one_of_few_sizes_and_even_corners(left, top, width, height, side) -> None:
    box = PixelArea(left, top, left + width, top + height).clip(PixelArea(0, 0, side, side))
    patch = Patch.cut(frame(side, side), box)
    assert patch.box.covers(box)
    assert PixelArea(0, 0, side, side).covers(patch.box)
    assert not any(edge % 2 for edge in patch.box)
    assert len(patch.pixels) != 2  # FFmpeg converts that wrongly
    assert {length % 32 for length in patch.pixels.shape[:2]} <= {0, side % 32}


@given(SIDES, SIDES, SIDES, SIDES)
@settings(max_examples=50, derandomize=True, deadline=None)
def test_a_patch_makes_one_frame_of_the_other(left, top, width, height) -> None:
    before, after = frame(24, 24), frame(24, 24)
    box = PixelArea(left, top, left + width, top + height)
    after[box.area] ^= 255
    Patch.cut(after, box).paint(before)
    assert np.array_equal(before, after)


def test_boxes_meet_join_and_clip() -> None:
    one, other = PixelArea(0, 0, 4, 4), PixelArea(3, 2, 9, 5)
    assert one.meets(other)
    assert not one.meets(PixelArea(4, 0, 6, 4))
    assert one.join(other) == PixelArea(0, 0, 9, 5)
    assert other.clip(one) == PixelArea(3, 2, 4, 4)
    assert other.size == 18


def test_colours_that_are_multiplied_by_alpha_are_made_straight() -> None:
    frame = np.array([[[100, 50, 0, 128], [255, 10, 3, 255], [0, 0, 0, 0], [1, 1, 1, 1]]], np.uint8)
    assert straight(frame).tolist() == [[[199, 100, 0, 128], [255, 10, 3, 255], [0, 0, 0, 0], [255, 255, 255, 1]]]
