from __future__ import annotations

import pickle
import re

import pytest

from cnn_core.errors import CnnreelError
from cnnreel.work.cluster import worker
from cnnreel.work.cluster.likeness import check_alike, traits
from cnnreel.work.cluster.worker import Message
from tests.cnnreel.work.cluster.real import RealCluster, clips_of


@pytest.mark.slow
def test_a_worker_that_joined_later_and_differs_films_nothing(shared_cluster: RealCluster, tmp_path) -> None:
    (clip,) = clips_of(tmp_path)
    wanted = {**traits(None), "numpy": "1.0"}
    with shared_cluster.client() as client:
        packed = Message.pack(pickle.dumps(clip), None)
        error = client.submit(worker.film_there, packed, wanted, None).exception()
    assert isinstance(error, CnnreelError)
    assert re.fullmatch(r"all machines .* at tcp://\S+ numpy is [\d.]+, not 1\.0\.", str(error))


def test_a_shared_folder_that_is_not_there_is_a_difference(tmp_path) -> None:
    assert traits(tmp_path)["the shared folder"] == str(tmp_path)
    assert traits(tmp_path / "films")["the shared folder"] == "missing"
    assert "the shared folder" not in traits(None)


def test_what_differs_is_said_once_with_where() -> None:
    here = {"Python": "3.13", "numpy": "2.4.6"}
    old = {"Python": "3.13", "numpy": "2.3.0"}
    check_alike(here, {"tcp://a:1": dict(here)})
    with pytest.raises(CnnreelError) as caught:
        check_alike(here, {"tcp://a:1": old, "tcp://b:1": old, "tcp://c:1": ModuleNotFoundError("No module reel")})
    assert str(caught.value) == (
        "all machines of a cluster must be alike, but at tcp://a:1, tcp://b:1 numpy is 2.3.0, not 2.4.6; "
        "at tcp://c:1 cnnreel cannot be loaded (No module reel)."
    )
