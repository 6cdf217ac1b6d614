"""Clips on disk as filming leaves them, but recorded and not painted: their videos are empty, their pictures plain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cnnreel.film.record import inspected, record_text
from cnnreel.film.recorder import record_film
from cnnreel.paint.stills import picture_name
from cnnreel.play.page.data import parts_of
from cnnreel.play.page.writing import write_clip_page, write_lesson_page
from cnnreel.tell.sidecars import write_sidecars
from cnnreel.tell.story import Story
from scenes.catalog import find

__all__ = ["Reel", "lesson_of", "plain_film", "reel_of", "written"]

SIZES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}


@dataclass(frozen=True)
class Reel:
    """A clip, and what its files say."""

    folder: Path
    name: str
    record: dict[str, Any]
    film: dict[str, Any]

    @property
    def page(self) -> Path:
        return self.folder / f"{self.name}.html"

    @property
    def main(self) -> Path:
        return self.folder / f"{self.name}.mp4"


def reel_of(folder: Path, name: str, scene: str, **given: Any) -> Reel:
    """Record a scene and write all that belongs to it into a folder of its own."""
    spec = find(scene).build(given)
    size = SIZES[spec.ratio]
    recording = record_film(spec, size)
    video = {
        "file": f"{name}.mp4",
        "width": size[0],
        "height": size[1],
        "fps": 60,
        "duration": recording.film["duration"],
    }
    record = {**inspected(spec), "video": video, "beats": recording.timeline.as_json()}
    return written(Reel(folder / name, name, record, recording.film))


def written(reel: Reel) -> Reel:
    """Write what belongs to a clip, and return it."""
    folder, name = reel.folder, reel.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.film.json").write_text(json.dumps(reel.film), encoding="utf-8")
    (folder / f"{name}.json").write_text(record_text(reel.record), encoding="utf-8")
    (folder / f"{name}.mp4").write_bytes(b"")
    Image.new("RGB", (64, 36)).save(folder / f"{name}.png")
    (folder / "stills").mkdir(exist_ok=True)
    for number, beat in enumerate(reel.record["beats"], 1):
        Image.new("RGB", (64, 36), (number, 0, 0)).save(folder / "stills" / picture_name(number, beat["kind"]))
    write_sidecars(folder, name, Story(reel.record))
    write_clip_page(folder, name, Story(reel.record))
    return reel


def lesson_of(reels: Sequence[Reel], folder: Path, *, single_file: bool = False) -> Path:
    """Write a lesson's page over clips whose folders lie in its own, and return it."""
    starts = [sum(reel.record["video"]["duration"] for reel in reels[:number]) for number in range(len(reels))]
    clips = [
        {"chapter": reel.name, "scene": reel.film["scene"], "start": start, "record": f"{reel.name}/{reel.name}.json"}
        for reel, start in zip(reels, starts, strict=True)
    ]
    index = {"schema": "cnnreel-lesson/1", "title": "A lesson", "video": {"file": "lesson.mp4"}, "clips": clips}
    Image.new("RGB", (64, 36)).save(folder / "lesson.png")
    (folder / "lesson.json").write_text(json.dumps(index), encoding="utf-8")
    write_lesson_page(folder, index, parts_of(index, [reel.record for reel in reels]), folder, single_file=single_file)
    return folder / "index.html"


def plain_film(record: dict[str, Any]) -> dict[str, Any]:
    """Return a film in which a square moves to the right, with what a record says is on screen."""
    video = record["video"]
    return {
        "schema": "cnnreel-film/1",
        "scene": record["scene"],
        "size": [1920, 1080],
        "duration": video["duration"],
        "rate": 60,
        "themes": ["dark", "light"],
        "theme": "dark",
        "paints": [["#0F1216", "#FCFAF5"], ["#ECEEF1", "#181B20"]],
        "easings": [[0, 1]],
        "shapes": ["M0 0h100v100h-100z"],
        "pictures": [],
        "tracks": [[[0, -1, 0]], [[0, 0, 0, 490], [round(60 * video["duration"]), -1, 1820, 490]], [[0, -1, 1, 1]]],
        "sprites": [{"outline": 0, "pose": 1, "fill": 2}],
        "orders": [[0, [0, 0]]],
        "beats": [{"marks": [], "formulas": [], "texts": [], **beat} for beat in record["beats"]],
    }
