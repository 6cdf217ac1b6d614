import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core import linear
from cnn_core.errors import ShapeError

torch.set_num_threads(1)


def test_each_output_is_a_weighted_sum() -> None:
    trace = linear([[1, 2], [3, 4]], [[10, 1], [0, 1], [1, 0]], [0, 0, 0.5])
    assert trace.output.tolist() == [[12, 2, 1.5], [34, 4, 3.5]]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(1, 5), st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**32), st.booleans())
def test_any_linear_layer_agrees_with_torch(n: int, size: int, out: int, seed: int, biased: bool) -> None:
    rng = np.random.default_rng(seed)
    x, weight = rng.standard_normal((n, size)), rng.standard_normal((out, size))
    bias = rng.standard_normal(out) if biased else None
    expected = torch.nn.functional.linear(*(None if a is None else torch.tensor(a) for a in (x, weight, bias)))
    np.testing.assert_allclose(linear(x, weight, bias).output, expected.numpy(), rtol=1e-12, atol=1e-12)


def test_every_step_sums_to_its_output() -> None:
    rng = np.random.default_rng(0)
    trace = linear(rng.standard_normal((3, 7)), rng.standard_normal((4, 7)), rng.standard_normal(4))
    assert list(trace.positions()) == list(np.ndindex(3, 4))
    for position in trace.positions():
        step = trace.step(*position)
        np.testing.assert_array_equal(step.products, step.x * step.weight)
        assert step.running_sum[-1] == step.total
        np.testing.assert_allclose(step.products.sum() + step.bias, step.value, rtol=1e-12, atol=1e-12)
        assert step.value == trace.output[position]


def test_values_leave_out_a_bias_that_is_not_there() -> None:
    trace = linear([[1]], [[2]])
    assert list(trace.values()) == ["x", "weight", "output"]
    assert trace.step(0, 0).bias is None
    assert "bias" not in trace.step(0, 0).values()


@pytest.mark.parametrize(("size", "out"), [(400, 10), (800, 64), (7, 1), (1, 5)])
def test_a_row_comes_out_the_same_to_the_last_bit_alone_and_in_company(size: int, out: int) -> None:
    rng = np.random.default_rng(2)
    x, weight, bias = rng.standard_normal((30, size)), rng.standard_normal((out, size)), rng.standard_normal(out)
    alone = [linear(x[n : n + 1], weight, bias).output for n in range(len(x))]
    np.testing.assert_array_equal(linear(x, weight, bias).output, np.concatenate(alone))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2]}, r"x must have at least two axes \(N, in\), but its shape is \(2,\)"),
        ({"weight": [[1, 2, 3]]}, r"weight must have 2 columns, one for each number in a row of x, .* is \(1, 3\)"),
        ({"bias": [1, 2]}, "bias must hold one number for each output channel, 1 in all, but it holds 2"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        linear(**{"x": [[1, 2]], "weight": [[3, 4]], **arguments})


def test_rows_may_stand_in_several_axes() -> None:
    rng = np.random.default_rng(4)
    x, weight, bias = rng.standard_normal((2, 3, 5)), rng.standard_normal((4, 5)), rng.standard_normal(4)
    trace = linear(x, weight, bias)
    expected = torch.nn.functional.linear(*map(torch.tensor, (x, weight, bias)))
    np.testing.assert_allclose(trace.output, expected.numpy(), rtol=1e-12, atol=1e-12)
    assert trace.step(1, 2, 3).total + bias[3] == pytest.approx(trace.output[1, 2, 3])
    assert trace.resolve("steps[23].x[4]") == "x[1,2,4]"
    with pytest.raises(ShapeError, match=r"x must have two axes \(N, in\) for its gradients"):
        trace.backward(np.ones((2, 3, 4)))
