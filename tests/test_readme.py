"""The README names every scene, and its commands are ones that the program takes."""

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

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python render\.py ([^#\n]+)", TEXT, flags=re.MULTILINE)


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", TEXT, flags=re.MULTILINE)


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


def test_the_lesson_of_the_readme_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert tomllib.loads(block)
    (tmp_path / "mine.toml").write_text(block, encoding="utf-8")
    assert len(read_lesson(tmp_path / "mine.toml").clips) == 1


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).is_file()
