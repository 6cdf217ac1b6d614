"""What is told of a film is told once: answer key, transcript, page and record hold the same arithmetic, a true one."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.max_pool2d import max_pool2d
from cnn_core.numerals import true_minus, written
from cnnreel.film.record import ClipRecord, explained, inspected
from cnnreel.play.page.html import words_in
from cnnreel.play.page.numbers import found_inside as looked_into
from cnnreel.tell.answers import answer_key
from cnnreel.tell.appearing import spoken_name
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import transcript
from scenes.addresses import value_at
from scenes.catalog import SCENES, find
from scenes.specs import SceneSpec
from tests.cnnreel.records import record_of, rehearsed
from tests.scenes.test_any_spec import MAKERS

WORDS = words_in("en")
TRIES = 4
"""Specs of a scene; some of them are refused, which is fine."""

GIVEN = {"x", "window", "weight", "bias", "eps", "negative_slope", "label"}
GIVEN |= {"grad_output", "target", "truth"}
GIVEN |= {"input", "kernel", "padding", "stride", "dilation", "momentum", "mean_before", "var_before"}
GIVEN |= {"before", "lr", "mix", "numbers", "rates", "x_shifted", "y"}

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("conv2d", {"x": "1 2 0; 0 1 3; 2 1 0 | 0 1 1; 2 0 1; 1 1 0", "weight": "1 0; 0 -1 | 2 1; 0 1", "bias": "0.5"}),
    ("conv2d", {"x": "1 2 0 1 0; 0 1 3 1 2; 2 1 0 0 1; 1 0 1 2 0; 1 1 0 2 1", "dilation": 2, "padding": 1}),
    ("conv2d", {"x": "1 2 0; 0 1 3; 2 1 0", "weight": "0.125 1/3; 2 -1", "flip": True}),
    ("max-pool", {"x": "-1 -2; -3 -4", "padding": 1}),
    ("avg-pool", {"x": "4 1 1; 8 1 0; 7 3 3", "padding": 1, "count_include_pad": False}),
    ("batch-norm", {"weight": "2", "bias": "-1", "eps": 0.00001}),
    ("batch-norm", {"running_mean": "0", "running_var": "1"}),
    ("batch-norm", {"running_mean": "2", "running_var": "4", "training": False}),
    ("flatten", {"cell": "1 0 2"}),
    ("softmax", {"x": "0.3 -1.7 5"}),
    ("digit", {"x": "mnist:#18"}),
]


def told_of(spec: SceneSpec) -> Story:
    """Return the story of a film that shows every number of a spec at once."""
    found = inspected(spec)
    shown = [
        {"of": of, "text": written(value_at(found["values"], of)), "box": [0, 0, 1, 1]}
        for of in leaves(found["values"])
    ]
    beat = {"start": 0.0, "end": 1.0, "caption": "All.", "prompt": "What?", "answer": "This."}
    beats = [{"kind": "question", "shown": [], **beat}, {"kind": "answer", "shown": shown, **beat}]
    video = {"file": "film.mp4", "width": 854, "height": 480, "fps": 15, "duration": 2.0, "sha256": "0" * 64}
    versions = {"cnnreel": "2", "manim": "0.21"}
    record = {**found, "video": video, "beats": beats, **explained(spec, beats), "made_with": versions}
    ClipRecord.model_validate(record)
    return Story(json.loads(json.dumps(record)))


def leaves(values: Any, address: str = "") -> Iterator[str]:
    """Give the address of every number among values."""
    if isinstance(values, dict):
        for name, value in values.items():
            yield from leaves(value, f"{address}.{name}" if address else name)
    elif isinstance(values, list) and values and isinstance(values[0], dict):
        for number, value in enumerate(values):
            yield from leaves(value, f"{address}[{number}]")
    elif isinstance(values, list):
        for at in np.ndindex(np.shape(values)):
            yield f"{address}[{','.join(map(str, at))}]"
    elif isinstance(values, int | float):
        yield address


def any_spec(scene: str) -> Iterator[SceneSpec]:
    """Give some specs of a scene; always the default one."""
    yield find(scene).build({})
    chance = np.random.default_rng(zlib.crc32(scene.encode()))
    for _ in range(TRIES if scene in MAKERS else 0):
        try:
            yield find(scene).build(MAKERS[scene](chance))
        except InputError:
            continue


def stories_of(scene: str) -> Iterator[Story]:
    """Give stories of some specs; of trained networks, whose layers hold thousands of numbers, the film's own."""
    if scene in ("digit", "mistake", "net"):
        yield Story(record_of(scene))
        return
    yield from map(told_of, any_spec(scene))


def largest(*numbers: Any) -> Any:
    return max(numbers)


class Euler(float):
    """A base whose powers may be larger or smaller than any float."""

    def __pow__(self, exponent: Any) -> Fraction:  # type: ignore[override]
        return Fraction(Decimal(float(exponent)).exp())


def calculated(side: str) -> Any:
    """Compute what stands on a side of a line, digit by digit; without any rounding where it is a fraction."""
    plain = (
        side.replace("−", "-")
        .replace("·", "*")
        .replace("Max", "max")
        .replace("²", "**2")
        .replace("³", "**3")
        .replace("^", "**")
    )
    numbers = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-\d+)?", lambda found: f"F('{found[0]}')", plain)
    numbers = re.sub(r"√(F\('.*?'\))", r"root(\1)", numbers).replace("√", "root")
    numbers = re.sub(r"ln (F\('.*?'\))", r"ln(\1)", numbers)
    names = {
        "F": Fraction,
        "ln": math.log,
        "max": largest,
        "floor": math.floor,
        "e": Euler(math.e),
        "root": math.sqrt,
        "__builtins__": {},
    }
    return eval(numbers, names)


def check(line: str, story: Story, of: str) -> None:
    """Check that a line is true of the digits in it, and that its right side is the value."""
    left, sign, right = re.split(r" ([=≈]) ", line)
    shown, value = Fraction(right.replace("−", "-")), value_at(story.values, of)
    decimals = len(right.partition(".")[2])
    assert abs(float(shown) - value) <= 0.5000001 * 10.0**-decimals + 1e-9 * abs(value)
    if re.fullmatch(r"[a-z_]+.*\]", left):
        assert value_at(story.values, left) == value
    elif "…" in left or " values of " in left or " others)" in left:
        return
    elif sign == "=":
        assert calculated(left) == shown
    else:
        assert float(calculated(left)) == pytest.approx(value, rel=0.05, abs=0.02)


@pytest.mark.parametrize("scene", SCENES)
def test_everything_tells_the_same_arithmetic_which_is_true_to_the_digit(scene: str) -> None:
    for story in stories_of(scene):
        known = story.record["explanations"]
        rows = list(csv.DictReader(io.StringIO(answer_key({"film": story}))))
        steps = [row for row in rows if row["kind"] == "step"]
        assert [row["address"] for row in steps] == list(story.results)
        text = transcript(story)
        for row in rows:
            if of := row["address"]:
                assert row["arithmetic"].lstrip("'") == known[of]["text"]
                assert json.loads(row["operands"]) == known[of]["operands"]
                assert float(row["result"]) == value_at(story.values, of)
        for of in story.results:
            assert f"- {spoken_name(of, story.values)}: {known[of]['text']}\n" in text
        for of, number in looked_into(story, WORDS).items():
            assert number["how"] == known[of].get("text", WORDS["origin"].get(known[of].get("origin")))
        for of, explanation in known.items():
            if "text" in explanation:
                check(explanation["text"], story, of)


@pytest.mark.parametrize(("scene", "given"), [*((scene, {}) for scene in SCENES), *VARIANTS])
def test_every_number_on_screen_is_given_or_has_its_line(scene: str, given: dict[str, Any]) -> None:
    story = Story(record_of(scene, **given))
    unknown = [of for of in story.addresses if story.explanation(of).get("origin") == "given"]
    assert {re.sub(r"\[[^\]]*\]$", "", of).rpartition(".")[2] for of in unknown} <= GIVEN
    for of in story.addresses:
        assert set(story.explanation(of)) in ({"origin"}, {"text", "spoken", "operands"})
        if line := story.line(of):
            check(line, story, of)


def test_the_key_of_a_mean_counts_what_the_film_counts() -> None:
    record = told_of(find("avg-pool").build({"x": "1 2; 3 4", "kernel_size": 3, "stride": 1, "padding": 1}))
    assert record.line("output[0,0,0,0]") == "(0 + 0 + 0 + 0 + 1 + 2 + 0 + 3 + 4) / 9 ≈ 1.11"
    given = {"x": "1 2; 3 4", "kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False}
    assert told_of(find("avg-pool").build(given)).line("output[0,0,0,0]") == "(1 + 2 + 3 + 4) / 4 = 2.5"
    hanging = told_of(find("avg-pool").build({"x": "1 2 3; 4 5 6; 7 8 9", "ceil_mode": True}))
    assert hanging.line("output[0,0,1,1]") == "9 / 1 = 9.0"


def test_a_turned_kernel_is_the_one_that_is_multiplied() -> None:
    story = told_of(find("conv2d").build({"x": "1 0.5", "weight": "-2 3", "flip": True}))
    assert story.line("output[0,0,0,0]") == "1·3 + 0.5·(−2) = 2"
    assert story.line("weight_flipped[0,0,0,0]") == "weight[0,0,0,1] = 3"
    assert story.explanation("weight[0,0,0,0]") == {"origin": "given"}


def test_the_size_of_an_output_and_an_index_are_counted_out() -> None:
    story = told_of(find("conv2d").build({}))
    assert story.line("output_size.output[0]") == "floor((5 + 0 + 0 − 3) / 1) + 1 = 3"
    assert story.line("output_size.covered[0]") == "1·(3 − 1) + 1 = 3"
    flat = told_of(find("flatten").build({}))
    assert flat.line("index[1,1,1]") == flat.line("steps[0].index") == "1·2·3 + 1·3 + 1 = 10"
    assert flat.line("steps[0].channels_before") == "1·2·3 = 6"


def test_what_only_the_film_of_batch_normalisation_shows_is_explained() -> None:
    story = told_of(find("batch-norm").build({"x": "1 3", "running_mean": "0", "running_var": "1"}))
    assert story.line("torch_eps.std[0]") == "√(1 + 0.00001) ≈ 1.000005"
    assert story.line("line[0].mean") == "4 / 2 = 2"
    assert story.line("line[0].std") == "√(2 / 2) = 1"
    assert story.line("running_mean[0]") == "0.9·0 + 0.1·2 = 0.2"
    given = {"x": "1 3", "running_mean": "0", "running_var": "1", "training": False}
    carried = told_of(find("batch-norm").build(given))
    assert carried.explanation("line[0].mean") == carried.explanation("mean[0]") == {"origin": "running"}


def test_a_network_says_which_layer_a_number_is_from() -> None:
    story = Story(record_of("digit"))
    assert story.line("layers[13].output[0,7]") == "21.43 + (−5.75) + 0.17 = 15.85"
    assert story.line("worked_out[4].products") == "3.8063·0.4556 ≈ 1.73"
    assert str(story.line("worked_out[4].x")).endswith(" = 3.81")
    for step in story.values["worked_out"]:
        place = ",".join(map(str, step["position"]))
        assert f"layers[{step['layer']}].output[{place}]" in story.results


def test_a_record_of_the_first_edition_is_explained_from_its_spec() -> None:
    record = record_of("max-pool")
    told = record.pop("explanations"), record.pop("results")
    again = Story(record)
    assert ({of: again.explanation(of) for of in told[0]}, list(again.results)) == told


def test_a_record_of_a_scene_that_is_not_here_has_no_explanations() -> None:
    record = {**record_of("max-pool"), "scene": "gone"}
    del record["explanations"]
    story = Story(record)
    assert (list(story.results), story.line("output[0,0,0,0]")) == ([], None)
    assert looked_into(story, WORDS)["output[0,0,0,0]"]["how"] == "How it came about is not recorded."


def test_what_appears_is_what_was_not_there_before() -> None:
    beats = [{"shown": [{"of": of} for of in ofs]} for ofs in ("aab", "bc", "a")]
    assert Story({"beats": beats}).new == [["a", "b"], ["c"], ["a"]]


def test_a_film_computes_its_pooling_once(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Any] = []

    def counted(*given: Any) -> Any:
        computed.append(max_pool2d(*given))
        return computed[-1]

    monkeypatch.setattr("scenes.pooling.max_pool2d", counted)
    story = Story(rehearsed(find("max-pool").build({})))
    assert "Max(4, 1, 1, 1) = 4" in transcript(story) + answer_key({"film": story})
    assert [found.x[0, 0, 0, 0] for found in computed] == [4, 0]  # as it is, and moved on by a pixel


def test_true_minus_signs_are_written() -> None:
    assert Story(record_of("conv2d")).line("output[0,0,0,0]") == true_minus(
        "0·(-1) + 0·2 + 1·(-1) + 0·(-1) + 1·2 + 1·(-1) + 0·(-1) + 0·2 + 1·(-1) = -1"
    )
