"""Torch modules become graphs that compute the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.errors import InputError
from cnn_core.graph_files import read_graph
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


class Parts(nn.Module):
    """Everything that cuts, turns and shuffles channels, and attention between places."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.branch, self.asked = nn.Conv2d(3, 8, 3), nn.Conv2d(4, 4, 1), nn.Linear(8, 24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept, other = self.stem(x).chunk(2, dim=1)
        x = torch.cat([kept, self.branch(other)], 1)
        x = x.view(1, 2, 4, 7, 7).transpose(1, 2).contiguous().view(1, 8, 7, 7)
        rows = x.flatten(2).transpose(1, 2)
        query, key, value = torch.split(self.asked(rows), 8, -1)
        rows = rows + torch.softmax(query @ key.transpose(-1, -2) * 0.3, -1) @ value
        few, many = torch.split(rows, [2, 6], -1)
        return rows[:, 1::2, :2] + few.unbind(1)[3][:, None] + many[:, 0, 1:3]


def test_parts_turned_axes_and_attention(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Parts().double().eval()
    x = np.random.default_rng(0).normal(size=(1, 3, 9, 9))
    with torch.no_grad():
        expected = net(torch.tensor(x)).numpy()
        program = torch.export.export(net, (torch.tensor(x),))
    torch.export.save(program, tmp_path / "parts.pt2")
    for graph in (read_module(program, (3, 9, 9)), read_graph("model", tmp_path / "parts.pt2")):
        np.testing.assert_allclose(graph.forward(x)[graph.output].output, expected, rtol=0, atol=1e-12)
        ops = [node.op for node in graph.nodes]
        assert ops[:7] == ["conv2d", "narrow", "narrow", "conv2d", "concat", "channel_shuffle", "reshape"]
        assert ops.count("matmul") == 2


def test_what_cannot_be_shown_is_named() -> None:
    with pytest.raises(
        InputError, match=r"^model must be made of operations that can be shown, but it has aten::cumsum"
    ):
        read_module(Summed(), (1, 2, 2))


class Summed(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.cumsum(0)
