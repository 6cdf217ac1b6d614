from __future__ import annotations

import shutil

import pytest

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.cluster.filming import film_on_cluster
from tests.cnnreel.work.cluster.real import HOUSE, RealCluster, clips_of


@pytest.mark.slow
def test_a_worker_that_differs_is_refused_before_anything_is_filmed(shared_cluster: RealCluster, tmp_path) -> None:
    for package in ("cnn_core", "scenes", "cnnreel"):
        shutil.copytree(HOUSE / package, tmp_path / "old" / package)
    with (tmp_path / "old/scenes/theme.py").open("a") as theme:
        theme.write("# of another day\n")
    (other,) = shared_cluster.join(1, path=tmp_path / "old")
    try:
        with pytest.raises(CnnreelError, match=r"must be alike, but at tcp://\S+ cnnreel is [0-9a-f]{12}, not "):
            film_on_cluster(clips_of(tmp_path / "out"), 1, scheduler=shared_cluster.address)
    finally:
        other.kill()
        other.wait()
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_scheduler_without_workers_says_how_to_start_some(cluster: RealCluster, tmp_path) -> None:
    with pytest.raises(CnnreelError, match=rf"has no workers; start some: dask worker {cluster.address}\."):
        film_on_cluster(clips_of(tmp_path), 1, scheduler=cluster.address)


def test_a_scheduler_that_does_not_answer_is_named(tmp_path) -> None:
    with pytest.raises(CnnreelError, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:1\.$"):
        film_on_cluster(clips_of(tmp_path / "out"), 1, scheduler="tcp://127.0.0.1:1")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["scheduler", "tcp://scheduler", "fast://scheduler:8786", "tcp://a:b:c"])
def test_what_is_no_address_is_refused(tmp_path, address: str) -> None:
    with pytest.raises(InputError, match=f"--scheduler must be an address such as tcp://scheduler:8786, .*{address!r}"):
        film_on_cluster(clips_of(tmp_path), 1, scheduler=address)
