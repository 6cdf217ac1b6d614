"""An H5P package: an Interactive Video that waits at the questions, with captions and chapters.

The content types are not inside: whoever opens it needs Interactive Video 1.27 installed, as Moodle, WordPress and
Lumi have it once it has been chosen in their H5P hub.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.exports.scorm import add_file
from cnnreel.tell.quiz import h5p

__all__ = []

_LIBRARIES = {
    "H5P.InteractiveVideo": (1, 27),
    "H5P.Video": (1, 6),
    "H5P.Blanks": (1, 14),
}


def write(film: Embeddable, path: Path) -> None:
    """Write the package: what it is, its content, and the files that the content names."""
    files = {
        f"videos/{film.video['file']}": film.folder / film.video["file"],
        f"images/{film.name}.png": film.folder / f"{film.name}.png",
        f"files/{film.name}.vtt": film.folder / f"{film.name}.vtt",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        add_file(package, "h5p.json", json.dumps(_about(film), indent=1, ensure_ascii=False).encode())
        add_file(package, "content/content.json", h5p(film).encode())
        for name, file in files.items():
            add_file(package, f"content/{name}", file.read_bytes())


def _about(film: Embeddable) -> dict[str, Any]:
    """Return what `h5p.json` says."""
    return {
        "title": film.title[:255],
        "language": "en",
        "mainLibrary": "H5P.InteractiveVideo",
        "embedTypes": ["iframe"],
        "license": "U",
        "preloadedDependencies": [
            {"machineName": name, "majorVersion": major, "minorVersion": minor}
            for name, (major, minor) in _LIBRARIES.items()
        ],
    }
