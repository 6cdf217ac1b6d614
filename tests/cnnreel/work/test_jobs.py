from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from cnnreel.work.finished import clip_key
from cnnreel.work.jobs import Job

from cnnreel.work.cache import Cache
from scenes.specs import SceneSpec


@pytest.fixture
def job(short_spec: SceneSpec, tmp_path: Path) -> Job:
    cache = Cache(tmp_path / "cache", 1_000_000)
    return Job(short_spec, tmp_path, "a", "high", True, cache, "webm", single_file=True, transparent=True)


def test_all_that_is_asked_of_a_job_is_ordered_and_tells_films_apart(job: Job) -> None:
    order = job.order(Path("folder"))
    asked = {"quality": "high", "format": "webm", "constant_frame_rate": True, "single_file": True, "transparent": True}
    assert {name: getattr(order, name) for name in asked} == asked
    assert job.key == clip_key(job.spec, "a", **asked)


def test_a_worker_of_a_cluster_films_all_that_is_asked_of_a_job(job: Job, monkeypatch, tmp_path) -> None:
    errand = pytest.importorskip("cnnreel.work.cluster.errand")
    monkeypatch.setattr(errand, "Reporter", lambda: None)
    monkeypatch.setattr("cnnreel.work.filming.film", lambda *_, **how: SimpleNamespace(folder=how))
    how = errand.filmed(job, tmp_path)
    assert how.items() > {"name": "a", "quality": "high", "format": "webm", "transparent": True}.items()
