"""A renderer that is killed at any moment leaves nothing broken, and the next one completes."""

from __future__ import annotations

import json
import multiprocessing
import time
from pathlib import Path
from random import Random

import av
import pytest

from reel.cache import Cache
from reel.filming import Clip, film
from reel.record import sha256_of
from scenes.specs import SceneSpec

MOMENTS = 50
PER_CACHE = 5
"""So many renderers share a cache before there is a fresh one, so that some find the clip there and others do not."""


def render(spec: SceneSpec, out: Path, cache: Path) -> None:
    film(spec, out, quality="low", cache=Cache(cache, 100_000_000))


def visible(folder: Path) -> list[Path]:
    """Return the files that a user sees; what is being made is in hidden folders."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def check_whole(out: Path) -> None:
    """Check that what is there can be played, read, and is what its record says."""
    for path in visible(out):
        if path.suffix == ".mp4":
            with av.open(path) as video:
                assert sum(1 for _ in video.decode(video=0)) > 10
        if path.suffix == ".json":
            said = json.loads(path.read_text())["video"]
            assert sha256_of(path.with_name(said["file"])) == said["sha256"]


@pytest.mark.slow
def test_fifty_renderers_killed_at_random_moments_leave_nothing_broken(
    short_spec: SceneSpec, short_clip: Clip, tmp_path
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reel.filming"])
    random, out, longest, ended = Random(0), tmp_path / "out", 1.0, 0
    for moment in range(MOMENTS):
        arguments = (short_spec, out, tmp_path / f"cache-{moment // PER_CACHE}")
        process = context.Process(target=render, args=arguments)
        start = time.monotonic()
        process.start()
        process.join(None if moment == 0 else random.uniform(0, longest))
        if moment == 0:  # one may end, so that the others replace what is there
            longest = 1.1 * (time.monotonic() - start)
        ended += process.exitcode is not None
        process.kill()
        process.join()
        check_whole(out)
    assert 0 < ended < MOMENTS
    again = film(short_spec, out, quality="low")
    assert {path.relative_to(out): path.read_bytes() for path in visible(out)} == {
        path.relative_to(short_clip.folder.parent): path.read_bytes() for path in visible(short_clip.folder.parent)
    }
    assert [path.name for path in out.iterdir()] == [again.folder.name]
