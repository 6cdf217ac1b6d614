import numpy as np
import pytest

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.windows import BLOCK_BYTES, as_padding, blocks, pad, windows


def test_blocks_cover_every_image_once() -> None:
    covered = [n for block in blocks(100, BLOCK_BYTES // 7) for n in range(100)[block]]
    assert covered == list(range(100))


def test_an_image_larger_than_a_block_is_a_block() -> None:
    assert list(blocks(2, BLOCK_BYTES * 3)) == [slice(0, 1), slice(1, 2)]


def test_padding_surrounds_each_map() -> None:
    padded = pad(np.ones((1, 1, 1, 2)), ((1, 0), (0, 2)), -5.0)
    assert padded.tolist() == [[[[-5, -5, -5, -5], [1, 1, -5, -5]]]]


def test_no_padding_makes_no_copy() -> None:
    x = np.ones((1, 1, 2, 2))
    assert pad(x, ((0, 0), (0, 0))) is x


def test_windows_step_by_stride_and_look_by_dilation() -> None:
    x = freeze(np.arange(25.0).reshape(1, 1, 5, 5))
    seen = windows(x, (2, 2), (2, 1), (1, 3))
    assert seen.shape == (1, 1, 2, 2, 2, 2)
    assert seen[0, 0, 1, 1].tolist() == [[11, 14], [16, 19]]


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ([1, 2], ((1, 1), (2, 2))),
        (((1, 2), (3, 4)), ((1, 2), (3, 4))),
        ((1, (3, 4)), ((1, 1), (3, 4))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 1), (1, 2))),
    ],
)
def test_every_way_of_asking_for_padding(padding: object, expected: object) -> None:
    assert as_padding(padding, (3, 4), (1, 1)) == expected


@pytest.mark.parametrize("padding", [-1, 1.5, "full", "", (1, 2, 3), (1, -2), ((1, 2), (3, -4)), None, True, (1, "2")])
def test_what_is_no_padding_is_refused(padding: object) -> None:
    message = (
        r"padding must be a whole number of at least 0, a pair \(rows, columns\), "
        r'\(\(top, bottom\), \(left, right\)\), "same", "same-tf" or "valid", but it is '
    )
    with pytest.raises(InputError, match=message):
        as_padding(padding, (3, 3), (1, 1))


def test_same_as_tensorflow_does_it_depends_on_the_size() -> None:
    assert as_padding("same-tf", (3, 2), (2, 2), (6, 5)) == ((0, 1), (0, 1))
    assert as_padding("same-tf", (3, 4), (1, 1), (6, 5)) == as_padding("same", (3, 4))
    assert as_padding("same-tf", (1, 1), (2, 2), (6, 5)) == ((0, 0), (0, 0))


def test_same_with_a_stride_is_refused() -> None:
    with pytest.raises(
        InputError, match=r'padding "same" needs a stride of 1 \("same-tf" does not\), but stride is \(2, 1\)\.'
    ):
        as_padding("same", (3, 3), (2, 1))
