from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scenes.catalog import find
from scenes.rehearsal import rehearse
from scenes.stage import ExplainerScene

Perform = Callable[..., ExplainerScene[Any]]


@pytest.fixture
def perform() -> Perform:
    """Play a scene without drawing: `perform("max-pool", x=[[7, 3], [3, 8]])`."""

    def play(name: str, **given: Any) -> ExplainerScene[Any]:
        return rehearse(find(name).build(given))

    return play
