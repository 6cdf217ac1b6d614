"""Layer, group, instance and local response norm, against PyTorch and by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import cnn_core
from cnn_core.equation import Equation
from cnn_core.errors import InputError, ShapeError
from cnn_core.notation import plain
from cnn_core.trace import Trace

CHANCE = np.random.default_rng(0)
X, CHANNEL, LAST = (
    CHANCE.standard_normal((2, 4, 3, 5)),
    CHANCE.standard_normal((2, 4)),
    CHANCE.standard_normal((2, 3, 5)),
)


def t(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.tensor(one) for one in arrays]


NORMS: list[tuple[Callable[[], Trace], Callable[[], torch.Tensor]]] = [
    (lambda: cnn_core.layer_norm(X, (3, 5)), lambda: F.layer_norm(*t(X), (3, 5))),
    (lambda: cnn_core.layer_norm(X, (3, 5), *LAST), lambda: F.layer_norm(*t(X), (3, 5), *t(*LAST))),
    (lambda: cnn_core.layer_norm(X[0, 0, 0], (5,), eps=0.1), lambda: F.layer_norm(*t(X[0, 0, 0]), (5,), eps=0.1)),
    (lambda: cnn_core.group_norm(X, 2), lambda: F.group_norm(*t(X), 2)),
    (lambda: cnn_core.group_norm(X, 1, *CHANNEL), lambda: F.group_norm(*t(X), 1, *t(*CHANNEL))),
    (lambda: cnn_core.group_norm(X[:, :, 0, 0], 2, *CHANNEL), lambda: F.group_norm(*t(X[:, :, 0, 0]), 2, *t(*CHANNEL))),
    (lambda: cnn_core.instance_norm(X), lambda: F.instance_norm(*t(X))),
    (
        lambda: cnn_core.instance_norm(X, *CHANNEL, eps=0.5),
        lambda: F.instance_norm(*t(X), weight=t(*CHANNEL)[0], bias=t(*CHANNEL)[1], eps=0.5),
    ),
    (lambda: cnn_core.local_response_norm(X, 3), lambda: F.local_response_norm(*t(X), 3)),
    (lambda: cnn_core.local_response_norm(X, 2, 0.5, 0.6, 2), lambda: F.local_response_norm(*t(X), 2, 0.5, 0.6, 2.0)),
]


@pytest.mark.parametrize(("ours", "theirs"), NORMS)
def test_norms_agree_with_torch(ours: Callable[[], Trace], theirs: Callable[[], torch.Tensor]) -> None:
    np.testing.assert_allclose(ours().output, theirs().numpy(), rtol=1e-12, atol=1e-12)


def lines(trace: Trace, *addresses: str) -> list[str]:
    return [plain(one) for one in map(trace.explain, addresses) if isinstance(one, Equation)]


def test_statistics_have_the_axes_of_their_sets_and_name_the_values_of_x() -> None:
    trace = cnn_core.group_norm([[[1, 3], [5, 7], [0, 0], [0, 2]]], 2, [1, 2, 1, 1], [0, 1, 0, 0], eps=0)
    assert trace.values()["mean"].tolist() == [[4, 0.5]]
    assert lines(trace, "total[0,0]", "mean[0,0]", "squared_deviations[0,1,1]", "variance[0,0]", "std[0,0]") == [
        "1 + 3 + 5 + 7 = 16",
        "16 / 4 = 4.0",
        "(7 − 4)² = 9.00",
        "20 / 4 = 5.00",
        "√5 ≈ 2.24",
    ]
    assert lines(trace, "x_hat[0,1,1]", "output[0,1,1]") == ["(7 − 4) / 2.24 ≈ 1.34", "(7 − 4) / 2.24 · 2 + 1 ≈ 3.68"]
    leaves = [leaf.address for leaf in trace.equation(0, 1, 1).left.leaves()]
    assert leaves == ["x[0,1,1]", "mean[0,0]", "std[0,0]", "weight[1]", "bias[1]"]
    assert trace.resolve("steps[3].std") == "std[0,0]"


def test_a_layer_norm_takes_each_image_by_itself() -> None:
    trace = cnn_core.layer_norm([[1, 3], [10, 30]], (2,), [1, 10], eps=0)
    assert trace.output.tolist() == [[-1, 10], [-1, 10]]
    assert lines(trace, "output[1,1]") == ["(30 − 20) / 10 · 10 = 10"]


def test_a_response_is_divided_by_those_around_it() -> None:
    trace = cnn_core.local_response_norm([[[2], [4], [4]]], 3, 3, 0.5, 5)
    assert lines(trace, "output[0,0,0]", "divisor[0,0,0]") == [
        "2 / (5 + 3 · (2² + 4²) / 3)^0.5 ≈ 0.40",
        "(5 + 3 · (2² + 4²) / 3)^0.5 ≈ 5.00",
    ]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: cnn_core.layer_norm(X, (4, 5)),
            ShapeError,
            r"normalized_shape must be the last axes .* \(4, 5\)",
        ),
        (lambda: cnn_core.layer_norm(X, (5,), [1, 2]), ShapeError, r"weight must have the shape \(5,\), .* \(2,\)"),
        (lambda: cnn_core.group_norm(X, 3), ShapeError, "groups must divide the number of channels of x"),
        (lambda: cnn_core.instance_norm([1, 2]), ShapeError, "x must have at least two axes"),
        (lambda: cnn_core.instance_norm([[[1]]]), ShapeError, "x must hold more than one value to be normalised"),
        (lambda: cnn_core.local_response_norm([[1, 2]], 3), ShapeError, "x must have at least three axes"),
        (lambda: cnn_core.local_response_norm([[[0.0]]], 3, k=0), InputError, "k must make every sum positive"),
    ],
)
def test_what_cannot_be_normalised_is_refused(call: Callable[[], Trace], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        call()
