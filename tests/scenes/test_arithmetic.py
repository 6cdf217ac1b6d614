from __future__ import annotations

import pytest

from scenes.layout import Box
from scenes.mobjects.arithmetic import PITCH, Lines, Paragraphs, Piece, brief, broken

BOX = Box(left=-4, right=4, bottom=-1, top=1)


def terms(count: int, text: str = "123") -> list[tuple[Piece, ...]]:
    return [(Piece("+", "#888"), Piece(text, "#fff", f"x[{n}]")) for n in range(count)]


@pytest.mark.parametrize(
    ("lengths", "lines"),
    [([1, 1, 1], [[0, 1, 2]]), ([1, 1, 1, 1], [[0, 1], [2, 3]]), ([5, 1], [[0], [1]]), ([], [])],
)
def test_lines_are_few_and_about_equally_long(lengths: list[float], lines: list[list[int]]) -> None:
    assert broken(lengths, 3) == lines


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-0.5, "-0.5"), (0.1 + 0.2, "0.3"), (0.0625, "0.0625"), (1 / 3, "0.33"), (998001.1234, "998001.1")],
)
def test_numbers_are_written_exactly_where_that_is_short(value: float, text: str) -> None:
    assert brief(value) == text


def test_a_line_is_centred_and_its_terms_follow_each_other() -> None:
    drawn = Lines(terms(3), 0.4, BOX, top=1)
    places = [label.get_x() for term in drawn.terms for label in term]
    assert places == sorted(places)
    assert abs(drawn.get_center()[0]) < 1e-6


def test_a_negative_number_has_parentheses_only_where_it_is_asked_for() -> None:
    bare, dressed = (Piece("-1", "#fff", "x[0]", parentheses=wanted) for wanted in (False, True))
    assert [piece.draw(0.4).text for piece in (bare, dressed)] == ["−1", "(−1)"]
    assert dressed.draw(0.4).shown_text == "-1"
    assert dressed.width > bare.width


def test_text_shrinks_until_every_picture_fits_and_runs_keep_their_places() -> None:
    large = Paragraphs.fitting([[terms(3), terms(2)]], BOX)
    small = Paragraphs.fitting([[terms(3), terms(2)], [terms(28), terms(40)]], BOX)
    assert large.size > small.size > 0
    assert small.tops[0] - small.tops[1] >= PITCH * small.size
    drawn = small.lines(1, terms(40))
    assert drawn.height <= BOX.height
    assert drawn.width <= BOX.width


def test_what_does_not_fit_at_the_smallest_size_has_no_size() -> None:
    assert Paragraphs.fitting([[terms(500)]], BOX).size == 0
    assert Paragraphs.fitting([[terms(1, "9" * 200)]], BOX).size == 0
