"""A network and its twin in torch are made from each other and lose nothing on the way."""

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.errors import InputError
from cnn_core.model import digit_classifier, from_torch, to_torch
from cnn_core.network import AvgPool2d, BatchNorm2d, Conv2d, Flatten, Layer, LeakyReLU, Linear, MaxPool2d, Network, ReLU

RNG = np.random.default_rng(0)
LAYERS: list[tuple[Layer, tuple[int, ...]]] = [
    (Conv2d(RNG.normal(size=(4, 1, 3, 2)), RNG.normal(size=4), stride=(2, 1), padding=(1, 2), groups=2), (2, 9, 9)),
    (Conv2d(RNG.normal(size=(4, 2, 3, 3)), padding="same", dilation=2), (2, 9, 9)),
    (Conv2d(RNG.normal(size=(4, 2, 3, 3)), padding=((1, 1), (2, 2))), (2, 9, 9)),
    (BatchNorm2d(RNG.normal(size=3), RNG.uniform(1, 2, 3), eps=1e-2), (3, 4, 4)),
    (BatchNorm2d(RNG.normal(size=3), RNG.uniform(1, 2, 3), RNG.normal(size=3), RNG.normal(size=3)), (3, 4, 4)),
    (BatchNorm2d(RNG.normal(size=3), RNG.uniform(1, 2, 3), bias=RNG.normal(size=3)), (3, 4, 4)),
    (MaxPool2d((3, 2), stride=2, padding=1, ceil_mode=True), (2, 8, 8)),
    (MaxPool2d(2, dilation=2), (2, 8, 8)),
    (AvgPool2d(3, padding=1, count_include_pad=False, divisor_override=None), (2, 8, 8)),
    (AvgPool2d(2, divisor_override=3), (2, 8, 8)),
    (LeakyReLU(0.3), (2, 3, 3)),
    (Flatten(), (2, 3, 3)),
    (Linear(RNG.normal(size=(3, 5)), RNG.normal(size=3)), (5,)),
    (Linear(RNG.normal(size=(3, 5))), (5,)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_every_layer_computes_what_its_twin_computes(layer: Layer, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).normal(size=(2, *shape))
    twin = to_torch(Network([layer]))
    expected = twin(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(layer.forward(x).output, expected, rtol=0, atol=1e-12)
    again = from_torch(twin).layers[0]
    assert np.array_equal(again.forward(x).output, layer.forward(x).output)


def test_the_classifier_has_three_equal_blocks_and_less_than_8000_parameters() -> None:
    kinds = [type(module).__name__ for module in digit_classifier()]
    assert kinds == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"] * 3 + ["Flatten", "Linear"]
    assert from_torch(digit_classifier()).parameters() == 6994


def test_the_twin_is_in_float64_and_ready_to_predict() -> None:
    twin = to_torch(from_torch(digit_classifier()))
    assert not twin.training
    assert {parameter.dtype for parameter in twin.parameters()} == {torch.float64}


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Dropout(), r"^module 1 must be one of Conv2d, .+, but it is Dropout\.$"),
        (
            nn.Conv2d(1, 1, 1, padding_mode="reflect"),
            r"^module 1 \(conv2d\) must have padding_mode='zeros', but it is 'r",
        ),
        (
            nn.MaxPool2d(2, return_indices=True),
            r"^module 1 \(max pool\) must have return_indices=False, but it is True\.",
        ),
        (nn.BatchNorm2d(3, track_running_stats=False), r"^module 1 \(batch norm\) must have track_running_stats=True"),
        (nn.Flatten(0), r"^module 1 \(flatten\) must have start_dim=1, but it is 0\.$"),
        (nn.Flatten(1, 2), r"^module 1 \(flatten\) must have end_dim=-1, but it is 2\.$"),
    ],
)
def test_what_a_network_cannot_hold_is_refused(module: nn.Module, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_torch(nn.Sequential(nn.ReLU(), module))


def test_padding_that_torch_cannot_hold_is_refused() -> None:
    network = Network([ReLU(), Conv2d(np.ones((1, 1, 2, 2)), padding=((1, 0), (2, 2)))])
    message = r"^padding must be equal on opposite sides for torch, but it is \(\(1, 0\), \(2, 2\)\)\.$"
    with pytest.raises(InputError, match=message):
        to_torch(network)
