import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core import log_softmax, softmax
from cnn_core.errors import InputError
from cnn_core.notation import plain

torch.set_num_threads(1)


def test_twice_the_exponential_is_twice_the_probability() -> None:
    trace = softmax([[0, np.log(2), np.log(5)]])
    np.testing.assert_allclose(trace.output, [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-12)
    np.testing.assert_allclose(trace.total, [[8 / 5]], rtol=1e-12)


def test_the_largest_score_is_shifted_to_zero() -> None:
    trace = softmax([[1000, 1001]])
    assert trace.shifted.tolist() == [[-1, 0]]
    assert trace.exponentials[0, 1] == 1


def test_logarithms_of_shares_agree_with_torch_and_are_written_without_them() -> None:
    x = np.random.default_rng(0).normal(0, 300, (2, 3, 4))
    expected = torch.nn.functional.log_softmax(torch.tensor(x), dim=1).numpy()
    np.testing.assert_allclose(log_softmax(x, 1).output, expected, rtol=1e-12, atol=1e-12)
    assert plain(log_softmax([1, 0]).equation(1)) == "−1 − ln 1.368 ≈ −1.313"
    with pytest.raises(InputError, match="backward must be asked of softmax"):
        log_softmax([1, 0]).backward([1, 1])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 2**32), st.data())
def test_any_softmax_agrees_with_torch(shape: list[int], seed: int, data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = np.random.default_rng(seed).standard_normal(shape) * 10
    expected = torch.nn.functional.softmax(torch.tensor(x), dim).numpy()
    np.testing.assert_allclose(softmax(x, dim).output, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_every_step_divides_to_its_output(dim: int) -> None:
    trace = softmax(np.random.default_rng(0).standard_normal((2, 3, 4)), dim)
    for position in np.ndindex(trace.output.shape):
        step = trace.step(*position)
        assert step.shifted == step.x - step.maximum
        np.testing.assert_allclose(step.exponential, np.exp(step.shifted), rtol=1e-15)
        assert step.value == step.exponential / step.total == trace.output[position]


def test_an_image_comes_out_the_same_to_the_last_bit_alone_and_in_company() -> None:
    x = np.random.default_rng(2).standard_normal((9, 10))
    alone = [softmax(x[n : n + 1]).output for n in range(len(x))]
    np.testing.assert_array_equal(softmax(x).output, np.concatenate(alone))


@pytest.mark.parametrize(("x", "dim", "shape"), [([[1, 2]], 2, r"\(1, 2\)"), (3, 0, r"\(\)")])
def test_an_axis_that_is_not_there_is_refused(x: object, dim: int, shape: str) -> None:
    with pytest.raises(InputError, match=f"dim must be an axis of x, whose shape is {shape}, but it is {dim}"):
        softmax(x, dim)
