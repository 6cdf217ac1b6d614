"""A film of max pooling for a real browser to play."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnreel.play.page.html import as_html, clip_page
from cnnreel.tell.story import Story
from cnnreel.work.filming import Clip, film
from scenes.catalog import find

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film max pooling with its question, quickly."""
    spec = find("max-pool").build({"pace": "fast"})
    return film(spec, tmp_path_factory.mktemp("out"), name="pool", quality="low")


@pytest.fixture
def open_record(open_page: Open, pool: Clip, tmp_path: Path) -> Open:
    """Open the page of another record, with the film of max pooling: `open_record(record)`."""

    def open_one(record: dict[str, Any], **settings: Any) -> Any:
        folder = tmp_path / "pool"
        if not folder.exists():
            shutil.copytree(pool.folder, folder)
        record["video"]["file"] = pool.main.name
        (folder / "pool.html").write_text(as_html(clip_page(Story(record))), encoding="utf-8")
        return open_page(folder / "pool.html", **settings)

    return open_one


@pytest.fixture
def player(open_page: Open, pool: Clip) -> Any:
    """Open the page of the film of max pooling."""
    return open_page(pool.folder / "pool.html")
