"""Gradients: worked out by hand, by autograd, by central differences, and by what cannot be otherwise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

import cnn_core
from cnn_core.arrays import Array
from cnn_core.backward import Backward
from cnn_core.equation import Equation, Given
from cnn_core.errors import InputError, ShapeError
from cnn_core.notation import plain
from cnn_core.upsample import upsample

torch.set_num_threads(1)

ONE = [[[[0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0]]]]
HOOK = [[[[-1, 1, -1], [1, 1, -1], [-1, 1, -1]]]]
GRID = [[[[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]]]
ASKED = [[[[4, -8], [12, 2]]]]


def line(trace: Backward, address: str) -> str:
    found = trace.explain(address)
    assert isinstance(found, Equation)
    return plain(found)


def grid(array: Array) -> list[list[float]]:
    found: list[list[float]] = array[0, 0].tolist()
    return found


def test_every_output_of_a_convolution_hands_its_window_to_the_kernel_and_its_kernel_to_the_window() -> None:
    found = cnn_core.conv2d(ONE, HOOK, [0]).backward([[[[0, -1, 0], [2, 0, 0], [0, 0, 1]]]])
    assert grid(found.grad_weight) == [[1, 1, 2], [0, -1, 2], [1, 0, 2]]
    assert found.grad_bias.tolist() == [2]
    assert grid(found.grad_input) == [
        [0, 1, -1, 1, 0],
        [-2, 1, -3, 1, 0],
        [2, 3, -4, 2, -1],
        [-2, 2, -1, 1, -1],
        [0, 0, -1, 1, -1],
    ]
    assert line(found, "grad_weight[0,0,1,0]") == "−1·1 + 2·0 + 1·1 = 0"
    assert line(found, "grad_input[0,0,2,2]") == "−1·1 + 2·(−1) + 1·(−1) = −4"
    assert line(found, "grad_bias[0]") == "−1 + 2 + 1 = 2"
    assert line(found, "steps[3].to_input[0,1,2]") == "2·(−1) = −2"
    assert found.step(0, 0, 1, 0).to_weight.tolist() == [[[0, 2, 2], [0, 0, 2], [0, 0, 2]]]
    assert found.explain("x[0,0,0,0]") == found.explain("steps[3].grad") == Given("given")


def test_the_border_of_a_convolution_is_cut_off() -> None:
    trace = cnn_core.conv2d(ONE, HOOK, stride=2, padding=1)
    assert grid(trace.output) == [[-1, 1, 0], [-1, 2, 0], [-1, 2, 1]]
    found = trace.backward(np.ones((1, 1, 3, 3)))
    assert grid(found.grad_weight) == [[1, 2, 1], [2, 3, 2], [1, 2, 1]]
    assert grid(found.grad_input) == [[1, 0, 1, 0, 1], [2, -4, 2, -4, 2]] * 2 + [[1, 0, 1, 0, 1]]


def test_only_the_winner_of_a_max_pooling_is_asked() -> None:
    found = cnn_core.max_pool2d(GRID, 2).backward(ASKED)
    assert grid(found.grad_input) == [[4, 0, 0, -8], [0, 0, 0, 0], [0, 0, 0, 0], [0, 12, 2, 0]]
    assert line(found, "grad_input[0,0,3,1]") == "grad_output[0,0,1,0] = 12"
    assert line(found, "grad_input[0,0,0,1]") == "0 = 0"
    assert found.explain("steps[2].winner[0]") == Given("counted")
    overlapping = cnn_core.max_pool2d(GRID, 2, 1).backward(np.ones((1, 1, 3, 3)))
    assert grid(overlapping.grad_input) == [[1, 1, 0, 1], [0, 0, 0, 1], [1, 1, 0, 0], [0, 2, 1, 0]]
    assert line(overlapping, "grad_input[0,0,3,1]") == "1 + 1 = 2"
    assert overlapping.won(0, 0, 3, 1) == [(2, 0), (2, 1)]


def test_the_first_of_equal_winners_is_asked() -> None:
    assert grid(cnn_core.max_pool2d([[[[0, 2], [2, 2]]]], 2).backward([[[[5]]]]).grad_input) == [[0, 5], [0, 0]]


def test_an_average_asks_each_of_its_cells_equally() -> None:
    found = cnn_core.avg_pool2d(GRID, 2).backward(ASKED)
    assert grid(found.grad_input) == [[1, 1, -2, -2]] * 2 + [[3, 3, 0.5, 0.5]] * 2
    assert line(found, "grad_input[0,0,2,0]") == "12 / 4 = 3.0"
    assert line(found, "steps[2].share") == "12 / 4 = 3"
    assert found.explain("steps[2].divisor") == Given("counted")


def test_one_output_of_a_batch_norm_asks_all_inputs() -> None:
    asked = np.zeros((1, 1, 4, 4))
    asked[0, 0, 0, 3] = 8
    found = cnn_core.batch_norm2d(GRID, training=True, eps=0).backward(asked)
    assert (found.grad_weight, found.grad_bias, found.grad_variance, found.grad_mean) == (16, 8, -1.28, -3.2)
    expected = [
        [-0.36, 0.12, 0.12, 2.2],
        [0.12, 0.12, 0.28, -0.04],
        [-0.84, -0.2, -0.04, -0.04],
        [-0.2, -1, -0.36, 0.12],
    ]
    np.testing.assert_allclose(found.grad_input[0, 0], expected, atol=1e-15)
    assert line(found, "grad_variance[0]") == "8·5·(−0.5) / 2.5³ = −1.28"
    assert line(found, "grad_mean[0]") == "−8 / 2.5 = −3.2"
    assert line(found, "via_variance[0,0,0,3]") == "−1.28·2·5 / 16 = −0.80"
    assert line(found, "grad_input[0,0,0,3]") == "3.2 + (−0.2) + (−0.8) = 2.20"


def test_running_statistics_leave_only_the_direct_way() -> None:
    found = cnn_core.batch_norm2d([[[[1, 3]]]], [0], [4], [3], eps=0).backward([[[[1, 0]]]])
    assert grid(found.grad_input) == [[1.5, 0]]
    assert line(found, "grad_input[0,0,0,0]") == "3 / 2 = 1.5"


def test_an_activation_multiplies_by_its_slope() -> None:
    x, asked = [[-1, 5, -3], [-1, 5, -3], [-1, 4, -1]], [[2, -1, 3], [-2, 1, 1], [4, 0.5, -3]]
    assert cnn_core.relu(x).backward(asked).grad_input.tolist() == [[0, -1, 0], [0, 1, 0], [0, 0.5, 0]]
    assert cnn_core.relu([0]).backward([1]).grad_input.tolist() == [0]
    assert cnn_core.leaky_relu([-1, 1], 0.25).backward([4, 4]).grad_input.tolist() == [1, 4]
    sigmoid = cnn_core.sigmoid([0]).backward([1])
    assert line(sigmoid, "slope[0]") == "0.5·(1 − 0.5) = 0.25"
    assert line(cnn_core.tanh([0]).backward([3]), "grad_input[0]") == "3·1 = 3"
    passed = [1.0]
    for _ in range(5):
        passed = cnn_core.sigmoid([0]).backward(passed).grad_input
    assert passed == 0.0009765625


def test_a_linear_layer_hands_inputs_to_weights_and_weights_to_inputs() -> None:
    found = cnn_core.linear([[1, 2, 0, 3]], [[1, 0, 2, -1], [0.5, -1, 1, 2]], [1, 0]).backward([[2, -1]])
    assert found.output.tolist() == [[-1, 4.5]]
    assert found.grad_weight.tolist() == [[2, 4, 0, 6], [-1, -2, 0, -3]]
    assert found.grad_input.tolist() == [[1.5, 1, 3, -4]]
    assert found.grad_bias.tolist() == [2, -1]
    assert line(found, "grad_input[0,0]") == "2·1 + (−1)·0.5 = 1.5"
    assert line(found, "steps[1].to_weight[3]") == "−1·3 = −3"


def test_what_was_flattened_goes_back_to_its_place() -> None:
    found = cnn_core.flatten([[[1, 2], [3, 4]]]).backward([[5, 6, 7, 8]])
    assert found.grad_input.tolist() == [[[5, 6], [7, 8]]]
    assert line(found, "grad_input[0,1,0]") == "grad_output[0,2] = 7"


Seeded = np.random.Generator


def numbers(chance: Seeded, *shape: int) -> Array:
    """Return numbers with many ties and zeros, or numbers without any."""
    return chance.integers(-2, 3, shape).astype(float) if chance.random() < 0.4 else chance.normal(size=shape)


def conv2d_case(chance: Seeded) -> tuple[Callable[..., cnn_core.Trace], Callable[..., torch.Tensor], list[Array]]:
    groups, (stride, padding, dilation) = int(chance.integers(1, 3)), chance.integers((1, 0, 1), (4, 3, 3), 3).tolist()
    arrays = [numbers(chance, 2, 2 * groups, 6, 7), numbers(chance, 3 * groups, 2, 2, 3), numbers(chance, 3 * groups)]
    options = (stride, padding, dilation, groups)
    return (lambda *a: cnn_core.conv2d(*a, *options)), (lambda *a: F.conv2d(*a, *options)), arrays


def conv_transpose2d_case(chance: Seeded):
    groups, (stride, padding, dilation) = int(chance.integers(1, 3)), chance.integers((1, 0, 1), (4, 2, 3), 3).tolist()
    arrays = [numbers(chance, 2, 2 * groups, 3, 4), numbers(chance, 2 * groups, 3, 3, 2), numbers(chance, 3 * groups)]
    options = (stride, padding, int(stride > 1), groups, dilation)
    return (lambda *a: cnn_core.conv_transpose2d(*a, *options)), (lambda *a: F.conv_transpose2d(*a, *options)), arrays


def max_pool2d_case(chance: Seeded):
    kernel_size, stride, padding, dilation = chance.integers((2, 1, 0, 1), (4, 4, 2, 3)).tolist()
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": bool(chance.random() < 0.5)}
    arrays = [numbers(chance, 2, 3, 7, 6)]
    return (
        lambda x: cnn_core.max_pool2d(x, kernel_size, **options),
        lambda x: F.max_pool2d(x, kernel_size, **options),
        arrays,
    )


def avg_pool2d_case(chance: Seeded):
    kernel_size, stride, padding = chance.integers((2, 1, 0), (4, 4, 2)).tolist()
    flags = [bool(flag) for flag in chance.integers(0, 2, 2)]
    options = (kernel_size, stride, padding, *flags, 5 if chance.random() < 0.3 else None)
    return (
        (lambda x: cnn_core.avg_pool2d(x, *options)),
        (lambda x: F.avg_pool2d(x, *options)),
        [numbers(chance, 2, 3, 7, 6)],
    )


def batch_norm2d_case(chance: Seeded):
    arrays = [numbers(chance, 2, 3, 3, 2), numbers(chance, 3), numbers(chance, 3)]
    mean, variance, training = chance.normal(size=3), chance.random(3) + 0.5, bool(chance.random() < 0.6)

    def with_torch(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(x, torch.tensor(mean), torch.tensor(variance), weight, bias, training, 0.1, 0.1)

    return (lambda *a: cnn_core.batch_norm2d(a[0], mean, variance, *a[1:], training, 0.1, 0.1)), with_torch, arrays


def linear_case(chance: Seeded):
    return cnn_core.linear, F.linear, [numbers(chance, 3, 5), numbers(chance, 4, 5), numbers(chance, 4)]


def of_one_array(ours: Callable[..., cnn_core.Trace], theirs: Callable[..., torch.Tensor]):
    return lambda chance: (ours, theirs, [numbers(chance, 3, 4)])


CASES = {
    "conv2d": conv2d_case,
    "conv_transpose2d": conv_transpose2d_case,
    "max_pool2d": max_pool2d_case,
    "avg_pool2d": avg_pool2d_case,
    "batch_norm2d": batch_norm2d_case,
    "linear": linear_case,
    "relu": of_one_array(cnn_core.relu, F.relu),
    "leaky_relu": of_one_array(lambda x: cnn_core.leaky_relu(x, 0.2), lambda x: F.leaky_relu(x, 0.2)),
    "sigmoid": of_one_array(cnn_core.sigmoid, torch.sigmoid),
    "tanh": of_one_array(cnn_core.tanh, torch.tanh),
    "softmax": of_one_array(lambda x: cnn_core.softmax(x, 0), lambda x: torch.softmax(x, 0)),
    "flatten": of_one_array(cnn_core.flatten, lambda x: torch.flatten(x, 1)),
    "mse_loss": lambda chance: (cnn_core.mse_loss, F.mse_loss, [numbers(chance, 3, 4), numbers(chance, 3, 4)]),
    "mse_loss summed": of_one_array(
        lambda x: cnn_core.mse_loss(x, np.ones((3, 4)), "sum"),
        lambda x: F.mse_loss(x, torch.ones(3, 4).double(), reduction="sum"),
    ),
    "cross_entropy": of_one_array(
        lambda x: cnn_core.cross_entropy(x, [3, 0, 1]), lambda x: F.cross_entropy(x, torch.tensor([3, 0, 1]))
    ),
    "cross_entropy of each": of_one_array(
        lambda x: cnn_core.cross_entropy(x, [3, 0, 1], "none"),
        lambda x: F.cross_entropy(x, torch.tensor([3, 0, 1]), reduction="none"),
    ),
}
PARAMETERS = ("grad_input", "grad_weight", "grad_bias")

every_operation = pytest.mark.parametrize("name", CASES)
any_seed = given(st.integers(0, 2**32 - 1))


@every_operation
@any_seed
@settings(max_examples=12, derandomize=True, deadline=None)
def test_any_gradient_agrees_with_autograd(name: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    ours, theirs, arrays = CASES[name](chance)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    try:
        output = theirs(*tensors)
    except RuntimeError:  # a kernel that does not fit, or a window that sees nothing of the input
        assume(False)
    asked = numbers(chance, *output.shape)
    output.backward(torch.tensor(asked))
    try:
        found = ours(*arrays).backward(asked)
    except InputError:  # torch pools nothing but padding to minus infinity
        assume(False)
    for key, tensor in zip(PARAMETERS[:1] if name.startswith("mse") else PARAMETERS, tensors, strict=False):
        np.testing.assert_allclose(getattr(found, key), tensor.grad.numpy(), rtol=1e-10, atol=1e-10)


@every_operation
def test_any_gradient_is_what_a_nudge_says(name: str) -> None:
    chance = np.random.default_rng(7)
    ours, _, arrays = CASES[name](chance)
    arrays = [chance.normal(size=array.shape) for array in arrays]
    asked = chance.normal(size=ours(*arrays).output.shape)
    found = ours(*arrays).backward(asked)
    for key, array in zip(PARAMETERS[:1] if name.startswith("mse") else PARAMETERS, arrays, strict=False):
        for at in list(np.ndindex(array.shape))[:: max(1, array.size // 12)]:
            sides = []
            for step in (1e-5, -1e-5):
                array[at] += step
                sides.append(float((asked * ours(*arrays).output).sum()))
                array[at] -= step
            assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(getattr(found, key)[at], abs=1e-6)


def test_poolings_keep_the_sum_and_batch_norm_neither_shifts_nor_stretches() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(2, 3, 6, 6))
    for trace in (cnn_core.max_pool2d(x, 3, 2, 1), cnn_core.avg_pool2d(x, 2)):
        asked = chance.normal(size=trace.output.shape)
        assert trace.backward(asked).grad_input.sum() == pytest.approx(asked.sum())
    norm = cnn_core.batch_norm2d(x, training=True, eps=0)
    back = norm.backward(chance.normal(size=x.shape)).grad_input
    np.testing.assert_allclose(back.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((back * norm.x_hat).sum(axis=(0, 2, 3)), 0, atol=1e-12)
    said = cnn_core.cross_entropy(x[:, :, 0, 0], [0, 2]).backward().grad_input
    np.testing.assert_allclose(said.sum(axis=1), 0, atol=1e-15)


def test_a_convolution_and_its_gradient_are_transposes_of_each_other() -> None:
    chance = np.random.default_rng(1)
    x, weight = chance.normal(size=(2, 4, 7, 8)), chance.normal(size=(6, 2, 3, 2))
    trace = cnn_core.conv2d(x, weight, None, 2, 1, 1, 2)
    asked = chance.normal(size=trace.output.shape)
    found = trace.backward(asked)
    assert (asked * trace.output).sum() == pytest.approx((found.grad_input * x).sum())
    options = {"stride": 2, "padding": 1, "groups": 2}
    shaped = cnn_core.conv2d_input(x.shape, weight, asked, **options)
    np.testing.assert_allclose(shaped.output, found.grad_input, atol=1e-12)
    expected = torch.nn.grad.conv2d_input(x.shape, torch.tensor(weight), torch.tensor(asked), 2, 1, 1, 2)
    np.testing.assert_allclose(shaped.output, expected, atol=1e-12)
    kernels = cnn_core.conv2d_weight(x, weight.shape, asked, **options).grad_weight
    np.testing.assert_array_equal(kernels, found.grad_weight)


@every_operation
def test_gradients_cannot_be_written_to_and_their_operation_is_explained_as_before(name: str) -> None:
    ours, _, arrays = CASES[name](np.random.default_rng(3))
    trace = ours(*arrays)
    found = trace.backward(np.ones(trace.output.shape))
    assert not any(array.flags.writeable for array in found.values().values())
    assert {"x", "output", "grad_output", "grad_input"} <= found.values().keys()
    for address in list(trace.results())[:3]:
        if not address.startswith("steps"):
            assert plain(found.explain(address)) == plain(trace.explain(address))  # type: ignore[arg-type]


def test_what_cannot_be_passed_back_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"grad_output must have the shape of the output, \(1, 1, 2, 2\), but"):
        cnn_core.max_pool2d(GRID, 2).backward([1.0])
    with pytest.raises(InputError, match="backward must be asked of an operation with gradients, but UpsampleTrace"):
        upsample(GRID).backward(np.ones((1, 1, 8, 8)))
    with pytest.raises(ShapeError, match=r"grad_output must have the shape of the output, \(1, 1, 3, 3\), but"):
        cnn_core.conv2d_input((1, 1, 5, 5), HOOK, ASKED)
    with pytest.raises(ShapeError, match=r"input_size must have 1 channel, as weight has, but it is \(1, 2, 5, 5\)"):
        cnn_core.conv2d_input((1, 2, 5, 5), HOOK, np.ones((1, 1, 3, 3)))
    with pytest.raises(InputError, match="weight_size must be four whole numbers, but it is"):
        cnn_core.conv2d_weight(ONE, (3, 3), ASKED)
    with pytest.raises(InputError, match="an address must name one of"):
        cnn_core.relu([1]).backward([1]).explain("nothing[0]")
