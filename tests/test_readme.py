"""The guides name every scene, and the commands in them are ones that the program takes."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from cnnreel.cli.main import main
from cnnreel.work.lesson_file import read_lesson
from scenes.catalog import SCENES

HOUSE = Path(__file__).parents[1]
NAMES = (
    "README",
    "docs/tutorial",
    "docs/install",
    "docs/gallery/README",
    "docs/scenes",
    "docs/your-model",
    "docs/lessons",
    "docs/teaching",
)
GUIDES = [HOUSE / f"{name}.md" for name in NAMES]
TEXTS = {guide: guide.read_text(encoding="utf-8") for guide in GUIDES}
ALL = "\n".join(TEXTS.values())
COMMANDS = re.findall(r"^python render\.py ([^#\n]+)", ALL, flags=re.MULTILINE)


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", ALL, flags=re.MULTILINE)


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_the_program_takes_every_command(command: str) -> None:
    words = [word for word in shlex.split(command) if word not in ("SCENE", "--help")]
    group: click.Command = main
    context = click.Context(group)
    while isinstance(group, click.Group) and words:
        found = group.get_command(context, words[0])
        assert found is not None, words[0]
        group, words = found, words[1:]
    if words:
        group.make_context(command, words)


def test_the_lessons_of_the_guides_are_some(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", ALL, flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        (tmp_path / "mine.toml").write_text(block, encoding="utf-8")
        assert len(read_lesson(tmp_path / "mine.toml").clips) == len(tomllib.loads(block)["clip"])
