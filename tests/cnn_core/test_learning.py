"""A network's gradients agree with autograd, and one step makes two detectors of two equal kernels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnn_core import weights
from cnn_core.errors import InputError, ShapeError
from cnn_core.learning import sgd
from cnn_core.model import from_torch, to_torch
from cnn_core.network import Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, Softmax

torch.set_num_threads(1)

STANDING = np.zeros((1, 5, 5))
STANDING[0, 1:4, 2] = 1
STROKES = np.stack([STANDING, STANDING.transpose(0, 2, 1)])
DOT = [[0, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0]]


def twins() -> Network:
    """Return a network with two equal kernels, each for an answer of its own."""
    kernels = Conv2d([[DOT], [DOT]], [0, 0])
    return Network([kernels, ReLU(), MaxPool2d(3), Flatten(), Linear(np.eye(2), [0, 0])])


def test_one_step_turns_two_equal_kernels_into_a_standing_and_a_lying_stroke() -> None:
    found = twins().backward(STROKES, [0, 1])
    assert float(found.loss.forward.output) == pytest.approx(np.log(2))
    blame = [[0, -0.25, 0], [0.25, 0, 0.25], [0, -0.25, 0]]
    np.testing.assert_array_equal(found.parameters["conv2d.weight"][:, 0], [blame, np.negative(blame)])
    assert all(not array.any() for name, array in found.parameters.items() if name != "conv2d.weight")
    after = sgd(twins(), found.parameters, 1)
    standing, lying = after.layers[0].weight[:, 0]
    assert standing.tolist() == [[0, 0.5, 0]] * 3
    assert lying.tolist() == [[0, 0, 0], [0.5, 0.5, 0.5], [0, 0, 0]]
    assert after.logits(STROKES).tolist() == [[1.5, 0.5], [0.5, 1.5]]
    assert twins().layers[0].weight[0, 0].tolist() == DOT


@pytest.mark.parametrize("training", [True, False])
def test_the_gradients_of_the_shipped_network_agree_with_autograd(training: bool) -> None:
    network, chance = weights.shipped(), np.random.default_rng(0)
    x, target = chance.random((6, 1, 28, 28)), chance.integers(0, 10, 6)
    model = to_torch(network).train(training)
    F.cross_entropy(model(torch.tensor(x)), torch.tensor(target)).backward()
    found = network.backward(x, target, training=training)
    for (name, ours), theirs in zip(found.parameters.items(), model.parameters(), strict=True):
        np.testing.assert_allclose(ours, theirs.grad, rtol=1e-9, atol=1e-10, err_msg=name)


def test_a_step_is_that_of_torch_and_a_softmax_at_the_end_is_part_of_the_loss() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sigmoid(), nn.Flatten(), nn.Linear(18, 3)).double()
    network = from_torch(model)
    x, target = np.random.default_rng(0).normal(size=(4, 1, 5, 5)), [0, 2, 1, 1]
    found = Network([*network.layers, Softmax()]).backward(x, target)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    F.cross_entropy(model(torch.tensor(x)), torch.tensor(target)).backward()
    optimizer.step()
    after = sgd(network, found.parameters, 0.5)
    np.testing.assert_allclose(after.logits(x), model(torch.tensor(x)).detach(), atol=1e-12)


def test_distances_can_be_the_loss() -> None:
    found = Network([Linear([[1, 2]])]).backward([[3, 4]], [[10]], "mse")
    assert found.parameters["linear.weight"].tolist() == [[6, 8]]


def test_what_cannot_learn_is_refused() -> None:
    with pytest.raises(InputError, match="loss must be one of cross-entropy, mse, but it is 'hinge'"):
        twins().backward(STROKES, [0, 1], "hinge")
    with pytest.raises(InputError, match=r"gradients must name parameters, such as conv2d\.weight, but they name 'x'"):
        sgd(twins(), {"x": [0]}, 1)
    with pytest.raises(ShapeError, match=r"gradients must have the shapes of what they belong to, \(2, 1, 3, 3\) for"):
        sgd(twins(), {"conv2d.weight": [0]}, 1)
