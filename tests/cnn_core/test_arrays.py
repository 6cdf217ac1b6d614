import numpy as np
import pytest

from cnn_core.arrays import as_array, as_axis, as_number, as_pair, as_whole, freeze
from cnn_core.errors import InputError, ShapeError


def test_an_array_becomes_float64_and_cannot_be_written_to() -> None:
    array = as_array("x", [[1, 2], [3, 4]], "H W")
    assert array.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 5


def test_an_array_is_copied_so_that_its_owner_may_change_theirs() -> None:
    mine = np.zeros((2, 2))
    array = as_array("x", mine, "H W")
    mine[0, 0] = 7
    assert array[0, 0] == 0
    assert mine.flags.writeable


def test_a_read_only_array_is_shared_and_a_reshaped_one_too() -> None:
    frozen = freeze(np.zeros((2, 3)))
    assert as_array("x", frozen, "H W") is frozen
    assert np.shares_memory(as_array("x", frozen.reshape(6), "N"), frozen)


def test_a_read_only_view_of_something_writeable_is_copied() -> None:
    mine = np.zeros(3)
    view = freeze(mine[:])
    assert not np.shares_memory(as_array("x", view, "N"), mine)


def test_columns_first_arrays_become_rows_first() -> None:
    assert as_array("x", freeze(np.asfortranarray([[1.0, 2.0], [3.0, 4.0]])), "H W").flags.c_contiguous


@pytest.mark.parametrize("value", [5, [1, 2], [[[1]]]])
def test_three_dots_take_any_number_of_axes(value: object) -> None:
    assert as_array("x", value, "...").shape == np.shape(value)


@pytest.mark.parametrize(
    ("value", "axes", "message"),
    [
        ([1, 2], "H W", r"x must have 2 axes \(H, W\), none of them empty, but its shape is \(2,\)\."),
        ([[1]], "C", r"x must have one axis \(C\), none of them empty, but its shape is \(1, 1\)\."),
        (np.zeros((2, 0)), "H W", r"x must have 2 axes .* none of them empty, but its shape is \(2, 0\)\."),
        ([], "...", r"x must not be empty, but its shape is \(0,\)\."),
    ],
)
def test_a_wrong_shape_is_refused(value: object, axes: str, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        as_array("x", value, axes)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, np.nan], "x must hold finite numbers of at most 1e100 in size, but it holds NaN"),
        ([1, None], "it holds NaN"),
        ([1, -np.inf], "it holds infinity"),
        ([1, -1e101], r"it holds 1e\+101"),
        (np.array([np.longdouble("1e400")]), "it holds infinity"),
        ([1, "a"], "x must be an array of real numbers, but it is not: it holds <U"),
        (np.array([1 + 2j]), "it holds complex128"),
        ([[1], [1, 2]], "x must be an array of real numbers, but it is not: .*inhomogeneous"),
        ([10**400], "x must be an array of real numbers, but it is not: int too large"),
        ([{}], "x must be an array of real numbers, but it is not"),
    ],
)
def test_what_is_not_a_finite_real_number_is_refused(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        as_array("x", value, "...")


@pytest.mark.parametrize("value", [3, (3, 3), [3, 3], np.int64(3), np.array([3, 3]).tolist()])
def test_a_number_or_a_pair_becomes_a_pair(value: object) -> None:
    assert as_pair("stride", value, minimum=1) == (3, 3)


@pytest.mark.parametrize(
    "value", [0, -1, 1.0, 1.5, True, "2", "12", (1,), (1, 2, 3), (1, 0), (1, True), None, (1, None)]
)
def test_what_is_no_pair_is_refused(value: object) -> None:
    message = "stride must be a whole number of at least 1, or a pair of them, but it is "
    with pytest.raises(InputError, match=message):
        as_pair("stride", value, minimum=1)


@pytest.mark.parametrize("value", [0, 2.0, True, "2", (1, 2), None])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="groups must be a whole number of at least 1, but it is "):
        as_whole("groups", value, minimum=1)


def test_a_number_may_be_its_bounds() -> None:
    assert as_number("momentum", 0, minimum=0, maximum=1) == 0.0
    assert as_number("momentum", np.float32(1), minimum=0, maximum=1) == 1.0


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf, "0.5", None, [1, 2], 10**400])
def test_a_number_outside_its_bounds_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="momentum must be a number from 0 to 1, but it is "):
        as_number("momentum", value, minimum=0, maximum=1)


@pytest.mark.parametrize("value", [2, -3, 0.5, "0", None])
def test_an_axis_that_is_not_there_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"dim must be an axis of x, whose shape is \(2, 3\), but it is "):
        as_axis("dim", value, np.zeros((2, 3)))
