"""A picture of another size has the mean of each area."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.reading.resampling import resampled, shrunk

sides = st.integers(1, 40)


def test_half_the_size_is_the_mean_of_each_four() -> None:
    assert resampled(np.array([[0.0, 1, 1, 1], [0, 1, 0, 0]]), 0.5).tolist() == [[0.5, 0.5]]


def test_twice_the_size_repeats_each_pixel() -> None:
    assert resampled(np.array([[1.0, 3]]), 2).tolist() == [[1, 1, 3, 3], [1, 1, 3, 3]]


def test_a_pixel_between_two_takes_its_share_of_both() -> None:
    np.testing.assert_allclose(resampled(np.array([[0.0, 3, 6]]), 2 / 3), [[1, 5]])


@settings(max_examples=50, deadline=None, derandomize=True)
@given(sides, sides, st.floats(0.01, 3))
def test_one_grey_stays_that_grey_and_no_side_vanishes(height: int, width: int, factor: float) -> None:
    picture = resampled(np.full((height, width), 0.7), factor)
    assert picture.shape == (max(1, round(height * factor)), max(1, round(width * factor)))
    np.testing.assert_allclose(picture, 0.7)


def test_only_what_is_too_large_is_shrunk() -> None:
    picture = np.ones((20, 10))
    assert shrunk(picture, 20) is picture
    assert shrunk(picture, 10).shape == (10, 5)
