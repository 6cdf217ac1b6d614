"""`inspect net`: a network's outline, its arrays, and what it makes of a picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from cnn_core.weights import shipped
from tests.cnn_core.nets import UNet, exported, resnet, settled
from tests.cnnreel.commands import run


def inspect(*options: object) -> Result:
    return run("inspect", "net", *options)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "small.onnx"
    path.write_bytes(exported(settled(resnet()), (3, 32, 32)))
    return path


def test_the_outline_is_a_tree_with_shapes_parameters_and_repeats(model: Path) -> None:
    lines = inspect("--model", model).output.splitlines()
    assert lines[0] == "small.onnx: 37 nodes, 3,395 parameters, 3×32×32 in, 7 out"
    assert lines[1:4] == [
        "1  4×16×16, 596 parameters",
        "   conv2d 7×7, stride 2 + batch norm + ReLU  4×16×16, 596 parameters  stem.0",
        "2  4×8×8, 608 parameters",
    ]
    assert "   2 × block  4×8×8, 608 parameters" in lines
    assert lines[-1] == "   flatten + linear  7, 63 parameters  head.1"


def test_the_depth_says_how_much_is_told(model: Path) -> None:
    stages, blocks, places = (
        inspect("--model", model, "--depth", one).output.splitlines() for one in ("stages", "blocks", "places")
    )
    assert [line[0] for line in stages[1:]] == ["1", "2", "3", "4"]
    assert set(stages) < set(blocks) < set(places)
    assert "   2 × block  4×8×8, 608 parameters" in blocks
    assert places == inspect("--model", model).output.splitlines()


def test_bridges_are_told(tmp_path: Path) -> None:
    path = tmp_path / "u.onnx"
    path.write_bytes(exported(settled(UNet()), (1, 16, 16)))
    assert ", bridge from stage 1" in inspect("--model", path).output


def test_what_the_network_makes_of_a_digit_is_told() -> None:
    lines = inspect("--x", "mnist:7").output.splitlines()
    assert lines[-6].startswith("image 0 of MNIST's test set: from 0 to 1 enters, from -20.1 to 15.8 comes out")
    assert lines[-5] == "   1.000  7"


def test_the_record_stays_small_and_says_what_was_read(model: Path) -> None:
    said = inspect("--json").output
    values = json.loads(said)["values"]
    assert len(said) < 40_000
    assert values["nodes"]["conv2d 1"] == {
        **{"op": "conv2d", "inputs": ["x"], "shape": [8, 28, 28]},
        **{"smallest": pytest.approx(-2.2596, abs=1e-3), "largest": pytest.approx(2.3459, abs=2)},
    }
    assert values["top"][0]["label"] == "7"


def test_one_array_is_printed_and_all_are_saved(tmp_path: Path) -> None:
    assert inspect("--values", "linear").output.splitlines()[0] == "linear  10"
    path = tmp_path / "all.npz"
    inspect("--save", path)
    with np.load(path) as saved:
        assert list(saved) == ["x", *shipped().names]
        assert saved["linear"].shape == (10,)


def test_nothing_is_saved_where_something_else_is_wrong(tmp_path: Path) -> None:
    assert inspect("--save", tmp_path / "all.npz", "--values", "nothing").exit_code == 2
    (tmp_path / "file").touch()
    done = inspect("--save", tmp_path / "file" / "all.npz")
    assert (done.exit_code, "--save must be a file that can be written" in done.output) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_ending_in_capitals_is_kept(tmp_path: Path) -> None:
    inspect("--save", tmp_path / "ALL.NPZ")
    assert [path.name for path in tmp_path.iterdir()] == ["ALL.NPZ"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--values", "nothing"], "--values must name a node, such as conv2d 1, batch norm 1"),
        (["--save", "all.txt"], "--save must be a file that ends with .npz, but it is all.txt."),
        (
            ["--preset", "imagenet", "--scale", "1"],
            "--preset must stand alone, but scale, mean or std is given as well.",
        ),
        (["--classes", "missing.txt"], '--classes must be a file that exists, but there is no "missing.txt".'),
        (["--size", "0"], "--size must be height and width of up to 2000, such as 224x224, but it is '0'."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(options: list[str], said: str) -> None:
    done = inspect(*options)
    assert done.exit_code == 2
    assert said in done.output
