"""What is too much: clips and lessons that nobody can have meant are refused before they are filmed."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnn_core.errors import InputError

if TYPE_CHECKING:
    from cnnreel.work.clip import Clip

__all__ = [
    "CLIP_GIGAPIXELS",
    "CLIP_SECONDS",
    "LESSON_CLIPS",
    "LESSON_SECONDS",
    "LIMITS",
    "Limit",
    "check_clip",
    "check_lessons",
]


@dataclass(frozen=True)
class Limit:
    """The most of something, unless an environment variable says otherwise.

    Attributes
    ----------
    what
        The thing, and what it does with the unit: `("a clip", "last")`.
    """

    variable: str
    usual: int
    what: tuple[str, str]
    unit: str

    @property
    def most(self) -> int:
        given = os.environ.get(self.variable, str(self.usual))
        if not given.isdecimal():
            raise InputError(f"{self.variable} must be a number of {self.unit}, but it is {given!r}.")
        return int(given)

    def check(self, came: float, where: str = "") -> None:
        """Refuse what is more, in a sentence that begins with where it was found."""
        if came > self.most:
            thing, does = self.what
            raise InputError(
                f"{where}{thing} must {does} at most {self.most:,} {self.unit}, but this one would {does} "
                f"{math.ceil(came):,}; {self.variable} sets another limit."
            )


CLIP_SECONDS = Limit("CNNREEL_CLIP_SECONDS", 900, ("a clip", "last"), "seconds")
CLIP_GIGAPIXELS = Limit("CNNREEL_CLIP_GIGAPIXELS", 250, ("a clip", "have"), "gigapixels in all its frames")
LESSON_CLIPS = Limit("CNNREEL_LESSON_CLIPS", 500, ("a lesson", "have"), "clips")
LESSON_SECONDS = Limit("CNNREEL_LESSON_SECONDS", 10_800, ("a lesson", "last"), "seconds")

LIMITS = (CLIP_SECONDS, CLIP_GIGAPIXELS, LESSON_CLIPS, LESSON_SECONDS)


def check_lessons(clips: Iterable[tuple[Path, float]]) -> None:
    """Refuse lessons that would be too long, given the folder of each clip's lesson and the clip's seconds."""
    seconds: dict[Path, float] = defaultdict(float)
    for folder, length in clips:
        seconds[folder] += length
    for folder, total in seconds.items():
        LESSON_SECONDS.check(total, f"{folder.name}: ")


def check_clip(clip: Clip, seconds: float) -> None:
    """Refuse a clip that would be too long, or too large in all."""
    CLIP_SECONDS.check(seconds)
    width, height = clip.size
    CLIP_GIGAPIXELS.check(width * height * clip.output.fps * seconds / 1e9)
