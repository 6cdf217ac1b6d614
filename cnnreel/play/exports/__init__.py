"""A finished film as something else: slides, or a course item that a learning platform can grade."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from cnn_core.errors import CnnreelError
from cnnreel.here import installing
from cnnreel.play.embeddable import read_embeddable
from cnnreel.work.files import staging

__all__ = ["EXPORTS", "check_installed", "export"]


@dataclass(frozen=True)
class Export:
    """How a film is written as something else.

    Attributes
    ----------
    module
        Has a function `write(film, path)`; it is loaded when it is needed.
    ending
        Of the file's name.
    needs
        A package that is not always there, and what it is called where it can be had.
    """

    module: str
    ending: str
    needs: tuple[str, str] | None = None


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "h5p": Export("cnnreel.play.exports.h5p", ".h5p"),
        "pptx": Export("cnnreel.play.exports.powerpoint", ".pptx", needs=("pptx", "python-pptx")),
        "revealjs": Export("cnnreel.play.exports.reveal", ".slides.html"),
        "scorm": Export("cnnreel.play.exports.scorm", ".scorm.zip"),
    }
)
"""By the name that `--format` knows them by."""


def check_installed(format: str) -> None:
    """Refuse a format that cannot be written here, before anything is filmed.

    Raises
    ------
    CnnreelError
        If a package that it needs is not installed.
    """
    needs = EXPORTS[format].needs if format in EXPORTS else None
    if needs and find_spec(needs[0]) is None:
        raise CnnreelError(f"--format {format} needs {needs[1]}, which is not installed: {installing('slides')}.")


def export(folder: Path, format: str) -> Path:
    """Write a clip or a lesson in another format into its own folder, and return the file; it appears complete.

    Raises
    ------
    CnnreelError
        If the disk is full, or a package that it needs is not installed.
    """
    check_installed(format)
    film, how = read_embeddable(folder), EXPORTS[format]
    path = film.folder / f"{film.name}{how.ending}"
    with staging(film.folder) as staged:
        import_module(how.module).write(film, staged / path.name)
        os.replace(staged / path.name, path)
    return path
