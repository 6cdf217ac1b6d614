"""What enters a network, and what is done to it before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_core.errors import InputError, ShapeError
from cnn_core.graph import Graph, Node
from cnn_core.net_input import PRESETS, Scaling, class_names, enter, is_strange, scaling_of

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a picture of 4×2 pixels, red at the left and blue at the right."""
    path = tmp_path / "photo.png"
    image = Image.new("RGB", (4, 2), RED)
    image.paste(BLUE, (2, 0, 4, 2))
    image.save(path)
    return path


def test_a_picture_enters_in_colour_and_its_middle_is_kept(picture: Path) -> None:
    entered = enter("x", picture, (3, 2, 2), Scaling())
    assert entered.x.tolist() == [[[[1, 0], [1, 0]], [[0, 0], [0, 0]], [[0, 1], [0, 1]]]]
    assert entered.origin == "photo.png, 4×2, the middle scaled to 2×2"


def test_blue_may_come_first_and_channels_last(picture: Path) -> None:
    entered = enter("x", picture, (2, 4, 3), Scaling(scale=1.0, bgr=True), last=True)
    assert entered.x.shape == (1, 2, 4, 3)
    assert entered.x[0, 0].tolist() == [[0, 0, 255], [0, 0, 255], [255, 0, 0], [255, 0, 0]]


def test_presets_are_what_networks_were_trained_with() -> None:
    white = np.full((3, 1, 1), 255.0)
    assert PRESETS["imagenet"](white).ravel() == pytest.approx([2.2489, 2.4286, 2.6400], abs=1e-4)
    assert PRESETS["-1..1"](white).ravel().tolist() == [1, 1, 1]


def test_numbers_enter_as_they_are() -> None:
    entered = enter("x", [[[[5.0, -2.0]]]], (1, 1, 2), Scaling())
    assert entered.x.tolist() == [[[[5.0, -2.0]]]]
    with pytest.raises(
        ShapeError,
        match=r"^x must be of shape \(1, 1, 2\) or \(1, 2, 1\), which the network takes, but it is",
    ):
        enter("x", [[1.0, 2.0, 3.0]], (1, 1, 2), Scaling())


def graph_that_says(**metadata: str) -> Graph:
    return Graph((Node("y", "relu", ("x",)),), about={"metadata": metadata})


def test_what_the_file_says_is_taken_and_what_is_asked_for_goes_before() -> None:
    graph = graph_that_says(mean="[0.5, 0.4, 0.3]", std="0.25")
    assert scaling_of(graph, std=(2.0,)) == Scaling(mean=(0.5, 0.4, 0.3), std=(2.0,))
    assert scaling_of(graph_that_says(mean="__import__('os')")) == Scaling()


def test_classes_have_their_names_from_a_file_or_the_network(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("cat\n\ndog\n")
    assert class_names("classes", path, graph_that_says(), 2) == ("cat", "dog")
    assert class_names("classes", None, graph_that_says(names="{0: 'cat', 1: 'dog'}"), 2) == ("cat", "dog")
    assert class_names("classes", None, graph_that_says(), 2) is None
    with pytest.raises(InputError, match=r"^classes must have 3 names, one for each class, but it has 2"):
        class_names("classes", path, graph_that_says(), 3)


def test_numbers_that_are_spread_otherwise_than_in_training_are_noticed() -> None:
    chance = np.random.default_rng(0)
    weight = chance.normal(size=(4, 1, 3, 3))
    nodes = (
        Node("conv", "conv2d", ("x",), {"weight": weight}),
        Node(
            "norm", "batch_norm2d", ("conv",), {"running_mean": np.zeros(4), "running_var": (weight**2).sum((1, 2, 3))}
        ),
    )
    x = chance.normal(size=(1, 1, 20, 20))
    assert is_strange(Graph(nodes), x) == pytest.approx(1, abs=0.2)
    assert is_strange(Graph(nodes), 60 * x) == pytest.approx(60, rel=0.2)
    assert is_strange(Graph((Node("y", "relu", ("x",)),)), x) is None


def test_a_picture_is_no_row_of_a_hundred_numbers(picture: Path) -> None:
    assert not Graph((Node("y", "tanh", ("x",)),), "x", "y", (100, 1, 1)).channels_last
    for source in ("mnist:7", picture):
        with pytest.raises(InputError, match=r"^x must be numbers for a network of 100 channels, but it is a picture"):
            enter("x", source, (100, 1, 1), Scaling())


def test_axes_are_read_from_the_shape_where_only_one_order_fits() -> None:
    given = np.arange(24.0).reshape(2, 4, 3)
    for layout in (None, "hwc"):
        entered = enter("x", given, (3, 2, 4), Scaling(), layout=layout)
        assert np.array_equal(entered.x[0], given.transpose(2, 0, 1))
        assert entered.origin == "numbers, turned from (H, W, C) to (C, H, W)"
    with pytest.raises(ShapeError, match=r"^x must be of shape \(3, 2, 4\), which the network takes, but it is \(2, 4"):
        enter("x", given, (3, 2, 4), Scaling(), layout="chw")
    assert enter("x", given, (2, 4, 3), Scaling(), last=True).origin == "numbers"


def test_where_both_orders_fit_the_layout_is_asked_for() -> None:
    given = np.arange(27.0).reshape(3, 3, 3)
    with pytest.raises(InputError, match=r"^layout must be chw or hwc, for x of shape \(3, 3, 3\) can be read either"):
        enter("x", given, (3, 3, 3), Scaling())
    assert np.array_equal(enter("x", given, (3, 3, 3), Scaling(), layout="chw").x[0], given)
    assert enter("x", given, (3, 3, 3), Scaling(), layout="hwc").x[0, 1, 0, 0] == 1
