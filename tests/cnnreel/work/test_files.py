from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.files import check_free, check_name, made_if_missing, publish, said_plainly, staging


def make(folder: Path, text: str, *, fail: bool = False) -> None:
    with staging(folder) as staged:
        (staged / "a.mp4").write_text(text)
        (staged / "a.json").write_text(text)
        if fail:
            raise KeyboardInterrupt
        publish(staged, folder / "a", ["a.mp4", "a.json"])


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_published_files_are_there_and_nothing_else(tmp_path) -> None:
    make(tmp_path / "out", "one")
    make(tmp_path / "out", "two")
    assert names(tmp_path) == ["out", "out/a", "out/a/a.json", "out/a/a.mp4"]
    assert (tmp_path / "out/a/a.mp4").read_text() == "two"


def test_stills_of_a_longer_film_go_and_what_the_user_put_beside_the_film_stays(tmp_path) -> None:
    for stills in (["1.png", "2.png"], ["1.png"]):
        with staging(tmp_path) as staged:
            (staged / "stills").mkdir()
            for still in stills:
                (staged / "stills" / still).touch()
            (staged / "a.json").touch()
            publish(staged, tmp_path / "a", [*(f"stills/{still}" for still in stills), "a.json"])
        (tmp_path / "a" / "notes.txt").touch()
    assert names(tmp_path) == ["a", "a/a.json", "a/notes.txt", "a/stills", "a/stills/1.png"]


def test_files_made_before_stay_when_a_later_attempt_fails(tmp_path) -> None:
    make(tmp_path, "one")
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, "two", fail=True)
    assert names(tmp_path) == ["a", "a/a.json", "a/a.mp4"]
    assert (tmp_path / "a/a.json").read_text() == "one"


def test_folders_that_were_made_for_nothing_vanish(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "deep" / "out", "one", fail=True)
    assert names(tmp_path) == []


def test_a_folder_that_was_there_stays_even_if_empty(tmp_path) -> None:
    with made_if_missing(tmp_path / "out"), made_if_missing(tmp_path / "out"):
        pass
    (tmp_path / "mine").mkdir()
    with made_if_missing(tmp_path / "mine"):
        pass
    assert names(tmp_path) == ["mine"]


def test_the_record_is_missing_while_files_are_exchanged(tmp_path, monkeypatch) -> None:
    make(tmp_path, "one")
    seen = []
    replace = os.replace

    def watch(source: Path, target: Path) -> None:
        seen.append((target.name, (tmp_path / "a/a.json").exists()))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watch)
    make(tmp_path, "two")
    assert seen == [("a.mp4", False), ("a.json", False)]


KILLED = """
import os, signal, sys
from pathlib import Path
from cnnreel.work.files import staging
with staging(Path(sys.argv[1])) as staged:
    (staged / "half.mp4").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_swept_away_by_the_next_one(tmp_path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert [path.name.startswith(".cnnreel-") for path in tmp_path.iterdir()] == [True]
    make(tmp_path, "one")
    assert names(tmp_path) == ["a", "a/a.json", "a/a.mp4"]


def test_what_a_living_process_works_on_is_not_swept_away(tmp_path) -> None:
    with staging(tmp_path) as staged:
        (staged / "half.mp4").write_text("half")
        make(tmp_path, "one")
        assert (staged / "half.mp4").read_text() == "half"


@pytest.mark.parametrize("name", ["max-pool", "a", "Conv_2.d", "4k", "_x"])
def test_plain_names_are_taken(name) -> None:
    assert check_name("name", name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/etc", "a b", "-q", ".hidden", "é", "a\n", "a\0", "x.", "n" * 101]
)
def test_names_that_are_more_than_a_name_are_refused(name) -> None:
    with pytest.raises(InputError, match=r"^name must be a plain file name of letters, digits, .*, but it is "):
        check_name("name", name)


def test_a_folder_that_another_process_takes_away_is_made_again(tmp_path, monkeypatch) -> None:
    make_hidden, taken = tempfile.mkdtemp, []

    def take_away_once(prefix: str, dir: Path) -> str:
        if not taken:
            dir.rmdir()
            taken.append(dir)
        return make_hidden(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkdtemp", take_away_once)
    make(tmp_path / "out", "one")
    assert (taken, names(tmp_path / "out")) == ([tmp_path / "out"], ["a", "a/a.json", "a/a.mp4"])


def test_a_place_where_no_folder_can_be_is_not_tried_for_ever() -> None:
    with pytest.raises(CnnreelError, match=r"The output folder '/proc/none' cannot be written to: No such file"):
        make(Path("/proc/none"), "one")


def test_a_file_in_the_place_of_a_folder_is_wrong_input(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"output must be a folder, but '.*file' is a file"):
        check_free(tmp_path / "file")
    with pytest.raises(InputError, match=r"output must be a folder, but '.*out' is a file or lies below one"):
        make(tmp_path / "file" / "out", "one")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "The output folder 'out' cannot be written to: Permission denied."),
        (OSError(30, "Read-only file system"), "The output folder 'out' cannot be written to: Read-only file system."),
        (OSError(28, "No space left on device"), "The disk is full: there is no room for the film in 'out'."),
        (OSError(122, "Disk quota exceeded"), "The disk is full: there is no room for the film in 'out'."),
    ],
)
def test_what_the_system_says_becomes_one_sentence(error, said) -> None:
    with pytest.raises(CnnreelError, match=f"^{said}$"), said_plainly(Path("out")):
        raise error


def test_a_full_disk_is_noticed_while_a_film_is_written_and_other_errors_keep_their_name(tmp_path) -> None:
    with pytest.raises(CnnreelError, match="The disk is full"), staging(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(FileNotFoundError), staging(tmp_path):
        raise FileNotFoundError(2, "No such file or directory")
    assert names(tmp_path) == []
