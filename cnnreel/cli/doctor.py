"""Is this machine ready to film, and what is to be installed if not."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cnnreel.here import installing, repairing

__all__ = ["Finding", "findings"]

SYSTEM_PACKAGES = "gcc pkg-config python3-dev libcairo2-dev libpango1.0-dev (on macOS: pkg-config cairo pango)"
_FONTS = Path("fonts") / "SourceSansPro-Regular.otf", Path("fonts") / "SourceSansPro-Semibold.otf"


@dataclass(frozen=True)
class Finding:
    """What was looked at, and how it is; `remedy` says what to do about it where it is not well."""

    what: str
    how: str
    well: bool = True
    needed: bool = True
    remedy: str = ""

    def __str__(self) -> str:
        mark = "ok     " if self.well else "MISSING" if self.needed else "absent "
        return f"{mark}  {self.what}: {self.how}{f' -> {self.remedy}' if not self.well else ''}"


def findings(out_dir: Path) -> Iterator[Finding]:
    """Look at everything that filming needs."""
    yield python()
    yield looked_at("cairo", cairo, f"install {SYSTEM_PACKAGES}, then run: {repairing('pycairo')}")
    yield looked_at("pango", pango, f"install {SYSTEM_PACKAGES}, then run: {repairing('manimpango')}")
    yield looked_at("Manim", manim, f"run: {repairing('manim')}")
    yield looked_at("Pillow", pillow, f"run: {repairing('pillow')}")
    yield looked_at("HarfBuzz", harfbuzz, f"run: {repairing('uharfbuzz')}")
    yield looked_at("Typst", typst, f"run: {repairing('typst')}")
    yield looked_at("fonts", fonts, "files of the project are missing: download it again")
    yield looked_at("H.264 encoder", lambda: codec("libx264"), f"run: {repairing('av')}")
    yield looked_at("VP9 encoder", lambda: codec("libvpx-vp9"), f"run: {repairing('av')}")
    yield looked_at("output folder", lambda: writable(out_dir), "choose another one with -o")
    yield looked_at("torch", torch, f"only for training: {installing('train')}", needed=False)
    yield looked_at("python-pptx", pptx, f"only for --format pptx: {installing('slides')}", needed=False)


def looked_at(what: str, look: Callable[[], str], remedy: str, *, needed: bool = True) -> Finding:
    """Look at one thing; whatever goes wrong in doing so is the finding."""
    try:
        return Finding(what, look())
    except Exception as error:
        return Finding(what, f"{type(error).__name__}: {error}", well=False, needed=needed, remedy=remedy)


def python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", found, sys.version_info >= (3, 11), remedy="install Python 3.11 or later")


def cairo() -> str:
    found: str = importlib.import_module("cairo").cairo_version_string()
    return found


def pango() -> str:
    importlib.import_module("manimpango")
    return version("ManimPango")


def manim() -> str:
    importlib.import_module("manim")
    return version("manim")


def pillow() -> str:
    """Refuse the Pillow with which Manim cannot draw images."""
    found = version("pillow")
    if int(found.split(".")[0]) >= 13:
        raise RuntimeError(f"{found}, with which Manim cannot draw images; it must be older than 13")
    return found


def harfbuzz() -> str:
    importlib.import_module("uharfbuzz")
    return version("uharfbuzz")


def typst() -> str:
    importlib.import_module("typst")
    return version("typst")


def fonts() -> str:
    folder = Path(importlib.import_module("scenes").__file__ or "").parent
    missing = [font.name for font in _FONTS if not (folder / font).is_file()]
    if missing:
        raise FileNotFoundError(", ".join(missing))
    return ", ".join(font.stem for font in _FONTS)


def codec(name: str) -> str:
    """Look for an encoder inside PyAV."""
    importlib.import_module("av").codec.Codec(name, "w")
    return f"{name} in PyAV {version('av')}"


def writable(folder: Path) -> str:
    nearest = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    with tempfile.TemporaryFile(dir=nearest):
        return f"{folder} can be written to"


def torch() -> str:
    """Say which torch there is, without loading it."""
    return version("torch")


def pptx() -> str:
    return version("python-pptx")
