from __future__ import annotations

import pytest

from cnn_core.errors import InputError
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output
from cnnreel.work.cluster.filming import film_on_cluster
from cnnreel.work.filming import film_clip
from cnnreel.work.scheduler import film_all
from scenes.specs import SceneSpec
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.work.cluster.real import RealCluster, clips_of, contents


@pytest.mark.soak
def test_clips_are_those_of_the_local_engine_though_two_of_three_workers_are_killed(
    cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    cluster.join(3)
    killed: list[int] = []

    def kill(number: int, fraction: float) -> None:
        """Kill a worker when the first clip is under way, and another when one is finished."""
        if len(killed) < (2 if fraction == 1 else 1):
            cluster.kill_a_busy_worker()
            killed.append(number)

    results = film_on_cluster(clips_of(tmp_path / "far", 6, spec=short_spec), 1, kill, scheduler=cluster.address)
    assert [type(result) for result in results] == [Clip] * 6
    assert len(killed) == 2
    assert sum(process.poll() is not None for process in cluster.processes) == 2
    film_all(clips_of(tmp_path / "here", 6, spec=short_spec), 2)
    assert contents(tmp_path / "far") == contents(tmp_path / "here")


@pytest.mark.slow
@pytest.mark.parametrize("through", ["scheduler", "folder"])
def test_clips_travel_through_the_scheduler_or_a_shared_folder_and_leave_nothing_there(
    shared_cluster: RealCluster, brief_clip: Clip, tmp_path, through: str
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    clip = Clip(BriefSpec(), brief_clip.folder.name, tmp_path / "out", Output("low"))
    options = {"shared": shared} if through == "folder" else {}
    assert film_on_cluster([clip], 1, scheduler=shared_cluster.address, **options) == [clip]
    assert contents(clip.folder) == contents(brief_clip.folder)
    assert list(shared.iterdir()) == []


@pytest.mark.slow
def test_what_is_in_the_cache_is_not_filmed_on_a_cluster(shared_cluster: RealCluster, tmp_path) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)
    film_on_cluster(clips_of(tmp_path / "a", cache=cache), 1, scheduler=shared_cluster.address)
    film_on_cluster(clips_of(tmp_path / "b", cache=cache), 1, scheduler="tcp://nowhere:1")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_a_lesson_that_turns_out_to_be_too_long_is_given_up(
    shared_cluster: RealCluster, brief_clip: Clip, tmp_path, monkeypatch
) -> None:
    seconds = int(brief_clip.record["video"]["duration"])
    monkeypatch.setenv("CNNREEL_LESSON_SECONDS", str(seconds + 1))
    with pytest.raises(InputError, match=f"^long: a lesson must last at most {seconds + 1} seconds, but this one"):
        film_on_cluster(clips_of(tmp_path / "long", 3), 1, scheduler=shared_cluster.address)


@pytest.mark.slow
def test_clips_from_the_cache_count_for_the_length_of_a_lesson(
    shared_cluster: RealCluster, brief_clip: Clip, tmp_path, monkeypatch
) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)
    film_clip(*clips_of(tmp_path / "before", cache=cache))
    monkeypatch.setenv("CNNREEL_LESSON_SECONDS", str(int(brief_clip.record["video"]["duration"]) + 1))
    with pytest.raises(InputError, match=r"^long: a lesson must last at most "):
        film_on_cluster(clips_of(tmp_path / "long", 2, cache=cache), 1, scheduler=shared_cluster.address)


def test_a_clip_whose_place_is_taken_fails_before_a_cluster_is_asked(tmp_path) -> None:
    (tmp_path / "clip-0").write_text("a file")
    (error,) = film_on_cluster(clips_of(tmp_path), 1, scheduler="tcp://nowhere:1")
    assert str(error) == f"output must be a folder, but '{tmp_path}/clip-0' is a file."
