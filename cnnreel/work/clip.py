"""A clip: what is filmed, how, and where its files are. Nothing here needs Manim."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.arrays import Pair
from cnn_core.errors import CnnreelError, InputError
from cnn_core.reading.grids import Grid
from cnnreel.film.record import inspected, made_with
from cnnreel.paint.encoder import CODECS, TRANSPARENT, Codec
from cnnreel.paint.gif import GIF_FPS
from cnnreel.paint.quality import QUALITIES
from cnnreel.tell.captions import Cue, captions
from cnnreel.work.cache import Cache, key_of
from cnnreel.work.files import FULL, check_free, publish, read_published, said_plainly, staging
from scenes.specs import SceneSpec

__all__ = ["CAPTIONS", "Clip", "OnClip", "Output", "Result", "in_one_sentence"]

FORMATS = (*CODECS, "gif", "png", "stills")
CAPTIONS = ("track", "burned", "none")


def check_choice(argument: str, given: str, choices: Collection[str]) -> None:
    """Refuse what cannot be chosen."""
    if given not in choices:
        raise InputError(f"{argument} must be one of {', '.join(choices)}, but it is {given!r}.")


@dataclass(frozen=True)
class Output:
    """How a clip is made; whatever can be chosen of that is listed here alone.

    Attributes
    ----------
    format
        A film (mp4, webm, gif), its last frame (png), or a picture of each beat and a sheet of them (stills).
    constant_frame_rate
        Store every frame of the film, even where nothing changes: some editing programs need that.
    single_file
        Put film, stills and fonts inside the page, so that it can be passed on alone.
    transparent
        Leave the background out, of WebM or a PNG.
    captions
        A track of the mp4 (track), drawn into the pictures (burned), or neither; files of them lie beside in any case.

    Raises
    ------
    InputError
        If there is no such quality, format or kind of captions.
    """

    quality: str = "medium"
    format: str = "mp4"
    constant_frame_rate: bool = False
    single_file: bool = False
    transparent: bool = False
    captions: str = "track"

    def __post_init__(self) -> None:
        check_choice("quality", self.quality, QUALITIES)
        check_choice("format", self.format, FORMATS)
        check_choice("captions", self.captions, CAPTIONS)
        if self.transparent:
            check_choice("format of a transparent film", self.format, ("webm", "png"))

    @property
    def fps(self) -> int:
        """Frames a second; all that GIF can, and all that pictures need, are 15."""
        fps = QUALITIES[self.quality].fps
        return fps if self.format in CODECS else min(fps, GIF_FPS)

    def track(self, beats: Sequence[Mapping[str, Any]]) -> list[Cue]:
        """Return what the track of captions holds; nothing where there is none."""
        return captions(beats) if (self.captions, self.format) == ("track", "mp4") else []

    @property
    def codec(self) -> Codec:
        return TRANSPARENT if self.transparent else CODECS[self.format]


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip that is to be made, or has been.

    Attributes
    ----------
    out_dir
        The folder in which the clip has its folder.
    cache
        Where to look for the clip and its beats before they are filmed, and to keep them afterwards.
    """

    spec: SceneSpec
    name: str
    out_dir: Path
    output: Output = Output()
    cache: Cache | None = None

    @property
    def folder(self) -> Path:
        return self.out_dir / self.name

    @property
    def main(self) -> Path:
        """The file that was asked for: the film, the picture, or the contact sheet."""
        format = self.output.format
        return self.folder / (f"{self.name}-contact.png" if format == "stills" else f"{self.name}.{format}")

    @property
    def size(self) -> Pair:
        return QUALITIES[self.output.quality].size(self.spec.ratio)

    @cached_property
    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(read_published(self.folder / f"{self.name}.json"))
        return record

    @property
    def seconds(self) -> float:
        """How long it is, once it is made; pictures take no time."""
        return float(self.record["video"]["duration"]) if "video" in self.record else 0.0

    @cached_property
    def key(self) -> str:
        """The key under which it is kept: a hash of what is asked, of what is computed, and of what films it.

        A film also says where its numbers are from, which their JSON does not.
        """
        origins = {field: given.origin for field, given in self.spec if isinstance(given, Grid)}
        asked, made = inspected(self.spec), made_with(self.spec)
        return key_of(asked=asked, origins=origins, made_with=made, name=self.name, how=asdict(self.output))

    def fetch(self) -> bool:
        """Put the clip into its folder if the cache has it; tell whether it had."""
        check_free(self.folder)
        if self.cache is None:
            return False
        with staging(self.out_dir) as staged:
            if not self.cache.fetch(self.key, staged):
                return False
            self.publish(staged)
        return True

    def publish(self, made: Path) -> None:
        """Move all that was made for the clip into its folder, its record last."""
        files = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
        publish(made, self.folder, [*sorted(files - {f"{self.name}.json"}), f"{self.name}.json"])


Result: TypeAlias = Clip | CnnreelError
"""A clip that was made, or why it could not be."""

OnClip: TypeAlias = Callable[[int, float], None]
"""Called with a clip's number and the fraction of it that is done."""


@contextmanager
def in_one_sentence(clip: Clip) -> Iterator[None]:
    """Say in one sentence whatever goes wrong with a clip; what nobody had foreseen has its traceback as a note."""
    try:
        with said_plainly(clip.out_dir, only=FULL):
            yield
    except CnnreelError:
        raise
    except Exception as error:
        failure = CnnreelError(f"{type(error).__name__}: {error}")
        failure.add_note(traceback.format_exc())
        raise failure from None
