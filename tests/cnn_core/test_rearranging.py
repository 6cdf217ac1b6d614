"""Numbers that are only moved, against PyTorch, and each named by where it stood."""

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
from cnn_core.rearranging import MoveTrace

X = np.random.default_rng(0).standard_normal((2, 4, 3, 5))
T = torch.tensor(X)

MOVES: list[tuple[Callable[[], MoveTrace], torch.Tensor]] = [
    (lambda: cnn_core.concat([X, X[:, :1]]), torch.concat([T, T[:, :1]], 1)),
    (lambda: cnn_core.concat([X, X + 1, X], -1), torch.concat([T, T + 1, T], -1)),
    (lambda: cnn_core.pad2d(X, (1, 2, 0, 3), value=-1.5), F.pad(T, (1, 2, 0, 3), value=-1.5)),
    (lambda: cnn_core.pad2d(X, (1, -2, -1, 3)), F.pad(T, (1, -2, -1, 3))),
    (lambda: cnn_core.pad2d(X, (4, 2, 0, 2), "reflect"), F.pad(T, (4, 2, 0, 2), "reflect")),
    (lambda: cnn_core.pad2d(X, (1, 7, 0, 2), "replicate"), F.pad(T, (1, 7, 0, 2), "replicate")),
    (lambda: cnn_core.pad2d(X, (5, 2, 0, 2), "circular"), F.pad(T, (5, 2, 0, 2), "circular")),
    (lambda: cnn_core.slices(X, slice(1), slice(1, None, 2), slice(None, -1)), T[:1, 1::2, :-1]),
    (lambda: cnn_core.narrow(X, 1, 1, 2), T.narrow(1, 1, 2)),
    (lambda: cnn_core.reshape(X, (2, -1, 5)), T.reshape(2, -1, 5)),
    (lambda: cnn_core.permute(X, (0, 2, 3, 1)), T.permute(0, 2, 3, 1)),
    (lambda: cnn_core.channel_shuffle(X, 2), F.channel_shuffle(T, 2)),
]


@pytest.mark.parametrize(("moved", "expected"), MOVES)
def test_numbers_go_where_torch_puts_them_and_say_where_they_stood(
    moved: Callable[[], MoveTrace], expected: torch.Tensor
) -> None:
    trace = moved()
    np.testing.assert_array_equal(trace.output, expected.numpy())
    assert trace.output.flags.c_contiguous
    for position in list(np.ndindex(trace.output.shape))[::7]:
        source, equation = trace.source(*position), trace.equation(*position)
        name, _, indices = source.rstrip("]").partition("[")
        number = trace.values()[name][tuple(map(int, indices.split(",")))] if source else trace.filling
        assert number == equation.result.number == trace.step(*position).value
        assert [leaf.address for leaf in equation.left.leaves()] == [source]


def test_a_number_names_the_one_of_several_inputs_that_it_is_from() -> None:
    trace = cnn_core.concat([[[1, 2]], [[3]], [[4, 5]]])
    explained = [trace.explain(address) for address in trace.results()]
    assert [plain(one) for one in explained if isinstance(one, Equation)] == [
        "x1[0,0] = 1",
        "x1[0,1] = 2",
        "x2[0,0] = 3",
        "x3[0,0] = 4",
        "x3[0,1] = 5",
    ]


def test_a_border_is_its_own_number() -> None:
    trace = cnn_core.pad2d([[[[7.5]]]], (1, 0, 0, 0), value=-1)
    assert plain(trace.equation(0, 0, 0, 0)) == "−1 = −1.0"
    assert plain(trace.equation(0, 0, 0, 1)) == "x[0,0,0,0] = 7.5"


@pytest.mark.parametrize(
    ("moved", "error", "said"),
    [
        (lambda: cnn_core.concat([]), InputError, "inputs must hold at least one array"),
        (
            lambda: cnn_core.concat([X, X[0]]),
            ShapeError,
            r"x2 must have the shape of x1, \(2, 4, 3, 5\), in all axes but 1",
        ),
        (lambda: cnn_core.concat([X], 9), InputError, "dim must be an axis of x"),
        (lambda: cnn_core.pad2d(X, (1, 1, 1, 1), "mirror"), InputError, "mode must be one of constant, reflect"),
        (lambda: cnn_core.pad2d(X, (5, 0, 0, 0), "reflect"), ShapeError, r"padding must be at most 4 .* \(reflect\)"),
        (lambda: cnn_core.pad2d(X, (0, 0, -1, -2)), ShapeError, "padding must leave something of x"),
        (lambda: cnn_core.slices(X, slice(9, 10)), ShapeError, "the slices must leave something of x"),
        (lambda: cnn_core.narrow(X, 1, 3, 2), ShapeError, "start and length must stay inside axis 1 of x"),
        (lambda: cnn_core.reshape(X, (7, -1)), ShapeError, "shape must hold the 120 numbers of x"),
        (lambda: cnn_core.permute(X, (0, 1, 1, 2)), ShapeError, "dims must name each axis of x once"),
        (lambda: cnn_core.channel_shuffle(X, 3), ShapeError, "groups must divide the number of channels of x"),
    ],
)
def test_moves_that_cannot_be_made_are_refused(moved: Callable[[], MoveTrace], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        moved()
