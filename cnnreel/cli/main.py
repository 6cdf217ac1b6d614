"""The command line: parses, calls, prints."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from cnn_core.errors import CnnreelError, InputError
from cnn_core.reading.quoting import counted
from cnnreel.cli.classifier import predict, train_command
from cnnreel.cli.local_page import studio
from cnnreel.cli.options import build, options_of
from cnnreel.cli.program import DONE, FAILED, ExampleCommand, Program, SceneGroup, in_one_line
from cnnreel.cli.table import values_table
from cnnreel.film.record import inspected, record_text
from cnnreel.paint.quality import QUALITIES
from cnnreel.play.exports import EXPORTS, check_installed, export
from cnnreel.play.snippets import TARGETS
from cnnreel.play.snippets import embed as snippet_for
from cnnreel.work.cache import Cache
from cnnreel.work.clip import CAPTIONS, Clip, Output
from cnnreel.work.files import check_free, check_name
from scenes import catalog
from scenes.specs import SceneSpec

# Manim takes a second to load: what needs it is imported inside the commands that film.
# ruff: noqa: PLC0415

__all__ = ["main"]

QUALITY = click.Option(
    ["-q", "--quality", "_quality"],
    type=click.Choice(list(QUALITIES)),
    default="medium",
    show_default=True,
    help="854x480 at 15 frames a second, 1280x720 at 30, 1920x1080 at 60, 3840x2160 at 60.",
)
OUTPUT = click.Option(
    ["-o", "--output", "_output"],
    type=click.Path(path_type=Path),
    default="out",
    show_default=True,
    help="Folder in which the clip's folder is made.",
)
EXPORTED = "The film and with it slides (pptx, revealjs) or an item for a learning platform (scorm, h5p)."
_FORMAT = click.Option(
    ["--format", "_format"],
    type=click.Choice(["mp4", "webm", "gif", "png", "stills", *EXPORTS]),
    default="mp4",
    show_default=True,
    help=f"A film; its last frame (png); a picture of each beat and a sheet of all of them (stills). {EXPORTED}",
)
LESSON_FORMAT = click.Option(
    ["--format", "_format"], type=click.Choice(["mp4", *EXPORTS]), default="mp4", show_default=True, help=EXPORTED
)
CONSTANT = click.Option(
    ["--constant-frame-rate", "_constant"],
    is_flag=True,
    help="Store every frame of a film, for editing programs that want it; otherwise a still picture is stored once.",
)
CAPTIONED = click.Option(
    ["--captions", "_captions"],
    type=click.Choice(CAPTIONS),
    default="track",
    show_default=True,
    help="A track of the mp4 that players can show, or drawn into the pictures, below everything else, or neither.",
)
NO_CACHE = click.Option(["--no-cache", "_no_cache"], is_flag=True, help="Film again what was filmed before.")
SINGLE_FILE = click.Option(
    ["--single-file", "_single_file"],
    is_flag=True,
    help="Put film, pictures and fonts inside the page, so that it can be passed on alone.",
)
_TRANSPARENT = click.Option(
    ["--transparent", "_transparent"],
    is_flag=True,
    help="Leave the background out, so that what lies behind the film shows; for --format webm or png.",
)
NAME = click.Option(["--name", "_name"], help="Name of the clip and its folder; the scene's name if not given.")
JSON = click.Option(["--json", "_json"], is_flag=True, help="Print JSON for other programs.")


@click.group(cls=Program, example='scene max-pool --x "4 1; 1 1" -q low')
@click.version_option(package_name="cnnreel")
def main() -> None:
    """Turn real CNN arithmetic into short films, in which every number is computed.

    Clips and lessons that would be absurdly long are refused, with the name of the variable that allows them.
    """


@main.command("list", cls=ExampleCommand, example="--json", params=[JSON])
def list_scenes(_json: bool) -> None:
    """Name every scene, a line each."""
    scenes = catalog.SCENES.values()
    if _json:
        click.echo(json.dumps([{"scene": spec.name, "summary": spec.summary} for spec in scenes], indent=1))
        return
    width = max(len(spec.name) for spec in scenes)
    for spec in scenes:
        click.echo(f"{spec.name.ljust(width)}  {spec.summary}")


def inspect_command(spec: type[SceneSpec]) -> click.Command:
    if spec.name == "net":
        from cnnreel.cli.net import inspect_net

        return inspect_net(JSON)

    def run(_json: bool, **given: Any) -> None:
        asked = build(spec, given)
        click.echo(record_text(inspected(asked)) if _json else values_table(asked), nl=not _json)

    example = f"{spec.example} --json"
    return ExampleCommand(spec.name, params=[*options_of(spec), JSON], callback=run, help=spec.summary, example=example)


def scene_command(spec: type[SceneSpec]) -> click.Command:
    look = [QUALITY, _FORMAT, CAPTIONED, OUTPUT, NAME, SINGLE_FILE, _TRANSPARENT, CONSTANT, NO_CACHE]
    params = [*options_of(spec), *look]
    return ExampleCommand(
        spec.name, params=params, callback=partial(film_scene, spec), help=spec.summary, example=spec.example
    )


def film_scene(
    spec: type[SceneSpec],
    _quality: str,
    _format: str,
    _output: Path,
    _name: str | None,
    _single_file: bool,
    _transparent: bool,
    _constant: bool,
    _captions: str,
    _no_cache: bool,
    **given: Any,
) -> None:
    asked = build(spec, given)
    name = check_name("--name", spec.name if _name is None else _name)
    check_installed(_format)
    if _transparent and _format not in ("webm", "png"):
        raise InputError(f"--transparent needs --format webm or png, but the format is {_format}.")
    check_free(_output / name)
    from cnnreel.cli.progress import progress_bar
    from cnnreel.work.pool import usable_cores
    from cnnreel.work.scheduler import film_all

    format = "mp4" if _format in EXPORTS else _format
    output = Output(_quality, format, _constant, _single_file, _transparent, _captions)
    clip = Clip(asked, name, _output, output, None if _no_cache else Cache.of_user())
    with progress_bar(1) as tell:
        (result,) = film_all([clip], usable_cores(), lambda _, fraction: tell and tell(name, fraction))
    if isinstance(result, CnnreelError):
        for note in getattr(result, "__notes__", ()):
            click.echo(note, err=True, nl=False)
        raise result
    click.echo(export(clip.folder, _format) if _format in EXPORTS else clip.main)


main.add_command(
    SceneGroup("inspect", make=inspect_command, example="max-pool --json", help="Compute and print; draw nothing.")
)
main.add_command(
    SceneGroup("scene", make=scene_command, example="max-pool -q low --format gif", help="Film one scene.")
)


@main.command(
    cls=ExampleCommand,
    example="handwritten-digits -q high",
    params=[QUALITY, LESSON_FORMAT, CAPTIONED, OUTPUT, SINGLE_FILE, CONSTANT, NO_CACHE],
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that film, up to 370 MB each at 1080p; as many as there are cores.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="Film on this machine, or on many with Dask, which is an extra.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Of a Dask scheduler, such as tcp://scheduler:8786; without it, a cluster is started on this machine.",
)
@click.option(
    "--shared",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Folder that all machines see under this path; clips travel through it, not through the scheduler.",
)
def lesson(
    files: tuple[Path, ...],
    workers: int | None,
    engine: str,
    scheduler: str | None,
    shared: Path | None,
    _quality: str,
    _format: str,
    _output: Path,
    _single_file: bool,
    _constant: bool,
    _captions: str,
    _no_cache: bool,
) -> int:
    """Film whole lessons, each joined into one film.

    A lesson file lists clips; handwritten-digits is one that comes with cnnreel. The joined film has a chapter for
    each clip, and index.html beside it shows it with its transcript and its questions. On many machines: --engine dask
    --scheduler tcp://scheduler:8786.
    """
    from cnnreel.cli.engines import engine_of
    from cnnreel.cli.progress import progress_bar
    from cnnreel.work.lesson import produce
    from cnnreel.work.lesson_file import read_lesson
    from cnnreel.work.pool import usable_cores

    lessons = [read_lesson(file) for file in files]
    check_installed(_format)
    chosen = engine_of(engine, workers, scheduler, shared)
    with progress_bar(sum(len(one.clips) for one in lessons)) as tell:
        produced = produce(
            lessons,
            _output,
            Output(_quality, constant_frame_rate=_constant, single_file=_single_file, captions=_captions),
            workers or usable_cores(),
            tell,
            cache=None if _no_cache else Cache.of_user(),
            engine=chosen,
        )
    failures = [failure for one in produced for failure in one.failures]
    for failure in failures:
        click.echo(in_one_line(f"Error: {failure}"), err=True)
    for one in produced:
        if one.film is not None:
            click.echo(export(one.film.parent, _format) if _format in EXPORTS else one.film)
    return FAILED if failures else DONE


@main.command("embed", cls=ExampleCommand, example="out/max-pool --for html")
@click.argument("clip", type=click.Path(path_type=Path), metavar="CLIP-OR-LESSON")
@click.option("--for", "target", type=click.Choice(list(TARGETS)), required=True, help="Where it is to be shown.")
def embed_command(clip: Path, target: str) -> None:
    """Print what to paste to show a film elsewhere.

    CLIP-OR-LESSON is its folder. What is to be copied where goes to standard error.
    """
    snippet = snippet_for(clip, target)
    click.echo(snippet.note, err=True)
    click.echo(snippet.text, nl=False)


@main.command("cache", cls=ExampleCommand, example="--clear")
@click.option("--clear", is_flag=True, help="Remove all that is kept.")
def kept_clips(clear: bool) -> None:
    """Show how much is kept of films that were made, so that they need not be filmed again."""
    cache = Cache.of_user()
    if clear:
        cache.shrink(0)
    kept = cache.entries()
    size = sum(size for _, size in kept) / 1e6
    count = counted(len(kept), "clip or beat", "clips and beats")
    click.echo(f"{count}, {size:.0f} of {cache.limit / 1e6:.0f} MB, in {cache.folder}")


main.add_command(train_command)
main.add_command(predict)
main.add_command(studio)


@main.command(cls=ExampleCommand, params=[OUTPUT])
def doctor(_output: Path) -> int:
    """Say what this machine lacks for filming."""
    from cnnreel.cli.doctor import findings

    ready = True
    for finding in findings(_output):
        click.echo(finding)
        ready &= finding.well or not finding.needed
    return DONE if ready else FAILED
