"""An H5P package: every file that its content names is inside, and what it needs is said."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path


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
