"""Archives of torch.export are read without torch, and nothing in them is unpickled."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.errors import InputError
from cnn_core.pt2 import read_pt2
from tests.cnn_core.nets import settled

Change = Callable[[dict[str, Any]], None]


class Small(nn.Module):
    """Maps, a skip, and numbers; its last weight is stored turned."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU())
        self.head = nn.Linear(12, 4)
        self.head.weight = nn.Parameter(torch.randn(12, 4).T)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        pooled = nn.functional.max_pool2d(x + 0.5 * x, 2)
        return self.head(pooled.view(pooled.shape[0], -1))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, Path]:
    torch.manual_seed(0)
    net, path = settled(Small()), tmp_path_factory.mktemp("pt2") / "net.pt2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = ({0: torch.export.Dim("batch")},)
        torch.export.save(torch.export.export(net, (torch.zeros(3, 2, 4, 4),), dynamic_shapes=batch), path)
    return net, path


def test_an_archive_computes_what_torch_computes(archive: tuple[nn.Module, Path]) -> None:
    net, path = archive
    graph = read_pt2("model", path)
    x = np.random.default_rng(0).normal(size=(1, 2, 4, 4)).astype("float32")
    found = graph.forward(x.astype(float))[graph.output].output
    np.testing.assert_allclose(found, net(torch.tensor(x)).detach().numpy(), rtol=0, atol=1e-6)
    assert list(graph.by_name)[:3] == ["stem.0", "stem.1", "stem.2"]
    assert graph.input_shape == (2, 4, 4)


def changed(path: Path, folder: Path, part: str, change: Change) -> Path:
    """Return the archive with one of its texts changed; an empty name changes them all."""
    again = folder / "net.pt2"
    with ZipFile(path) as old, ZipFile(again, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(f"{part}.json"):
                text = json.loads(data)
                change(text)
                data = json.dumps(text).encode()
            new.writestr(name, data)
    return again


def weight(**given: Any) -> Change:
    return lambda text: text["config"]["head.weight"].update(given)


def described(**given: Any) -> Change:
    return lambda text: text["config"]["head.weight"]["tensor_meta"].update(given)


def nodes(change: Change) -> Change:
    return lambda text: change(text["graph_module"]["graph"]["nodes"][-1])


DAMAGED = "model must be an archive of torch.export.save, but net.pt2 is none or is damaged: "


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        (
            "weights_config",
            weight(use_pickle=True),
            "model must hold its weights as numbers, but 'head.weight' is pickled, .+ when it is opened",
        ),
        ("weights_config", weight(path_name="../up"), f"{DAMAGED}it lacks .+no item named"),
        ("weights_config", described(sizes=[{"as_int": 10**7}] * 2), f"{DAMAGED}its weights are too few"),
        ("weights_config", described(storage_offset={"as_int": 5}), f"{DAMAGED}its weights are too few"),
        ("weights_config", described(storage_offset={"as_int": -5}), f"{DAMAGED}its weights are too few"),
        ("weights_config", described(dtype=99), f"{DAMAGED}it lacks 99"),
        (
            "model",
            nodes(lambda node: node.update(target="torch.ops.aten.fft_fft.default")),
            "model must be made of operations that can be shown, but it has aten::fft_fft at 'head'",
        ),
        ("model", nodes(lambda node: node.update(inputs=3)), f"{DAMAGED}its calls are not described"),
        ("model", lambda text: text.clear(), f"{DAMAGED}it lacks 'graph_module'"),
    ],
)
def test_what_cannot_be_read_is_named(
    part: str, change: Change, said: str, archive: tuple[nn.Module, Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        read_pt2("model", changed(archive[1], tmp_path, part, change))


def test_an_archive_of_an_older_torch_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.pt2"
    with ZipFile(path, "w") as new:
        new.writestr("serialized_exported_program.json", "{}")
    with pytest.raises(InputError, match=r"old\.pt2 is of an older torch, which pickles what it saves; load it there"):
        read_pt2("model", path)


def test_damaged_archives_are_refused_in_a_sentence(archive: tuple[nn.Module, Path], tmp_path: Path) -> None:
    data, chance = archive[1].read_bytes(), random.Random(0)
    path = tmp_path / "net.pt2"
    for _ in range(60):
        bad = bytearray(data[: chance.choice([len(data), chance.randrange(1, len(data))])])
        for k in chance.sample(range(len(bad)), min(20, len(bad))):
            bad[k] = chance.randrange(256)
        path.write_bytes(bad)
        try:
            read_pt2("model", path)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
