"""Lists and arrays become grids, or one sentence that says where they are wrong."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.reading.nested import from_array, from_lists


def list_that_contains_itself() -> list[object]:
    endless: list[object] = []
    endless.append(endless)
    return endless


def test_two_levels_are_a_grid_and_three_are_channels() -> None:
    assert from_lists("x", [[1, 2.5], (True, Fraction(1, 4))]).tolist() == [[1, 2.5], [1, 0.25]]
    assert from_lists("x", [[[1, 2]]]).shape == (1, 1, 2)
    assert from_lists("x", [[[1], [2]], [[3], [4]]]).shape == (2, 2, 1)


def test_one_level_is_a_row_and_a_batch_of_one_is_its_image() -> None:
    assert from_lists("x", [1, 2]).tolist() == [[1, 2]]
    assert from_lists("x", [[[[1, 2]]]]).tolist() == [[[1, 2]]]


def test_numpy_scalars_are_numbers() -> None:
    assert from_lists("x", [[np.float32(0.5), np.int8(-1), np.True_]]).tolist() == [[0.5, -1, 1]]


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", ">i4", "f2", "f4", ">f8", "g"])
def test_every_real_type_becomes_read_only_float64(dtype: str) -> None:
    given_array = np.array([[0, 1], [1, 0]], dtype=dtype)
    x = from_array("x", given_array)
    assert x.dtype == np.float64
    assert x.tolist() == [[0, 1], [1, 0]]
    assert not x.flags.writeable
    assert given_array.flags.writeable


def test_an_array_is_copied() -> None:
    given_array = np.ones((2, 2))
    x = from_array("x", given_array)
    given_array[0, 0] = 9
    assert x[0, 0] == 1


BAD_LISTS: list[tuple[object, str]] = [
    (None, "x must be rows of numbers, but it is nothing."),
    (3, "x must be rows of numbers, but it is a single number."),
    ("1 2", 'x must be rows of numbers, but it is the text "1 2".'),
    ({"x": [[1]]}, "x must be rows of numbers, but it is an object with keys."),
    (b"1", "x must be rows of numbers, but it is a bytes."),
    ([], "x must be rows of numbers, but it is empty."),
    ([[[[1]], [[1]]]] * 2, "x must be a list of rows, or of channels of rows, but its lists are nested deeper."),
    (
        list_that_contains_itself(),
        "x must be a list of rows, or of channels of rows, but its lists are nested deeper.",
    ),
    ([[]], "x must be rows of numbers, but row 1 is empty."),
    ([[1], []], "x must be rows of numbers, but row 2 is empty."),
    ([[[1]], []], "x must be rows of numbers, but channel 2 is empty."),
    ([[[]]], "x must be rows of numbers, but row 1 is empty."),
    ([[1, 2], [3]], "x must have rows of equal length, but row 1 has 2 numbers and row 2 has 1 number."),
    ([[1], 2], "x must be rows of numbers, but row 2 is a single number."),
    ([[[1]], [2]], "x must be rows of numbers, but channel 2, row 1 is a single number."),
    ([[[1]], "2"], 'x must be rows of numbers, but channel 2 is the text "2".'),
    ([[1, "2"]], 'x must be rows of numbers, but row 1, column 2 is the text "2".'),
    ([[1, None]], "x must be rows of numbers, but row 1, column 2 is nothing."),
    ([[1, [2]]], "x must be rows of numbers, but row 1, column 2 is a list."),
    ([[1, 2j]], "x must be rows of numbers, but row 1, column 2 is a complex."),
    ([[Decimal(1)]], "x must be rows of numbers, but row 1, column 1 is a Decimal."),
    ([[math.nan]], "x must be rows of numbers, but row 1, column 1 is nan."),
    ([[1, -math.inf]], "x must be rows of numbers, but row 1, column 2 is -inf."),
    ([[10**400]], "x must be rows of numbers, but row 1, column 1 is too large."),
    ([[[1]], [[1, 2]]], "x must have channels of equal size, but channel 1 is 1×1 and channel 2 is 1×2."),
]


@pytest.mark.parametrize(("value", "message"), BAD_LISTS)
def test_a_list_that_is_no_grid_is_refused(value: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        from_lists("x", value)


BAD_ARRAYS: list[tuple[Any, str]] = [
    ([[1j]], "x must be an array of real numbers, but its type is complex128."),
    ([["1"]], "x must be an array of real numbers, but its type is str32."),
    (np.array([[None]]), "x must be an array of real numbers, but its type is object."),
    (np.zeros((1, 1), "M8[s]"), "x must be an array of real numbers, but its type is datetime64[s]."),
    (np.zeros((1, 1), "i4,f8"), "x must be an array of real numbers, but its type is void96."),
    ([[1, math.nan]], "x must hold finite numbers, but row 1, column 2 is nan."),
    ([[[1]], [[-math.inf]]], "x must hold finite numbers, but channel 2, row 1, column 1 is -inf."),
]


@pytest.mark.parametrize(("value", "message"), BAD_ARRAYS)
def test_an_array_that_is_no_grid_is_refused(value: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^x must .*{re.escape(message)}$|^{re.escape(message)}$"):
        from_array("x", np.asarray(value))


def test_a_long_double_beyond_float64_is_refused() -> None:
    if np.finfo(np.longdouble).max <= np.finfo(np.float64).max:
        pytest.skip("long double is no longer than double here")
    with pytest.raises(InputError, match=r"row 1, column 1 is inf"):
        from_array("x", np.array([[np.finfo(np.longdouble).max]]))
