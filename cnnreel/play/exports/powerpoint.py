"""Slides for PowerPoint and its like: the film, then a slide a beat."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pptx
from pptx.dml.color import RGBColor
from pptx.util import Pt

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.exports.notes import notes
from cnnreel.play.exports.scorm import add_file
from cnnreel.play.page.data import page_beats
from scenes.theme import CAPTION_BAND, THEMES

__all__ = []

SHORT_SIDE = 6_858_000
"""Of a slide, in English Metric Units: 7.5 inches."""
TITLE_ONLY = 5
"""The layout of the default template that has a title and nothing else."""
_MARGIN = 1 / 20
"""Of a slide's width, on both sides of a caption."""
MOST_LETTERS = 255
"""Of a document's properties."""


def write(film: Embeddable, path: Path) -> None:
    """Write the slides; what is said is each slide's title, and with question and answer its notes."""
    deck: Any = pptx.Presentation()
    size = film.video["width"], film.video["height"]
    deck.slide_width, deck.slide_height = (SHORT_SIDE * side // min(size) for side in size)
    deck.core_properties.title = film.title[:MOST_LETTERS]
    deck.core_properties.comments = film.alt[:MOST_LETTERS]
    add_film(deck, film)
    for beat in page_beats(film.parts):
        add_beat(deck, film.folder, beat, film.parts[beat["part"]].record["spec"]["theme"])
    _save(deck, path)


def _save(deck: Any, path: Path) -> None:
    """Save slides without the time of day in them: equal films are equal slides."""
    saved = BytesIO()
    deck.save(saved)
    with ZipFile(saved) as dated, ZipFile(path, "w") as package:
        for name in dated.namelist():
            add_file(package, name, dated.read(name))


def add_film(deck: Any, film: Embeddable) -> None:
    slide = add_slide(deck, film.title, film.parts[0].record["spec"]["theme"])
    poster = film.folder / f"{film.name}.png"
    movie = slide.shapes.add_movie(
        str(film.folder / film.video["file"]),
        0,
        0,
        deck.slide_width,
        deck.slide_height,
        poster_frame_image=str(poster),
        mime_type=f"video/{film.video['file'].rpartition('.')[2]}",
    )
    describe(movie, film.alt)
    hide(slide.shapes.title, deck)
    slide.notes_slide.notes_text_frame.text = film.alt


def add_beat(deck: Any, folder: Path, beat: dict[str, Any], theme: str) -> None:
    """Add a slide with the last picture of a beat, and its caption in the band that is free for it."""
    slide = add_slide(deck, beat["caption"], theme)
    picture = slide.shapes.add_picture(str(folder / beat["still"]), 0, 0, deck.slide_width, deck.slide_height)
    describe(picture, beat["caption"])
    slide.shapes._spTree.remove(picture._element)  # behind the title: shapes are drawn in this order
    slide.shapes._spTree.insert(2, picture._element)
    slide.notes_slide.notes_text_frame.text = "\n".join(notes(beat))
    if beat["kind"] == "question":  # the picture asks already
        hide(slide.shapes.title, deck)


def add_slide(deck: Any, title: str, theme: str) -> Any:
    """Add a slide in the colours of the film, with its title in the lowest band."""
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    fill = slide.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(THEMES[theme].background[1:])
    box = slide.shapes.title
    band, margin = int(deck.slide_height * CAPTION_BAND), int(deck.slide_width * _MARGIN)
    box.left, box.top, box.width, box.height = margin, deck.slide_height - band, deck.slide_width - 2 * margin, band
    box.text_frame.text = title
    box.text_frame.word_wrap = True
    font = box.text_frame.paragraphs[0].font
    font.size, font.name = Pt(20), "Source Sans Pro"
    font.color.rgb = RGBColor.from_string(THEMES[theme].text[1:])
    return slide


def hide(title: Any, deck: Any) -> None:
    """Move a title out of the picture: it still names its slide to those who do not see it."""
    title.top = deck.slide_height


def describe(shape: Any, text: str) -> None:
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)
