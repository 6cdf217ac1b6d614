"""What people paste is read as what they see, or asked about in one sentence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn_core.errors import InputError
from cnn_core.reading.text import read_text

MATRIX = [[1.5, -2], [3, 4]]
PRINTED = {
    "Python": "[[1.5, -2], [3, 4]]",
    "tuples": "((1.5, -2), (3, 4))",
    "braces": "{{1.5, -2}, {3, 4}};",
    "NumPy": "[[ 1.5 -2. ]\n [ 3.   4. ]]",
    "NumPy's repr": "array([[ 1.5, -2. ],\n       [ 3. ,  4. ]], dtype=float32)",
    "rows of NumPy": "[ 1.5 -2. ]\n[ 3.   4. ]",
    "PyTorch": "tensor([[ 1.5000, -2.0000],\n        [ 3.0000,  4.0000]], grad_fn=<MulBackward0>)",
    "TensorFlow": "tf.Tensor(\n[[ 1.5 -2. ]\n [ 3.   4. ]], shape=(2, 2), dtype=float32)",
    "an assignment": "x = np.array([[1.5, -2], [3, 4]])",
    "MATLAB's input": "A = [1.5,-2;3,4];",
    "MATLAB's input in lines": "A = [1.5 -2\n     3 4]",
    "MATLAB's output": "A =\n\n    1.5000   -2.0000\n    3.0000    4.0000\n\n",
    "LaTeX": r"\begin{bmatrix} \frac{3}{2} & -2 \\ 3 & 4 \end{bmatrix}",
    "LaTeX with an array": "$$\\left[\\begin{array}{cc}\n1{,}5 & -2 \\\\ \\hline\n3 & 4 \\\\\n\\end{array}\\right]$$",
    "Markdown": "| a | b |\n|---|--:|\n| 1.5 | -2 |\n| 3 | 4 |",
    "Markdown without a frame": "a | b\n--|--\n1,5 | −2\n3 | 4",
    "a terminal": "+-----+----+\n| 1.5 | -2 |\n| 3   | 4  |\n+-----+----+",
    "Excel": "1,5\t-2\r\n3\t4\r\n",
    "Excel with a margin": "\t\t\r\n\t1,5\t−2\r\n\t3\t4\r\n\t\t\r\n",
    "German CSV": "1,5; -2\n3,0; 4\n",
    "a header": "left\tright\n1.5\t-2\n3\t4",
    "a header and names of rows": "\tleft\tright\nupper\t1.5\t-2\nlower\t3\t4",
    "typographic signs": "“1.5 –2; 3 4”",
    "blank lines": "1.5 -2\n\n3 4\n",
    "marks that nobody sees": "\ufeff1.5 \u2066-2\u2069; 3\u200b 4",
    "wide characters": "１．５　－２；３　４",
    "digits of another script": "१.५ -२; ३ ४",
    "keycaps": "1.5 -2; 3\ufe0f\u20e3 4\ufe0f\u20e3",
    "fractions without braces": r"\frac32 & -2 \\ 3 & 4",
    "fractions in one sign": "3/2 -2; 3 4/1",
    "scientific notation of a sheet": "1.5E+00\t-2\n3E0\t4",
}


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_what_is_printed_elsewhere_is_read(text: str) -> None:
    assert read_text("x", text)[0].tolist() == MATRIX


def test_what_was_left_out_is_said() -> None:
    assert read_text("x", PRINTED["a header"])[1] == "without its header row"
    assert read_text("x", PRINTED["a header and names of rows"])[1] == "without its header row and row names"
    assert read_text("x", PRINTED["Excel"])[1] == ""


def test_a_row_that_is_typed_is_no_header() -> None:
    assert read_text("x", "0 1 2\n2 1 0")[0].tolist() == [[0, 1, 2], [2, 1, 0]]


def test_long_rows_that_numpy_breaks_are_one_row_and_channels_stay_channels() -> None:
    wide = np.arange(120.0).reshape(2, 60) / 8
    assert read_text("x", str(wide))[0].tolist() == wide.tolist()
    assert read_text("x", "tensor([[[1, 2]], [[3, 4]]])")[0].tolist() == [[[1, 2]], [[3, 4]]]
    assert read_text("x", "[[[[1, 2]]]]")[0].tolist() == [[[1, 2]]]


DECIMAL_COMMAS = {
    "1,5\t2,5": [[1.5, 2.5]],
    "1,5; 2,5\n3,0; 4,0": [[1.5, 2.5], [3, 4]],
    "1,5 2; 3 4": [[1.5, 2], [3, 4]],
    "0,05 1,5; 2 3": [[0.05, 1.5], [2, 3]],
    "4,1;1,-2": [[4, 1], [1, -2]],
    "4, 1; 1, 1": [[4, 1], [1, 1]],
    "1,2,3;4,5,6": [[1, 2, 3], [4, 5, 6]],
    "1.5,2;3,4": [[1.5, 2], [3, 4]],
    "[1,5]": [[1, 5]],
}


@pytest.mark.parametrize(("text", "numbers"), DECIMAL_COMMAS.items())
def test_commas_are_read_where_they_can_mean_but_one_thing(text: str, numbers: list[list[float]]) -> None:
    assert read_text("x", text)[0].tolist() == numbers


IN_TWO_WAYS = {
    "1,5;2,5": ("1.5; 2.5", "1, 5; 2, 5"),
    "1,5 2,5; 3,0 4,0": ("1.5 2.5; 3.0 4.0", "1, 5, 2, 5; 3, 0, 4, 0"),
    "1,5\n2,5\n3,5": ("1.5; 2.5; 3.5", "1, 5; 2, 5; 3, 5"),
    "0,5": ("0.5", "0, 5"),
    "1,234 5; 6 7": ("1.234 5; 6 7", "1234 5; 6 7"),
    "12,345 67,890; 1,000 2,000": ("12.345 67.890; 1.000 2.000", "12345 67890; 1000 2000"),
    "1,234\t2,345": ("1.234 2.345", "1234 2345"),
}


@pytest.mark.parametrize(("text", "ways"), IN_TWO_WAYS.items())
def test_commas_that_can_mean_two_things_are_asked_about_in_words_that_are_then_read(
    text: str, ways: tuple[str, str]
) -> None:
    first, second = ways
    message = (
        f"x must be clear about its commas, but they can be read in two ways: type {quote(first)} or {quote(second)}."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_text("x", text)
    assert read_text("x", first)[0].tolist() != read_text("x", second)[0].tolist()


def quote(text: str) -> str:
    return f'"{text}"'


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234.5 2", "1234.5"),
        ("1,234,567 2; 3 4", "1234567"),
        ("1.234,5; 2", "1234.5"),
        ("1\u202f234 5", "1234"),
        ("12\u00a0345,5", "12345.5"),
        ("1,23,456.7 2", "123456.7"),
        ("12,34,567 1", "1234567"),
    ],
)
def test_thousands_separators_are_refused_with_what_to_type(text: str, plain: str) -> None:
    with pytest.raises(InputError, match=rf"^x must be numbers without thousands separators, .*: type {plain}, or"):
        read_text("x", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[1 2 ... 3]]", "x must have all its numbers, but some were left out where it was printed"),
        ("[[1, 2], [3, 4]", "x must have as many opening as closing brackets, but it has not."),
        ("[1, 2]]", "x must have as many opening as closing brackets, but it has not."),
        ("[" * 9 + "1" + "]" * 9, "x must be a list of rows, or of channels of rows, but its lists are nested deeper."),
        ("[[1, nan]]", 'x must be rows of numbers, but row 1, column 2 is "nan".'),
        ("[[1, [2]], [3, 4]]", "x must be rows of numbers, but row 1, column 2 is a list."),
        (
            "#DIV/0!\t1\n2\t3",
            'x must be rows of numbers, but row 1, column 1 is "#DIV/0!"; a formula has failed there.',
        ),
        ("3 px 4 px", 'x must be rows of numbers, but row 1, column 2 is "px"; leave out units.'),
        ("€1 2€", 'x must be rows of numbers, but row 1, column 1 is "€1"; leave out units.'),
        ("1½ 2", 'x must be rows of numbers, but row 1, column 1 is "1½".'),
        ("3² 4", 'x must be rows of numbers, but row 1, column 1 is "3²".'),
        ("1\u202e 2", r'x must be rows of numbers, but row 1, column 1 is "1\u202e".'),
        ("1,\n2,3", "x must be rows of numbers, but row 1, column 2 is empty."),
        ("[[1,, 2]]", "x must be rows of numbers, but row 1, column 2 is empty."),
        ("a\tb\n1\tx", 'x (without its header row) must be rows of numbers, but row 1, column 2 is "x".'),
    ],
)
def test_a_mistake_in_what_is_pasted_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        read_text("x", text)


@given(arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 4)), elements=st.integers(-999, 999)))
@settings(derandomize=True, max_examples=30, deadline=None)
def test_every_matrix_that_is_printed_is_read_back(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    for text in (
        str(matrix),
        repr(matrix),
        str(matrix.tolist()),
        "\n".join("\t".join(map(str, row)) for row in matrix),
    ):
        assert read_text("x", text)[0].tolist() == matrix.tolist()
