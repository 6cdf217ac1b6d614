"""The slides are read back with python-pptx: film, pictures, captions, notes and alternative texts."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pptx
import pytest
from PIL import Image

from cnnreel.play.exports import export
from tests.cnnreel.play.exports.conftest import HOSTILE
from tests.cnnreel.reels import Reel


@pytest.fixture(scope="module")
def slides(exported: Callable[[str], Path]) -> list[Any]:
    return list(pptx.Presentation(str(exported("pptx"))).slides)


def picture(slide: Any) -> Any:
    (found,) = (shape for shape in slide.shapes if shape.shape_type in (13, 16))  # a picture, a film
    return found


def alternative(shape: Any) -> str:
    return str(shape._element.xpath(".//p:cNvPr")[0].get("descr"))


def test_the_first_slide_plays_the_film(slides: list[Any], pool: Reel) -> None:
    parts = slides[0].part.package.iter_parts()
    (film,) = {part.blob for part in parts if part.content_type == "video/mp4"}
    assert film == pool.main.read_bytes()
    assert alternative(picture(slides[0])) == (pool.folder / "pool.alt.txt").read_text(encoding="utf-8").strip()
    poster = slides[0].part.related_part(picture(slides[0])._element.xpath(".//a:blip/@r:embed")[0])
    assert poster.blob == (pool.folder / "pool.png").read_bytes()


def test_each_beat_has_a_slide_with_its_still_and_its_caption(slides: list[Any], pool: Reel) -> None:
    stills = sorted((pool.folder / "stills").iterdir())
    for slide, beat, still in zip(slides[1:], pool.record["beats"], stills, strict=True):
        assert slide.shapes.title.text_frame.text == alternative(picture(slide)) == beat["caption"]
        assert Image.open(io.BytesIO(picture(slide).image.blob)) == Image.open(still)


def test_pictures_fill_the_slide_and_captions_stand_in_their_free_band(slides: list[Any], pool: Reel) -> None:
    deck = slides[0].part.package.presentation_part.presentation
    video = pool.record["video"]
    assert deck.slide_width / deck.slide_height == pytest.approx(video["width"] / video["height"], abs=1e-4)
    for slide, beat in zip(slides[1:], pool.record["beats"], strict=True):
        shown, title = picture(slide), slide.shapes.title
        assert (shown.left, shown.top, shown.width, shown.height) == (0, 0, deck.slide_width, deck.slide_height)
        if beat["kind"] == "question":
            assert title.top >= deck.slide_height
        else:
            assert title.top >= 7 / 8 * deck.slide_height - 1
            assert title.top + title.height <= deck.slide_height
            assert list(slide.shapes)[-1].shape_id == title.shape_id  # in front of the picture


def test_the_notes_hold_the_caption_and_the_answer(slides: list[Any], pool: Reel) -> None:
    notes = [slide.notes_slide.notes_text_frame.text for slide in slides[1:]]
    asked = [beat["kind"] for beat in pool.record["beats"]].index("question")
    assert notes[asked].splitlines() == [
        "What is Max(7, 3, 3, 8)?",
        "Answer: 8",
        "Max(7, 3, 3, 8) = 8",
        "8 is the largest value in the window.",
    ]
    assert notes[0] == pool.record["beats"][0]["caption"]


def test_hostile_texts_are_texts(hostile: Path) -> None:
    deck = pptx.Presentation(str(export(hostile, "pptx")))
    assert deck.core_properties.title == HOSTILE
    for slide in list(deck.slides)[1:]:
        assert slide.shapes.title.text_frame.text == HOSTILE
        assert slide.notes_slide.notes_text_frame.text.splitlines()[0] == HOSTILE


def test_a_long_title_is_cut_where_documents_have_no_room_for_it(hostile: Path) -> None:
    record = hostile / "pool.json"
    record.write_text(record.read_text().replace("7 3; 3 8", "x").replace("alert(1)", "a" * 400))
    deck = pptx.Presentation(str(export(hostile, "pptx")))
    assert len(deck.core_properties.title) == 255
