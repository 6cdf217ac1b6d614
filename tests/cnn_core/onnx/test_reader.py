"""ONNX files become graphs that compute what torch computes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.errors import InputError
from cnn_core.graph import Graph
from cnn_core.onnx.reader import read_onnx
from tests.cnn_core.nets import UNet, exported, lenet, mobilenet, resnet, settled
from tests.cnn_core.onnx.writing import Exported, field, model, node, tensor

Reader = Callable[..., Graph]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def write_and_read(data: bytes, size: tuple[int, int] | None = None) -> Graph:
        path = tmp_path / "net.onnx"
        path.write_bytes(data)
        return read_onnx("model", path, size)

    return write_and_read


def output_of(graph: Graph, x: np.ndarray) -> np.ndarray:
    return graph.forward(x)[graph.output].output


@pytest.mark.parametrize(
    ("build", "shape"),
    [(lenet, (1, 28, 28)), (resnet, (3, 32, 32)), (mobilenet, (3, 24, 24)), (UNet, (1, 16, 16))],
    ids=["lenet", "resnet", "mobilenet", "unet"],
)
def test_a_net_computes_what_torch_computes(
    build: Callable[[], nn.Module], shape: tuple[int, ...], read: Reader
) -> None:
    torch.manual_seed(0)
    net = settled(build())
    graph = read(exported(net, shape))
    x = np.random.default_rng(0).normal(size=(1, *shape))
    with torch.no_grad():
        expected = net.double()(torch.tensor(x)).numpy()
    np.testing.assert_allclose(output_of(graph, x), expected, rtol=0, atol=1e-10)
    assert graph.input_shape == shape
    assert graph.parameters() == sum(parameter.numel() for parameter in net.parameters())


def test_nodes_are_called_as_their_modules(read: Reader) -> None:
    names = list(read(exported(lenet().eval(), (1, 28, 28))).by_name)
    assert names[:3] == ["net.0", "net.1", "net.2"]
    assert names[-1] == "net.9"


def test_a_matrix_and_what_is_added_are_one_linear_layer(read: Reader) -> None:
    weight, bias = np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0])
    nodes = [node("Flatten", ["x"], "f"), node("MatMul", ["f", "w"], "m"), node("Add", ["b", "m"], "y")]
    graph = read(model(nodes, {"w": weight, "b": bias}, (1, 3, 1, 1)))
    assert [one.op for one in graph.nodes] == ["flatten", "linear"]
    assert output_of(graph, np.array([[[[1]], [[2]], [[3]]]])).tolist() == [[17.0, 21.0]]


def test_sizes_that_are_computed_are_worked_out_while_reading(read: Reader) -> None:
    nodes = [
        *(node("Shape", ["x"], "s"), node("Gather", ["s", "zero"], "n")),
        *(node("Unsqueeze", ["n", "axes"], "u"), node("Concat", ["u", "rest"], "sizes", axis=0)),
        node("Reshape", ["x", "sizes"], "y"),
    ]
    held = {"zero": np.array(0), "axes": np.array([0]), "rest": np.array([-1])}
    graph = read(model(nodes, held, ("batch", 1, 2, 3)))
    assert [one.op for one in graph.nodes] == ["flatten"]
    assert output_of(graph, np.ones((1, 1, 2, 3))).shape == (1, 6)


@pytest.mark.parametrize("factors", [("x", "s"), ("s", "x")])
def test_a_value_times_its_own_sigmoid_is_silu(factors: tuple[str, str], read: Reader) -> None:
    graph = read(model([node("Sigmoid", ["x"], "s"), node("Mul", factors, "y")]))
    assert [one.op for one in graph.nodes] == ["silu"]
    x = np.linspace(-3, 3, 64).reshape(1, 1, 8, 8)
    np.testing.assert_allclose(output_of(graph, x), x / (1 + np.exp(-x)), rtol=1e-14)


def test_a_sigmoid_that_others_need_too_stays(read: Reader) -> None:
    nodes = [node("Sigmoid", ["x"], "s"), node("Mul", ["x", "s"], "m"), node("Add", ["m", "s"], "y")]
    graph = read(model(nodes))
    assert [one.op for one in graph.nodes] == ["sigmoid", "multiply", "add"]


def test_a_sigmoid_that_is_what_the_net_gives_stays(read: Reader) -> None:
    graph = read(model([node("Sigmoid", ["x"], "s"), node("Mul", ["x", "s"], "y")], output="s"))
    assert [one.op for one in graph.nodes] == ["sigmoid"]


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("axes", [(2,), (-1,), (2, 3)])
def test_means_of_maps_of_their_columns_and_of_their_rows(axes: tuple[int, ...], keepdims: int, read: Reader) -> None:
    graph = read(model([node("ReduceMean", ["x"], "y", axes=axes, keepdims=keepdims)], shape=(1, 2, 3, 4)))
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    np.testing.assert_allclose(output_of(graph, x), x.mean(axis=axes, keepdims=bool(keepdims)), rtol=1e-15)


@pytest.mark.parametrize(("how", "expected"), [("SAME_UPPER", ((0, 1), (0, 1))), ("SAME_LOWER", ((1, 0), (1, 0)))])
def test_padding_of_the_same_size_goes_where_the_file_says(how: str, expected: object, read: Reader) -> None:
    nodes = [node("Conv", ["x", "w"], "y", auto_pad=how, strides=(2, 2))]
    graph = read(model(nodes, {"w": np.ones((1, 1, 3, 3))}, (1, 1, 6, 6)))
    assert graph.nodes[0].options["padding"] == expected


def test_a_size_that_is_left_open_must_be_given(read: Reader) -> None:
    data = model([node("Relu", ["x"], "y")], shape=("n", 3, "h", "w"))
    assert read(data, (4, 6)).input_shape == (3, 4, 6)
    with pytest.raises(InputError, match=r"^size must be given, such as 224x224, for net\.onnx takes images of any"):
        read(data)


def test_images_with_channels_last_are_turned_by_the_net_itself(read: Reader) -> None:
    nodes = [node("Transpose", ["x"], "t", perm=(0, 3, 1, 2)), node("Conv", ["t", "w"], "y")]
    graph = read(model(nodes, {"w": np.ones((2, 3, 1, 1))}, (1, 6, 5, 3)))
    assert graph.channels_last
    assert graph.shapes()["y"] == (2, 6, 5)


def in_file(location: str, offset: int = 0) -> bytes:
    """Return kernels of (1, 1, 1, 2) that lie in another file."""
    places = {"location": location, "offset": str(offset), "length": "8"}
    whole = b"".join(field(13, field(1, key) + field(2, value)) for key, value in places.items())
    return tensor("w", np.zeros((1, 1, 1, 2), np.float32)).partition(field(9, bytes(8)))[0] + whole + field(14, 1)


CONV = [node("Conv", ["x", "w"], "y")]


def test_weights_may_lie_in_a_file_beside_it(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "net.onnx.data").write_bytes(bytes(4) + np.array([2, 3], "<f4").tobytes())
    graph = read(model(CONV, [in_file("net.onnx.data", 4)], (1, 1, 1, 2)))
    assert output_of(graph, np.array([[[[10.0, 1.0]]]])).tolist() == [[[[23.0]]]]


@pytest.mark.parametrize("location", ["../secret", "/etc/hostname", "", "net.onnx.data", "linked"])
def test_weights_outside_of_the_folder_or_too_short_are_refused(location: str, read: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(100))
    (folder / "linked").symlink_to(tmp_path / "secret")
    (folder / "net.onnx.data").write_bytes(bytes(3))
    path = folder / "net.onnx"
    path.write_bytes(model(CONV, [in_file(location)], (1, 1, 1, 2)))
    with pytest.raises(InputError, match=r"outside of its folder|too short for its weights"):
        read_onnx("model", path)


@pytest.mark.parametrize(
    ("op", "said"),
    [
        ("LSTM", "net.onnx has LSTM at 'here'; export the part before it, which only convolves."),
        ("If", "net.onnx has If at 'here'; export it with fixed sizes, so that nothing is left to decide."),
        ("QLinearConv", "net.onnx has QLinearConv at 'here'; export it in float32, before it is quantised."),
        ("Einsum", "net.onnx has Einsum at 'here'; cut it off, or replace it, before exporting."),
    ],
)
def test_what_cannot_be_shown_is_named_with_a_way_out(op: str, said: str, read: Reader) -> None:
    with pytest.raises(InputError) as refused:
        read(model([node(op, ["x"], "y", name="here")]))
    assert str(refused.value) == f"model must be made of operations that can be shown, but {said}"


WIDE = np.ones((1, 20_000), np.float32)
LARGE = np.array([10**6, 10**6, 40])


@pytest.mark.parametrize(
    ("nodes", "held"),
    [
        ([node("ConstantOfShape", ["n"], "c"), node("Add", ["x", "c"], "y")], {"n": LARGE}),
        ([node("Expand", ["one", "n"], "c"), node("Add", ["x", "c"], "y")], {"n": LARGE, "one": np.array(1.0)}),
        (
            [node("Range", ["a", "b", "a"], "c"), node("Add", ["x", "c"], "y")],
            {"a": np.array(1), "b": np.array(10**15)},
        ),
        ([node("Conv", ["x", "w"], "y", pads=(10**8,) * 4)], {"w": np.ones((1, 1, 1, 1))}),
        ([node("ConvTranspose", ["x", "w"], "y", strides=(10**8, 10**8))], {"w": np.ones((1, 1, 1, 1))}),
        ([node("Pad", ["x", "p"], "y")], {"p": np.array([0, 0, 10**8, 10**8, 0, 0, 0, 0])}),
        ([node("Add", ["c", "x"], "t"), node("Add", ["t", "d"], "y")], {"c": WIDE, "d": WIDE.reshape(-1, 1)}),
        ([node("Relu", ["x"], "y")], {}),
    ],
    ids=["filled", "expanded", "counted", "padded", "stamped", "bordered", "repeated", "input"],
)
def test_a_small_file_that_asks_for_terabytes_is_refused(
    nodes: list[bytes], held: dict[str, object], read: Reader
) -> None:
    shape = (1, 1, 8, 8) if held else (1, 1, 10**6, 4 * 10**6)
    with pytest.raises(InputError):
        read(model(nodes, held, shape))


def refusal(read: Reader, data: bytes) -> str:
    try:
        read(data, (8, 8))
    except InputError as error:
        return str(error)
    return ""


def test_damaged_files_are_refused_in_one_sentence(read: Reader) -> None:
    net = Exported()
    x = net.module("net", nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2)), "x")
    whole = net.file(net.op("Softmax", net.op("Flatten", x)), (1, 1, 8, 8))
    chance = random.Random(0)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        said = refusal(read, bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
        refused += bool(said)
        assert not said or (said.endswith(".") and "\n" not in said), said
    assert refused > 200
