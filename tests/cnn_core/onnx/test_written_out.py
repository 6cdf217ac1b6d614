"""Operations that exporters write out in simpler ones are put together again, where nobody needs what is between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from cnn_core.errors import InputError
from cnn_core.graph import Graph
from cnn_core.onnx.reader import read_onnx
from tests.cnn_core.onnx.writing import model, node

X = np.random.default_rng(0).normal(size=(1, 2, 3, 4))
HELD = {"two": np.array(2.0), "eps": np.array(1e-5), "g": np.linspace(0.5, 2, 4), "b": np.linspace(-1, 1, 4)}
HELD |= {"√2": np.array([np.sqrt(2)]), "one": np.array(1.0), "half": np.array(0.5), "√½": np.array(np.sqrt(0.5))}
HELD |= {"three": np.array([3.0]), "zero": np.array(0.0), "six": np.array(6.0)}
NORM = [
    *(node("ReduceMean", ["x"], "m", axes=[-1]), node("Sub", ["x", "m"], "d"), node("Pow", ["d", "two"], "q")),
    *(node("ReduceMean", ["q"], "v", axes=[-1]), node("Add", ["v", "eps"], "w"), node("Sqrt", ["w"], "r")),
]
ERF = [node("Erf", ["s"], "e"), node("Add", ["one", "e"], "a")]
SWISH = [node("Add", ["x", "three"], "a"), node("Clip", ["a", "zero", "six"], "c"), node("Mul", ["x", "c"], "p")]


def read(tmp_path: Path, nodes: Sequence[bytes], output: str = "y") -> Graph:
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, HELD, X.shape, output))
    return read_onnx("model", path)


def holds(graph: Graph, op: str, expected: torch.Tensor) -> None:
    assert [one.op for one in graph.nodes] == [op]
    np.testing.assert_allclose(graph.forward(X)[graph.output].output, expected.numpy(), rtol=0, atol=1e-6)


def test_a_layer_norm_with_scale_and_shift(tmp_path: Path) -> None:
    ends = [node("Div", ["d", "r"], "n"), node("Mul", ["n", "g"], "s"), node("Add", ["s", "b"], "y")]
    learned = torch.tensor(HELD["g"]), torch.tensor(HELD["b"])
    graph = read(tmp_path, [*NORM, *ends])
    holds(graph, "layer_norm", torch.nn.functional.layer_norm(torch.tensor(X), (4,), *learned))
    assert graph.nodes[0].options == {"eps": 1e-5, "normalized_shape": (4,)}


def test_a_layer_norm_without_them_and_with_a_square_as_a_product(tmp_path: Path) -> None:
    nodes = [*NORM[:2], node("Mul", ["d", "d"], "q"), *NORM[3:], node("Div", ["d", "r"], "y")]
    holds(read(tmp_path, nodes), "layer_norm", torch.nn.functional.layer_norm(torch.tensor(X), (4,)))


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Div", ["x", "√2"], "s"), *ERF, node("Mul", ["x", "a"], "p"), node("Mul", ["p", "half"], "y")],
        [node("Mul", ["√½", "x"], "s"), *ERF, node("Mul", ["half", "a"], "p"), node("Mul", ["p", "x"], "y")],
    ],
    ids=["by x first", "halved first"],
)
def test_gelu(nodes: list[bytes], tmp_path: Path) -> None:
    holds(read(tmp_path, nodes), "gelu", torch.nn.functional.gelu(torch.tensor(X)))


def test_hard_swish(tmp_path: Path) -> None:
    nodes = [*SWISH, node("Div", ["p", "six"], "y")]
    holds(read(tmp_path, nodes), "hardswish", torch.nn.functional.hardswish(torch.tensor(X)))


def test_what_others_need_too_stays(tmp_path: Path) -> None:
    nodes = [*SWISH, node("Div", ["p", "six"], "h"), node("Add", ["h", "c"], "y")]
    assert [one.op for one in read(tmp_path, nodes).nodes] == ["add", "relu6", "multiply", "divide", "add"]
    given_out = read(tmp_path, [*SWISH, node("Div", ["p", "six"], "y")], output="p")
    assert [one.op for one in given_out.nodes] == ["add", "relu6", "multiply"]


def test_other_numbers_are_something_else(tmp_path: Path) -> None:
    nodes = [*SWISH, node("Div", ["p", "two"], "y")]
    assert [one.op for one in read(tmp_path, nodes).nodes][-1] == "divide"
    with pytest.raises(InputError, match="Erf at 'e'"):
        read(tmp_path, [node("Div", ["x", "two"], "s"), *ERF, node("Mul", ["x", "a"], "y")])


def test_operations_that_lack_inputs_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for first in (node("ReduceMean", [], "m"), node("Erf", [], "e"), node("Add", ["x"], "a")):
        with pytest.raises(InputError) as refused:
            read(tmp_path, [first, *NORM, *ERF, node("Div", ["d", "r"], "y")])
        assert "\n" not in str(refused.value)


def test_attention_is_two_products_of_matrices_and_a_softmax_between(tmp_path: Path) -> None:
    nodes = [
        *(node("Transpose", ["x"], "k", perm=[0, 1, 3, 2]), node("MatMul", ["x", "k"], "scores")),
        *(node("Softmax", ["scores"], "shares", axis=-1), node("MatMul", ["shares", "x"], "y")),
    ]
    graph = read(tmp_path, nodes)
    assert [one.op for one in graph.nodes] == ["permute", "matmul", "softmax", "matmul"]
    x = torch.tensor(X)
    expected = torch.softmax(x @ x.transpose(-1, -2), -1) @ x
    np.testing.assert_allclose(graph.forward(X)["y"].output, expected.numpy(), atol=1e-12)
