"""A clip to film, and what becomes of it. Nothing here needs Manim."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError
from reel.cache import Cache
from reel.crew import Failed
from reel.finished import clip_key, from_cache
from reel.orders import Order
from scenes.specs import SceneSpec

__all__ = ["Failed", "Filmed", "Job", "OnJob", "Outcome"]


@dataclass(frozen=True)
class Job:
    """A clip to film."""

    spec: SceneSpec
    out_dir: Path
    name: str
    quality: str
    constant_frame_rate: bool = False
    cache: Cache | None = None
    format: str = "mp4"
    single_file: bool = False
    transparent: bool = False

    @property
    def key(self) -> str:
        """The clip's key in the cache."""
        how: Any = {"format": self.format, "single_file": self.single_file, "transparent": self.transparent}
        how |= {"quality": self.quality, "constant_frame_rate": self.constant_frame_rate}
        return clip_key(self.spec, self.name, **how) if self.cache else ""

    def from_cache(self) -> dict[str, Any] | None:
        """Put the clip in its place if it is kept in the cache, and return its record."""
        with suppress(CnnreelError):  # whoever films it will say what is wrong
            return from_cache(self.cache, self.key, self.out_dir, self.name) if self.cache else None
        return None

    def order(self, folder: Path) -> Order:
        """Return what is to be made in a folder."""
        return Order(
            self.spec,
            self.name,
            self.quality,
            self.format,
            folder,
            self.constant_frame_rate,
            self.single_file,
            self.transparent,
        )


@dataclass(frozen=True)
class Filmed:
    """A clip that is on disk."""

    record: dict[str, Any]
    """What its JSON says."""


Outcome: TypeAlias = Filmed | Failed
OnJob: TypeAlias = Callable[[int, float], None]
"""Called with a job's number and the fraction of it that is done."""
