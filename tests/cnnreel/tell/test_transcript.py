"""A transcript tells everything to a reader who has nothing else, and texts in it are only texts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnnreel.tell.markdown import plain_text
from cnnreel.tell.story import Story
from cnnreel.tell.transcript import alternative_text, arrays_of, transcript
from scenes.catalog import SCENES
from tests.cnnreel.records import record_of

HOSTILE = [
    "<script>alert(1)</script>",
    "[link](javascript:x) ![a](b)",
    "*a* _b_ `c` ~~d~~ # e | f",
    "http://example.com www.example.com a@example.com",
    '"]][[#read("x")',
    "{{ x }} {role}`y` $z$",
    "&lt;b&gt; \\<i>",
]


def as_seen(markdown: str) -> str:
    """Return the text of a page that a reader of Markdown makes, refusing anything that is not a paragraph."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    inside = re.fullmatch(r"<p>(.*)</p>\n", html, re.DOTALL)
    assert inside, html
    assert "<" not in inside[1], html
    return inside[1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def test_the_transcript_of_max_pooling_can_be_read_alone() -> None:
    text = transcript(Story(record_of("max-pool")))
    assert text.startswith("# Max pool\n\nMax pool, a film of 37 seconds: a window visits a grid;")
    assert "**0:05** Question. What is Max(4, 1, 1, 1)?\n" in text
    assert "- `output[0,0,1,0]` appears: 8, because Max(7, 3, 3, 8) = 8\n" in text
    assert "| **2** | 7 | 3 | 2 | 2 |\n" in text
    assert "- `kernel_size`: 2\n" in text


@pytest.mark.parametrize(
    ("scene", "line"),
    [
        ("conv2d", "- 25 numbers of `x` appear: 0 0 1 0 0; 0 1 1 0 0; 0 0 1 0 0; 0 0 1 0 0; 0 1 1 1 0\n"),
        ("conv2d", "- 9 numbers of `products` of step 2 appear: 0 2 0; −1 2 0; 0 2 0\n"),
        ("relu", "- `output[0,0,0,0]` appears: 0, because max(0, −1) = 0\n"),
        ("softmax", "- `exponentials[1]` appears: 0.368, because e^(−1) ≈ 0.368\n"),
        ("batch-norm", "- `variance[0]` appears: 6.25, because 100 / 16 = 6.25\n"),
        (
            "digit",
            "- `highs[5]` of layer 1, conv2d 1, appears: 3.61, because the largest of the 784 values of map 5 ≈ 3.61",
        ),
    ],
)
def test_what_appears_is_told_with_its_numbers_and_why(scene: str, line: str) -> None:
    assert line in transcript(Story(record_of(scene)))


def test_a_clip_without_arithmetic_has_no_empty_part() -> None:
    assert "## The arithmetic" not in transcript(Story(record_of("title", motif=False)))


@pytest.mark.parametrize("scene", SCENES)
def test_everything_that_is_said_and_computed_is_in_the_transcript(scene: str) -> None:
    record = record_of(scene)
    text = transcript(Story(record))
    for beat in record["beats"]:
        assert plain_text(beat["caption"]) in text
    for name in arrays_of(record["values"]):
        assert f"\n### {plain_text(name)}, " in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize("scene", SCENES)
def test_the_alternative_text_is_one_or_two_sentences(scene: str) -> None:
    text = alternative_text(record_of(scene))
    assert 1 <= len(re.findall(r"\.(?= |$)", text)) <= 2
    assert len(text) < 300


def test_the_alternative_text_says_what_comes_out() -> None:
    assert alternative_text(record_of("max-pool", question=False)).endswith(" The output is 4 8; 8 4.")


def test_the_alternative_text_keeps_an_answer_for_itself_that_is_asked_for() -> None:
    assert "4 8" not in alternative_text(record_of("max-pool"))


def test_a_large_array_is_told_by_its_range() -> None:
    record = record_of("max-pool")
    record["values"]["map"] = np.linspace(-1, 2, 784).reshape(1, 1, 28, 28).tolist()
    assert "### map, 1×1×28×28\n\n784 numbers from −1 to 2.\n" in transcript(Story(record))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    assert as_seen(plain_text(text)) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    assert as_seen("a" + plain_text(text)).split() == ("a" + text).split() or " ".join(text.split()) != text


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_stays_text_in_the_transcript(label: str) -> None:
    text = transcript(Story(record_of("max-pool", x_label=label[:24], title=label[:40])))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    allowed = ["h1", "h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"]
    assert set(re.findall(r"</?(\w+)", html)) <= set(allowed)
    assert "href" not in html
