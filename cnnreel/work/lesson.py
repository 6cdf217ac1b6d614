"""A lesson: its clips, the film they make together, its page, and an index of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError, InputError
from cnnreel.film.record import VideoRecord, made_with, record_text, sha256_of
from cnnreel.paint.joining import FilmPart, join
from cnnreel.play.page.data import page_beats, parts_of
from cnnreel.play.page.writing import write_lesson_page
from cnnreel.tell.captions import Cue
from cnnreel.tell.sidecars import write_lesson_sidecars
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, OnClip, Output, Result
from cnnreel.work.files import check_free, made_if_missing, publish, staging
from cnnreel.work.lesson_file import Lesson
from cnnreel.work.scheduler import film_all

__all__ = ["Engine", "OnNamedClip", "ProducedLesson", "produce"]

Engine: TypeAlias = Callable[[Sequence[Clip], int, OnClip | None], list[Result]]
"""Films all clips with so many workers, and returns what became of each."""

OnNamedClip: TypeAlias = Callable[[str, float], None]
"""Called with the fraction of a clip that is done; the clip is named `LESSON/CLIP`."""


@dataclass(frozen=True)
class ProducedLesson:
    """What became of a lesson.

    Attributes
    ----------
    film
        The joined film, if every clip could be made.
    failures
        One sentence for each clip that could not, with its name.
    """

    film: Path | None
    failures: tuple[str, ...]


def produce(
    lessons: Sequence[Lesson],
    out_dir: Path,
    output: Output,
    workers: int,
    on_clip: OnNamedClip | None = None,
    *,
    cache: Cache | None = None,
    engine: Engine = film_all,
) -> list[ProducedLesson]:
    """Film all clips of all lessons, and join those of each lesson, into `out_dir/LESSON/`.

    Clips that were made stay where they are if another one fails; the joined film is made only of all of them.
    """
    folders = [out_dir / lesson.name for lesson in lessons]
    check_folders(folders)
    clips = [
        Clip(clip.spec, clip.name, folder, output, cache)
        for lesson, folder in zip(lessons, folders, strict=True)
        for clip in lesson.clips
    ]

    def tell(number: int, fraction: float) -> None:
        if on_clip is not None:
            on_clip(f"{clips[number].out_dir.name}/{clips[number].name}", fraction)

    with ExitStack() as stack:
        for folder in folders:
            stack.enter_context(made_if_missing(folder))
        results = iter(engine(clips, workers, tell))
        return [
            finish_lesson(lesson, folder, [next(results) for _ in lesson.clips], output)
            for lesson, folder in zip(lessons, folders, strict=True)
        ]


def check_folders(folders: Sequence[Path]) -> None:
    """Refuse two lessons of one name, and names that are taken by files."""
    for number, folder in enumerate(folders):
        if folder in folders[:number]:
            raise InputError(f"lesson files must have names of their own, but two of them are named {folder.name!r}.")
        check_free(folder)


def finish_lesson(lesson: Lesson, folder: Path, results: Sequence[Result], output: Output) -> ProducedLesson:
    """Join a lesson's clips, or say which of them are missing."""
    failures = tuple(
        f"{lesson.name}/{clip.name}: {result}"
        for clip, result in zip(lesson.clips, results, strict=True)
        if isinstance(result, CnnreelError)
    )
    if failures:
        return ProducedLesson(None, failures)
    try:
        records = [result.record for result in results if isinstance(result, Clip)]
        return ProducedLesson(join_lesson(lesson, folder, records, output), ())
    except CnnreelError as error:
        return ProducedLesson(None, (f"{lesson.name}: {error}",))


def join_lesson(lesson: Lesson, folder: Path, records: Sequence[dict[str, Any]], output: Output) -> Path:
    """Write the joined film, all that goes beside it, its page and its index; return the film."""
    films = [folder / clip.name / record["video"]["file"] for clip, record in zip(lesson.clips, records, strict=True)]
    ends = list(accumulate(record["video"]["duration"] for record in records))
    times = zip([0.0, *ends[:-1]], ends, lesson.clips, strict=True)
    chapters = [Cue(start, end, clip.chapter) for start, end, clip in times]
    name = lesson.name
    with staging(folder) as staged:
        parts = [FilmPart(film.absolute(), chapter.start) for film, chapter in zip(films, chapters, strict=True)]
        index = lesson_index(lesson, chapters)
        told = parts_of(index, records)
        join(parts, ends[-1], chapters, staged / f"{name}.mp4", output.track(page_beats(told)))
        (staged / f"{name}.png").write_bytes(films[0].with_suffix(".png").read_bytes())
        video = {**records[0]["video"], "file": f"{name}.mp4", "duration": ends[-1]}
        video["sha256"] = sha256_of(staged / f"{name}.mp4")
        index["video"] = VideoRecord.model_validate(video).model_dump()
        write_lesson_sidecars(staged, name, lesson.title, told)
        write_lesson_page(staged, index, told, folder, single_file=output.single_file)
        files = sorted(str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file())
        (staged / f"{name}.json").write_text(record_text(index), encoding="utf-8")
        publish(staged, folder, [*files, f"{name}.json"])
    return folder / f"{name}.mp4"


def lesson_index(lesson: Lesson, chapters: Sequence[Cue]) -> dict[str, Any]:
    """Return what `LESSON.json` says: where each clip and its record are; the film is still to be filled in."""
    clips = [
        {
            "chapter": chapter.text,
            "scene": clip.spec.name,
            "start": chapter.start,
            "end": chapter.end,
            "record": f"{clip.name}/{clip.name}.json",
        }
        for clip, chapter in zip(lesson.clips, chapters, strict=True)
    ]
    return {
        "schema": "cnnreel-lesson/1",
        "title": lesson.title,
        "video": {},
        "clips": clips,
        "made_with": made_with(),
    }
