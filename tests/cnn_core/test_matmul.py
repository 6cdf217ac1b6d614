"""The product of matrices, against numbers worked out by hand and torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnn_core.errors import ShapeError
from cnn_core.matmul import matmul
from cnn_core.notation import plain


def test_a_row_times_a_column_is_written_out() -> None:
    trace = matmul([[1, 2], [0, -1]], [[3, 5], [4, 6]])
    assert trace.output.tolist() == [[11, 17], [-4, -6]]
    assert plain(trace.equation(0, 0)) == "1·3 + 2·4 = 11"
    assert plain(trace.explain("steps[3].products[1]")) == "−1·6 = −6"
    assert trace.resolve("steps[1].y[1]") == "y[1,1]"
    assert trace.step(1, 1).values()["products"].tolist() == [0, -6]


@pytest.mark.parametrize(("x", "y"), [((2, 3, 4), (2, 4, 5)), ((1, 3, 4), (2, 4, 1)), ((2, 1, 3, 4), (3, 4, 2))])
def test_matrices_are_multiplied_as_torch_does(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(size=x), random.normal(size=y)
    trace = matmul(first, second)
    np.testing.assert_allclose(trace.output, torch.matmul(torch.tensor(first), torch.tensor(second)), atol=1e-12)
    for position in trace.positions():
        assert trace.step(*position).products.sum() == pytest.approx(trace.output[position])
        left = trace.equation(*position).left
        assert left.map(lambda value: value).calculate() == pytest.approx(trace.output[position], abs=0.1)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ((2, 3), (2, 3), "y must have as many rows as x has columns"),
        ((2, 1, 3), (3, 3, 1), "and the axes before them of x"),
        ((3,), (3, 1), "x must have at least two axes, rows and columns"),
    ],
)
def test_matrices_that_do_not_fit_are_refused(x: tuple[int, ...], y: tuple[int, ...], said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        matmul(np.ones(x), np.ones(y))
