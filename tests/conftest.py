from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what one test films from the others, and from the user."""
    monkeypatch.setenv("CNNREEL_CACHE", str(tmp_path_factory.mktemp("cache")))
