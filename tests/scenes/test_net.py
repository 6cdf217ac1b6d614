"""The film of any network."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.equation import Equation
from cnn_core.errors import InputError
from cnn_core.expression import Sum, Value
from cnn_core.graph import Graph, Node
from cnn_core.numerals import as_text
from cnn_core.outline import outline
from scenes.addresses import value_at
from scenes.catalog import find
from scenes.layout import Box
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import Picture
from scenes.net.board import NetBoard
from scenes.net.many_rows import ManyRows
from scenes.net.strip import NetStrip, StageShape
from scenes.net.words import named_stage, strange, told_output, told_stage
from scenes.net.worked import shortened
from scenes.rehearsal import rehearse
from scenes.specs import as_json
from scenes.theme import THEMES
from tests.cnn_core.nets import UNet, exported, lenet, mobilenet, resnet, settled
from tests.performing import perform
from tests.scenes.looking import outside, overlapping, watch


class TwoHeads(nn.Module):
    """Scores after log-softmax, and maps whose channels come last."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(1, 2, 3)
        self.scores = nn.Sequential(nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(72, 4), nn.LogSoftmax(1))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = self.maps(x)
        return self.scores(maps), maps.permute(0, 2, 3, 1)


class Reads(nn.Module):
    """A class for each of eight places, with attention between them."""

    def __init__(self) -> None:
        super().__init__()
        self.maps, self.asked, self.scores = nn.Conv2d(1, 8, (6, 3)), nn.Linear(8, 24), nn.Linear(8, 70)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = self.maps(x).flatten(2).transpose(1, 2)
        query, key, value = self.asked(rows).view(1, 8, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = torch.softmax(query @ key.transpose(-1, -2), -1) @ value
        return torch.softmax(9 * self.scores(rows + mixed.transpose(1, 2).reshape(1, 8, 8)), -1)


class Finds(nn.Module):
    """Four numbers of a box and three shares at each of 256 places, which are rows or columns."""

    def __init__(self, *, turned: bool) -> None:
        super().__init__()
        self.turned = turned
        self.maps, self.head = nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.Conv2d(4, 7, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = self.head(torch.relu(self.maps(x))).flatten(2)
        found = torch.cat([20 * found[:, :4], torch.sigmoid(30 * found[:, 4:] - 4)], 1)
        return found if self.turned else found.transpose(1, 2)


SHAPES = {
    "resnet": (3, 32, 32),
    "mobilenet": (3, 24, 24),
    "unet": (1, 16, 16),
    "lenet": (1, 28, 28),
    "heads": (1, 8, 8),
}
BUILD: dict[str, Callable[[], nn.Module]] = {
    "resnet": resnet,
    "mobilenet": mobilenet,
    "unet": UNet,
    "lenet": lenet,
}


def spec_of(folder: Path, name: str, **given: Any) -> Any:
    path = folder / f"{name}.onnx"
    path.write_bytes(exported(settled(BUILD[name]()), SHAPES[name]))
    x = np.random.default_rng(0).normal(size=SHAPES[name])
    return find("net").build({"model": path, "x": x, **given})


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("nets")
    named = {"resnet": {"classes": [f"animal {k}" for k in range(7)]}, "unet": {}}
    torch.manual_seed(0)
    given = {"x": np.random.default_rng(0).normal(size=(1, 6, 10)), "classes": [f"letter {k}" for k in range(70)]}
    reads = find("net").build({"model": Reads(), **given})
    return {"reads": rehearse(reads), **{name: rehearse(spec_of(folder, name, **of)) for name, of in named.items()}}


def test_each_kind_of_step_is_worked_out_once(filmed: dict[str, Any]) -> None:
    spec = filmed["resnet"].spec
    assert [one["op"] for one in spec.values()["worked_out"]] == [
        *("conv2d", "batch_norm2d", "max_pool2d", "add", "conv2d", "adaptive_avg_pool2d", "linear"),
    ]
    said = [beat.caption for beat in filmed["resnet"].timeline.beats]
    winner = spec.reading.called(spec.reading.top[0])
    assert any(line.startswith(f"The output for {winner} weighs every number.") for line in said)
    assert said[2].startswith("Conv2d 7×7, stride 2. ")
    assert said[2].endswith("It sees the same window of all 3 maps.")
    sums = filmed["resnet"].timeline.beats[3].shown
    assert len([one for one in sums if one.of.startswith("worked_out[0].channel_sums")]) == 3
    assert any("Two maps are added, number by number" in line for line in said)
    assert said[-1] == "The last maps, weighed for this class, are one map: its mean plus the bias is the score."


def test_a_kernel_on_a_single_map_lies_on_its_window(filmed: dict[str, Any]) -> None:
    first, beats = filmed["unet"].spec.values()["worked_out"][0], filmed["unet"].timeline.beats
    (beat,) = [beat for beat in beats if beat.caption.startswith("The kernel lies on the window")]
    np.testing.assert_allclose(first["products"], first["x"] * first["weight"])
    np.testing.assert_allclose(first["row_sums"].sum(), first["value"])
    for name in ("x", "weight", "products"):
        assert {f"worked_out[0].{name}[{k}]" for k in range(9)} <= {one.of for one in beat.shown}


def test_what_the_smallest_maps_have_seen_is_said(filmed: dict[str, Any]) -> None:
    (top, bottom), (left, right) = (filmed["unet"].spec.values()["receptive"][name] for name in ("rows", "columns"))
    said = f"One number of the smallest maps has seen {bottom - top + 1}×{right - left + 1} of the 16×16 pixels."
    assert said in [beat.caption for beat in filmed["unet"].timeline.beats]


def test_the_mean_of_the_class_map_and_the_bias_are_the_score(tmp_path: Path) -> None:
    values = spec_of(tmp_path, "mobilenet").values()
    found = values["class_map"]
    assert found["mean"] + found["bias"] == pytest.approx(values["output"].max(), abs=1e-12)
    assert "blocks.0.body.3" in [one["node"] for one in values["worked_out"]], "the first depthwise convolution"


def test_a_net_that_ends_with_maps_shows_them(filmed: dict[str, Any]) -> None:
    said = [beat.caption for beat in filmed["unet"].timeline.beats]
    assert said[-4].endswith("The maps of stage 1 join here, across a bridge.")
    assert said[-3].endswith("up they become larger again; bridges carry those of stages 1 and 2 across.")
    assert said[-2] == "This network ends with maps: beside what was given, what came out."
    (output,) = filmed["unet"].spec.reading.output
    row, column = np.unravel_index(output.argmax(), output.shape)
    assert said[-1] == (
        f"The largest number is about {output.max():.2f}, in row {row}, column {column}. "
        f"{(output >= output.max() / 2).sum()} of 256 places reach half of it."
    )


def test_a_net_that_makes_a_picture_ends_on_it() -> None:
    maps = np.random.default_rng(0).normal(size=(3, 4, 4))
    weight = {"weight": np.eye(3)[:, :, None, None]}
    nodes = (Node("conv", "conv2d", ("x",), weight), Node("y", "tanh", ("conv",)))
    spec = find("net").build({"model": Graph(nodes, "x", "y", (3, 4, 4)), "x": maps, "depth": "stages"})
    scene, _ = watch(spec)
    assert scene.timeline.beats[-1].caption == (
        "This network makes a picture: of the three maps, one is red, one green and one blue."
    )
    *_, picture = [one for top in scene.mobjects for one in top.get_family() if isinstance(one, Picture)]
    colours = picture.get_pixel_array()[..., :3]
    np.testing.assert_allclose(colours, 127.5 * (np.tanh(maps).transpose(1, 2, 0) + 1), rtol=0, atol=0.51)


def test_bridges_pass_above_what_lies_deeper(filmed: dict[str, Any]) -> None:
    reading = filmed["unet"].spec.reading
    shape = StageShape.of("input", reading.stages, reading.levels)
    assert (shape.levels, shape.bridges) == ((0, 0, 1, 2, 1, 0), ((2, 4), (1, 5)))
    strip = NetStrip(shape, THEMES["dark"], Box(-6, 6, -1, -1 + shape.height(12)))
    for source, target in shape.bridges:
        (bridge,) = strip.bridges_to(target)
        assert strip.places[source].get_right()[0] < bridge.get_left()[0] < bridge.get_right()[0]
        assert bridge.get_right()[0] < strip.places[target].get_left()[0]
        assert all(place.get_top()[1] < bridge.get_center()[1] for place in strip.places[source + 1 : target])
    assert strip.labels[3].get_bottom()[1] > strip.box.bottom - 0.05


def test_the_strip_says_what_each_stage_is_as_far_as_there_is_room(filmed: dict[str, Any]) -> None:
    reading = filmed["resnet"].spec.reading
    assert [named_stage(stage)[0] for stage in reading.stages] == [
        *("conv 7×7, 4", "2 residual blocks", "2 residual blocks", "pool, linear, 7"),
    ]
    shape = StageShape.of("input", reading.stages, None)
    assert shape.lines(13.0)[2] == ["2 residual blocks"]
    assert shape.lines(3.5)[2] == ["2", "blocks"]
    assert shape.lines(2.8)[2] == ["2"], "only its number has room"
    assert not shape.lines(0.5)


def test_maps_that_are_added_across_each_other_are_no_residual_blocks() -> None:
    kernel = {"weight": np.ones((1, 1, 1, 1))}
    nodes = [
        *(Node("a", "conv2d", ("x",), kernel), Node("b", "conv2d", ("a",), kernel)),
        *(Node("c", "conv2d", ("b",), kernel), Node("sum", "add", ("a", "c"))),
        *(Node("d", "conv2d", ("sum",), kernel), Node("y", "add", ("b", "d"))),
    ]
    (stage,) = outline(Graph(tuple(nodes), "x", "y", (1, 8, 8))).stages
    assert named_stage(stage) == ("2 sums of maps", "2 sums")


def test_a_net_that_reads_place_after_place_shows_what_it_read(filmed: dict[str, Any]) -> None:
    spec = filmed["reads"].spec
    reading = spec.trace()
    likeliest = reading.output.argmax(axis=1).tolist()
    commonest = max(set(likeliest), key=lambda k: (likeliest.count(k), -k))
    before = [-1, *likeliest]
    shown = [(row, k) for row, k in enumerate(likeliest) if k not in (commonest, before[row])]
    assert [(one["row"], one["class"]) for one in spec.values()["rows"]] == shown
    ending = filmed["reads"].timeline.beats[-1]
    assert ending.caption == (
        f"At each of 8 places it gives 70 probabilities. Most often letter {commonest} is likeliest; "
        "here are the first others, in order."
    )
    assert [one.of for one in ending.shown] == [f"rows[{k}].probability" for k in range(len(shown))]
    stage = next(beat.caption for beat in filmed["reads"].timeline.beats if "70 numbers" in beat.caption)
    assert stage.endswith(
        "8 rows of 70 numbers, after 2 × linear, 2 × matrix product and add. The 60 strongest columns are shown."
    )


def test_a_net_that_reads_place_after_place_says_that_it_read_nothing() -> None:
    weight, bias = 0.1 * np.arange(12.0).reshape(3, 4), np.array([9.0, 0.0, 0.0])
    nodes = (
        *(Node("rows", "reshape", ("x",), {}, {"shape": (1, 8, 4)}),),
        *(Node("scores", "linear", ("rows",), {"weight": weight, "bias": bias}),),
        *(Node("y", "softmax", ("scores",), {}, {"dim": 2}),),
    )
    given = {"x": np.linspace(0, 1, 32).reshape(1, 8, 4), "classes": ["blank", "a", "b"]}
    played = rehearse(find("net").build({"model": Graph(nodes, "x", "y", (1, 8, 4)), **given}))
    ending = played.timeline.beats[-1]
    assert ending.caption == (
        "At each of 8 places it gives 3 probabilities, and everywhere blank is likeliest: nothing was read. "
        "Here is what came closest."
    )
    assert [one["row"] for one in played.spec.values()["rows"]] == [7, 6, 5, 4, 3], "where b came closest"
    assert [one.of for one in ending.shown] == [f"rows[{k}].probability" for k in range(5)]


def test_a_row_of_numbers_is_no_picture_that_a_late_number_has_seen() -> None:
    weight = {"weight": np.ones((3, 1, 4, 4))}
    nodes = (Node("up", "conv_transpose2d", ("x",), weight), Node("y", "tanh", ("up",)))
    spec = find("net").build({"model": Graph(nodes, "x", "y", (3, 1, 1)), "x": np.ones((3, 1, 1))})
    assert spec.trace().receptive is None


@pytest.mark.parametrize("turned", [False, True])
def test_a_net_that_gives_very_many_rows_ends_with_those_that_stand_out(*, turned: bool) -> None:
    torch.manual_seed(1)
    x = np.zeros((1, 16, 16))
    x[0, 4:7, 9:12] = 1
    net = Finds(turned=turned)
    played = rehearse(find("net").build({"model": net, "x": x}))
    found = net(torch.tensor(x[None], dtype=torch.float32)).detach().numpy()[0]
    strength = (found[4:] if turned else found.T[4:]).max(axis=0)
    half, best = strength.max() / 2, int(strength.argmax())
    record = played.spec.values()["standing_out"]
    assert (record["rows"], record["columns"], record["best"][0]["row"]) == (256, [4, 5, 6], best)
    assert record["above"] == (strength >= half).sum() < 13
    assert [one["value"] for one in record["best"]] == pytest.approx(sorted(strength, reverse=True)[:5], abs=1e-5)
    name = "column" if turned else "row"
    *_, all_of_them, ending = played.timeline.beats
    assert all_of_them.caption.startswith(f"3 numbers of each {name} are shares, from 0 to 1.")
    largest = f"about {strength.max():.2f} in {name} {best}."
    assert ending.caption == f"{record['above']} of 256 {name}s reach half of the largest, {largest}"
    assert {"standing_out.half", "standing_out.best[4].value"} <= {one.of for one in ending.shown}
    for shown in ending.shown:
        found_in = played.spec.explain(shown.of)
        assert found_in.result.number == pytest.approx(value_at(as_json(played.spec.values()), shown.of))
    said = " ".join(beat.caption for beat in played.timeline.beats)
    assert ("The 60 strongest columns are shown." if turned else "The 24 strongest rows are shown.") in said


def test_the_strongest_rows_keep_their_numbers_in_narrow_frames() -> None:
    x = np.zeros((1, 16, 16))
    x[0, 4:7, 9:12] = 1
    spec = find("net").build({"model": Finds(turned=True), "x": x, "ratio": "9:16"})
    _, seen = watch(spec)
    rows = [one["row"] for one in spec.values()["standing_out"]["best"]]
    texts = [label.text for label in seen[-1]]
    assert any({f"{name}{row}" for row in rows} <= set(texts) for name in ("", "column "))
    assert not list(overlapping(seen[-1]))
    assert not list(outside(seen[-1], "9:16"))


def test_rows_without_shares_are_compared_by_their_largest_numbers() -> None:
    output = np.array([[-3.0, 0.5], *[[1.0, 0.25]] * 7, [8.0, 0.5]])
    found = ManyRows.of(output)
    assert found is not None
    assert (found.judged, found.above, found.half, found.best[0]) == ((0, 1), 1, 4.0, 8)
    assert ManyRows.of(-output.clip(0)) is None, "nothing is positive"


def test_a_product_of_matrices_is_worked_out(filmed: dict[str, Any]) -> None:
    assert "matmul" in [one.node.op for one in filmed["reads"].spec.trace().worked_out]
    (said,) = (beat.caption for beat in filmed["reads"].timeline.beats if "Matrix product" in beat.caption)
    assert "A row times a column, number by number, and added up:" in said


@pytest.mark.parametrize("name", ["reads", "resnet", "unet"])
def test_every_number_is_in_the_record_and_can_be_explained(name: str, filmed: dict[str, Any]) -> None:
    spec = filmed[name].spec
    values = as_json(spec.values())
    shown = {one.of for beat in filmed[name].timeline.beats for one in beat.shown}
    assert len(shown) > 20
    for of in (*shown, *spec.results()):
        found = spec.explain(of)
        if isinstance(found, Equation):
            assert found.result.number == pytest.approx(value_at(values, of), abs=1e-9), of


def test_a_window_beside_other_maps_stays_in_its_map(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "resnet")
    scene = spec.scene_class()(spec)
    board = NetBoard(scene, spec.trace())
    maps, box = np.zeros((4, 5, 5)), Box(0, 4, 0, 4)
    board.left = FeatureMaps(maps, Arrangement.of(maps.shape, 1.0), "#ffffff", scene.theme, box, "x")
    for channel in range(4):
        window = Box.around(board.mark(board.left, channel, -1, 3, (3, 3)))
        corners = Box.around(board.left.outline(channel, 0, 3, 2, 2))
        assert np.allclose([window.left, window.bottom], [corners.left, corners.bottom])
        assert np.allclose([window.right, window.top], [corners.right, corners.top])


def test_a_film_stops_at_each_block_or_place_if_asked_for(tmp_path: Path) -> None:
    blocks, places = (spec_of(tmp_path, "resnet", depth=depth).trace() for depth in ("blocks", "places"))
    assert [stage.shape[1:] for stage in blocks.stages] == [(16, 16), (8, 8), (8, 8), (4, 4), (4, 4), (1, 1), ()]
    assert len(places.stages) == sum(len(list(stage.places())) for stage in places.whole.stages) == 17
    said = told_stage(1, blocks.stages[2], "blocks")
    assert said == "Stop 2 gives 4 maps of 8×8, after 4 × conv2d and 2 × add."


def test_a_small_network_is_told_step_by_step_as_the_shipped_one_is(tmp_path: Path) -> None:
    played = rehearse(spec_of(tmp_path, "lenet", x="mnist:7"))
    said = [beat.caption for beat in played.timeline.beats]
    assert said[0] == "Image 0 of MNIST's test set: 28×28 grey values from 0, paper, to 1, ink."
    told = " ".join(re.sub(r"^(Layers? .*?)[:,].*", r"\1", line) for line in said)
    assert all(re.search(rf"\b{layer}\b", told) for layer in range(1, 11))
    assert "Each of 3 kernels answers most where the pixels fit its weights best: the sum is largest." in said
    assert re.match(r"The network says \d, with a probability of .*\. The label says 7, so it is", said[-1])
    values = as_json(played.spec.values())
    for shown in (one for beat in played.timeline.beats for one in beat.shown):
        assert shown.text == as_text(value_at(values, shown.of), len(shown.text.partition(".")[2])), shown
        found = played.spec.explain(shown.of)
        assert not isinstance(found, Equation) or found.result.number == pytest.approx(value_at(values, shown.of))


def test_what_a_network_is_decides_how_it_is_told(tmp_path: Path) -> None:
    readings = {name: spec_of(tmp_path, name).trace() for name in ("lenet", "resnet", "unet")}
    assert [name for name, one in readings.items() if one.is_stepwise] == ["lenet"]
    assert [name for name, one in readings.items() if one.is_tabled] == ["lenet", "resnet"]
    assert not spec_of(tmp_path, "lenet", depth="stages").trace().is_stepwise


def test_one_of_several_outputs_is_told_and_named() -> None:
    given = {"model": TwoHeads(), "x": np.random.default_rng(0).normal(size=(1, 8, 8))}
    spec = find("net").build(given)
    first, other = spec.graph.outputs
    assert told_output(spec.graph) == f"Of its 2 outputs, this film follows {first}."
    assert spec.trace().is_stepwise
    assert spec.trace().probabilities.output.sum() == pytest.approx(1), "the softmax of what log-softmax is given"
    reading = find("net").build({**given, "head": other}).trace()
    assert [node.op for node in reading.graph.nodes] == ["conv2d", "permute"]
    assert (reading.shown(0).shape, reading.output.shape) == ((2, 6, 6), (6, 6, 2))
    with pytest.raises(InputError, match=f"head must be {first} or {other} for this model, but it is 'boxes'."):
        find("net").build({**given, "head": "boxes"})


def test_scores_are_no_classes_where_another_output_has_the_softmax() -> None:
    weight = {"weight": np.eye(4)}
    nodes = [
        *(Node("flat", "flatten", ("x",)), Node("box", "linear", ("flat",), weight)),
        *(Node("scores", "linear", ("flat",), weight), Node("shares", "softmax", ("scores",), {}, {"dim": 1})),
    ]
    both = Graph(tuple(nodes), "x", "box", (1, 2, 2), {"outputs": {"b": "box", "s": "shares"}})
    given = {"x": [[1, 2], [3, 4]], "model": both}
    boxes, shares = (find("net").build({**given, "head": head}).trace() for head in ("b", "s"))
    assert boxes.probabilities is None
    assert shares.probabilities is not None
    again = find("net").build({**given, "model": boxes.graph}).trace()
    assert again.probabilities is None, "an output that was chosen before"
    alone = Graph(tuple(nodes[:2]), "x", "box", (1, 2, 2), {"outputs": {"b": "box"}})
    assert find("net").build({**given, "model": alone}).trace().probabilities is not None, "nothing else tells classes"


def test_numbers_far_from_those_of_training_are_warned_of() -> None:
    assert strange(58.2).startswith("Careful: they spread about 58.2 times as widely as the first batch norm saw")
    assert strange(0.1).startswith("Careful: they spread about 10.0 times less widely")
    assert strange(1.7) == strange(None) == ""


def test_a_spec_travels_without_what_it_has_computed(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "mobilenet")
    again = pickle.loads(pickle.dumps(spec))
    assert "traces" not in vars(again.reading)
    assert as_json(again.values()) == as_json(spec.values())


def test_the_strongest_terms_are_written_and_all_others_are_one_number() -> None:
    terms = tuple(Value(float((-1) ** k * k), f"x[{k}]", "x") for k in range(30))
    found = shortened(Equation.of(Sum(terms), Value(-15.0, "output")))
    numbers = [leaf.number for leaf in found.left.leaves()]
    assert numbers == [24, -25, 26, -27, 28, -29, -12]
    assert sum(numbers) == sum(term.number for term in terms)


def test_the_maps_are_large_while_relu_is_asked_about(tmp_path: Path) -> None:
    seen = perform("net").labels
    scene, _ = watch(find("net").build({"question": False}))
    asked = [labels for labels in seen if any("ReLU comes next." in label.text for label in labels)]
    assert not any("ReLU comes next." in beat.caption for beat in scene.timeline.beats)
    (labels,) = asked
    assert [label.text for label in labels].count("to") == 8, "each map has its range below it"
    assert not list(overlapping(labels))
