from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cnnreel.studio.guard import Door
from cnnreel.studio.server import Studio, app_of
from cnnreel.studio.stage import Performance
from scenes.specs import SceneSpec

HOME = "http://127.0.0.1:8765"
TOKEN = "the-token"

PAGE = {"page": b"", "seconds": 1.0, "steps": 1, "questions": 0}

Ask = Callable[..., Any]


def run_alone(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a thread of its own: where a browser is open, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class EmptyStage:
    """Performs nothing, and remembers for whom."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, SceneSpec]] = []

    def warm_up(self) -> None:
        """There is nothing to warm up."""

    async def perform(self, visitor: str, performance: Performance, on_begun: Callable[[Any], object] = print) -> Any:
        self.asked.append((visitor, performance.spec))
        if performance.step is not None:
            on_begun({**PAGE, "page": b"begin"})
            await asyncio.sleep(0.01)
        return b"" if performance.bare else PAGE

    def forget(self, visitor: str) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """Return a studio that performs nothing."""
    return Studio(Door((HOME, "http://localhost:8765"), TOKEN), tmp_path, stage=EmptyStage())  # type: ignore[arg-type]


@pytest.fixture
def client(studio: Studio) -> Iterator[TestClient]:
    """Return somebody who came with the link."""
    with TestClient(app_of(studio), HOME, raise_server_exceptions=False) as client:
        assert client.get(f"/?token={TOKEN}").status_code == 200
        yield client


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """Ask as the page does: `ask("check", scene="max-pool")`."""

    def post(path: str, visitor: str = "a", **body: Any) -> Any:
        return client.post(f"/api/{path}", json=body, headers={"Origin": HOME, "X-Studio-Page": visitor})

    return post
