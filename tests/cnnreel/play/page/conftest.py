"""A film of max pooling for a real browser to play, recorded and not painted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cnnreel.play.page.looking import ready
from tests.cnnreel.reels import Reel, reel_of, written

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Record max pooling with its question, at a quick pace."""
    return reel_of(tmp_path_factory.mktemp("out"), "pool", "max-pool", pace="fast")


@pytest.fixture
def open_record(open_page: Open, pool: Reel, tmp_path: Path) -> Open:
    """Open the page of another record, with the film of max pooling or another one: `open_record(record)`."""

    def open_one(record: dict[str, Any], film: dict[str, Any] = pool.film, **settings: Any) -> Any:
        record["video"]["file"] = "pool.mp4"
        return ready(open_page(written(Reel(tmp_path / "pool", "pool", record, film)).page, **settings))

    return open_one


@pytest.fixture
def player(open_page: Open, pool: Reel) -> Any:
    """Open the page of the film of max pooling."""
    return ready(open_page(pool.page))
