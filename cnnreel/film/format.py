"""What NAME.film.json says: the film as data, and its JSON Schema (`python -m cnnreel.film.format` prints it).

`docs/film-format.md` tells it in words.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from cnnreel.film.record import BeatRecord, FormulaRecord, MarkRecord, PixelBox, Strict

__all__ = ["Film", "FilmBeat", "PictureValues", "Sprite", "TextRecord", "film_schema", "film_text"]

FRAME = 1080
"""Length of the frame's shorter side, to which all lengths refer."""

RATE = 60
"""Samples a second."""

Color = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]
Index = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=-0.5, le=1.5)]
PathData = Annotated[str, Field(pattern=r"^[Mlhvcz0-9 .\-]*$", description="SVG path data.")]
KeyNumbers = Annotated[
    list[float], Field(min_length=3, max_length=8, description="Time, easing, and at least one value.")
]
Track = Annotated[list[KeyNumbers], Field(min_length=1)]
DrawingOrder = tuple[Index, list[Index]]


class PictureValues(Strict):
    """A picture of square pixels, row by row: of values between three paints, or of colours."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    values: str | None = Field(None, description="Base64 of a byte for each pixel: 128 and 127 times a value in -1..1.")
    ground: Index | None = Field(None, description="Paint of the value 0.")
    above: Index | None = Field(None, description="Paint of the value 1.")
    below: Index | None = Field(None, description="Paint of the value -1.")
    when: str | None = Field(None, description="Base64 of a byte for each pixel: when it appears, from 0 to 254.")
    rgb: str | None = Field(None, description="Base64 of three bytes for each pixel, in place of values.")


class Sprite(Strict):
    """Something that is drawn; numbers are indices into `tracks`."""

    outline: Index | None = Field(None, description="Track of: index into `shapes`.")
    picture: Index | None = Field(None, description="Track of: index into `pictures`.")
    pose: Index = Field(description="Track of: x, y; perhaps scale, or scale_x and scale_y, or a, b, c, d.")
    fill: Index | None = Field(None, description="Track of: paint, opacity.")
    stroke: Index | None = Field(None, description="Track of: paint, opacity, width.")
    opacity: Index | None = Field(None, description="Track of: opacity of a picture.")
    join: Literal["round", "bevel"] | None = None
    cap: Literal["round", "square"] | None = None


class TextRecord(Strict):
    """Words that can be seen in the last instant of their beat."""

    text: str
    box: PixelBox


class FilmBeat(BeatRecord):
    """A beat, with all that can be seen in its last instant; boxes are in pixels of the film's `size`."""

    marks: list[MarkRecord]
    formulas: list[FormulaRecord]
    texts: list[TextRecord]


class Film(Strict):
    """What a clip looks like at every instant."""

    schema_: Literal["cnnreel-film/1"] = Field(alias="schema")
    scene: str
    size: tuple[float, float] = Field(description="Width and height; the shorter one is 1080.")
    duration: float = Field(gt=0, description="In seconds.")
    rate: int = Field(gt=0, description="Times of tracks and orders are counted in so many a second.")
    themes: list[str] = Field(min_length=1)
    theme: str = Field(description="The one of them that the clip's video shows.")
    paints: list[list[Color]] = Field(min_length=1, description="Each in each theme; the first is the background.")
    easings: list[list[Share]] = Field(min_length=1)
    shapes: list[PathData]
    pictures: list[PictureValues]
    tracks: list[Track]
    sprites: list[Sprite]
    orders: list[DrawingOrder] = Field(description="Time, and runs of sprites: first, last, first, last, ...")
    beats: list[FilmBeat]


def film_text(film: dict[str, Any]) -> str:
    """Write a film as JSON, in as few letters as that takes."""
    return json.dumps(film, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def film_schema() -> dict[str, Any]:
    """Return the JSON Schema of NAME.film.json."""
    found = Film.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "cnnreel-film/1"}


if __name__ == "__main__":
    print(json.dumps(film_schema(), indent=2))
