"""An H5P package: every file that its content names is inside, and what it needs is said."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

NUMBER, BOOLEAN = {"type": "number", "minimum": 0}, {"type": "boolean"}
LABEL, HTML = {"type": "string", "minLength": 1}, {"type": "string", "pattern": r"^(<p>[^<>]+</p>)+$"}


def group(needed: str = "", **fields: Any) -> dict[str, Any]:
    """Return a group of fields: no others are known, and some are needed."""
    return {"type": "object", "properties": fields, "required": needed.split(), "additionalProperties": False}


def several(one: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": one}


def file(kind: str, **more: Any) -> dict[str, Any]:
    return group("path mime", path={"type": "string"}, mime={"pattern": f"^{kind}$"}, **more)


BLANKS = group("text questions", text=HTML, questions={**several(HTML), "minItems": 1})
ACTION = group(
    "library params subContentId metadata",
    library={"const": "H5P.Blanks 1.14"},
    params=BLANKS,
    subContentId={"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    metadata=group("title license contentType", title={**LABEL, "maxLength": 255}, license=LABEL, contentType=LABEL),
)
TRACK = group(
    "kind srcLang track",
    label=LABEL,
    kind={"enum": ["subtitles", "captions", "descriptions"]},
    srcLang=LABEL,
    track=file("text/vtt"),
)
INTERACTION = group(
    "duration pause x y action",
    duration=group("from to", **{"from": NUMBER, "to": NUMBER}),
    pause=BOOLEAN,
    displayType={"enum": ["button", "poster"]},
    x={**NUMBER, "maximum": 100},
    y={**NUMBER, "maximum": 100},
    width=NUMBER,
    height=NUMBER,
    libraryTitle=LABEL,
    action=ACTION,
)
SEMANTICS = group(
    "interactiveVideo",
    interactiveVideo=group(
        "video assets",
        video=group(
            "files",
            files={**several(file("video/(mp4|webm)")), "minItems": 1},
            startScreenOptions=group(
                "title", title={**LABEL, "maxLength": 60}, poster=file("image/png", width=NUMBER, height=NUMBER)
            ),
            textTracks=group("videoTrack", videoTrack=several(TRACK)),
        ),
        assets=group(
            "interactions",
            interactions=several(INTERACTION),
            bookmarks=several(group("time label", time=NUMBER, label=LABEL)),
        ),
    ),
)
"""What of `semantics.json` of Interactive Video 1.27 and Fill in the Blanks 1.14 is used here."""


def mistakes(content: Any) -> Iterator[str]:
    return (f"{error.json_path}: {error.message}" for error in Draft202012Validator(SEMANTICS).iter_errors(content))


def test_content_is_as_its_types_want_it(exported: Callable[[str], Path]) -> None:
    with zipfile.ZipFile(exported("h5p")) as package:
        content = json.loads(package.read("content/content.json"))
        about = json.loads(package.read("h5p.json"))
    assert list(mistakes(content)) == []
    assert set(about) == {"title", "language", "mainLibrary", "embedTypes", "license", "preloadedDependencies"}
    assert (about["embedTypes"], about["license"]) == (["iframe"], "U")
    (one,) = content["interactiveVideo"]["assets"]["interactions"]
    assert one["duration"]["from"] < one["duration"]["to"]
    one["displayType"] = "popup"
    assert [line.partition(":")[0] for line in mistakes(content)] == [
        "$.interactiveVideo.assets.interactions[0].displayType"
    ]


def test_a_package_holds_every_file_that_its_content_names(exported: Callable[[str], Path]) -> None:
    with zipfile.ZipFile(exported("h5p")) as package:
        content = json.loads(package.read("content/content.json"))
        video = content["interactiveVideo"]["video"]
        named = [
            video["files"][0]["path"],
            video["startScreenOptions"]["poster"]["path"],
            video["textTracks"]["videoTrack"][0]["track"]["path"],
        ]
        assert {f"content/{name}" for name in named} | {"h5p.json", "content/content.json"} == set(package.namelist())


def test_a_package_says_which_content_types_it_needs(exported: Callable[[str], Path]) -> None:
    with zipfile.ZipFile(exported("h5p")) as package:
        about, content = (json.loads(package.read(name)) for name in ("h5p.json", "content/content.json"))
    libraries = about["preloadedDependencies"]
    needed = {f"{one['machineName']} {one['majorVersion']}.{one['minorVersion']}" for one in libraries}
    used = {one["action"]["library"] for one in content["interactiveVideo"]["assets"]["interactions"]}
    assert used
    assert used < needed
    assert about["mainLibrary"] == "H5P.InteractiveVideo"
