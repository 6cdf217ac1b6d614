"""The answer key lists every question and step, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from cnnreel.tell.answers import answer_key, harmless
from cnnreel.tell.sidecars import write_sidecars
from cnnreel.tell.story import Story
from scenes.addresses import value_at
from scenes.catalog import SCENES
from tests.cnnreel.records import record_of


def rows(record: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_key({"pool": Story(record)}))))


def test_the_key_of_max_pooling() -> None:
    question, *steps = rows(record_of("max-pool"))
    assert question == {
        "clip": "pool",
        "kind": "question",
        "start": "5.73",
        "question": "What is Max(4, 1, 1, 1)?",
        "answer": "4",
        "address": "output[0,0,0,0]",
        "operands": '{"x": [4.0, 1.0, 1.0, 1.0]}',
        "result": "4.0",
        "arithmetic": "Max(4, 1, 1, 1) = 4",
    }
    assert [step["result"] for step in steps] == ["4.0", "8.0", "8.0", "4.0"]


@pytest.mark.parametrize("scene", SCENES)
def test_results_are_the_computed_values_in_full(scene: str) -> None:
    record = record_of(scene)
    for row in rows(record):
        if row["address"]:
            assert float(row["result"]) == value_at(record["values"], row["address"])
            assert json.loads(row["operands"]) or "[" not in row["arithmetic"]  # of constants alone there are none


@pytest.mark.parametrize("scene", SCENES)
def test_every_question_is_listed_with_its_answer(scene: str) -> None:
    record = record_of(scene)
    asked = [(beat["prompt"], beat["answer"]) for beat in record["beats"] if beat["kind"] == "question"]
    listed = [(row["question"], row["answer"]) for row in rows(record) if row["kind"] == "question"]
    assert listed == asked


@pytest.mark.parametrize("text", ["=1+2", "+1+2", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("x")', "|x"])
def test_no_cell_is_a_formula(text: str) -> None:
    record = record_of("max-pool")
    record["beats"][1] |= {"prompt": text, "answer": text}
    question = rows(record)[0]
    assert question["question"] == question["answer"] == harmless(text.strip()) == f"'{text.strip()}"


@pytest.mark.parametrize("text", ["4", "-1.5", "-1e-07", "2×2", "Max(4, 1)"])
def test_numbers_and_words_are_left_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_the_files_beside_a_film(tmp_path: Any) -> None:
    write_sidecars(tmp_path, "pool", Story(record_of("max-pool")))
    endings = ["alt.txt", "answers.csv", "chapters.vtt", "srt", "transcript.md", "vtt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"pool.{ending}" for ending in endings]
    for path in tmp_path.iterdir():
        assert b"\r" not in path.read_bytes()
        assert path.read_text(encoding="utf-8").endswith("\n")


def test_pictures_have_no_captions(tmp_path: Any) -> None:
    record = {**record_of("max-pool"), "pictures": {"files": ["pool.png"], "width": 1280, "height": 720}}
    del record["video"]
    write_sidecars(tmp_path, "pool", Story(record))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "pool.alt.txt",
        "pool.answers.csv",
        "pool.transcript.md",
    ]
