"""What is to be made, and where, and what is known of it. Nothing here needs Manim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnn_core.arrays import Pair
from cnnreel.paint.encoder import CODECS, TRANSPARENT, Codec
from cnnreel.paint.gif import GIF_FPS
from cnnreel.paint.quality import QUALITIES
from scenes.specs import SceneSpec
from scenes.timeline import Timeline

__all__ = ["Order", "Prepared"]


@dataclass(frozen=True)
class Order:
    """What is to be made, and in which folder.

    Attributes
    ----------
    folder
        Where it is made: a folder of its own inside a hidden one, which is inside `out_dir`.
    """

    spec: SceneSpec
    name: str
    quality: str
    format: str
    folder: Path
    constant_frame_rate: bool = False
    single_file: bool = False
    transparent: bool = False

    @property
    def out_dir(self) -> Path:
        """Where the clip's folder will be."""
        return self.folder.parents[1]

    @property
    def size(self) -> Pair:
        """Width and height in pixels."""
        return QUALITIES[self.quality].size(self.spec.ratio)

    @property
    def fps(self) -> int:
        """Frames a second; all that GIF can, and all that stills need, are 15."""
        fps = QUALITIES[self.quality].fps
        return fps if self.format in CODECS else min(fps, GIF_FPS)

    @property
    def codec(self) -> Codec:
        """How the film is encoded."""
        return TRANSPARENT if self.transparent else CODECS[self.format]

    @property
    def path(self) -> Path:
        """The film."""
        return self.folder / f"{self.name}.{self.format}"

    @property
    def segments(self) -> Path:
        """Folder of the film's beats, until they are put together."""
        return self.folder / "segments"

    @property
    def poster(self) -> Path:
        """The picture of the same name."""
        return self.folder / f"{self.name}.png"


@dataclass(frozen=True)
class Prepared:
    """A film of which it is known what it will show.

    Attributes
    ----------
    keys
        Under which each beat is kept in the cache; empty if there is none.
    missing
        Numbers of the beats that are not in the cache.
    """

    timeline: Timeline
    keys: tuple[str, ...]
    missing: tuple[int, ...]
