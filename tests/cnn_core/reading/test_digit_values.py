"""Numbers become a digit, whether they come as a square, a line, a table of many, or from 0 to 1."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.reading.digit_values import read_digit_values

INK = np.arange(784).reshape(28, 28) % 256


@pytest.mark.parametrize(
    "shape", [(28, 28), (28, 28, 1), (1, 28, 28), (1, 28, 28, 1), (1, 1, 28, 28), (1, 784), (784,)]
)
@pytest.mark.parametrize("scale", [1, 255])
def test_every_shape_and_both_ranges_are_the_same_digit(shape: tuple[int, ...], scale: int) -> None:
    assert np.array_equal(read_digit_values("x", INK.reshape(shape) / scale).pixels, INK)


@pytest.mark.parametrize("header", ["", "label," + ",".join(f"pixel{k}" for k in range(784)) + "\n"])
def test_a_line_of_mnist_as_csv_is_a_digit_with_its_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{label}," + ",".join(map(str, INK.ravel() * (label == 7))) + "\n" for label in (3, 7, 2)]
    Path("mnist.csv").write_text(header + "".join(lines))
    found = read_digit_values("x", "mnist.csv#1")
    assert np.array_equal(found.pixels, INK)
    assert (found.label, found.name) == (7, "mnist.csv#1")
    assert read_digit_values("x", "mnist.csv").label == 3
    assert read_digit_values("x", "mnist.csv").name == "mnist.csv#0"


def test_28_lines_of_28_are_one_digit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savetxt("digit.txt", INK, fmt="%d")
    assert np.array_equal(read_digit_values("x", "digit.txt").pixels, INK)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((27, 28)), r"^x must be 28×28 grey values, or 784 in a row, but its shape is \(27, 28\)\.$"),
        (np.zeros((9, 28, 28)), r"its shape is \(9, 28, 28\); name one of them behind a #, such as FILE\.npy#0\.$"),
        (INK * 2.0, r"^x must hold numbers from 0, paper, to 255, ink, or from 0 to 1, but they are from 0 to 510\.$"),
        (INK / 99 - 0.42, r"but they are from -0\.42 to .*; give them as they were before they were normalised\.$"),
    ],
)
def test_what_is_no_digit_is_refused(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_digit_values("x", values)
