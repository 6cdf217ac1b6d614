"""A network is a list of layers; numpy and torch agree about it, whatever its shape."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnn_core import mnist, weights
from cnn_core.errors import InputError, ShapeError
from cnn_core.model import from_torch, to_torch
from cnn_core.network import (
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)


def small() -> Network:
    """Return a network whose numbers can be worked out by hand."""
    return Network([Conv2d([[[[1, 1], [1, 1]]]], [-4]), ReLU(), MaxPool2d(2), Flatten(), Linear([[1], [-1]], [0, 0.5])])


def another(seed: int = 0) -> nn.Sequential:
    """Return a network of quite another shape: three convolutions, average pooling, a hidden linear layer."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(4),
        nn.LeakyReLU(0.2),
        nn.Conv2d(4, 6, 3, padding="same", groups=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 5, (3, 2), dilation=(1, 2)),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(5 * 5 * 5, 12),
        nn.ReLU(),
        nn.Linear(12, 10),
        nn.Softmax(dim=1),
    )
    model[1].running_mean.uniform_(-0.1, 0.1)
    model[1].running_var.uniform_(0.5, 2)
    return model.double().eval()


def test_a_small_network_worked_out_by_hand() -> None:
    x = [[[[1, 2, 0], [3, 1, 0], [0, 0, 5]]]]
    conv, rectified, pooled, flat, scores = small().forward(x)
    assert conv.output.tolist() == [[[[3, -1], [0, 2]]]]
    assert rectified.output.tolist() == [[[[3, 0], [0, 2]]]]
    assert pooled.output.tolist() == [[[[3]]]]
    assert flat.output.tolist() == [[3]]
    assert scores.output.tolist() == [[3, -2.5]]
    assert small().logits(x).tolist() == [[3, -2.5]]
    assert small().predict(x)[0, 0] == pytest.approx(1 / (1 + np.exp(-5.5)))


def test_each_trace_is_fed_with_the_output_before_it() -> None:
    traces = small().forward(np.arange(9.0).reshape(1, 1, 3, 3))
    for before, after in pairwise(traces):
        assert np.array_equal(after.values()["x"], before.output)


def test_layers_have_names_shapes_and_parameter_counts() -> None:
    summary = weights.shipped().summary()
    assert [(line.name, line.output_shape, line.parameters) for line in summary] == [
        ("conv2d 1", (8, 28, 28), 80),
        ("batch norm 1", (8, 28, 28), 16),
        ("ReLU 1", (8, 28, 28), 0),
        ("max pool 1", (8, 14, 14), 0),
        ("conv2d 2", (16, 14, 14), 1168),
        ("batch norm 2", (16, 14, 14), 32),
        ("ReLU 2", (16, 14, 14), 0),
        ("max pool 2", (16, 7, 7), 0),
        ("conv2d 3", (24, 7, 7), 3480),
        ("batch norm 3", (24, 7, 7), 48),
        ("ReLU 3", (24, 7, 7), 0),
        ("max pool 3", (24, 3, 3), 0),
        ("flatten", (216,), 0),
        ("linear", (10,), 2170),
    ]
    assert weights.shipped().parameters() == sum(line.parameters for line in summary) == 6994


def test_a_kind_that_comes_once_is_not_numbered() -> None:
    network = Network([ReLU(), Tanh(), ReLU(), LeakyReLU(), Sigmoid(), Softmax(), MaxPool2d(1)])
    assert network.names == ("ReLU 1", "tanh", "ReLU 2", "leaky ReLU", "sigmoid", "softmax", "max pool")


def test_parameters_count_what_is_learned_as_torch_does() -> None:
    model = another()
    assert from_torch(model).parameters() == sum(parameter.numel() for parameter in model.parameters())


def test_a_network_of_another_shape_agrees_with_torch_layer_by_layer() -> None:
    model, x = another(), mnist.as_input(mnist.load_test().images[:3])
    expected = torch.tensor(x)
    for module, trace in zip(model, from_torch(model).forward(x), strict=True):
        expected = module(expected)
        np.testing.assert_allclose(trace.output, expected.detach().numpy(), rtol=0, atol=1e-12)


def test_a_softmax_at_the_end_is_not_applied_twice() -> None:
    model, x = another(), mnist.as_input(mnist.load_test().images[:3])
    network = from_torch(model)
    np.testing.assert_allclose(network.logits(x), model[:-1](torch.tensor(x)).detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(network.predict(x), model(torch.tensor(x)).detach().numpy(), rtol=0, atol=1e-12)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 9_999), min_size=1, max_size=40), st.sampled_from(["shipped", "another"]))
def test_the_result_for_one_image_does_not_depend_on_its_batch(chosen: list[int], which: str) -> None:
    network = weights.shipped() if which == "shipped" else from_torch(another())
    images = mnist.load_test().images
    batch, one = mnist.as_input(images[chosen]), mnist.as_input(images[chosen[-1]])
    assert np.array_equal(network.logits(batch)[-1:], network.logits(one))
    for together, alone in zip(network.forward(batch), network.forward(one), strict=True):
        assert np.array_equal(together.output[-1:], alone.output)


@pytest.mark.soak
def test_all_10_000_logits_agree_with_torch_and_every_prediction_is_the_same() -> None:
    x = mnist.as_input(mnist.load_test().images)
    logits = weights.shipped().logits(x)
    with torch.no_grad():
        expected = to_torch(weights.shipped())(torch.tensor(x)).numpy()
    assert np.abs(logits - expected).max() <= 1e-10
    assert np.array_equal(logits.argmax(axis=1), expected.argmax(axis=1))


def test_probabilities_sum_to_1_and_are_read_only() -> None:
    probabilities = weights.shipped().predict(mnist.as_input(mnist.digit("mnist:7").pixels))
    assert probabilities.shape == (1, 10)
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities.argmax() == 7
    assert not probabilities.flags.writeable


@pytest.mark.parametrize("layers", [[], [1], ["ReLU"], [None]])
def test_a_list_of_anything_but_layers_is_refused(layers: list[Layer]) -> None:
    with pytest.raises(InputError, match=r"^layers must be a list of at least one layer, but it is \[.*\]\.$"):
        Network(layers)


def test_layers_that_do_not_fit_each_other_are_refused_by_name() -> None:
    network = Network([Conv2d(np.ones((2, 1, 3, 3))), Conv2d(np.ones((2, 3, 3, 3)))])
    with pytest.raises(ShapeError, match=r"^conv2d 2: weight must have 2 input channels"):
        network.forward(np.zeros((1, 1, 28, 28)))
    with pytest.raises(ShapeError, match=r"^conv2d 2: weight must have 2 input channels"):
        network.logits(np.zeros((1, 1, 28, 28)))


def test_parameters_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"^weight must have 2 axes \(F_out, F_in\)"):
        Linear([1, 2])
    with pytest.raises(InputError, match=r"^running_var must hold finite numbers"):
        BatchNorm2d([0], [np.nan])


def test_parameters_cannot_be_changed_afterwards() -> None:
    weight = np.ones((1, 1, 2, 2))
    layer = Conv2d(weight)
    weight[:] = 7
    assert layer.weight.sum() == 4
    with pytest.raises(ValueError, match="read-only"):
        layer.weight[0] = 7
