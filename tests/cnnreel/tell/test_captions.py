"""Captions hold what is said, in cues that can be read; nothing in them is markup."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import Any

import pytest
import srt
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnreel.tell.captions import as_srt, as_vtt, captions, chapters
from scenes.catalog import SCENES
from tests.cnnreel.records import record_of

HOSTILE = [
    "<script>alert(1)</script>",
    "a --> b",
    "{\\an8}{b}up",
    "&lt;",
    "00:01 --> 00:02",
    "\u202eright to left",
    "🦊",
]


def beat(caption: str, start: float, end: float, kind: str = "explain") -> dict[str, Any]:
    return {"kind": kind, "caption": caption, "start": start, "end": end}


def unbroken(text: str) -> str:
    return "".join(text.split())


@st.composite
def films(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw beats one after the other, each with some words to say, some of them longer than a line."""
    words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=60)
    said = draw(st.lists(st.lists(words, min_size=1, max_size=30).map(" ".join), min_size=1, max_size=8))
    lengths = draw(st.lists(st.integers(1, 150), min_size=len(said), max_size=len(said)))
    times = [sum(lengths[:number]) / 15 for number in range(len(said) + 1)]
    return [beat(text, start, end) for text, (start, end) in zip(said, pairwise(times), strict=True)]


def test_a_short_caption_is_one_cue_for_its_whole_beat() -> None:
    assert as_vtt(captions([beat("Four.", 0, 2.5)])) == "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nFour.\n"


def test_a_long_caption_becomes_cues_that_share_its_time_by_length() -> None:
    cues = captions([beat("One sentence of thirty letters. " + "Another that is just a little longer, " * 2, 0, 11)])
    assert [cue.text for cue in cues] == [
        "One sentence of thirty letters.",
        "Another that is just a little longer,\nAnother that is just a little longer,",
    ]
    assert cues[0].end == cues[1].start == pytest.approx(11 * 31 / (31 + 75), abs=1e-9)


def test_a_beat_of_half_a_second_gets_time_from_its_neighbours() -> None:
    cues = captions([beat("One.", 0, 3), beat("Two.", 3, 3.5), beat("Three.", 3.5, 6)])
    assert [(cue.start, cue.end) for cue in cues] == [(0, 3), (3, 4), (4, 6)]


def test_the_last_beat_takes_time_from_the_one_before() -> None:
    cues = captions([beat("One.", 0, 3), beat("Two.", 3, 3.5)])
    assert [(cue.start, cue.end) for cue in cues] == [(0, 2.5), (2.5, 3.5)]


def test_a_beat_that_is_too_short_for_its_letters_gets_time_from_its_neighbours() -> None:
    cues = captions([beat("One.", 0, 4), beat("A hundred letters, " * 5 + "read.", 4, 7), beat("Three.", 7, 10)])
    assert all(cue.end - cue.start >= len(cue.text) / 20 - 1e-9 for cue in cues)
    assert (cues[0].start, cues[-1].end) == (0, 10)


def test_where_there_is_no_time_for_all_cues_they_share_what_there_is() -> None:
    assert [(cue.start, cue.end) for cue in captions([beat("One.", 0, 0.5), beat("Two.", 0.5, 1)])] == [
        (0, 0.5),
        (0.5, 1),
    ]


def test_lines_are_about_as_long_as_each_other() -> None:
    (cue,) = captions([beat("The largest value of each stop goes to the output.", 0, 5)])
    assert cue.text == "The largest value of each\nstop goes to the output."


def test_a_sentence_that_is_too_long_is_cut_into_texts_of_about_the_same_length() -> None:
    said = "Deep Learning Made Easy, 4 / 8: Create a CNN Model for Handwritten Digits, by CodeWithMe."
    assert [cue.text for cue in captions([beat(said, 0, 6)])] == [
        "Deep Learning Made Easy,\n4 / 8: Create a CNN",
        "Model for Handwritten\nDigits, by CodeWithMe.",
    ]


@pytest.mark.parametrize(
    ("scene", "pace"), [*((scene, "normal") for scene in SCENES), ("max-pool", "fast"), ("batch-norm", "fast")]
)
def test_captions_of_every_scene_can_be_read(scene: str, pace: str) -> None:
    record = record_of(scene, pace=pace)
    cues = captions(record["beats"])
    assert "".join(unbroken(cue.text) for cue in cues) == "".join(unbroken(beat["caption"]) for beat in record["beats"])
    assert cues[-1].end == pytest.approx(record["video"]["duration"], abs=0.1)
    for cue in cues:
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= 42
        assert cue.end - cue.start >= max(1, len(cue.text) / 20) - 1e-9
    assert all(beat["end"] - beat["start"] >= len(beat["caption"]) / 20 for beat in record["beats"])
    assert [chapter.start for chapter in chapters(record["beats"])] == sorted(
        {chapter.start for chapter in chapters(record["beats"])}
    )


@given(films())
@settings(max_examples=60, derandomize=True, deadline=None)
def test_cues_can_be_read_and_leave_nothing_out(film: list[dict[str, Any]]) -> None:
    cues = captions(film)
    assert unbroken("".join(cue.text for cue in cues)) == unbroken("".join(beat["caption"] for beat in film))
    for cue in cues:
        assert all(0 < len(line) <= 42 for line in cue.text.split("\n"))
        assert len(cue.text.split("\n")) <= 2
    assert cues[0].start == 0
    assert cues[-1].end == pytest.approx(film[-1]["end"])
    assert all(before.end == after.start for before, after in pairwise(cues))
    if film[-1]["end"] >= len(cues):
        assert all(cue.end - cue.start >= 1 - 1e-9 for cue in cues)


@given(films())
@settings(max_examples=30, derandomize=True, deadline=None)
def test_a_reader_of_subrip_finds_the_same_cues(film: list[dict[str, Any]]) -> None:
    cues = captions(film)
    read = list(srt.parse(as_srt(cues)))
    assert [one.content.replace("\u2060", "") for one in read] == [cue.text.replace("\u2060", "") for cue in cues]
    assert [one.start.total_seconds() for one in read] == [pytest.approx(cue.start, abs=1e-3) for cue in cues]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markup_or_a_time(text: str) -> None:
    cues = captions([beat(text, 0, 9)])
    vtt, subrip = as_vtt(cues), as_srt(cues)
    assert len(re.findall("-->", vtt)) == len(re.findall("-->", subrip)) == len(cues)
    assert "<" not in vtt
    assert not re.search(r"[<{][\w/\\]", subrip)


def test_files_have_line_feeds_and_end_with_one() -> None:
    for text in (as_vtt(captions([beat("One.\r\nTwo.", 0, 9)])), as_srt(captions([beat("One.\u2028Two.", 0, 9)]))):
        assert len(io.StringIO(text, newline=None).readlines()) == text.count("\n")
        assert "\r" not in text
        assert text.endswith("One. Two.\n")


def test_a_run_of_steps_is_one_chapter_and_an_answer_goes_with_its_question() -> None:
    kinds = ["explain", "question", "answer", "step", "step", "explain"]
    beats = [beat(f"Said in beat {number}. And more.", number, number + 1, kind) for number, kind in enumerate(kinds)]
    assert [(cue.start, cue.end, cue.text) for cue in chapters(beats)] == [
        (0, 1, "Said in beat 0."),
        (1, 3, "Said in beat 1."),
        (3, 5, "Said in beat 3."),
        (5, 6, "Said in beat 5."),
    ]


def test_no_chapter_is_named_after_an_answer() -> None:
    beats = [
        beat("A 4×4 window and 16 values.", 0, 1),
        {**beat("What is the mean of 4 and 8?", 1, 2, "question"), "answer": "6"},
        beat("It is 6.", 2, 3, "answer"),
        beat("So 6 is what is subtracted.", 3, 4),
        beat("The 6×6 map of −6 and 6.5 is centred.", 4, 5),
    ]
    assert [(cue.end, cue.text) for cue in chapters(beats)] == [
        (1, beats[0]["caption"]),
        (4, beats[1]["caption"]),
        (5, beats[4]["caption"]),
    ]


def test_a_clip_without_beats_has_no_cues() -> None:
    assert captions([]) == chapters([]) == []
