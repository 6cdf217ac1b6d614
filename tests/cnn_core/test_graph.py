"""A network as a graph of named nodes, in memory and in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.graph import Graph, Node, chained
from cnn_core.graph_files import read_graph, save_graph
from cnn_core.reading.tensor_files import write_tensors
from cnn_core.weights import SHIPPED, shipped

TWICE = Node("twice", "conv2d", ("x",), {"weight": np.full((1, 1, 1, 1), 2.0)})
CUT = Node("cut", "relu", ("twice",))
SUM = Node("sum", "add", ("cut", "x"))


def test_forward_gives_traces_by_name() -> None:
    graph = Graph((TWICE, CUT, SUM))
    traces = graph.forward([[[[1, -3]]]])
    assert list(traces) == ["twice", "cut", "sum"]
    assert [trace.output.ravel().tolist() for trace in traces.values()] == [[2, -6], [2, 0], [3, -3]]
    assert [node.name for node in graph.users["x"]] == ["twice", "sum"]


def test_a_constant_may_stand_on_either_side() -> None:
    given = np.full((1, 1, 1, 1), 10.0)
    left = Node("left", "subtract", ("x",), {"x": given})
    right = Node("right", "subtract", ("x",), {"y": given})
    graph = Graph((left, right), output="left")
    assert [float(trace.output.ravel()[0]) for trace in graph.forward([[[[3.0]]]]).values()] == [7, -7]


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((), "a network must have at least one node"),
        ((CUT,), "cut must be fed by nodes before it, but twice is none"),
        ((TWICE, TWICE), "each node must have a name of its own, but twice is there twice"),
    ],
)
def test_a_graph_that_is_none_is_refused(nodes: tuple[Node, ...], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        Graph(nodes)


def test_an_error_names_its_node() -> None:
    with pytest.raises(InputError, match=r"^twice: weight must have 3 input channels"):
        Graph((TWICE,)).forward(np.ones((1, 3, 2, 2)))


def test_what_would_be_very_large_is_not_computed() -> None:
    grown = chained([Node(f"up{k}", "upsample", (), {}, {"scale_factor": 10}) for k in range(9)])
    with pytest.raises(
        InputError, match=r"^up3: it must need an array of at most 60,000,000 numbers, but it needs more"
    ):
        Graph(grown).forward(np.ones((1, 1, 1, 10)))


def test_a_graph_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    pooled = Node("pool", "max_pool2d", ("sum",), {}, {"kernel_size": (1, 2), "padding": ((0, 0), (0, 1))})
    graph = Graph((TWICE, CUT, SUM, pooled), input_shape=(1, 1, 3), about={"notes": ["dropout"]})
    save_graph(path, graph)
    again = read_graph("model", path)
    x = [[[[1.0, -3.0, 5.0]]]]
    assert again.forward(x)["pool"].output.tolist() == graph.forward(x)["pool"].output.tolist() == [[[[3.0, 15.0]]]]
    assert (again.input_shape, again.about, again.output) == ((1, 1, 3), {"notes": ["dropout"]}, "pool")


def test_a_list_of_layers_is_read_as_a_graph() -> None:
    graph = read_graph("model", SHIPPED)
    assert list(graph.by_name) == list(shipped().names)
    assert graph.parameters() == 6994


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([], "it must have 1 to 5,000 nodes"),
        ([{"name": "a", "op": "eval", "inputs": ["x"], "options": {}}], "a must be one of conv2d, .+'eval'"),
        ([{"name": "a", "op": "relu"}], "its description is not complete"),
        ([{"name": "a", "op": "relu", "inputs": ["b"], "options": {}}], "a must be fed by nodes before it, but b"),
    ],
)
def test_a_file_that_describes_no_graph_is_refused(nodes: list[object], said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    described = {"format": "cnnreel-network/2", "input": "x", "output": "a", "input_shape": None, "nodes": nodes}
    write_tensors(path, {"0.weight": np.ones(1)}, described)
    with pytest.raises(InputError, match=f"^model must hold a network, but net.safetensors does not: {said}"):
        read_graph("model", path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net.pth", "is a pickle, which can run any program when it is opened"),
        ("net.h5", r"is of Keras before version 3; load it there, and write model.save\("),
        ("net.tflite", "is made for phones"),
        ("net.onnx.data", "holds weights alone; give the file that describes the network"),
    ],
)
def test_files_that_are_not_read_have_a_way_out(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=f"^model must be a file of ONNX, torch.export, Keras or cnnreel, but {name} {said}"
    ):
        read_graph("model", tmp_path / name)
