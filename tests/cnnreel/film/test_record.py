import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from cnn_core.weights import SHIPPED
from cnnreel.film.record import (
    ClipRecord,
    VideoRecord,
    clip_record,
    inspected,
    made_with,
    record_text,
    schema,
    sha256_of,
)
from scenes.catalog import SCENES, find
from scenes.timeline import Beat, Shown, Timeline
from tests.often import only_often
from tests.performing import performance_of

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / "cnnreel-1.schema.json"
VIDEO = VideoRecord(file="film.mp4", width=854, height=480, fps=15, duration=2.0, sha256="0" * 64)
BEAT = Beat("step", "7 is the largest.", 0.0, 2.0, shown=(Shown("7", "x[0,0,0,0]", (1, 2, 3, 4)),))


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text()) == schema()


def record_of(name: str) -> dict[str, Any]:
    spec = find(name).build({})
    written: dict[str, Any] = json.loads(record_text(clip_record(spec, performance_of(spec).timeline, VIDEO)))
    return written


@pytest.mark.parametrize("name", only_often(SCENES, "title", "max-pool", "linear-backward", "training"))
def test_the_record_of_every_scene_fits_the_published_schema(name) -> None:
    jsonschema.validate(record_of(name), json.loads(PUBLISHED.read_text()))


@pytest.mark.parametrize("name", SCENES)
def test_the_record_of_every_scene_fits_the_code_and_explains_all_that_it_shows(name) -> None:
    record = record_of(name)
    ClipRecord.model_validate(record)
    keys = ["schema", "scene", "spec", "values", "video", "beats", "results", "explanations", "made_with"]
    assert list(record) == keys
    assert {*record["results"], *(shown["of"] for beat in record["beats"] for shown in beat["shown"])} == set(
        record["explanations"]
    )


def test_a_record_says_what_was_asked_computed_and_seen() -> None:
    record = clip_record(find("max-pool").build({"x": "7 3; 3 8"}), Timeline([BEAT]), VIDEO)
    assert record["schema"] == "cnnreel/1"
    assert record["spec"]["x"] == [[7, 3], [3, 8]]
    assert record["spec"]["stride"] is None
    assert record["values"]["output"] == [[[[8]]]]
    assert record["beats"] == [
        {
            "kind": "step",
            "caption": "7 is the largest.",
            "start": 0.0,
            "end": 2.0,
            "shown": [{"text": "7", "of": "x[0,0,0,0]", "box": [1, 2, 3, 4]}],
            "marks": [],
            "formulas": [],
        }
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"beats": [{}]},
        {"video": None},
        {"video": {**VIDEO.model_dump(), "file": "../film.mp4"}},
        {"video": {**VIDEO.model_dump(), "sha256": "abc"}},
        {"pictures": {"files": ["a.png"], "width": 1, "height": 1}},
        {"extra": 1},
        {"schema": "cnnreel/2"},
        {"explanations": {"x[0]": {"from": "given"}}},
    ],
)
def test_schema_and_code_refuse_the_same(change) -> None:
    record = {**clip_record(find("max-pool").build({}), Timeline([BEAT]), VIDEO), **change}
    with pytest.raises(ValidationError):
        ClipRecord.model_validate(record)
    if change != {"video": None}:  # to JSON Schema a null is there
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(record, schema())


def test_what_can_be_inspected_needs_no_film() -> None:
    assert list(inspected(find("max-pool").build({}))) == ["schema", "scene", "spec", "values"]


def test_the_text_is_json_that_every_reader_takes() -> None:
    assert json.loads(record_text({"a": [1.5], "b": {"c": "×"}})) == {"a": [1.5], "b": {"c": "×"}}
    with pytest.raises(ValueError, match="not JSON compliant"):
        record_text({"a": float("nan")})


def test_a_hash_is_that_of_the_bytes(tmp_path) -> None:
    (tmp_path / "empty").touch()
    assert sha256_of(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("scene", ["digit", "mistake"])
def test_the_weights_from_which_numbers_come_are_named_by_their_hash(scene) -> None:
    card = json.loads(SHIPPED.with_suffix(".json").read_text())
    assert made_with(find(scene).build({}))["weights_sha256"] == card["weights"]["sha256"]


def test_where_no_weights_are_used_none_are_named(short_spec) -> None:
    assert list(made_with(short_spec)) == ["cnnreel", "manim"]
