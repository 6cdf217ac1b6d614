"""Arrays that are added, subtracted, multiplied and divided, against PyTorch and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import cnn_core
from cnn_core.errors import InputError, ShapeError
from cnn_core.notation import plain
from cnn_core.trace import Trace

every_rule = pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide"])


@every_rule
@pytest.mark.parametrize(
    ("first", "second"),
    [((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (2, 3, 1, 1)), ((3, 1, 1), (2, 3, 4, 5)), ((2, 3), ()), ((), (2,))],
)
def test_arrays_are_joined_as_in_torch(name: str, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    chance = np.random.default_rng(0)
    x, y = chance.standard_normal(first), chance.standard_normal(second)
    trace = getattr(cnn_core, name)(x, y)
    np.testing.assert_array_equal(trace.output, getattr(torch, name)(torch.tensor(x), torch.tensor(y)).numpy())
    for position in np.ndindex(trace.output.shape):
        step = trace.step(*position)
        assert step.value == trace.explain(f"output[{','.join(map(str, position))}]").result.number
        assert trace.step(*position).x == np.broadcast_to(x, trace.output.shape)[position]


def line(trace: Trace, address: str) -> str:
    return plain(trace.explain(address))  # type: ignore[arg-type]


def test_a_gate_that_is_repeated_is_named_by_its_one_place() -> None:
    trace = cnn_core.multiply([[[[4, -1]]]], [[[[0.5]]]])
    assert line(trace, "output[0,0,0,1]") == "−1·0.5 = −0.5"
    assert [leaf.address for leaf in trace.equation(0, 0, 0, 1).left.leaves()] == ["x[0,0,0,1]", "y[0,0,0,0]"]
    assert trace.resolve("steps[1].y") == "y[0,0,0,0]"


def test_signs_stand_between_the_numbers() -> None:
    assert line(cnn_core.add([4], [-1]), "output[0]") == "4 + (−1) = 3"
    assert line(cnn_core.subtract([4], [-1]), "output[0]") == "4 − (−1) = 5"
    assert line(cnn_core.divide([4], [3]), "output[0]") == "4 / 3 ≈ 1.33"


def test_shapes_that_do_not_meet_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"y must have the shape of x, \(2, 3\), .* but its shape is \(2,\)"):
        cnn_core.add(np.ones((2, 3)), np.ones(2))


def test_numbers_that_cannot_be_computed_with_are_refused() -> None:
    with pytest.raises(InputError, match="y must not hold 0"):
        cnn_core.divide([1, 2], [1, 0])
    with pytest.raises(InputError, match="x and y must come to numbers of at most 1e100"):
        cnn_core.multiply([1e80], [1e80])
