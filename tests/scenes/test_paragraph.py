from manim import ORIGIN

from scenes.mobjects.text import Paragraph


def lines(paragraph: Paragraph) -> list[str]:
    return [label.text for label in paragraph]


def test_words_stand_on_lines_of_about_equal_length() -> None:
    text = "one two three four five six"
    assert lines(Paragraph(text, 1, "#fff", 10)) == ["one two three", "four five six"]


def test_a_short_text_is_one_line() -> None:
    assert lines(Paragraph("one two", 1, "#fff", 10)) == ["one two"]


def test_a_word_wider_than_the_line_is_broken() -> None:
    broken = Paragraph("handwritten", 1, "#fff", 2)
    assert "".join(lines(broken)) == "handwritten"
    assert broken.width <= 2


def test_lines_begin_at_the_same_edge_or_share_a_middle() -> None:
    left = Paragraph("one two three four five six seven", 1, "#fff", 6)
    assert len({round(label.get_left()[0], 6) for label in left}) == 1
    centred = Paragraph("one two three four five six seven", 1, "#fff", 6, aligned_edge=ORIGIN)
    assert len({round(label.get_center()[0], 6) for label in centred}) == 1
