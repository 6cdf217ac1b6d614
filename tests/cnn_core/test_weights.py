"""A network on disk is safetensors or nothing; what cannot be trusted is refused in a sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from cnn_core import weights
from cnn_core.errors import CnnreelError, InputError
from cnn_core.network import AvgPool2d, BatchNorm2d, Conv2d, Flatten, LeakyReLU, Linear, MaxPool2d, Network, Softmax


def every_kind_of_option() -> Network:
    """Return a network that uses options of every type."""
    rng = np.random.default_rng(0)
    return Network(
        [
            Conv2d(rng.normal(size=(4, 1, 3, 3)), rng.normal(size=4), stride=(2, 1), padding=((1, 0), (2, 2))),
            BatchNorm2d(rng.normal(size=4), rng.uniform(1, 2, size=4), eps=1e-3),
            LeakyReLU(0.3),
            Conv2d(rng.normal(size=(4, 2, 3, 3)), padding="same", groups=2),
            MaxPool2d(2, ceil_mode=True),
            AvgPool2d((2, 3), stride=2, padding=(1, 1), count_include_pad=False),
            Flatten(),
            Linear(rng.normal(size=(10, 4 * 4 * 8))),
            Softmax(),
        ]
    )


def test_a_network_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    network, x = every_kind_of_option(), np.random.default_rng(1).uniform(size=(2, 1, 28, 28))
    weights.save(tmp_path / "net.safetensors", network)
    again = weights.load(tmp_path / "net.safetensors")
    assert again.names == network.names
    assert [layer.options() for layer in again.layers] == [layer.options() for layer in network.layers]
    assert np.array_equal(again.logits(x), network.logits(x))


def test_equal_networks_give_equal_bytes_and_leave_nothing_else_behind(tmp_path: Path) -> None:
    for name in "ab":
        weights.save(tmp_path / f"{name}.safetensors", every_kind_of_option())
    assert weights.sha256(tmp_path / "a.safetensors") == weights.sha256(tmp_path / "b.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.safetensors", "b.safetensors"]


def test_the_shipped_weights_are_small_and_saved_again_they_are_the_same_bytes(tmp_path: Path) -> None:
    assert weights.SHIPPED.stat().st_size < 40_000
    weights.save(tmp_path / "again.safetensors", weights.shipped())
    assert (tmp_path / "again.safetensors").read_bytes() == weights.SHIPPED.read_bytes()


def test_arrays_that_float32_cannot_hold_are_kept_in_float64(tmp_path: Path) -> None:
    weights.save(tmp_path / "net.safetensors", every_kind_of_option())
    tensors = load_tensors((tmp_path / "net.safetensors").read_bytes())
    assert tensors["0.weight"].dtype == np.float64
    assert load_tensors(weights.SHIPPED.read_bytes())["0.weight"].dtype == np.float32


def test_loading_does_not_need_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['torch'] = None; from cnn_core import weights, mnist; "
        "print(weights.shipped().predict(mnist.as_input(mnist.digit('mnist:7').pixels)).argmax())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "7\n"


class WouldRun:
    """Something whose unpickling would be noticed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("the pickle was opened",)


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.safetensors"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_is_refused_unopened_whatever_its_name(tmp_path: Path, name: str, zipped: bool) -> None:
    torch.save(WouldRun(), tmp_path / name, _use_new_zipfile_serialization=zipped)
    with pytest.raises(
        InputError,
        match=rf"^weights must be a safetensors file, but {name} is a pickle, which can run any program when it is "
        r"opened; convert it where you trust it: .+ cnn_core\.weights\.save\(.+from_torch\(model\)\)\.$",
    ):
        weights.load(tmp_path / name)


def test_the_advice_on_converting_a_pickle_works(tmp_path: Path) -> None:
    from cnn_core.model import digit_classifier, from_torch, to_torch

    torch.save(to_torch(weights.shipped()).state_dict(), tmp_path / "net.pt")
    model = digit_classifier()
    model.load_state_dict(torch.load(tmp_path / "net.pt", weights_only=True))
    weights.save(tmp_path / "digits.safetensors", from_torch(model))
    assert (tmp_path / "digits.safetensors").read_bytes() == weights.SHIPPED.read_bytes()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^weights must be a file that exists, but there is no .*"):
        weights.load(tmp_path / "net.safetensors")


@pytest.mark.parametrize("length", [1, 7, 8, 100, 2_000, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(weights.SHIPPED.read_bytes()[:length])
    with pytest.raises(
        InputError, match=r'^weights must be a safetensors file, but "net\.safetensors" is not, or is dam'
    ):
        weights.load(path)


@pytest.mark.parametrize("data", [b"\xff" * 64, (2**62).to_bytes(8, "little") + b"{}", b"{}" * 40, b"\0" * 8])
def test_bytes_that_are_no_safetensors_file_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"^weights must be a safetensors file, but"):
        weights.load(path)


def test_any_flipped_byte_in_the_header_is_refused_or_harmless(tmp_path: Path) -> None:
    path, whole = tmp_path / "net.safetensors", weights.SHIPPED.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for position in np.random.default_rng(0).integers(0, header, 150):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        path.write_bytes(data)
        try:
            weights.load(path)
        except InputError as error:
            assert str(error).startswith("weights must")  # noqa: PT017


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    with path.open("wb") as file:
        file.truncate(16_000_001)
    with pytest.raises(InputError, match=r"^weights must be a file of at most 16,000,000 bytes"):
        weights.load(path)


def test_a_safetensors_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(save_tensors({"0.weight": np.zeros(3)}, {"format": "pt"}))
    with pytest.raises(
        InputError, match=r"^weights must be a file that cnnreel has written, but net\.safetensors does"
    ):
        weights.load(path)


Layers = list[Any]


def crafted(path: Path, layers: Any, tensors: dict[str, Any] | None = None, kind: str = weights.FORMAT) -> Path:
    description = json.dumps({"format": kind, "layers": layers})
    arrays = {name: np.asarray(array, np.float32) for name, array in (tensors or {}).items()}
    path.write_bytes(save_tensors(arrays, {"cnnreel": description}))
    return path


@pytest.mark.parametrize(
    ("layers", "kind"), [([], weights.FORMAT), ({}, weights.FORMAT), ([{}] * 101, weights.FORMAT), ([{}], "x")]
)
def test_a_description_of_another_format_is_refused(tmp_path: Path, layers: Any, kind: str) -> None:
    with pytest.raises(
        InputError, match=r'^weights must be of format "cnnreel-network/1" with 1 to 100 layers, but net is'
    ):
        weights.load(crafted(tmp_path / "net", layers, kind=kind))


CONV = {"kind": "Conv2d"}


@pytest.mark.parametrize(
    ("layers", "tensors", "why"),
    [
        ([{"kind": "Exec"}], {}, r"layer 0 must be one of Conv2d, .+, but it is \{'kind': 'Exec'\}"),
        (["ReLU"], {}, "layer 0 must be one of"),
        ([{"kind": ["ReLU"]}], {}, "layer 0 must be one of"),
        ([CONV], {}, r"layer 0 \(conv2d\) must have the fields bias, .+missing.+weight"),
        ([{**CONV, "speed": 1}], {"0.weight": np.ones((1, 1, 1, 1))}, r"layer 0 \(conv2d\) must have the fields"),
        ([{**CONV, "weight": [[[[1]]]]}], {}, "the arrays must be those of the layers, but these are not: 0.weight"),
        ([{"kind": "ReLU"}], {"0.weight": [1]}, "the arrays must be those of the layers, but these are not: 0.weight"),
        ([CONV], {"0.weight": [1, 2]}, r"weight must have 4 axes"),
        ([CONV], {"0.weight": np.full((1, 1, 1, 1), np.nan)}, "weight must hold finite numbers"),
        ([CONV], {"0.weight": np.ones((1, 2, 3, 3))}, "conv2d: weight must have 1 input channels"),
        ([{**CONV, "stride": "fast"}], {"0.weight": np.ones((1, 1, 3, 3))}, "conv2d: stride must be"),
        ([{**CONV, "padding": 10**9}], {"0.weight": np.ones((1, 1, 3, 3))}, "conv2d: it must need an array of at most"),
        (
            [CONV],
            {"0.weight": np.ones((100_000, 1, 1, 1))},
            "conv2d: it must need an array of at most 60,000,000 numbers",
        ),
        (
            [{"kind": "MaxPool2d", "kernel_size": 10**9, "padding": 5 * 10**8}],
            {},
            "max pool: it must need an array of at",
        ),
        ([{"kind": "MaxPool2d", "kernel_size": None}], {}, "max pool: kernel_size must be"),
        ([{"kind": "Softmax", "dim": 99}], {}, "softmax: dim must"),
        ([{"kind": "LeakyReLU", "negative_slope": 1e999}], {}, "leaky ReLU: negative_slope must"),
        ([{"kind": "ReLU"}], {}, r"the last layer must return 10 numbers, but it returns \(1, 28, 28\)"),
    ],
)
def test_a_hostile_description_is_refused(tmp_path: Path, layers: Layers, tensors: dict[str, Any], why: str) -> None:
    with pytest.raises(
        InputError, match=rf"^weights must hold a network that can read a digit, but net does not: {why}"
    ):
        weights.load(crafted(tmp_path / "net", layers, tensors))


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "net.safetensors").mkdir()
    with pytest.raises(CnnreelError, match=r"net\.safetensors could not be written: .+\.$"):
        weights.save(tmp_path / "net.safetensors", weights.shipped())
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
