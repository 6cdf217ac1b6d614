"""The command line, as people and programs use it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from cnnreel.cli.main import main
from scenes.catalog import SCENES
from tests.cnnreel.commands import RENDER, in_a_process, run


def every_command() -> list[tuple[str, ...]]:
    groups = {name: found for name, found in main.commands.items() if isinstance(found, click.Group)}
    plain = [(), *((name,) for name in main.commands)]
    return [*plain, *((name, scene) for name in groups for scene in SCENES)]


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_help_text_has_words_for_each_option_and_an_example(command) -> None:
    done = run(*command, "--help")
    assert done.exit_code == 0
    example = done.output.rpartition("Example:\n  ")[2]
    assert example.startswith(" ".join(("python render.py", *command)))


@pytest.mark.parametrize("scene", SCENES)
def test_the_example_of_every_scene_can_be_inspected(scene, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("inspect", scene, *shlex.split(SCENES[scene].example), "--json")
    assert (done.exit_code, done.stderr) == (0, "")


def test_list_names_every_scene() -> None:
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == list(SCENES)
    assert [one["scene"] for one in json.loads(run("list", "--json").output)] == list(SCENES)


def test_inspect_prints_the_first_four_keys_and_true_numbers() -> None:
    found = json.loads(run("inspect", "max-pool", "--json").output)
    assert list(found) == ["schema", "scene", "spec", "values"]
    assert found["values"]["output"] == [[[[4, 8], [8, 4]]]]


def test_image_is_a_friendly_spelling_of_x_and_files_are_read(tmp_path) -> None:
    (tmp_path / "grid.csv").write_text("7;3\n3;8\n")
    for option in ("--x", "--image"):
        found = json.loads(run("inspect", "max-pool", option, tmp_path / "grid.csv", "--json").output)
        assert found["values"]["output"] == [[[[8]]]]


@pytest.mark.parametrize("words", [("--x", "1 2; 3"), ("--image", "1 2; 3"), ("--image=1 2; 3",)])
def test_an_error_names_an_option_as_it_was_typed(words) -> None:
    done = run("inspect", "max-pool", *words)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"Error: {words[0].split('=')[0]} ")


def test_the_path_of_the_film_is_the_last_line_on_standard_output(brief_command, tmp_path) -> None:
    done = run(*brief_command, "-o", tmp_path / "out", "--name", "tiny")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{tmp_path}/out/tiny/tiny.mp4\n", "")
    assert {"tiny.json", "tiny.mp4", "tiny.png", "tiny.html"} < {
        path.name for path in (tmp_path / "out/tiny").iterdir()
    }


@pytest.mark.slow
@pytest.mark.usefixtures("brief_command")
def test_a_lesson_prints_its_film_and_says_which_clips_failed(tmp_path) -> None:
    clip = '[[clip]]\nscene = "brief"\n'
    (tmp_path / "good.toml").write_text(clip)
    (tmp_path / "bad.toml").write_text(clip + 'name = "taken"\n' + clip)
    out = tmp_path / "out"
    (out / "bad").mkdir(parents=True)
    (out / "bad" / "taken").write_text("a file where a folder is wanted")
    done = run("lesson", tmp_path / "good.toml", tmp_path / "bad.toml", "-q", "low", "-o", out)
    assert (done.exit_code, done.stdout) == (1, f"{out}/good/good.mp4\n")
    assert done.stderr == f"Error: bad/taken: output must be a folder, but '{out}/bad/taken' is a file.\n"
    assert (out / "bad/brief/brief.mp4").is_file()
    assert not (out / "bad/bad.mp4").exists()


def test_doctor_finds_this_machine_ready(tmp_path) -> None:
    done = run("doctor", "-o", tmp_path)
    assert done.exit_code == 0
    assert "ok       H.264 encoder: libx264 in PyAV" in done.output


def test_without_a_command_the_help_is_printed() -> None:
    done = run()
    assert done.exit_code == 2
    assert "Commands:" in done.stderr


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with files of many kinds that cannot be filmed."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "empty.csv").write_text("")
    (folder / "ragged.csv").write_text("1,2\n3\n")
    (folder / "words.csv").write_text("1,two\n3,4\n")
    (folder / "binary.csv").write_bytes(bytes(range(256)))
    (folder / "broken.json").write_text("[[1, 2], [3")
    (folder / "object.json").write_text('{"x": 1}')
    (folder / "fake.png").write_text("not a picture")
    (folder / "fake.npy").write_text("not an array")
    np.save(folder / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(folder / "deep.npy", np.zeros((2, 1, 1, 2, 2)))
    np.save(folder / "nan.npy", np.array([[1.0, np.nan]]))
    Image.new("1", (9000, 9000)).save(folder / "bomb.png")
    (folder / "folder.csv").mkdir()
    (folder / "no-clips.toml").write_text('title = "Nothing"')
    (folder / "unknown-key.toml").write_text('[[clip]]\nscene = "max-pool"\nstrid = 2\n')
    (folder / "unknown-scene.toml").write_text('[[clip]]\nscene = "max-pol"\n')
    (folder / "broken.toml").write_text("[[clip\n")
    (folder / "binary.toml").write_bytes(b"\xff\xfe")
    return folder


POOL = ("scene", "max-pool")
MALFORMED = [
    (*POOL, "--x", "1 2; 3"),
    (*POOL, "--x", "1 two; 3 4"),
    (*POOL, "--x", ""),
    (*POOL, "--x", ";;"),
    (*POOL, "--x", "nan 1; 1 1"),
    (*POOL, "--x", "1e999 1; 1 1"),
    (*POOL, "--x", "gone.csv"),
    (*POOL, "--x", "empty.csv"),
    (*POOL, "--x", "ragged.csv"),
    (*POOL, "--x", "words.csv"),
    (*POOL, "--x", "binary.csv"),
    (*POOL, "--x", "folder.csv"),
    (*POOL, "--x", "broken.json"),
    (*POOL, "--x", "object.json"),
    (*POOL, "--x", "fake.png"),
    (*POOL, "--x", "bomb.png"),
    (*POOL, "--x", "fake.npy"),
    (*POOL, "--x", "pickled.npy"),
    (*POOL, "--x", "deep.npy"),
    (*POOL, "--x", "nan.npy"),
    (*POOL, "--x", "mnist:ten"),
    (*POOL, "--x", "mnist:99999999"),
    (*POOL, "--x", " ".join(["1"] * 40)),
    (*POOL, "--kernel-size", "0"),
    (*POOL, "--kernel-size", "5"),
    (*POOL, "--kernel-size", "2.5"),
    (*POOL, "--kernel-size", "two"),
    (*POOL, "--kernel-size", "1 2 3"),
    (*POOL, "--stride", "0"),
    (*POOL, "--stride", "-1"),
    (*POOL, "--padding", "2"),
    (*POOL, "--dilation", "0"),
    (*POOL, "--x-label", ""),
    (*POOL, "--x-label", "l" * 25),
    (*POOL, "--x-label", "a\x1b[31mb"),
    (*POOL, "--title", "t" * 200),
    (*POOL, "--theme", "pink"),
    (*POOL, "--ratio", "4:3"),
    (*POOL, "--pace", "warp"),
    (*POOL, "-q", "ultra"),
    (*POOL, "--format", "avi"),
    (*POOL, "--name", "../up"),
    (*POOL, "--name", "a/b"),
    (*POOL, "--name", ""),
    (*POOL, "--no-such-option"),
    (*POOL, "--x"),
    (*POOL, "surplus"),
    ("scene", "max-pol"),
    ("scene",),
    ("film", "max-pool"),
    ("inspect", "max-pool", "--x", "1 2; 3"),
    ("lesson",),
    ("lesson", "gone.toml"),
    ("lesson", "no-clips.toml"),
    ("lesson", "unknown-key.toml"),
    ("lesson", "unknown-scene.toml"),
    ("lesson", "broken.toml"),
    ("lesson", "binary.toml"),
    ("lesson", "unknown-key.toml", "--workers", "0"),
]


@pytest.mark.parametrize("command", MALFORMED, ids=lambda command: " ".join(command)[:60].encode("unicode_escape"))
def test_malformed_input_is_one_sentence_and_leaves_nothing(command, inputs, monkeypatch) -> None:
    monkeypatch.chdir(inputs)
    before = sorted(os.listdir(inputs))
    done = run(*command)
    assert (done.exit_code, done.stdout) == (2, "")
    if command != ("scene",):  # the bare group prints its help
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1
        assert done.stderr.rstrip()[-1] in ".?"
    assert sorted(os.listdir(inputs)) == before


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ((*POOL, "--kernel-size", "0"), "--kernel-size must be a whole number of at least 1, or a pair of them"),
        ((*POOL, "--x", "gone.csv"), "--x"),
        (("scene", "avg-pool", "--divisor-override", "-1"), "--divisor-override must be at least 1, but it is -1."),
        ((*POOL, "--theme", "pink"), "--theme must be dark or light, but it is 'pink'."),
        ((*POOL, "--name", "../up"), "--name must be a plain file name"),
        ((*POOL, "--transparent"), "--transparent needs --format webm or png, but the format is mp4."),
        (("scene", "max-pol"), "Did you mean max-pool?"),
        (
            ("lesson", "unknown-key.toml"),
            "unknown-key.toml: clip 1: max-pool does not take strid; did you mean stride?",
        ),
    ],
)
def test_the_sentence_names_what_was_wrong(command, said, inputs, monkeypatch) -> None:
    monkeypatch.chdir(inputs)
    assert said in run(*command).stderr


def test_a_real_process_ends_the_same_way(inputs) -> None:
    done = in_a_process(*POOL, "-o", "words.csv", cwd=inputs)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not (inputs / "out").exists()


def test_a_folder_that_cannot_be_written_to_is_said_in_one_sentence(brief_command) -> None:
    done = run(*brief_command, "-o", "/proc/cnnreel")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The output folder '/proc/cnnreel' cannot be written to: ")


def test_output_that_nobody_reads_to_the_end_is_no_error_worth_a_traceback() -> None:
    done = subprocess.run(
        f"{sys.executable} {RENDER} list | true", shell=True, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


@pytest.mark.slow
def test_a_film_is_shown_elsewhere_by_what_embed_prints(brief_command, tmp_path) -> None:
    run(*brief_command, "-o", tmp_path, "--name", "tiny", "--single-file")
    assert not (tmp_path / "tiny" / "page").exists()
    done = run("embed", tmp_path / "tiny", "--for", "iframe")
    assert done.exit_code == 0
    assert done.stdout.startswith('<iframe src="tiny/tiny.html"')
    assert done.stderr == f"Copy the folder {tmp_path}/tiny beside the page.\n"


def test_what_cannot_be_embedded_is_one_sentence(tmp_path) -> None:
    done = run("embed", tmp_path, "--for", "html")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: CLIP must be the folder of a clip or a lesson, but ")
