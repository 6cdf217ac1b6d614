"""The language of a film, and the catalog that translators begin with."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import scenes.language
from scenes.catalog import find
from scenes.language import language, language_of
from scenes.mobjects.text import Number
from scenes.rehearsal import rehearse
from scenes.stage import ExplainerScene

HOUSE = Path(__file__).parents[2]
TEMPLATE = HOUSE / "scenes" / "locale" / "cnnreel.pot"
KEYWORDS = {"say": (1,), "say_many": (1, 2), "marked": (1,)}


@pytest.fixture
def german(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(scenes.language, "LANGUAGES", ("en", "en-XA", "de"))
    language_of.cache_clear()
    yield
    language_of.cache_clear()


def test_a_scene_is_played_in_its_language(monkeypatch) -> None:
    heard = []
    monkeypatch.setattr(ExplainerScene, "construct", lambda self: heard.append(language().code))
    for code in ("en", "en-XA"):
        spec = find("relu").build({"language": code})
        monkeypatch.setattr(type(spec).scene_class(), "construct", ExplainerScene.construct)
        rehearse(spec)
    assert heard == ["en", "en-XA"]
    assert language().code == "en"


@pytest.mark.usefixtures("german")
def test_numbers_have_the_decimal_sign_of_the_language_and_their_record_has_a_point() -> None:
    with scenes.language.speaking("de"):
        shown = Number("-1.5", "x[0]", 0.5, "#fff")
    assert (shown.text, shown.shown_text) == ("−1,5", "-1.5")


def test_the_pseudo_language_is_taken_and_not_advertised() -> None:
    assert find("relu").build({"language": "en-XA"}).language == "en-XA"
    assert "XA" not in (find("relu").model_fields["language"].description or "")


def test_the_template_for_translators_holds_every_sentence() -> None:
    """If this fails, run `make words`."""
    told = [
        message
        for room in ("scenes", "cnnreel")
        for _, _, message, _, _ in extract_from_dir(HOUSE / room, [("**.py", "python")], keywords=KEYWORDS)
    ]
    kept = [message.id for message in read_po(BytesIO(TEMPLATE.read_bytes())) if message.id]
    assert {one if isinstance(one, str) else tuple(one) for one in kept} == set(told)
