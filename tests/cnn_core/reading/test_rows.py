"""Text becomes rows of numbers, or one sentence that says which word is wrong."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.errors import InputError
from cnn_core.reading.rows import looks_like_rows, parse_number, parse_rows

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    "text",
    [
        "4 1; 1 -2",
        "4,1;1,-2",
        "4 1; 1 –2",
        "4, 1 ; 1, -2 ;",
        "4 1\n1 -2\n",
        "4 1\r1 -2",
        "\n  4\t1;\r\n  1  -2\r\n",
        "4. 1e0; +1 −2",
        "8/2 .1e1; 0.5/.5 -4/2",
    ],
)
def test_every_way_to_write_a_grid_means_the_same(text: str) -> None:
    assert parse_rows("x", text).tolist() == [[4, 1], [1, -2]]


def test_a_bar_separates_channels() -> None:
    x = parse_rows("x", "1 0; 0 1 | 2 0; 0 2\n|\n3 0\n0 3\n")
    assert x.tolist() == [[[1, 0], [0, 1]], [[2, 0], [0, 2]], [[3, 0], [0, 3]]]


def test_one_number_is_a_grid_of_one_cell() -> None:
    assert parse_rows("x", "1/16").tolist() == [[0.0625]]


def test_the_result_is_read_only_float64_without_negative_zeros() -> None:
    x = parse_rows("x", "-0 1")
    assert x.dtype == np.float64
    assert not x.flags.writeable
    assert not np.signbit(x).any()


BAD_TEXTS = {
    "": 'x must be rows of numbers such as "4 1; 1 1", but it is empty.',
    " \n ": 'x must be rows of numbers such as "4 1; 1 1", but it is empty.',
    ";": "x must be rows of numbers, but it is empty.",
    "1 2; 3": "x must have rows of equal length, but row 1 has 2 numbers and row 2 has 1 number.",
    "1; 2 3": "x must have rows of equal length, but row 1 has 1 number and row 2 has 2 numbers.",
    "1 2; a 4": 'x must be rows of numbers, but row 2, column 1 is "a".',
    "1 nan": 'x must be rows of numbers, but row 1, column 2 is "nan".',
    "inf 1": 'x must be rows of numbers, but row 1, column 1 is "inf".',
    "1 -Infinity": 'x must be rows of numbers, but row 1, column 2 is "-Infinity".',
    "1 1e999": 'x must be rows of numbers, but row 1, column 2 is "1e999", which is too large.',
    "1e300/1e-300": 'x must be rows of numbers, but row 1, column 1 is "1e300/1e-300", which is too large.',
    "1/0 1": 'x must be rows of numbers, but row 1, column 1 is "1/0", which divides by zero.',
    "1/2/3": 'x must be rows of numbers, but row 1, column 1 is "1/2/3".',
    "1_000": 'x must be rows of numbers, but row 1, column 1 is "1_000"; leave out what separates thousands.',
    "1'000 2": 'x must be rows of numbers, but row 1, column 1 is "1\'000"; leave out what separates thousands.',
    "50% 2": 'x must be rows of numbers, but row 1, column 1 is "50%"; write percentages as decimals.',
    "1 ...": 'x must be rows of numbers, but row 1, column 2 is "..."; it stands for numbers that were left out: '
    "print all of them.",
    "0x10": 'x must be rows of numbers, but row 1, column 1 is "0x10".',
    "1+2j": 'x must be rows of numbers, but row 1, column 1 is "1+2j".',
    "٣ 4": 'x must be rows of numbers, but row 1, column 1 is "٣".',
    "--1": 'x must be rows of numbers, but row 1, column 1 is "--1".',
    "[[1, 2]]": 'x must be rows of numbers, but row 1, column 1 is "[[1".',
    "1,,2": "x must be rows of numbers, but row 1, column 2 is empty.",
    "1 2,": "x must be rows of numbers, but row 1, column 3 is empty.",
    "1 2;; 3 4": "x must be rows of numbers, but row 2 is empty.",
    "1 2\n\n3 4": "x must be rows of numbers, but row 2 is empty.",
    "1 | ": "x must be rows of numbers, but channel 2 is empty.",
    "1 | b": 'x must be rows of numbers, but channel 2, row 1, column 1 is "b".',
    "1 2 | 3 4; 5 6": "x must have channels of equal size, but channel 1 is 1×2 and channel 2 is 2×2.",
    "1 | 2; 3 4": "x must have rows of equal length, but channel 2, row 1 has 1 number and row 2 has 2 numbers.",
    "1 \x1b[31m": 'x must be rows of numbers, but row 1, column 2 is "\\x1b[31m".',
    "1 \udce4": 'x must be rows of numbers, but row 1, column 2 is "\\udce4".',
    "y" * 99: f'x must be rows of numbers, but row 1, column 1 is "{"y" * 39}…".',
}


@pytest.mark.parametrize(("text", "message"), BAD_TEXTS.items())
def test_a_mistake_is_said_in_one_sentence_that_names_its_place(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_rows("x", text)


@given(st.lists(st.lists(finite, min_size=3, max_size=3), min_size=1, max_size=4))
@settings(derandomize=True, max_examples=100)
def test_what_python_writes_is_read_back_exactly(rows: list[list[float]]) -> None:
    text = "; ".join(" ".join(map(repr, row)) for row in rows)
    assert looks_like_rows(text)
    assert parse_rows("x", text).tolist() == rows


@pytest.mark.parametrize("text", ["", " ; ", "sobel-x", "mnist:7", "e", "8.csv", "1 2 a", "٣"])
def test_names_files_and_words_do_not_look_like_rows(text: str) -> None:
    assert not looks_like_rows(text)


def test_a_long_wrong_word_is_refused_quickly() -> None:
    with pytest.raises(ValueError, match=r'^is "1{39}…"$'):
        parse_number("1" * 1_000_000 + "x")
