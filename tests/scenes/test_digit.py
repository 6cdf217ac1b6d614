import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cnn_core.errors import InputError
from cnn_core.mnist import digit
from cnn_core.network import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    Softmax,
    Tanh,
)
from cnn_core.numerals import as_text
from cnn_core.weights import save, shipped
from scenes.addresses import value_at
from scenes.digit import DigitSpec
from scenes.net.pool import step_of
from scenes.rehearsal import FRAME_SIZES
from tests.often import in_turn
from tests.performing import perform, performance_of


def played(**given: Any) -> Any:
    return perform("digit", **given).timeline


def random(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def norm(channels: int) -> BatchNorm2d:
    return BatchNorm2d(random(channels), np.abs(random(channels)) + 0.5, random(channels), random(channels))


OTHER_NETS: dict[str, list[Layer]] = {
    "three convolutions, average pooling, a hidden linear layer": [
        Conv2d(random(5, 1, 5, 5), random(5), padding=2),
        ReLU(),
        AvgPool2d(2),
        Conv2d(random(20, 5, 3, 3), stride=2),
        norm(20),
        Tanh(),
        Conv2d(random(3, 20, 1, 1), random(3)),
        Flatten(),
        Linear(random(32, 108), random(32)),
        LeakyReLU(),
        Linear(random(10, 32)),
        Softmax(),
    ],
    "no convolution at all, and an activation at the end": [Flatten(), Linear(random(10, 784), random(10)), Tanh()],
    "a normalisation first, a pooling of the whole map last": [
        norm(1),
        Conv2d(random(10, 1, 7, 7), random(10)),
        MaxPool2d(22),
        Flatten(),
    ],
    "padded pooling, and a kernel that is not square": [
        Conv2d(random(2, 1, 1, 3), random(2), dilation=2),
        MaxPool2d(3, 2, 1),
        ReLU(),
        Flatten(),
        Linear(random(10, 2 * 14 * 12), random(10)),
    ],
}


CHOSEN = {"position": "1 2 3", "second_position": "4 5 6", "channel": 7, "pool_position": "0 1 2", "logit": 3}


@pytest.fixture
def weights_of(tmp_path: Path) -> Any:
    def write(layers: list[Layer]) -> Path:
        path = tmp_path / "net.safetensors"
        save(path, Network(layers))
        return path

    return write


def check_numbers(spec: DigitSpec, timeline: Any) -> None:
    values = spec.values()
    for beat in timeline.beats:
        for shown in beat.shown:
            _, _, decimals = shown.text.partition(".")
            assert shown.text == as_text(value_at(values, shown.of), len(decimals)), (beat.caption, shown)


def test_it_ends_on_what_each_place_says_for_the_winner() -> None:
    spec, ending = DigitSpec.build({}), played().last
    values = spec.values()
    places, logit = np.array(values["class_map"]["places"]), values["softmax"]["x"][0][7]
    assert places.shape == (3, 3)
    assert places.sum() + values["class_map"]["bias"] == pytest.approx(logit)
    assert {f"class_map.places[{row},{column}]" for row, column in np.ndindex(3, 3)} < {one.of for one in ending.shown}
    row, column = np.unravel_index(places.argmax(), places.shape)
    assert (f"class_map.places[{row},{column}]",) in [one.of for one in ending.marks]
    found: Any = spec.explain("class_map.places[1,2]")
    assert (len(list(found.left.leaves())), found.result.number) == (24, places[1, 2])
    assert ending.caption == "All products for digit 7, added up place by place: with the bias they are its logit."


FILMED = in_turn(OTHER_NETS, FRAME_SIZES)


@pytest.mark.parametrize(("net", "ratio"), FILMED)
def test_a_net_of_another_shape_is_filmed_too(net: str, ratio: str, weights_of: Any) -> None:
    spec = DigitSpec.build({"weights": weights_of(OTHER_NETS[net]), "ratio": ratio})
    timeline = performance_of(spec).timeline
    check_numbers(spec, timeline)
    check_frame(timeline, ratio)
    told = " ".join(re.sub(r"^(Layers? .*?)[:,].*", r"\1", beat.caption) for beat in timeline.beats)
    assert all(re.search(rf"\b{layer}\b", told) for layer in range(1, len(spec.reading.steps) + 1))


def check_frame(timeline: Any, ratio: str) -> None:
    width, height = FRAME_SIZES[ratio]
    for beat in timeline.beats:
        for left, top, right, bottom in (shown.box for shown in beat.shown):
            assert min(left, top) >= 0, beat.caption
            assert right <= width, beat.caption
            assert bottom <= 0.875 * height + 1, beat.caption


def as_torch(layer: Layer) -> nn.Module:
    """Return torch's own layer with these parameters."""
    values = {name: torch.from_numpy(array.copy()) for name, array in layer.tensors().items()}
    module: nn.Module
    match layer:
        case Conv2d():
            module = nn.Conv2d(*layer.weight.shape[1::-1], layer.weight.shape[2:], padding=1)
        case BatchNorm2d():
            module = nn.BatchNorm2d(len(layer.running_mean), eps=layer.eps)
        case MaxPool2d():
            module = nn.MaxPool2d(2)
        case Flatten():
            module = nn.Flatten()
        case Linear():
            module = nn.Linear(*layer.weight.shape[::-1])
        case _:
            module = nn.ReLU()
    module = module.double().eval()
    module.load_state_dict(values, strict=False)
    return module


def test_the_values_of_every_layer_are_those_of_torch() -> None:
    values = DigitSpec.build({"x": "mnist:#0"}).values()
    x = torch.from_numpy(digit("mnist:#0").pixels.copy()).double()[None, None] / 255
    for layer, found in zip(shipped().layers, values["layers"], strict=True):
        with torch.no_grad():
            x = as_torch(layer)(x)
        np.testing.assert_allclose(found["output"], x.numpy(), rtol=0, atol=1e-10, err_msg=str(found["name"]))
    np.testing.assert_allclose(values["softmax"]["output"], x.softmax(1).numpy(), atol=1e-12)
    assert values["prediction"] == values["label"] == 7


def test_the_strongest_pixel_is_followed_from_layer_to_layer() -> None:
    reading = DigitSpec.build({}).reading
    convolution, norm, pooling = reading.worked_out[:3]
    strengths = reading.traces[reading.steps[2].name].output
    assert strengths.max() == strengths[convolution.position]
    assert norm.position == convolution.position
    assert norm.values()["x"] == convolution.number
    assert pooling.number == norm.number
    assert step_of(pooling).winner == convolution.position[2:]


def test_what_is_worked_out_can_be_chosen() -> None:
    spec = DigitSpec.build(CHOSEN)
    positions = [one.position for one in spec.reading.worked_out]
    assert positions[0] == (0, 1, 2, 3)
    assert positions[1][:2] == (0, 7)
    assert positions[2:] == [(0, 0, 1, 2), (0, 4, 5, 6), (0, 3)]


def test_the_sums_on_screen_are_those_of_the_trace() -> None:
    values = DigitSpec.build({}).values()
    first, *_, channels, logit = values["worked_out"]
    assert float(first["products"].sum() + first["bias"]) == pytest.approx(float(first["value"]), abs=1e-12)
    assert float(channels["channel_sums"].sum() + channels["bias"]) == pytest.approx(
        float(channels["value"]), abs=1e-12
    )
    total = logit["positive_total"] + logit["negative_total"] + logit["bias"]
    assert float(total) == pytest.approx(float(logit["value"]), abs=1e-12)


def test_equals_stands_only_where_the_digits_shown_make_it_true() -> None:
    scene, labels = perform("digit")
    seen = zip(scene.timeline.beats, labels, strict=True)
    signs = {beat.caption: {one.text for one in found} & {"=", "≈"} for beat, found in seen}
    shown = ["0", "-0.003", "0.492", "0", "-0.038", "0.639", "-0.031", "0.079", "0.527", "0.038"]
    assert sum(map(Fraction, shown)) != Fraction("1.70")
    assert signs["The rows are summed, then their sums and the bias: about 1.70."] == {"≈"}
    shown = ["2.33", "0.01", "-0.88", "-0.87", "1.98", "1.31", "5.09", "0.29", "-0.22"]
    assert sum(map(Fraction, shown)) == Fraction("9.04")
    assert signs["The channels' sums and the bias add up to 9.04."] == {"≈", "="}


def test_prediction_and_label_are_said_before_it_ends() -> None:
    verdict = played(x="mnist:#18").beats[-2]
    assert {shown.of: shown.text for shown in verdict.shown if shown.of in ("prediction", "label")} == {
        "prediction": "3",
        "label": "3",
    }


def test_a_reading_takes_less_than_three_minutes() -> None:
    assert 120 <= played().duration < 180


def test_the_last_maps_are_followed_back_to_the_pixels_that_they_have_seen() -> None:
    seen = DigitSpec.build({}).values()["receptive"]
    assert seen["node"] == "max pool 3"
    assert (seen["rows"], seen["columns"]) == ([1, 22], [1, 22])  # 3, 4, 8, 10, 18 and 22 pixels, layer by layer
    said = "One number of the smallest maps has seen 22×22 of the 28×28 pixels."
    assert [beat.kind for beat in played().beats if beat.caption == said] == ["explain"]


def test_a_photo_is_prepared_before_it_is_read_and_what_was_chosen_is_worked_out(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    paper = np.full((120, 100), 230, dtype=np.uint8)
    paper[20:30, 25:75] = paper[20:100, 60:70] = 30
    Image.fromarray(paper).save(path)
    spec = DigitSpec.build({"x": str(path), **CHOSEN})
    timeline = performance_of(spec).timeline
    assert spec.as_json()["x"] == spec.x.pixels.tolist()
    assert "label" not in spec.values()
    check_numbers(spec, timeline)
    assert timeline.beats[0].caption.startswith("The photo")
    shown = {one.of.partition(".")[0] for beat in timeline.beats for one in beat.shown}
    assert {f"worked_out[{at}]" for at in range(5)} <= shown
    assert timeline.beats[-2].caption.endswith("It knows only these 10 classes, so it finds one in every picture.")


def test_a_blank_page_is_read_honestly(tmp_path: Path, weights_of: Any) -> None:
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((80, 80), 240, dtype=np.uint8)).save(path)
    spec = DigitSpec.build(
        {"x": path, "weights": weights_of(OTHER_NETS["padded pooling, and a kernel that is not square"])}
    )
    timeline = performance_of(spec).timeline
    check_numbers(spec, timeline)
    assert "No ink was found" in timeline.beats[0].caption
    assert float(np.sum(spec.values()["softmax"]["output"])) == pytest.approx(1)


def test_pixels_come_back_as_they_went_out() -> None:
    pixels = digit("mnist:#5").pixels
    again = DigitSpec.build({"x": pixels.tolist()})
    assert np.array_equal(again.x.pixels, pixels)
    assert DigitSpec.build({"x": "mnist:1"}).as_json()["x"] == "mnist:#2"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": "mnist:#10000"}, 'x must be a digit of MNIST such as "mnist:7", or "mnist:#0" to "mnist:#9999"'),
        ({"x": "seven"}, 'x must be a digit such as "mnist:7" or "mnist:#1234", or a picture, but it is \'seven\''),
        ({"x": "1 2; 3 4"}, r"x must be 28×28 grey values, or 784 in a row, but its shape is \(2, 2\)"),
        ({"x": np.full((28, 28), 256).tolist()}, "x must hold numbers from 0, paper, to 255, ink, or from 0 to 1"),
        ({"x": "no-such.png"}, "x "),
        ({"weights": "no-such.safetensors"}, "weights "),
        ({"position": "8 0 0"}, "position must be at most 7 27 27, counted from 0, but it is 8 0 0"),
        ({"second_position": "0 0 14"}, "second_position must be at most 15 13 13, counted from 0, but it is 0 0 14"),
        ({"pool_position": "0 14 0"}, "pool_position must be at most 7 13 13"),
        ({"channel": 8}, "channel must be at most 7, counted from 0, but it is 8"),
        (
            {"weights": "one", "second_position": "0 0 0"},
            "second_position needs a layer that the network does not have",
        ),
        ({"logit": 10}, "logit must be at most 9, counted from 0, but it is 10"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str, weights_of: Any) -> None:
    if given.get("weights") == "one":
        given = {**given, "weights": weights_of(OTHER_NETS["padded pooling, and a kernel that is not square"])}
    with pytest.raises(InputError, match=message):
        DigitSpec.build(given)
