"""The film of any network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_core.equation import Equation
from cnn_core.expression import Sum, Value
from scenes.addresses import value_at
from scenes.catalog import find
from scenes.net.worked import shortened
from scenes.rehearsal import rehearse
from scenes.specs import as_json
from tests.cnn_core.nets import UNet, exported, mobilenet, resnet, settled


def spec_of(tmp_path: Path, net: Any, shape: tuple[int, ...], **given: Any) -> Any:
    path = tmp_path / "net.onnx"
    path.write_bytes(exported(settled(net), shape))
    chance = np.random.default_rng(0)
    return find("net").build({"model": path, "x": chance.normal(size=shape), **given})


def captions(spec: Any) -> list[str]:
    return [beat.caption for beat in rehearse(spec).timeline.beats]


def test_each_kind_of_step_is_worked_out_once(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, resnet(), (3, 32, 32), classes=[f"animal {k}" for k in range(7)])
    assert [one["op"] for one in spec.values()["workings"]] == [
        *("conv2d", "batch_norm2d", "max_pool2d", "add", "adaptive_avg_pool2d", "linear"),
    ]
    said = captions(spec)
    winner = spec.reading.called(spec.reading.top[0])
    assert any(line.startswith(f"The score of {winner}.") for line in said)
    assert any("Two maps are added, number by number" in line for line in said)
    assert said[-1] == "The last maps, weighed for this class, are one map: its mean plus the bias is the score."


def test_the_mean_of_the_class_map_and_the_bias_are_the_score(tmp_path: Path) -> None:
    values = spec_of(tmp_path, mobilenet(), (3, 24, 24)).values()
    found = values["class_map"]
    assert found["mean"] + found["bias"] == pytest.approx(values["output"].max(), abs=1e-12)


def test_a_depthwise_convolution_is_a_kind_of_its_own(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, mobilenet(), (3, 24, 24))
    names = [one["node"] for one in spec.values()["workings"]]
    assert "blocks.0.body.3" in names


def test_a_net_that_ends_with_maps_shows_them(tmp_path: Path) -> None:
    said = captions(spec_of(tmp_path, UNet(), (1, 16, 16)))
    assert said[-1] == "This network ends with maps: beside what was given, what came out."


@pytest.mark.parametrize(("net", "shape"), [(resnet, (3, 32, 32)), (UNet, (1, 16, 16))], ids=["resnet", "unet"])
def test_every_number_is_in_the_record_and_can_be_explained(net: Any, shape: tuple[int, ...], tmp_path: Path) -> None:
    spec = spec_of(tmp_path, net(), shape)
    values = as_json(spec.values())
    shown = {one.of for beat in rehearse(spec).timeline.beats for one in beat.shown}
    assert len(shown) > 20
    for of in (*shown, *spec.results()):
        found = spec.explain(of)
        if isinstance(found, Equation):
            assert found.result.number == pytest.approx(value_at(values, of), abs=1e-9), of


def test_numbers_far_from_those_of_training_are_warned_of(tmp_path: Path) -> None:
    given = 255 * np.random.default_rng(0).random((3, 32, 32))
    path = tmp_path / "net.onnx"
    path.write_bytes(exported(settled(resnet()), (3, 32, 32)))
    said = captions(find("net").build({"model": path, "x": given}))
    assert "Careful: they spread about" in said[1]


def test_the_strongest_terms_are_written_and_all_others_are_one_number() -> None:
    terms = tuple(Value(float((-1) ** k * k), f"x[{k}]", "x") for k in range(30))
    found = shortened(Equation.of(Sum(terms), Value(15.0, "output")))
    numbers = [leaf.number for leaf in found.left.leaves()]
    assert numbers == [24, -25, 26, -27, 28, -29, 12]
    assert sum(numbers) == sum(term.number for term in terms)
