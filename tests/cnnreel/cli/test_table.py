from __future__ import annotations

import numpy as np
import pytest

from cnnreel.cli.table import block, values_table
from scenes.catalog import SCENES, find


def lines(value: object) -> list[str]:
    return list(block("v", value))[1:]


def test_the_table_of_the_slide_shows_eight_where_the_slide_shows_nine() -> None:
    text = values_table(find("max-pool").build({}))
    assert "x  1×1×4×4\n  4 1 1 8\n  1 1 0 2\n  7 3 2 2\n  3 8 4 1\n" in text
    assert "output  1×1×2×2\n  4 8\n  8 4\n" in text


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_has_a_table_of_all_its_values(name) -> None:
    spec = find(name).build({})
    found = values_table(spec).splitlines()
    assert all(any(line.startswith(value) for line in found) for value in spec.values())
    assert max(map(len, found)) <= 200


def test_columns_stand_still_whatever_the_signs_and_decimals() -> None:
    assert lines(np.array([[-1.5, 10], [0.25, -0.0]])) == ["v  2×2", "  -1.50 10.00", "   0.25  0.00"]


def test_each_map_of_several_is_named() -> None:
    assert lines(np.arange(4).reshape(1, 2, 1, 2)) == ["v  1×2×1×2", "  v[0,0]", "  0 1", "  v[0,1]", "  2 3"]


def test_a_vector_is_a_row_and_a_number_stands_beside_its_name() -> None:
    assert lines(np.array([3.0, 6.25])) == ["v  2", "  3.00 6.25"]
    assert lines(np.float64(6.25)) == ["v = 6.25"]
    assert lines(True) == ["v = True"]
    assert lines("seven") == ["v = seven"]


def test_what_is_too_large_to_read_is_its_range() -> None:
    assert lines(np.arange(784).reshape(28, 28)) == ["v  28×28", "  from 0 to 783"]


def test_steps_are_counted_and_outlined() -> None:
    assert lines([{"window": np.ones((2, 2)), "value": 4.0}] * 3) == ["v: 3, each with window (2×2), value"]
    assert lines([1, 2.5]) == ["v: 1, 2.5"]
    assert lines([]) == ["v: "]
    assert lines({"stride": (1, 1), "sum": 3}) == ["v: stride 1 1, sum 3"]


def test_a_small_number_is_not_shown_as_nothing() -> None:
    assert lines(1e-5) == ["v = 1e-05"]
    assert lines(np.array([1e-5, 2.0])) == ["v  2", "  1e-05     2"]
    assert lines({"eps": 1e-5, "window": np.ones((2, 2))}) == ["v: eps 1e-05, window (2×2)"]
