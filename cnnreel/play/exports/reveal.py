"""Slides for the browser, in one file: reveal.js plays the film beat by beat and stops after each."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.exports.notes import notes
from cnnreel.play.page.data import packed, page_beats
from cnnreel.play.page.html import data_address, hash_of, json_in_html, playing
from cnnreel.play.page.look import FONTS, colours, ratio
from cnnreel.play.page.writing import films_of
from scenes.theme import CAPTION_BAND

__all__ = []

_HERE = Path(__file__).parent


def write(film: Embeddable, path: Path) -> None:
    """Write the slides, with films, font and reveal.js inside."""
    beats, films = page_beats(film.parts), films_of(film.parts, [film.folder])
    data = {
        "moments": [[beat["start"], beat["end"], beat["part"]] for beat in beats],
        "starts": [part.start for part in film.parts],
        "size": films[0]["size"],
    }
    script = part("revealjs/reveal.js") + playing(part("deck.js"))
    html = (
        _environment()
        .get_template("deck.html")
        .render(
            film=film,
            beats=beats,
            theme=film.parts[0].record["spec"]["theme"],
            band=CAPTION_BAND,
            notes=notes,
            font=data_address("font/woff2", FONTS[400].read_bytes()),
            style=Markup(part("revealjs/reveal.css") + colours() + ratio(films[0]["size"]) + part("deck.css")),
            script=Markup(script),
            hash=hash_of(script),
            data=json_in_html(data),
            films=[packed(one) for one in films],
        )
    )
    path.write_text(html, encoding="utf-8", newline="\n")


def part(name: str) -> str:
    """Return a file of ours or of reveal.js as it can stand inside an element."""
    return (_HERE / name).read_text(encoding="utf-8").replace("</script", "<\\/script").rstrip("\n") + "\n"


def _environment() -> Environment:
    """Return the template; whatever it is given is escaped."""
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
