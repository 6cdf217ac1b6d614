"""A short film with a question, to be exported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnreel.work.filming import Clip, film
from scenes.catalog import find

HOSTILE = '<script>alert(1)</script> "]][[#read("x") \u202eשלום 🦊 &amp; </title>'


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film the pooling of one window, with its question."""
    spec = find("max-pool").build({"x": "7 3; 3 8", "pace": "fast"})
    return film(spec, tmp_path_factory.mktemp("out"), name="pool", quality="low")


@pytest.fixture
def hostile(pool: Clip, tmp_path: Path) -> Path:
    """Let the same film say something hostile wherever it can say something, and return its folder."""
    folder = tmp_path / "pool"
    shutil.copytree(pool.folder, folder)
    record = json.loads((folder / "pool.json").read_bytes())
    record["spec"]["title"] = HOSTILE
    for beat in record["beats"]:
        beat["caption"] = HOSTILE
    record["beats"][1] |= {"prompt": HOSTILE, "answer": HOSTILE}
    (folder / "pool.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="session")
def exported(pool: Clip) -> Callable[[str], Path]:
    """Export the film: `exported("scorm")`."""
    from cnnreel.play.exports import export

    return lambda format: export(pool.folder, format)
