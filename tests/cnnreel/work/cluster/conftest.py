from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cnnreel.work.cluster.real import RealCluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RealCluster]:
    (tmp_path / "dask").mkdir()
    cluster = RealCluster(tmp_path / "dask")
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """One worker for the tests that kill nobody."""
    cluster = RealCluster(tmp_path_factory.mktemp("dask"))
    cluster.join(1)
    yield cluster
    cluster.close()
