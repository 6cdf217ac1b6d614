from __future__ import annotations

from pathlib import Path

import pytest

from cnn_core.errors import InputError
from cnnreel.work.lesson_file import Lesson, read_lesson

CLIP = '[[clip]]\nscene = "max-pool"\n'


def read(folder: Path, text: str | bytes) -> Lesson:
    path = folder / "lesson.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_lesson(path)


def test_a_lesson_is_its_clips_in_order(tmp_path) -> None:
    text = 'title = "Pooling"\n' + CLIP + 'chapter = "Largest"\nx = [[7, 3], [3, 8]]\n' + CLIP + 'name = "two"\n'
    lesson = read(tmp_path, text)
    assert (lesson.name, lesson.title) == ("lesson", "Pooling")
    assert [(clip.name, clip.chapter) for clip in lesson.clips] == [("max-pool", "Largest"), ("two", "two")]
    assert lesson.clips[0].spec.values()["output"].tolist() == [[[[8]]]]


def test_the_look_is_for_all_clips_and_a_clip_may_differ(tmp_path) -> None:
    look = '[look]\ntheme = "light"\nratio = "1:1"\npace = "fast"\n'
    lesson = read(tmp_path, look + CLIP + CLIP + 'theme = "dark"\n')
    assert [(clip.spec.theme, clip.spec.ratio, clip.spec.pace) for clip in lesson.clips] == [
        ("light", "1:1", "fast"),
        ("dark", "1:1", "fast"),
    ]


def test_clips_of_one_name_get_folders_of_their_own(tmp_path) -> None:
    lesson = read(tmp_path, CLIP + CLIP + CLIP + 'name = "max-pool-2"\n')
    assert [clip.name for clip in lesson.clips] == ["max-pool", "max-pool-2", "max-pool-2-2"]


def test_files_are_found_beside_the_lesson(tmp_path) -> None:
    (tmp_path / "grid.csv").write_text("7;3\n3;8\n")
    lesson = read(tmp_path, CLIP + 'x = "grid.csv"\n')
    assert lesson.clips[0].spec.values()["x"].tolist() == [[[[7, 3], [3, 8]]]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a lesson must have clips, each below a line"),
        ("clip = 3", "a lesson must have clips"),
        ("[clip]\nscene = 'max-pool'", "a lesson must have clips"),
        ("titel = 'x'\n" + CLIP, "a lesson does not take titel; it takes title, look, clip"),
        ("title = 3\n" + CLIP, "title must be a text of one line and at most 100 letters, but it is 3"),
        ("title = ''\n" + CLIP, "title must be a text of one line"),
        ("look = 'dark'\n" + CLIP, r"look must be a table, below a line \"\[look\]\", but it is 'dark'"),
        (
            "[look]\nquality = 'low'\n" + CLIP,
            "look does not take quality; it takes theme, ratio, pace, language",
        ),
        ("[look]\ntheme = 'pink'\n" + CLIP, "clip 1: theme must be 'dark' or 'light', but it is 'pink'"),
        (CLIP + "[[clip]]\nscene = 'max-pol'", "clip 2: scene must be one of .* Did you mean max-pool"),
        ("[[clip]]\nx = '1'", "clip 1: scene must be a text"),
        (CLIP + "strid = 2", r"clip 1: max-pool does not take strid; did you mean stride\?"),
        (CLIP + "x = [[1, 2], [3]]", "clip 1: x must .*"),
        (CLIP + "kernel_size = 0", "clip 1: kernel_size must be a whole number of at least 1"),
        (CLIP + "ratio = '1:1'", r"clip 1: ratio must stand below \[look\]"),
        (CLIP + "language = 'en'", r"clip 1: language must stand below \[look\]"),
        (CLIP + "name = '../x'", "clip 1: name must be a plain file name"),
        (CLIP + "chapter = 5", "clip 1: chapter must be a text"),
        ("title = ", "a lesson file must be TOML, but it is not: Invalid value"),
        (b"title = '\xff'", "a lesson file must be UTF-8 text, but byte 9 of it is not"),
        (b"#" * 1_000_001, "a lesson file must be at most 1,000,000 bytes"),
        ("a." * 60_000 + "a = 1", "a lesson file must be nested at most 12 deep, but this one has more dots in a key"),
        (
            "[" + " a ." * 400 + "a]",
            "a lesson file must be nested at most 12 deep, but this one has more dots in a key",
        ),
        ("x = " + "[" * 400_000, "a lesson file must be nested at most 12 deep, but this one has more brackets"),
        ("x = " + "{a=" * 99, "a lesson file must be nested at most 12 deep, but this one has more brackets"),
        (CLIP + "name = 'NUL.x'", "clip 1: name must be a name that every system takes, but Windows reserves 'NUL.x'"),
        (
            CLIP + "name = 'Pool'\n" + CLIP + "name = 'pool'",
            "clip 2: name must differ from others by more than case, but it is 'pool', and there is 'Pool'",
        ),
        (CLIP + "name = 'lesson.mp4'", "clip 1: name must not be one of the lesson's own files, but it is 'lesson.mp4"),
        (CLIP + "name = 'Index.html'", "clip 1: name must not be one of the lesson's own files"),
    ],
)
def test_a_mistake_is_said_with_its_file_its_clip_and_its_key(tmp_path, text, said) -> None:
    with pytest.raises(InputError, match=f"^lesson.toml: {said}"):
        read(tmp_path, text)


def test_dots_and_brackets_in_texts_are_no_nesting(tmp_path) -> None:
    dots = '"""' + "a." * 50 + '"""'
    lesson = read(tmp_path, f"# {'[' * 50}\n" + CLIP + f"title = '[[[[[[[[[[[[[[' # {dots}\nchapter = {dots[2:-2]}\n")
    assert lesson.clips[0].chapter == "a." * 50


def test_a_part_of_a_file_is_found_beside_the_lesson_too(tmp_path) -> None:
    (tmp_path / "grid.csv").write_text("9;9;9\n9;7;3\n9;3;8\n")
    lesson = read(tmp_path, CLIP + 'x = "grid.csv!B2:C3"\n')
    assert lesson.clips[0].spec.values()["x"].tolist() == [[[[7, 3], [3, 8]]]]


def test_a_lesson_file_that_cannot_be_read_is_named(tmp_path) -> None:
    with pytest.raises(
        InputError,
        match=r"^gone\.toml: a lesson must be a file, or one of handwritten-digits, how-it-learns, but: No such",
    ):
        read_lesson(tmp_path / "gone.toml")
    with pytest.raises(
        InputError,
        match=r"a lesson must be a file, or one of handwritten-digits, how-it-learns, but: Is a directory\.$",
    ):
        read_lesson(tmp_path)


def test_a_lesson_file_whose_name_cannot_be_a_folder_s_is_refused(tmp_path) -> None:
    (tmp_path / "my lesson.toml").write_text(CLIP)
    with pytest.raises(InputError, match="the lesson file's name, which becomes a folder's, must be a plain file name"):
        read_lesson(tmp_path / "my lesson.toml")


def test_the_lesson_of_the_project_can_be_read() -> None:
    lesson = read_lesson(Path(__file__).parents[3] / "lessons" / "handwritten-digits.toml")
    assert [clip.spec.name for clip in lesson.clips][:4] == ["title", "conv2d", "max-pool", "batch-norm"]
