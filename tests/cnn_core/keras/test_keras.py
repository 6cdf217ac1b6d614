"""Files of Keras 3 become graphs that compute what Keras computes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.keras.reader import _ends, read_keras

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["classifier", "branched"])
def test_a_model_computes_what_keras_computes(name: str) -> None:
    graph = read_keras("model", HERE / f"{name}.keras")
    with np.load(HERE / f"{name}.npz") as expected:
        x, output = (expected[one] for one in ("x", "output"))
    found = graph.forward(x.transpose(0, 3, 1, 2))[graph.output].output
    np.testing.assert_allclose(found.transpose(0, 2, 3, 1) if found.ndim == 4 else found, output, rtol=0, atol=2e-6)


def test_layers_keep_their_names_and_pixels_enter_as_they_are() -> None:
    graph = read_keras("model", HERE / "classifier.keras")
    names = ["rescaling", "conv2d", "batch_normalization", "re_lu", "max_pooling2d", "flatten", "dropout", "dense"]
    assert list(graph.by_name)[:8] == names
    assert graph.input_shape == (2, 9, 6)
    assert graph.about["metadata"] == {"scale": "1"}
    assert "backbone.depthwise_conv2d" in read_keras("model", HERE / "branched.keras").by_name


def changed(folder: Path, change: Callable[[Any], None] = lambda config: None, weights: bytes | None = None) -> Path:
    """Return the classifier's file with something changed."""
    path = folder / "net.keras"
    with ZipFile(HERE / "classifier.keras") as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        config = json.loads(old.read("config.json"))
        change(config["config"]["layers"])
        new.writestr("config.json", json.dumps(config))
        new.writestr("model.weights.h5", old.read("model.weights.h5") if weights is None else weights)
    return path


@pytest.mark.parametrize("names", [["activation", "global_max_pooling2d"], ["picture", "strongest"]])
def test_each_of_several_outputs_can_be_followed(names: list[str], tmp_path: Path) -> None:
    ends = [["activation", 0, 0], ["global_max_pooling2d", 0, 0]]
    with ZipFile(HERE / "branched.keras") as old, ZipFile(tmp_path / "net.keras", "w") as new:
        config = json.loads(old.read("config.json"))
        is_named = names[0] != "activation"
        config["config"]["output_layers"] = dict(zip(names, ends, strict=True)) if is_named else ends
        new.writestr("config.json", json.dumps(config))
        new.writestr("model.weights.h5", old.read("model.weights.h5"))
    graph = read_keras("model", tmp_path / "net.keras")
    assert list(graph.outputs) == names
    x = np.load(HERE / "branched.npz")["x"].transpose(0, 3, 1, 2)
    whole = read_keras("model", HERE / "branched.keras")
    given, expected = whole.forward(x), [whole.output, "global_max_pooling2d"]
    for name, node in zip(names, expected, strict=True):
        one = graph.giving(name)
        np.testing.assert_array_equal(one.forward(x)[one.output].output.ravel(), given[node].output.ravel())


def test_a_layer_that_is_called_twice_gives_two_outputs() -> None:
    ends = [["dense", 0, 0], ["head", 0, 0], ["dense", 1, 0]]
    assert _ends(ends) == dict(zip(["dense 1", "head", "dense 2"], ends, strict=True))


def layer(kind: str, **config: Any) -> Callable[[Any], None]:
    return lambda layers: layers[2].update(class_name=kind, config={"name": "odd", **config})


UNKNOWN = "model must be made of layers that can be shown, but "
DAMAGED = "model must be a file of Keras 3, but net.keras is none or is damaged: "


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (layer("Lambda"), f"{UNKNOWN}net.keras has Lambda at 'odd'; it holds a program, which is not run here"),
        (layer("LSTM"), f"{UNKNOWN}net.keras has LSTM at 'odd'; save the part before it, which only convolves"),
        (lambda layers: layers[2]["config"].update(activation="mish"), f"{UNKNOWN}conv2d ends with 'mish'; replace"),
        (lambda layers: layers[2]["config"].update(data_format="channels_first"), "model must have its channels last"),
        (lambda layers: layers[3]["config"].update(axis=1), "model must work along the channels, but batch_norm"),
        (lambda layers: layers[2]["config"].pop("strides"), f"{DAMAGED}it lacks 'strides'"),
        (lambda layers: layers[2]["config"].update(strides="x"), f"{DAMAGED}its layers are not described as Keras"),
        (lambda layers: layers.pop(2), "batch_normalization: running_mean must hold one number for each"),
        (lambda layers: layers.clear(), "model must have 1 to 5,000 layers, but net.keras has 0"),
        (lambda layers: layers.extend(layers * 600), "model must have 1 to 5,000 layers, but net.keras has 6,"),
        (
            lambda layers: layers[0]["config"].update(batch_shape=[None, None, None, 2]),
            "size must be given, such as 224x224, for net.keras takes images of any size",
        ),
    ],
)
def test_what_cannot_be_shown_is_named(change: Callable[[Any], None], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        read_keras("model", changed(tmp_path, change))


def test_weights_that_unpack_to_very_many_bytes_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnn_core.keras.reader.MAX_MODEL_BYTES", 100_000)
    with pytest.raises(InputError, match=r"^model must hold at most 100,000 bytes, but it unpacks to more"):
        read_keras("model", changed(tmp_path, weights=bytes(1_000_000)))


def test_damaged_weights_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with ZipFile(HERE / "classifier.keras") as file:
        weights = file.read("model.weights.h5")
    written = [k for k, byte in enumerate(weights) if byte]
    chance = random.Random(0)
    for _ in range(60):
        bad = bytearray(weights[: chance.choice([len(weights), chance.randrange(len(weights))])])
        for k in chance.sample(written, 6):
            if k < len(bad):
                bad[k] = chance.randrange(256)
        try:
            read_keras("model", changed(tmp_path, weights=bytes(bad)))
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_groups_that_hold_themselves_come_to_an_end(tmp_path: Path) -> None:
    with ZipFile(HERE / "classifier.keras") as file:
        weights = bytearray(file.read("model.weights.h5"))
    root = weights[64:72]
    leaf = weights.index(b"SNOD")
    weights[leaf + 16 : leaf + 24] = weights[leaf + 56 : leaf + 64] = root
    with pytest.raises(InputError, match="its weights are nested too deeply"):
        read_keras("model", changed(tmp_path, weights=bytes(weights)))
