from __future__ import annotations

import pytest

from reel.filming import Clip, film
from scenes.catalog import find
from scenes.specs import SceneSpec


@pytest.fixture(scope="session")
def short_spec() -> SceneSpec:
    """One window, no question, quick: a film of a few seconds."""
    return find("max-pool").build({"x": "7 3; 3 8", "question": False, "pace": "fast"})


@pytest.fixture(scope="session")
def short_clip(short_spec: SceneSpec, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film it once for all tests that only read it."""
    return film(short_spec, tmp_path_factory.mktemp("out"), quality="low")
