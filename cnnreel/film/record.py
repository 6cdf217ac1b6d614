"""What NAME.json says of a clip, and its JSON Schema (`python -m cnnreel.film.record` prints it)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cnn_core.notation import as_data
from scenes.specs import SceneSpec, as_json
from scenes.timeline import Timeline

__all__ = [
    "BeatRecord",
    "ClipRecord",
    "FormulaRecord",
    "MarkRecord",
    "PicturesRecord",
    "PixelBox",
    "Strict",
    "VideoRecord",
    "clip_record",
    "explained",
    "inspected",
    "made_with",
    "record_text",
    "schema",
    "sha256_of",
]

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Pixels = Annotated[int, Field(gt=0)]
PixelBox = Annotated[
    tuple[int, int, int, int], Field(description="Left, top, right, bottom in pixels; origin top left.")
]
Seconds = Annotated[float, Field(ge=0, description="From the start of the clip.")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShownRecord(Strict):
    """A number that can be seen in the last frame of its beat."""

    text: str = Field(description="The number as it is shown, with an ASCII minus.", min_length=1)
    of: str = Field(description="Address of its value inside `values`, such as `x[0,0,1,2]`.", min_length=1)
    box: PixelBox


class MarkRecord(Strict):
    """What points something out in the last frame of its beat."""

    kind: Literal["window", "ring", "frame", "veil", "arrow", "cells"]
    of: list[str] = Field(description="Addresses inside `values` of what it is about.")
    box: PixelBox


class FormulaRecord(Strict):
    """A line of arithmetic in the last frame of its beat."""

    text: str = Field(min_length=1)
    of: str | None = Field(None, description="Address inside `values` of what it explains.")
    box: PixelBox


class BeatRecord(Strict):
    """One thing said and shown."""

    kind: Literal["explain", "step", "question", "answer"]
    start: Seconds
    end: Seconds
    caption: str
    prompt: str | None = Field(None, description="The question, where one is asked.")
    answer: str | None = Field(None, description="Its answer.")
    choices: list[str] | None = Field(None, description="From which it is chosen, where it is no number.")
    shown: list[ShownRecord]
    marks: list[MarkRecord] | None = None
    formulas: list[FormulaRecord] | None = None


class VideoRecord(Strict):
    """The film."""

    file: FileName
    width: Pixels
    height: Pixels
    fps: int = Field(gt=0)
    duration: float = Field(gt=0, description="In seconds: the number of frames, divided by `fps`.")
    sha256: Sha256


class PicturesRecord(Strict):
    """Still pictures, where they were asked for in place of a film."""

    files: list[FileName] = Field(min_length=1, description="In the order of the beats.")
    width: Pixels
    height: Pixels


class MadeWith(Strict):
    """What the clip was made with."""

    cnnreel: str
    manim: str
    weights_sha256: Sha256 | None = Field(None, description="Of the trained weights, where the scene uses some.")


class ExplanationRecord(Strict):
    """How a number came about, or where it is from."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["origin"]}]})

    text: str | None = Field(None, description="The arithmetic in a line, such as `Max(4, 1, 1, 1) = 4`.")
    spoken: str | None = Field(None, description="The same in words.")
    operands: dict[str, float | list[float]] | None = Field(None, description="The numbers of its left side, by name.")
    origin: str | None = Field(None, description="Where a number is from that was not computed, such as `given`.")


class ClipRecord(Strict):
    """A clip: what was asked, what was computed, and what is seen when."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["video"]}, {"required": ["pictures"]}]})

    schema_: Literal["cnnreel/1"] = Field(alias="schema")
    scene: str
    spec: dict[str, Any] = Field(description="What was asked, defaults included.")
    values: dict[str, Any] = Field(description="What was computed: nested lists of numbers by name.")
    video: VideoRecord | None = None
    pictures: PicturesRecord | None = None
    beats: list[BeatRecord]
    results: list[str] | None = Field(None, description="Addresses of what an answer key lists, as computed.")
    explanations: dict[str, ExplanationRecord] | None = Field(
        None, description="How each result and each number that is shown came about, by address."
    )
    made_with: MadeWith

    @model_validator(mode="after")
    def check_main(self) -> Self:
        if (self.video is None) == (self.pictures is None):
            raise ValueError("a clip has either a video or pictures")
        return self


def clip_record(spec: SceneSpec, timeline: Timeline, main: VideoRecord | PicturesRecord) -> dict[str, Any]:
    """Put together the record of a clip, and check it."""
    beats = timeline.as_json()
    record = {
        **inspected(spec),
        "video" if isinstance(main, VideoRecord) else "pictures": main.model_dump(),
        "beats": beats,
        **explained(spec, beats),
        "made_with": made_with(spec),
    }
    ClipRecord.model_validate(record)
    return record


def inspected(spec: SceneSpec) -> dict[str, Any]:
    """Return the first four keys of a record: those that need no film."""
    return {"schema": "cnnreel/1", "scene": spec.name, "spec": spec.as_json(), "values": as_json(spec.values())}


def explained(spec: SceneSpec, beats: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a record says of how its numbers came about: the addresses of its results, and all explanations."""
    results = list(spec.results())
    shown = (shown["of"] for beat in beats for shown in beat["shown"])
    return {
        "results": results,
        "explanations": {of: as_data(spec.explain(of)) for of in dict.fromkeys((*results, *shown))},
    }


def record_text(plain: dict[str, Any]) -> str:
    """Write JSON, a line for each key, refusing NaN and infinity, which JSON does not know."""
    lines = (f"{json.dumps(key)}: {_written(value)}" for key, value in plain.items())
    return "{" + ",\n ".join(lines) + "}\n"


def _written(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of NAME.json."""
    found = ClipRecord.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "cnnreel/1"}


def sha256_of(path: Path) -> str:
    """Return a file's hash as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def made_with(spec: SceneSpec | None = None) -> dict[str, str]:
    """Return the versions that are installed, and the hash of the weights that a scene uses."""
    versions = {package: installed(package) for package in ("cnnreel", "manim")}
    weights = spec.weights_file if spec else None
    return {**versions, "weights_sha256": sha256_of(weights)} if weights else versions


def installed(package: str) -> str:
    """Return the version of an installed package; a checkout may be used without being installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
