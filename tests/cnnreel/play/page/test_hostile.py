"""Whatever a spec says ends up as plain text: nothing in it runs, and no file is written where none belongs."""

from __future__ import annotations

import csv
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import srt
from markdown_it import MarkdownIt

from cnnreel.play.page.data import parts_of
from cnnreel.play.page.html import as_html, clip_page, json_in_html, lesson_page
from cnnreel.tell.answers import harmless
from cnnreel.tell.sidecars import write_sidecars
from cnnreel.tell.story import Story
from cnnreel.work.filming import film
from scenes.catalog import find
from tests.cnnreel.records import record_of
from tests.cnnreel.reels import plain_film
from tests.often import only_often

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><b>bold</b>",
    "<!-- --> ]]> <![CDATA[",
    "{{ 7 * 7 }} {% raw %} {# #}",
    '"]][[#read("x")',
    "'; alert(1); //",
    "\u202eright to left\u202c שלום",
    "🦊 \u2028 line",
    "a --> b",
    "javascript:alert(1)",
]
LABELS = ['<b>x</b>"]][[#read("x")', "../../x", "Привет", "=1+2 --> {x}"]


class Elements(HTMLParser):
    """Collects the elements of a page, and the attributes that run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def said_by(text: str) -> dict[str, Any]:
    """Return a record that says a text wherever a text can stand."""
    record = record_of("max-pool")
    record["spec"]["title"] = text
    for beat in record["beats"]:
        beat["caption"] = text
    record["beats"][1] |= {"prompt": text, "answer": "four"}
    return record


def page_of(record: dict[str, Any]) -> str:
    return as_html(clip_page(Story(record)), [plain_film(record)])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_adds_no_element_and_no_handler(text: str) -> None:
    hostile, harmless = (Elements(page_of(said_by(one))) for one in (text, "text"))
    assert hostile.names == harmless.names
    assert hostile.handlers == harmless.handlers == []


def test_chapters_and_titles_of_lessons_are_text_too() -> None:
    record = record_of("max-pool")
    clip = {"chapter": HOSTILE[1], "start": 0.0, "end": 28.0, "record": "a/a.json"}
    index = {"title": HOSTILE[2], "video": {"file": "a.mp4"}, "clips": [clip, {**clip, "start": 28.0}]}
    elements = Elements(as_html(lesson_page(index, parts_of(index, [record, record])), [plain_film(record)] * 2))
    assert elements.names.count("script") == 5
    assert elements.handlers == []


def test_a_name_that_needs_it_is_quoted_in_addresses() -> None:
    record = said_by("text")
    record["video"]["file"] = "a b#c.mp4"
    assert 'src="a%20b%23c.mp4"' in page_of(record)


@pytest.mark.parametrize("text", HOSTILE)
def test_data_for_the_script_cannot_end_its_element(text: str) -> None:
    written = json_in_html({"text": text})
    assert "<" not in written
    assert "\u2028" not in written


@pytest.mark.parametrize("text", [*HOSTILE, "=1+1", "@SUM(A1)", "# heading *bold* [a](b) `c`", "../../x"])
def test_files_beside_a_film_say_a_text_as_it_is(tmp_path: Path, text: str) -> None:
    record = said_by(text)
    write_sidecars(tmp_path, "pool", Story(record))
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"pool"}
    one_line = " ".join(text.split())
    cues = list(srt.parse((tmp_path / "pool.srt").read_text(encoding="utf-8")))
    assert " ".join(cues[0].content.replace("\u2060", "").split()) == one_line
    vtt = (tmp_path / "pool.vtt").read_text(encoding="utf-8")
    assert unescape(vtt.split("\n\n")[1].partition("\n")[2].replace("\n", " ").strip()) == one_line
    assert "<" not in vtt
    assert vtt.count("-->") == len(cues)
    asked, *_ = csv.DictReader((tmp_path / "pool.answers.csv").read_text(encoding="utf-8-sig").splitlines())
    assert asked["question"] == harmless(one_line)
    assert asked["question"][0] not in "=+-@"
    html = MarkdownIt("commonmark").render((tmp_path / "pool.transcript.md").read_text(encoding="utf-8"))
    assert unescape(html).startswith(f"<h1>{one_line}</h1>")
    assert {"script", "img", "style", "a", "em", "b"}.isdisjoint(Elements(html).names)


@pytest.mark.slow
@pytest.mark.parametrize("texts", [HOSTILE[::2], HOSTILE[1::2]])
def test_the_browser_reads_captions_as_they_are(open_record: Any, texts: list[str]) -> None:
    record = record_of("max-pool")
    for text, beat in zip(texts, record["beats"], strict=False):
        beat["caption"] = text
    video = open_record(record).locator("video")
    cues = video.evaluate(
        """async film => {
            const track = film.textTracks[0];
            track.mode = 'hidden';
            while (!track.cues?.length) await new Promise(done => setTimeout(done, 20));
            return [...track.cues].map(cue => cue.getCueAsHTML().textContent);
        }"""
    )
    read = " ".join(" ".join(cues).replace("\u2060", "").split())
    assert [text for text in texts if " ".join(text.split()) not in read] == []


@pytest.mark.slow
@pytest.mark.parametrize("text", only_often(HOSTILE, HOSTILE[1], HOSTILE[2], HOSTILE[8]))
def test_the_browser_shows_it_as_it_is_and_runs_nothing(open_record: Any, text: str) -> None:
    record = said_by(text)
    record["beats"][1]["answer"] = "four"  # a number would take no other text
    page = open_record(record, reduced_motion="reduce")
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog said {dialog.message}"))
    shown = page.locator("#caption").evaluate("caption => caption.textContent")
    assert shown == text
    assert page.title().split() == text.split()
    page.keyboard.press("ArrowRight")
    assert page.locator("legend").evaluate("legend => legend.textContent") == text
    for _ in range(2):
        page.get_by_label("Your answer").fill(text)
        page.keyboard.press("Enter")
    assert text.rsplit(maxsplit=1)[-1] in page.locator(".verdict").evaluate("verdict => verdict.textContent")


@pytest.mark.slow
@pytest.mark.parametrize("label", only_often(LABELS, LABELS[0]))
def test_a_film_with_a_hostile_label_touches_nothing_but_its_folder(open_page: Any, tmp_path: Path, label: str) -> None:
    spec = find("max-pool").build({"x": "7 3; 3 8", "x_label": label, "title": label, "pace": "fast"})
    clip = film(spec, tmp_path / "out", name="hostile", quality="low")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["hostile"]
    page = open_page(clip.folder / "hostile.html")
    assert page.locator("h1").evaluate("title => title.textContent") == label
    assert page.title() == label
