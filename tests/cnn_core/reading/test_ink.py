"""Ink is told from paper, shadow, grain and dirt, whichever of the two is darker."""

import numpy as np
import pytest

from cnn_core.arrays import Array
from cnn_core.reading.ink import find_paper, ink_on


def lit_paper() -> Array:
    """Return paper under a lamp, (60, 80)."""
    y, x = np.meshgrid(np.linspace(-1, 1, 60), np.linspace(-1, 1, 80), indexing="ij")
    return 0.5 + 0.2 * x - 0.1 * y - 0.05 * (x * x + y * y)


def with_stroke(contrast: float) -> Array:
    photo = lit_paper()
    photo[15:45, 38:42] += contrast
    return photo


@pytest.mark.parametrize("contrast", [-0.3, -0.1, 0.1, 0.3])
def test_the_ink_is_what_stands_out_darker_or_lighter(contrast: float) -> None:
    photo = with_stroke(contrast)
    paper, dark_on_light = find_paper(photo)
    assert dark_on_light == (contrast < 0)
    np.testing.assert_allclose(paper, lit_paper(), atol=0.04)
    ink = ink_on(paper, photo)
    assert (ink > 0.5).sum() == 30 * 4
    assert (ink[15:45, 38:42] > 0.5).all()


def test_a_stroke_fainter_than_the_grain_of_the_paper_is_no_ink() -> None:
    photo = np.random.default_rng(0).normal(0.7, 0.05, (60, 80))
    photo[15:45, 38:42] -= 0.1
    assert not ink_on(find_paper(photo)[0], photo).any()
    photo[15:45, 38:42] -= 0.5
    assert ink_on(find_paper(photo)[0], photo).any()


def test_a_hardly_visible_stroke_is_no_ink_even_on_perfect_paper() -> None:
    photo = np.full((60, 80), 0.7)
    photo[15:45, 38:42] -= 0.07
    assert not ink_on(find_paper(photo)[0], photo).any()
    photo[15:45, 38:42] -= 0.02
    assert ink_on(find_paper(photo)[0], photo).any()


def test_dirt_is_a_part_of_less_than_a_twelfth_of_the_largest() -> None:
    paper = np.full((60, 80), 0.9)
    photo = paper.copy()
    photo[10:50, 40:43] = 0.1  # 120 cells
    photo[20:23, 10:13] = 0.1  # 9 of them are dirt
    photo[20:24, 60:63] = 0.1  # 12 of them are ink
    ink = ink_on(paper, photo)
    assert ink[:, 40:43].sum() == 120
    assert ink[:, 10:13].sum() == 0
    assert ink[:, 60:63].sum() == 12


def test_parts_that_touch_only_at_a_corner_belong_together() -> None:
    paper = np.full((60, 80), 0.9)
    photo = paper.copy()
    photo[20:40, 40:43] = 0.1
    photo[40, 43] = 0.1
    assert ink_on(paper, photo)[40, 43] == 1
