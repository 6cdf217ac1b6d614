"""`train` and `predict`, as they are typed."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import scenes
from cnn_core import mnist, recording
from cnn_core.recipe import Recipe
from cnn_core.weights import load
from scenes.specs.digit_image import unsure
from scenes.training import TrainingSpec
from tests.cnnreel.commands import run


def test_predict_reads_a_digit() -> None:
    result = run("predict", "--x", "mnist:#0", "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert (said["x"], said["label"], said["prediction"]) == ("mnist:#0", 7, 7)
    assert sum(said["probabilities"]) == pytest.approx(1)
    assert max(said["probabilities"]) == said["probabilities"][7]


def test_predict_draws_a_bar_for_each_digit() -> None:
    lines = run("predict", "--x", "mnist:7").stdout.splitlines()
    assert [line[0] for line in lines[:10]] == list("0123456789")
    assert lines[-1] == "It reads 7; it is labelled 7."


def written(digits: str, path: Path) -> Path:
    """Write digits in ink on paper, as a photo shows them."""
    font = ImageFont.truetype(Path(scenes.__file__).parent / "fonts" / "SourceSansPro-Semibold.otf", 90)
    paper = Image.new("L", (240, 160), 255)
    ImageDraw.Draw(paper).text((60, 20), digits, fill=0, font=font)
    paper.save(path)
    return path


NOTHING = "No ink was found in the picture, so the network gets an empty image. It knows only digits."


@pytest.mark.parametrize("ink", [None, "white"])
def test_predict_finds_no_digit_where_there_is_no_ink(tmp_path: Path, ink: str | None) -> None:
    empty = Image.new("RGBA", (120, 120), (0, 0, 0, 0) if ink else "white")
    ImageDraw.Draw(empty).line((60, 20, 60, 100), fill=ink or "white", width=9)
    empty.save(tmp_path / "empty.png")
    assert run("predict", "--x", tmp_path / "empty.png").stdout == f"{NOTHING} It reads no digit.\n"
    said = json.loads(run("predict", "--x", tmp_path / "empty.png", "--json").stdout)
    assert (said["prediction"], said["remarks"]) == (None, [NOTHING])


def test_predict_warns_of_two_digits_and_says_nothing_of_one(tmp_path: Path) -> None:
    warning = "There seem to be 2 digits in the picture, but the network reads only one."
    said = json.loads(run("predict", "--x", written("3 7", tmp_path / "two.png"), "--json").stdout)
    assert said["remarks"][0] == warning
    assert run("predict", "--x", tmp_path / "two.png").stdout.splitlines()[-1].startswith(f"{warning} It reads ")
    for digit in "0123456789":
        said = json.loads(run("predict", "--x", written(digit, tmp_path / "one.png"), "--json").stdout)
        assert not [remark for remark in said["remarks"] if "There seem" in remark]


def test_predict_says_between_what_it_wavers() -> None:
    probabilities = np.array([0, 0.3, 0, 0, 0, 0, 0, 0.62, 0.08, 0])
    assert unsure(probabilities) == "It is not sure: 7 has 62 %, 1 has 30 %."
    assert unsure(np.eye(10)[3]) == ""


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("predict", "--x", "foo"), 'Error: --x must be a digit such as "mnist:7"'),
        (("predict", "--x", "none.png"), 'Error: --x must be a file that exists, but there is no "none.png".'),
        (("predict", "--x", "mnist:7", "--weights", "none.safetensors"), "Error: "),
        (("predict",), "Error: "),
        (("train", "-o", "weights.pt"), "Error: --output must end in .safetensors, but it is 'weights.pt'."),
        (("train", "--log", "run.csv"), "Error: --log must end in .safetensors, but it is 'run.csv'."),
        (
            ("train", "--log", "run.safetensors", "--resume"),
            "Error: --log records a run from its first step, so it does",
        ),
        (
            ("train", "--log", "net.safetensors", "-o", "./net.safetensors"),
            "Error: --log must be another file than --output, but both are 'net.safetensors'.",
        ),
        (
            ("train", "--log", f"{__file__}/a.safetensors"),
            f"Error: --log must lie in a folder, but {__file__!r} is a file.",
        ),
        (("train", "--epochs", "0"), "Error: "),
        (("train", "--data", "no-such-folder"), "Error: train-images-idx3-ubyte.gz must be a readable file in no-such"),
    ],
)
def test_wrong_input_is_one_sentence(
    command: tuple[str, ...], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*command)
    assert result.exit_code == 2
    assert result.stderr.startswith(sentence)
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(b"\x80\x04.")
    result = run("predict", "--x", "mnist:7", "--weights", tmp_path / "net.pt")
    assert result.exit_code == 2
    assert "safetensors" in result.stderr


@pytest.mark.slow
def test_train_writes_weights_their_card_and_a_log_that_can_be_filmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = mnist.load_test().take(np.arange(200))
    monkeypatch.setattr("cnn_core.training.Recipe", partial(Recipe, validation=180, batch_size=20))
    monkeypatch.setattr(mnist, "load_training", lambda _: few)
    monkeypatch.setattr(mnist, "load_test", lambda: few.take(np.arange(100)))
    for name, value in (("_FEW_STEPS", 1), ("_FEW_READ", (0, 1)), ("_RATE_STEPS", 10)):
        monkeypatch.setattr(recording, name, value)
    weights, log = tmp_path / "new" / "net.safetensors", tmp_path / "run.safetensors"
    result = run("train", "--data", tmp_path, "--epochs", 1, "-o", weights, "--log", log)
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in weights.parent.iterdir()) == ["net.json", "net.md", "net.safetensors"]
    assert str(weights) in result.stdout.splitlines()
    assert "epoch 1 of 1: loss" in result.stderr
    assert load(weights).parameters() > 5000
    values = TrainingSpec.build({"log": log}).values()
    assert values["step"].tolist() == [0, 1]
    assert values["tested"] == 100


def test_without_torch_train_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "cnn_core.training", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("train", "-o", tmp_path / "net.safetensors")
    assert result.exit_code == 1
    assert result.stderr == "Error: train needs PyTorch, which is not installed: .venv/bin/pip install -e '.[train]'.\n"
