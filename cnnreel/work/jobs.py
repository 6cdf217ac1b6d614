"""A clip to film, and what becomes of it. Nothing here needs Manim."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError
from cnnreel.work.cache import Cache
from cnnreel.work.crew import Failed
from cnnreel.work.finished import clip_key, from_cache
from cnnreel.work.orders import Order
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
    def how(self) -> dict[str, Any]:
        """How it is to be filmed, as `film`, `clip_key` and `Order` take it."""
        names = ("quality", "format", "constant_frame_rate", "single_file", "transparent")
        return {name: getattr(self, name) for name in names}

    @property
    def key(self) -> str:
        """The clip's key in the cache."""
        return clip_key(self.spec, self.name, **self.how) if self.cache else ""

    def from_cache(self) -> dict[str, Any] | None:
        """Put the clip in its place if it is kept in the cache, and return its record."""
        with suppress(CnnreelError):  # whoever films it will say what is wrong
            return from_cache(self.cache, self.key, self.out_dir, self.name) if self.cache else None
        return None

    def order(self, folder: Path) -> Order:
        """Return what is to be made in a folder."""
        return Order(self.spec, self.name, folder=folder, **self.how)


@dataclass(frozen=True)
class Filmed:
    """A clip that is on disk."""

    record: dict[str, Any]
    """What its JSON says."""

    @property
    def seconds(self) -> float:
        """How long the film is; pictures take no time."""
        return float(self.record["video"]["duration"]) if "video" in self.record else 0.0


Outcome: TypeAlias = Filmed | Failed
OnJob: TypeAlias = Callable[[int, float], None]
"""Called with a job's number and the fraction of it that is done."""
