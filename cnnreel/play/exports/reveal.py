"""Slides for the browser, in one file: reveal.js plays the film beat by beat and stops after each."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.exports.notes import notes
from cnnreel.play.page.data import page_beats
from cnnreel.play.page.html import TYPES, data_address, hash_of, json_in_html
from cnnreel.play.page.look import FONTS, colours
from cnnreel.play.page.writing import inlined
from scenes.theme import CAPTION_BAND, THEMES

__all__ = ["write"]

HERE = Path(__file__).parent


def write(film: Embeddable, path: Path) -> None:
    """Write the slides, with film, stills, font and reveal.js inside."""
    beats, video = page_beats(film.parts), film.video
    moments = [[beat["start"], beat["end"]] for beat in beats]
    script = part("revealjs/reveal.js") + part("deck.js")
    html = (
        environment()
        .get_template("deck.html")
        .render(
            film=film,
            beats=beats,
            themes=[part.record["spec"]["theme"] for part in film.parts],
            THEMES=THEMES,
            band=CAPTION_BAND,
            notes=notes,
            still=partial(inlined, [film.folder]),
            font=data_address("font/otf", FONTS[400].read_bytes()),
            style=Markup(part("revealjs/reveal.css") + colours() + part("deck.css")),
            script=Markup(script),
            hash=hash_of(script),
            data=json_in_html({"moments": moments, "size": [video["width"], video["height"]], "fps": video["fps"]}),
            video=base64.b64encode((film.folder / video["file"]).read_bytes()).decode(),
            video_type=TYPES[Path(video["file"]).suffix],
        )
    )
    path.write_text(html, encoding="utf-8", newline="\n")


def part(name: str) -> str:
    """Return a file of ours or of reveal.js as it can stand inside an element."""
    return (HERE / name).read_text(encoding="utf-8").replace("</script", "<\\/script").rstrip("\n") + "\n"


def environment() -> Environment:
    """Return the template; whatever it is given is escaped."""
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
