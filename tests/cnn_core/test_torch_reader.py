"""Torch modules become graphs that compute the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.errors import InputError
from cnn_core.torch_reader import read_module
from tests.cnn_core.nets import Inverted, Residual, settled


class Mixed(nn.Module):
    """A little of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.residual = Residual(4, 4, 1)
        self.inverted = Inverted(4, 4, 1)
        self.up = nn.Upsample(scale_factor=2)
        self.drop = nn.Dropout()
        self.head = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.inverted(self.residual(self.stem(x)))
        both = torch.cat([self.up(nn.functional.max_pool2d(first, 2)), first * torch.sigmoid(first)], dim=1)
        both = both * both.mean(2, keepdim=True) + both.mean(3, keepdim=True)
        both = torch.cat([both.mean(3), both.mean(2)], dim=2).reshape(-1, 8, 4, 4)
        return self.head(self.drop(both.mean((2, 3))) + 1)


def test_a_module_computes_what_torch_computes_and_stays_as_it_was() -> None:
    torch.manual_seed(0)
    net = settled(Mixed()).train()
    graph = read_module(net, (1, 8, 8))
    assert net.training
    x = np.random.default_rng(0).normal(size=(1, 1, 8, 8))
    with torch.no_grad():
        expected = net.double().eval()(torch.tensor(x)).numpy()
    np.testing.assert_allclose(graph.forward(x)[graph.output].output, expected, rtol=0, atol=1e-10)
    assert {"stem.0", "residual.body.0", "up", "head"} <= graph.by_name.keys()
    assert graph.parameters() == sum(parameter.numel() for parameter in net.parameters())


def test_what_cannot_be_shown_is_named() -> None:
    with pytest.raises(
        InputError, match=r"^model must be made of operations that can be shown, but it has aten::cumsum"
    ):
        read_module(Summed(), (1, 2, 2))


class Summed(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.cumsum(0)
