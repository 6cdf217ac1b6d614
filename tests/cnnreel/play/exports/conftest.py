"""A short film with a question, recorded and not painted, to be exported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cnnreel.reels import Reel, reel_of

HOSTILE = '<script>alert(1)</script> "]][[#read("x") \u202eשלום 🦊 &amp; </title>'


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Record the pooling of one window, with its question."""
    return reel_of(tmp_path_factory.mktemp("out"), "pool", "max-pool", x="7 3; 3 8", pace="fast")


@pytest.fixture
def hostile(pool: Reel, tmp_path: Path) -> Path:
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
def exported(pool: Reel) -> Callable[[str], Path]:
    """Export the film: `exported("scorm")`."""
    from cnnreel.play.exports import export

    return lambda format: export(pool.folder, format)
