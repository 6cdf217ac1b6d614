"""In a notebook, a scene is filmed with one call, shown, and read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnnreel import clip
from cnnreel.play.notebook import NotebookClip
from cnnreel.play.snippets import embed
from scenes.addresses import value_at
from tests.cnnreel.play.page.looking import elapse, ready, time, until


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> NotebookClip:
    return clip("max-pool", x=[[7, 3], [3, 8]], pace="fast", question=False, out=tmp_path_factory.mktemp("notebook"))


def test_it_gives_values_timeline_and_path(shown: NotebookClip) -> None:
    assert shown.path.is_file()
    np.testing.assert_array_equal(shown.values["output"], [[[[8.0]]]])
    last = shown.timeline.last
    assert last.end == shown.record["video"]["duration"]
    for number in last.shown:
        assert float(number.text) == value_at(shown.record["values"], number.of)


def test_the_player_is_a_page_with_everything_inside(shown: NotebookClip) -> None:
    class Frame(HTMLParser):
        page = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.page = dict(attrs)["srcdoc"] or ""

    frame = Frame()
    frame.feed(shown._repr_mimebundle_()["text/html"])
    assert frame.page.startswith("<!doctype html>")
    assert 'class="packed"' in frame.page
    assert "text/plain" in shown._repr_mimebundle_()
    assert not list(shown.path.parent.glob("*.notebook.html"))


def test_a_scene_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match=r"scene must be one of .* Did you mean max-pool"):
        clip("maxpool")


def test_two_films_of_one_scene_do_not_overwrite_each_other(shown: NotebookClip) -> None:
    out = shown.path.parents[1]
    other = clip("max-pool", x=[[1, 2], [3, 4]], pace="fast", question=False, out=out)
    assert other.path != shown.path
    assert shown.path.is_file()


def test_importing_the_package_loads_neither_manim_nor_numpy() -> None:
    code = "import sys, cnnreel; print(sorted({'manim', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_the_player_plays_inside_a_page(open_page: Any, shown: NotebookClip, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(shown._repr_mimebundle_()["text/html"], encoding="utf-8")
    page = open_page(tmp_path / "page.html")
    frame = ready(page.frame_locator("iframe"))
    frame.get_by_role("button", name="Play").first.click()
    elapse(frame, 0.4)
    assert time(frame) == pytest.approx(0.4, abs=0.001)


def run(folder: Path, *command: str) -> None:
    """Run a module in a process of its own, for the browser has an event loop in this one."""
    found = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, check=False, capture_output=True, text=True, env=found, timeout=180
    )
    assert done.returncode == 0, done.stderr


def executed(folder: Path, *cells: str) -> list[Any]:
    """Run cells in a kernel and return all that each of them puts out."""
    pytest.importorskip("ipykernel")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "lesson.ipynb")
    run(folder, "-c", "from nbclient.cli import main; main()", "--inplace", "lesson.ipynb")
    return [cell.outputs for cell in nbformat.read(folder / "lesson.ipynb", as_version=4).cells]


CELL = "from cnnreel import clip\nclip('max-pool', x=[[7, 3], [3, 8]], pace='fast', question=False)"


@pytest.mark.slow
def test_a_notebook_shows_the_player_or_the_page_and_nothing_else(shown: NotebookClip, tmp_path: Path) -> None:
    (page,), (player,) = executed(tmp_path, embed(shown.path.parent, "jupyter").text, CELL)
    name = shown.path.stem
    assert re.search(rf'<iframe\s[^>]*src="{name}/{name}.html"', page.data["text/html"])
    assert player.data["text/html"].startswith("<iframe srcdoc=")
    assert player.data["text/plain"].startswith("Max pool, a film of ")


@pytest.mark.soak
def test_a_page_made_of_a_notebook_shows_the_player_too(browser: Any, tmp_path: Path) -> None:
    executed(tmp_path, CELL)
    run(tmp_path, "-m", "nbconvert", "--to", "html", "lesson.ipynb")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "lesson.html").as_uri(), wait_until="domcontentloaded")
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Play").first.click()
    until(lambda: time(frame) > 0.3)
    context.close()


@pytest.mark.soak
def test_the_magic_of_manim_draws_the_scenes_too(tmp_path: Path) -> None:
    found = "from scenes.catalog import find\nMaxPoolScene = find('max-pool').scene_class()"
    magic = f"%%manim -ql -s -v ERROR MaxPoolScene\n\n{found}"
    *_, drawn = executed(tmp_path, "import manim", magic)
    assert "image/png" in drawn[-1].data
