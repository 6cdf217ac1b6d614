"""The named kernels are the textbook's, and a wrong name is met with the right ones."""

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d

from cnn_core.errors import InputError
from cnn_core.kernels import KERNELS, kernel

NAMES = (
    "identity box-blur gaussian sharpen sobel-x sobel-y laplacian emboss vertical-stroke horizontal-stroke".split()  # noqa: SIM905
)


def response(name: str, picture: list[list[float]]) -> list[list[float]]:
    """Return torch's cross-correlation of a picture with a named kernel."""
    x = torch.tensor(picture, dtype=torch.float64)[None, None]
    weight = torch.tensor(kernel(name).weight.copy())[None, None]
    output: list[list[float]] = conv2d(x, weight)[0, 0].tolist()
    return output


def test_the_names_are_those_promised() -> None:
    assert list(KERNELS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_kernel_is_a_read_only_3_by_3_with_a_summary_of_one_line(name: str) -> None:
    entry = KERNELS[name]
    assert entry.name == name
    assert entry.weight.shape == (3, 3)
    assert not entry.weight.flags.writeable
    assert "\n" not in entry.summary
    assert 10 < len(entry.summary) < 80


@pytest.mark.parametrize(
    ("name", "total"),
    [("identity", 1), ("box-blur", 1), ("gaussian", 1), ("sharpen", 1), ("emboss", 1)]
    + [(name, 0) for name in ("sobel-x", "sobel-y", "laplacian", "vertical-stroke", "horizontal-stroke")],
)
def test_blurs_keep_the_brightness_and_edge_finders_ignore_flat_areas(name: str, total: float) -> None:
    assert KERNELS[name].weight.sum() == pytest.approx(total)


def test_sobel_x_is_positive_from_dark_to_bright_going_right() -> None:
    assert response("sobel-x", [[0, 0, 1], [0, 0, 1], [0, 0, 1]]) == [[4]]
    assert response("sobel-y", [[0, 0, 0], [0, 0, 0], [1, 1, 1]]) == [[4]]


def test_strokes_light_up_on_strokes() -> None:
    assert response("vertical-stroke", [[0, 1, 0]] * 3) == [[6]]
    assert response("horizontal-stroke", [[0, 0, 0], [1, 1, 1], [0, 0, 0]]) == [[6]]


def test_the_identity_leaves_the_middle_alone() -> None:
    assert response("identity", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]) == [[5]]


def test_directions_are_each_others_transpose() -> None:
    assert np.array_equal(KERNELS["sobel-x"].weight, KERNELS["sobel-y"].weight.T)
    assert np.array_equal(KERNELS["vertical-stroke"].weight, KERNELS["horizontal-stroke"].weight.T)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sobel_x", "sobel-x"), ("Gausian", "gaussian"), (" Box Blur", "box-blur"), ("lapalce", "laplacian")],
)
def test_a_misspelt_name_is_answered_with_the_one_meant(name: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf'but it is "{name}" \(did you mean {meant}\?\)\.$'):
        kernel(name)


def test_an_unknown_name_is_answered_with_all_names() -> None:
    with pytest.raises(
        InputError, match=r'^kernel must be rows, or one of identity, .*, horizontal-stroke, but it is "zzz"\.$'
    ):
        kernel("zzz")


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        KERNELS["mine"] = KERNELS["identity"]  # type: ignore[index]
