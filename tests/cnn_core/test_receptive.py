"""What a number has seen, against what changes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cnn_core.graph import Graph, Node
from cnn_core.receptive import Seen, receptive_field


def weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def conv(name: str, source: str, channels: int, side: int, **options: object) -> Node:
    return Node(name, "conv2d", (source,), {"weight": weights(2, channels, side, side)}, options)


NETS: dict[str, Sequence[Node]] = {
    "strides, a padding and a pooling": [
        conv("a", "x", 1, 3, padding=1),
        Node("pool", "max_pool2d", ("a",), {}, {"kernel_size": 2}),
        conv("b", "pool", 2, 3, stride=2),
    ],
    "a dilation, and a border of two sides": [
        Node("border", "pad2d", ("x",), {}, {"padding": (2, 0, 1, 0)}),
        conv("b", "border", 1, 3, dilation=2),
    ],
    "two branches that see differently": [
        conv("wide", "x", 1, 5, padding=2),
        conv("narrow", "x", 1, 1),
        Node("sum", "add", ("wide", "narrow")),
        Node("b", "leaky_relu", ("sum",)),
    ],
    "a way up again beside one that stays": [
        conv("first", "x", 1, 3, padding=1),
        Node("down", "avg_pool2d", ("first",), {}, {"kernel_size": 2}),
        Node("up", "upsample", ("down",), {}, {"scale_factor": 2}),
        Node("b", "concat", ("first", "up"), {}, {"dim": 1}),
    ],
    "a normalisation by the image itself": [
        conv("a", "x", 1, 1),
        Node("b", "instance_norm", ("a",)),
    ],
}


def changed_by(graph: Graph, x: np.ndarray, cell: tuple[int, int]) -> Seen:
    """Return the rectangle of pixels any of which changes a cell of the output if it becomes much larger or smaller."""
    count = x.size
    moved = np.repeat(x, 2 * count, axis=0).reshape(2, count, count)
    for sign, part in zip((1, -1), moved, strict=True):
        part[np.arange(count), np.arange(count)] += 1e3 * sign
    found = graph.forward(moved.reshape(2 * count, *x.shape[1:]))[graph.output].output[:, :, *cell]
    before = graph.forward(x)[graph.output].output[:, :, *cell]
    differs = np.any((np.abs(found - before) > 1e-9).reshape(2, *x.shape[2:], -1), axis=(0, 3))
    rows, columns = np.flatnonzero(np.any(differs, axis=1)), np.flatnonzero(np.any(differs, axis=0))
    return (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))


@pytest.mark.parametrize("cell", [(0, 0), (1, 2)])
@pytest.mark.parametrize("name", NETS)
def test_a_number_has_seen_the_pixels_that_change_it(name: str, cell: tuple[int, int]) -> None:
    graph, x = Graph(tuple(NETS[name])), weights(1, 1, 14, 14)
    seen = receptive_field(graph, graph.forward(x), "b", cell)
    assert seen["x"] == changed_by(graph, x, cell)


def test_the_third_convolution_sees_seven_by_seven() -> None:
    chain = [conv("a", "x", 1, 3), conv("c", "a", 2, 3), conv("b", "c", 2, 3)]
    graph = Graph(tuple(chain))
    seen = receptive_field(graph, graph.forward(weights(1, 1, 12, 12)), "b", (2, 4))
    assert seen == {"b": ((2, 2), (4, 4)), "c": ((2, 4), (4, 6)), "a": ((2, 6), (4, 8)), "x": ((2, 8), (4, 10))}
