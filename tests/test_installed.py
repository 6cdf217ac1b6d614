"""Installed from a wheel, beside other packages and in a folder with packages of the user's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from datetime import date
from email import message_from_string
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
MADE_OF = ("cnn_core", "scenes", "cnnreel", "lessons", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
BESIDE = ("render==1.5.0", "reel==0.0.8")
VERSION = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
ROOMS = sorted(file.parent.name for file in (HOUSE / "cnnreel").glob("*/__init__.py"))

CONSUMER = """
from cnn_core.max_pool2d import max_pool2d
from cnnreel import clip
from scenes.catalog import find

trace = max_pool2d([[[[7, 3], [3, 8]]]], 2)
reveal_type(trace.step(0, 0, 0, 0).value)
reveal_type(find("max-pool").build({}).title)
clip("max-pool", x=[[7, 3], [3, 8]])
trace.outptu
"""

ALONE = """
[mypy]
[mypy-av.*,click.*,dask.*,distributed.*,manim.*,numpy.*,PIL.*,pydantic.*,rich.*,torch.*]
follow_imports = skip
"""
"""Settings with which mypy reads our own packages, and not for half a minute those that they need."""


def pip(python: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run pip for an environment that finds ours."""
    given = [str(python), "-m", "pip", "--disable-pip-version-check", *map(str, command)]
    return subprocess.run(given, capture_output=True, text=True, check=False)


def copy_of_the_house(folder: Path) -> Path:
    house = folder / "house"
    house.mkdir()
    for name in MADE_OF:
        source, copy = HOUSE / name, house / name
        if source.is_dir():
            shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    return house


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
    command = [sys.executable, "-c", build]
    built = subprocess.run(command, cwd=copy_of_the_house(folder), capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The programs of an environment with the wheel, its neighbours, and, without copying them, what it needs.

    There is no torch: whoever imports it is told so.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (packages / "torch.py").write_text("raise ModuleNotFoundError('there is no torch here')\n")
    install = home / "bin" / "python", "install", "--no-deps", "--no-compile", wheel
    done = pip(*install, *BESIDE)
    if done.returncode:
        alone = pip(*install)
        assert alone.returncode == 0, alone.stderr
        pytest.skip(f"pip could not install {' and '.join(BESIDE)}: {done.stderr.strip().splitlines()[-1]}")
    return home / "bin"


@pytest.fixture
def folder_of_a_user(tmp_path) -> Path:
    for name in ("scenes", "cnn_core"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("OWNER = 'the user'\n")
    return tmp_path


def in_folder(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=folder, env=OF_NOBODY, capture_output=True, text=True, check=False)


OF_NOBODY = {"PATH": "", "HOME": "/nonexistent", "CNNREEL_CACHE_MB": "0"}


@pytest.mark.slow
def test_the_wheel_has_no_module_that_others_have_and_all_that_is_needed(wheel) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert top == {"cnn_core", "scenes", "cnnreel"}
    needed = {f"{package}/py.typed" for package in top}
    needed |= {f"cnnreel/{lesson.relative_to(HOUSE).as_posix()}" for lesson in (HOUSE / "lessons").glob("*.toml")}
    needed |= {"scenes/locale/cnnreel.pot", "scenes/fonts/SourceSansPro-Regular.otf", "scenes/upsample.py"}
    assert needed <= set(names)


@pytest.mark.slow
def test_the_wheel_says_what_it_is_and_what_its_extras_need(wheel) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    headers = message_from_string(said["METADATA"])
    assert (headers["Name"], headers["Version"]) == ("cnnreel", VERSION)
    assert {"studio", "slides", "heic", "dask", "train", "docs"} <= set(headers.get_all("Provides-Extra"))
    assert "cnnreel = cnnreel.cli:run" in said["entry_points.txt"]


@pytest.mark.soak
def test_pip_finds_all_that_the_extras_need(installed, wheel) -> None:
    """Without a network: what is missing would have to be asked for."""
    asked = f"cnnreel[studio,slides] @ {wheel.as_uri()}"
    done = pip(installed / "python", "install", "--dry-run", "--no-index", asked)
    assert done.returncode == 0, done.stderr
    for needed in ("starlette", "uvicorn", "python-pptx"):
        assert f"already satisfied: {needed}" in done.stdout


USED = """
import runpy, sys
from contextlib import suppress
from pathlib import Path
from cnnreel import clip
import scenes
from cnnreel.work.lesson_file import read_lesson
print(clip.__name__, hasattr(scenes, "OWNER"), read_lesson(Path("handwritten-digits")).name)
program = Path(sys.executable).with_name("cnnreel")
for words in sys.argv[1:]:
    print(end="\\f")
    sys.argv = [str(program), *words.split()]
    with suppress(SystemExit):
        runpy.run_path(str(program), run_name="__main__")
"""
"""Imports what is ours and reads the lesson that comes with it, then runs the program, each time with some words."""


def test_the_changelog_begins_with_this_version_and_its_day() -> None:
    (number, day) = re.search(
        r"^## ([\d.]+) \(([\d-]+)\)$", (HOUSE / "CHANGELOG.md").read_text(), re.MULTILINE
    ).groups()
    assert number == VERSION
    assert date.fromisoformat(day)


@pytest.mark.slow
def test_it_films_and_calls_itself_as_typed_beside_packages_of_the_same_names_without_torch_or_programs(
    installed, folder_of_a_user
) -> None:
    film = ("scene", "max-pool", "--x", "7 3; 3 8", "-q", "low", "--pace", "fast", "--no-question", "--no-cache")
    done = in_folder(folder_of_a_user, installed / "cnnreel", *film)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder_of_a_user / done.stdout.strip()).is_file()
    done = in_folder(folder_of_a_user, installed / "python", "-c", USED, "lesson --help", "--version")
    assert done.stderr == ""
    found, words, version = done.stdout.split("\f")
    assert found == "clip False handwritten-digits\n"
    assert words.startswith("Usage: cnnreel lesson [OPTIONS] FILE...")
    assert words.endswith("Example:\n  cnnreel lesson handwritten-digits -q high\n")
    assert "render.py" not in words
    assert version == f"cnnreel, version {VERSION}\n"


@pytest.mark.soak
def test_its_types_are_known_to_others(installed, tmp_path) -> None:
    (tmp_path / "consumer.py").write_text(CONSUMER)
    (tmp_path / "mypy.ini").write_text(ALONE)
    check = (sys.executable, "-m", "mypy", "--python-executable", installed / "python", "consumer.py")
    done = in_folder(tmp_path, *check)
    said = done.stdout
    assert 'Revealed type is "float"' in said or 'Revealed type is "builtins.float"' in said, said
    assert '"MaxPool2dTrace" has no attribute "outptu"' in said
    assert "import-untyped" not in said


EACH_ROOM = """
import importlib, os, sys
import numpy, pydantic  # once for all
sys.path.append(sys.argv[1])
for room in sys.argv[2:]:
    if not os.fork():
        importlib.import_module(f"cnnreel.{room}")
        import cnn_core, scenes
        print(room, scenes.__file__, cnn_core.__file__, flush=True)
        os._exit(0)
    os.wait()
"""


def test_every_room_takes_the_packages_beside_it(folder_of_a_user) -> None:
    done = in_folder(folder_of_a_user, sys.executable, "-c", EACH_ROOM, HOUSE, *ROOMS)
    ours = " ".join(str(HOUSE / name / "__init__.py") for name in ("scenes", "cnn_core"))
    assert done.stdout.splitlines() == [f"{room} {ours}" for room in ROOMS], done.stderr


def test_packages_of_others_that_were_imported_before_are_named(folder_of_a_user) -> None:
    code = f"import sys, scenes; sys.path.append({str(HOUSE)!r}); from cnnreel import clip"
    done = in_folder(folder_of_a_user, sys.executable, "-c", code)
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ImportError: cnnreel needs its own package scenes, but ")
    assert str(folder_of_a_user / "scenes") in said


def test_importing_cnnreel_alone_changes_nothing_for_the_user(folder_of_a_user) -> None:
    """As pytest does in every project, for the fixtures."""
    code = f"import sys; sys.path.append({str(HOUSE)!r}); import cnnreel.pytest_plugin, scenes; print(scenes.OWNER)"
    done = in_folder(folder_of_a_user, sys.executable, "-c", code)
    assert (done.stdout, done.stderr) == ("the user\n", "")
