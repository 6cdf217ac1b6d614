"""A clip or a lesson on disk, as those see it who want to show it elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_core.errors import InputError
from cnnreel.play.page.data import PagePart, page_beats, parts_of, summary
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import clip_title
from cnnreel.work.files import read_published

__all__ = ["Embeddable", "read_embeddable"]


@dataclass(frozen=True)
class Embeddable:
    """A film with all that goes beside it.

    Attributes
    ----------
    name
        Of its folder, and of its files without their endings.
    page
        Its page's file.
    alt
        What the film shows, in a sentence or two.
    """

    folder: Path
    title: str
    page: str
    alt: str
    video: Mapping[str, Any]
    parts: Sequence[PagePart]

    @property
    def name(self) -> str:
        return str(self.video["file"]).rpartition(".")[0]

    @property
    def questions(self) -> list[dict[str, Any]]:
        return [beat for beat in page_beats(self.parts) if beat["kind"] == "question"]


def read_embeddable(path: Path) -> Embeddable:
    """Read a clip or a lesson from its folder, or from its JSON file.

    Raises
    ------
    InputError
        If there is none, or it is of pictures only.
    """
    file = path / f"{path.resolve().name}.json" if path.is_dir() else path
    found = _load(file)
    if found.get("schema") == "cnnreel-lesson/1":
        records = [_load(file.parent / clip["record"]) for clip in found["clips"]]
        parts = parts_of(found, records)
        page, title = "index.html", found["title"]
    elif found.get("schema") == "cnnreel/1" and "video" in found:
        parts = [PagePart.alone(Story(found))]
        page, title = f"{file.stem}.html", clip_title(found)
    else:
        raise InputError(f"CLIP must be a film or a lesson, but {str(file)!r} describes neither.")
    return Embeddable(file.parent, title, page, summary(parts), found["video"], parts)


def _load(file: Path) -> dict[str, Any]:
    """Read JSON, or say in one sentence why not."""
    try:
        found = json.loads(read_published(file))
    except OSError as error:
        raise InputError(
            f"CLIP must be the folder of a clip or a lesson, but {str(file)!r} cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise InputError(f"CLIP must be the folder of a clip or a lesson, but {str(file)!r} is no JSON.") from error
    return found if isinstance(found, dict) else {}
