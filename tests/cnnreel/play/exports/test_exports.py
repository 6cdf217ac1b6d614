"""A film is made as always, and its export lies beside it; where that cannot be, nothing is begun."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cnnreel.play.exports import EXPORTS, export
from cnnreel.play.exports.scorm import ALWAYS
from tests.cnnreel.commands import run
from tests.cnnreel.reels import Reel

TINY = ("max-pool", "--x", "7 3; 3 8", "--no-question", "--pace", "fast", "-q", "low")
LESSON = '[[clip]]\nscene = "max-pool"\nx = "7 3; 3 8"\npace = "fast"\nquestion = false\n'


@pytest.mark.slow
def test_exports_lie_beside_films_and_lessons_and_are_what_the_command_names(tmp_path: Path) -> None:
    done = run("scene", *TINY, "-o", tmp_path, "--format", "scorm")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path}/max-pool/max-pool.scorm.zip\n")
    names = {path.name for path in (tmp_path / "max-pool").iterdir()}
    assert {"max-pool.mp4", "max-pool.html", "max-pool.json", "max-pool.scorm.zip"} <= names
    assert not [name for name in names if name.startswith(".")]

    (tmp_path / "two.toml").write_text(LESSON + LESSON)
    done = run("lesson", tmp_path / "two.toml", "-q", "low", "-o", tmp_path, "--format", "revealjs")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path}/two/two.slides.html\n")
    clips = [tmp_path / "two" / name / f"{name}.json" for name in ("max-pool", "max-pool-2")]
    beats = [beat for clip in clips for beat in json.loads(clip.read_bytes())["beats"]]
    slides = (tmp_path / "two" / "two.slides.html").read_text(encoding="utf-8")
    assert slides.count('class="still"') == len(beats)
    for format in EXPORTS:
        assert export(tmp_path / "two", format).stat().st_size > 100_000


@pytest.mark.parametrize("command", [("scene", *TINY), ("lesson", "two.toml")], ids=["scene", "lesson"])
def test_without_python_pptx_nothing_is_filmed(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two.toml").write_text(LESSON)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pptx", None)
    done = run(*command, "-o", "out", "--format", "pptx")
    sentence = "--format pptx needs python-pptx, which is not installed: .venv/bin/pip install -e '.[slides]'."
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")
    assert not (tmp_path / "out").exists()


def test_the_command_line_knows_of_exports_without_loading_what_writes_them() -> None:
    look = "import sys, cnnreel.cli.main; print(sorted({'pptx', 'manim'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("format", EXPORTS)
def test_nothing_half_made_is_left(format: str, hostile: Path) -> None:
    (hostile / ("pool.film.json" if format == "revealjs" else "pool.mp4")).unlink()
    before = sorted(hostile.rglob("*"))
    with pytest.raises(FileNotFoundError):
        export(hostile, format)
    assert sorted(hostile.rglob("*")) == before


@pytest.mark.parametrize("format", EXPORTS)
def test_equal_films_are_equal_exports(pool: Reel, format: str) -> None:
    path = export(pool.folder, format)
    first = path.read_bytes()
    assert export(pool.folder, format).read_bytes() == first
    if zipfile.is_zipfile(path):
        assert {one.date_time for one in zipfile.ZipFile(path).infolist()} == {ALWAYS}
