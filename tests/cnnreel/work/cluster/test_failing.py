from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from cnn_core.errors import CnnreelError
from cnnreel.work.clip import Clip, Output
from cnnreel.work.cluster import worker
from cnnreel.work.cluster.filming import film_on_cluster
from cnnreel.work.cluster.worker import Message, pack_folder
from scenes.catalog import find
from scenes.specs import SceneSpec
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.processes import wait_until
from tests.cnnreel.work.cluster.real import RealCluster, clips_of


class DeadlySpec(SceneSpec):
    """A spec whose scene takes its process with it."""

    name = "deadly"

    @classmethod
    def scene_class(cls) -> type:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class BrokenSpec(SceneSpec):
    """A spec whose scene cannot be built."""

    name = "broken"

    @classmethod
    def scene_class(cls) -> type:
        raise ZeroDivisionError("no scene")


def damage() -> None:
    """Let a worker, which this is run on, change a byte of a clip after it was packed."""

    def damaged(folder: Path, shared: Path | None) -> Message:
        packed = pack_folder(folder, shared)
        return Message(packed.digest, packed.unpack()[:-1] + b"?")

    worker.pack_folder = damaged


def repair() -> None:
    worker.pack_folder = pack_folder


@pytest.mark.slow
def test_a_clip_that_arrives_damaged_is_noticed_and_not_put_in_place(shared_cluster: RealCluster, tmp_path) -> None:
    with shared_cluster.client() as client:
        client.run(damage)
        (error,) = film_on_cluster(clips_of(tmp_path / "out"), 1, scheduler=shared_cluster.address)
        client.run(repair)
    assert str(error) == "what arrived is not what was sent: its hash differs."
    assert not (tmp_path / "out").exists()


@pytest.mark.soak
def test_a_clip_that_kills_every_worker_is_named_and_the_others_are_made(tmp_path) -> None:
    specs = {"deadly": DeadlySpec(), "broken": BrokenSpec(), "fine": BriefSpec()}
    clips = [Clip(spec, name, tmp_path, Output("low")) for name, spec in specs.items()]
    deadly, broken, fine = film_on_cluster(clips, 1)
    assert str(deadly) == "every worker that filmed it died."
    assert str(broken) == "ZeroDivisionError: no scene"
    assert isinstance(fine, Clip)
    assert [path.name for path in tmp_path.iterdir()] == ["fine"]


@pytest.mark.soak
def test_if_the_scheduler_goes_every_clip_that_is_missing_says_so(
    cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    cluster.join(1)

    def kill(number: int, fraction: float) -> None:
        if fraction == 1:
            cluster.processes[0].kill()

    clips = clips_of(tmp_path / "out", 3, spec=short_spec)
    first, *others = film_on_cluster(clips, 1, kill, scheduler=cluster.address)
    assert isinstance(first, Clip)
    assert {type(result) for result in others} == {CnnreelError}
    assert "the scheduler has gone" in str(others[-1])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clip-0"]


def busy() -> bool:
    """Say whether a worker, which this is run on, is filming."""
    return worker.ONE_AT_A_TIME.locked()


@pytest.mark.slow
def test_a_worker_stops_filming_for_somebody_who_has_left(shared_cluster: RealCluster, tmp_path) -> None:
    def leave(number: int, fraction: float) -> None:
        with shared_cluster.client() as client:
            assert any(client.run(busy).values())
        raise KeyboardInterrupt

    long = [Clip(find("max-pool").build({"pace": "slow"}), "long", tmp_path / "out", Output("high"))]
    with pytest.raises(KeyboardInterrupt):
        film_on_cluster(long, 1, leave, scheduler=shared_cluster.address)
    with shared_cluster.client() as client:
        wait_until(lambda: not any(client.run(busy).values()))
    assert not (tmp_path / "out").exists()
