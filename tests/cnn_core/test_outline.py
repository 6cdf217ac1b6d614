"""A network in few parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_core.graph import Graph, Node
from cnn_core.onnx.reader import read_onnx
from cnn_core.outline import NetOutline, outline
from tests.cnn_core.nets import UNet, exported, lenet, mobilenet, resnet, settled

NETS = {"lenet": (lenet, (1, 28, 28)), "resnet": (resnet, (3, 32, 32)), "unet": (UNet, (1, 16, 16))}
NETS["mobilenet"] = (mobilenet, (3, 24, 24))


@pytest.fixture
def outlined(request: pytest.FixtureRequest, tmp_path: Path) -> NetOutline:
    build, shape = NETS[request.param]
    path = tmp_path / "net.onnx"
    path.write_bytes(exported(settled(build()), shape))
    return outline(read_onnx("model", path))


def lines(found: NetOutline) -> list[tuple[tuple[int, ...], list[tuple[int, list[str]]]]]:
    return [
        (stage.shape, [(block.repeats, [place.title for place in block.places]) for block in stage.blocks])
        for stage in found.stages
    ]


@pytest.mark.parametrize("outlined", ["resnet"], indirect=True)
def test_residual_blocks_that_are_alike_are_one(outlined: NetOutline) -> None:
    norm, final, joined = "conv2d 3×3 + batch norm + ReLU", "conv2d 3×3 + batch norm", "add + ReLU"
    smaller = ["conv2d 3×3, stride 2 + batch norm + ReLU", final, "conv2d 1×1, stride 2 + batch norm", joined]
    assert lines(outlined) == [
        ((4, 16, 16), [(1, ["conv2d 7×7, stride 2 + batch norm + ReLU"])]),
        ((4, 8, 8), [(1, ["max pool 3×3, stride 2"]), (2, [norm, final, joined])]),
        ((8, 4, 4), [(1, smaller), (1, [norm, final, joined])]),
        ((7,), [(1, ["global average pool"]), (1, ["flatten + linear"])]),
    ]
    assert outlined.levels is None
    assert sum(stage.parameters() for stage in outlined.stages) == outlined.graph.parameters()


@pytest.mark.parametrize("outlined", ["unet"], indirect=True)
def test_a_u_net_goes_down_and_up_with_bridges(outlined: NetOutline) -> None:
    assert [stage.shape[1:] for stage in outlined.stages] == [(16, 16), (8, 8), (4, 4), (8, 8), (16, 16)]
    assert [stage.bridges for stage in outlined.stages] == [(), (), (), (1,), (0,)]
    assert outlined.levels == (0, 1, 2, 1, 0)


def test_heads_that_a_file_tells_in_turns_are_told_size_by_size() -> None:
    kernel = {"weight": np.ones((1, 1, 1, 1))}
    nodes = [
        *(Node("a", "conv2d", ("x",), kernel), Node("b", "max_pool2d", ("a",), {}, {"kernel_size": 2})),
        *(Node("a 2", "conv2d", ("a",), kernel), Node("b 2", "conv2d", ("b",), kernel)),
        *(Node("a 3", "conv2d", ("a 2",), kernel), Node("b 3", "conv2d", ("b 2",), kernel)),
        *(Node("up", "upsample", ("b 3",), {}, {"scale_factor": 2}), Node("y", "add", ("a 3", "up"))),
    ]
    found = outline(Graph(tuple(nodes), "x", "y", (1, 8, 8)))
    assert [[place.output for place in stage.places()] for stage in found.stages] == [
        ["a", "a 2", "a 3"],
        ["b", "b 2", "b 3"],
        ["up", "y"],
    ]


@pytest.mark.parametrize("outlined", ["lenet"], indirect=True)
def test_a_convolution_without_padding_begins_no_stage(outlined: NetOutline) -> None:
    assert [stage.shape for stage in outlined.stages] == [(3, 28, 28), (4, 10, 10), (4, 5, 5), (10,)]


@pytest.mark.parametrize("outlined", ["mobilenet"], indirect=True)
def test_depthwise_convolutions_are_called_so(outlined: NetOutline) -> None:
    titles = [place.title for stage in outlined.stages for place in stage.places()]
    assert "depthwise conv2d 3×3, stride 2 + batch norm + ReLU6" in titles
    assert titles.count("add") == 2
