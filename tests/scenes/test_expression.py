from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from cnn_core import avg_pool2d, batch_norm2d, conv2d, max_pool2d, relu, sigmoid, softmax, tanh
from cnn_core.equation import Equation
from cnn_core.notation import plain
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Drawn, Line, Writer, products_of, ways_of
from scenes.mobjects.flow import broken
from scenes.mobjects.text import Label
from scenes.theme import THEMES

THEME = THEMES["dark"]
BOX = Box(left=-6.6, right=6.6, bottom=-1, top=1)
GRID = np.array([[[[4.0, 1, 1, 8], [1, -1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]]])
CONVOLUTION = conv2d(GRID, [[[[1.0, -1, 0], [0, 2, 0.5], [1, 1, -1]]]], bias=[0.5])
EQUATIONS: dict[str, Any] = {
    "maximum": max_pool2d(GRID, 2).explain("output[0,0,0,0]"),
    "mean": avg_pool2d(GRID, 2).explain("output[0,0,0,0]"),
    "products": CONVOLUTION.explain("output[0,0,0,0]"),
    "relu": relu(GRID).explain("output[0,0,1,1]"),
    "sigmoid": sigmoid(GRID).explain("output[0,0,1,1]"),
    "tanh": tanh(GRID).explain("output[0,0,1,1]"),
    "root": batch_norm2d(GRID, training=True, eps=1).explain("std[0]"),
    "square": batch_norm2d(GRID, training=True).explain("squared_deviations[0,0,1,1]"),
    "power": softmax([2.0, 1.0], 0).explain("exponentials[1]"),
    "total": softmax([2.0, 1.0], 0).explain("total[0]"),
}


def write(name: str, box: Box = BOX) -> Drawn:
    return Writer(THEME, box).write(EQUATIONS[name])


def labels(drawn: Drawn) -> list[Label]:
    return [part for part in drawn.submobjects if isinstance(part, Label)]


@pytest.mark.parametrize(
    ("widths", "lines"),
    [([1, 1, 1], [[0, 1, 2]]), ([1, 1, 1, 1], [[0, 1], [2, 3]]), ([5, 1], [[0], [1]]), ([], [])],
)
def test_lines_are_few_and_about_equally_long(widths: list[float], lines: list[list[int]]) -> None:
    assert broken(widths, 3) == lines


@pytest.mark.parametrize("name", ["maximum", "products", "relu", "total"])
def test_what_is_drawn_reads_as_it_is_written(name: str) -> None:
    equation = EQUATIONS[name]
    drawn = Writer(THEME, BOX).best([Line((equation.left, equation.result))])
    assert "".join(label.text for label in labels(drawn)) == plain(equation).replace(" ", "")


@pytest.mark.parametrize("name", EQUATIONS)
def test_every_number_has_the_digits_and_the_address_of_the_expression(name: str) -> None:
    drawn, equation = write(name), EQUATIONS[name]
    leaves = [leaf for part in drawn.line.parts for leaf in part.leaves() if leaf.address]
    assert [(one.shown_text, one.address) for one in drawn.numbers] == [(one.text, one.address) for one in leaves]
    assert (drawn.result.shown_text, drawn.result.address) == (equation.result.text, equation.result.address)


@pytest.mark.parametrize("name", EQUATIONS)
def test_everything_is_in_the_box_large_enough_and_side_by_side(name: str) -> None:
    drawn = write(name)
    assert drawn.width <= BOX.width
    assert drawn.height <= BOX.height + 0.2  # a strut is higher than its figures
    assert all(label.strut.height >= smallest_text() - 1e-6 for label in labels(drawn))
    for one, other in combinations(labels(drawn), 2):
        apart = [abs(one.get_center()[k] - other.get_center()[k]) for k in (0, 1)]
        figures = 0.6 * (one.strut.height + other.strut.height) / 2
        assert apart[0] >= (one.strut.width + other.strut.width) / 2 - 1e-6 or apart[1] >= figures, (one, other)


def test_equals_stands_only_where_the_digits_make_it_true() -> None:
    assert [label.text for label in labels(write("mean")) if label.text in "=≈"] == ["=", "="]
    assert [label.text for label in labels(write("power")) if label.text in "=≈"] == ["≈"]


def test_where_it_does_not_fit_a_later_stage_is_written_and_at_last_the_result_alone() -> None:
    widths = [10.0, 3.0, 1.0]
    written = [write("mean", Box(-w / 2, w / 2, -0.12, 0.12)) for w in widths]
    assert [len(drawn.line.parts) for drawn in written] == [3, 2, 1]
    assert {drawn.result.shown_text for drawn in written} == {"1.25"}


def test_a_sum_that_is_too_long_keeps_its_ends() -> None:
    values = np.arange(144.0).reshape(1, 1, 12, 12)
    equation: Any = batch_norm2d(values, training=True).explain("total[0]")
    drawn = Writer(THEME, BOX).write(equation)
    assert [label.text for label in labels(drawn)] == ["0", "+", "1", "+", "2", "+", "…", "+", "143", "=", "10296"]


def test_products_stand_on_a_line_of_their_own_above_their_values() -> None:
    drawn = Writer(THEME, BOX).best(products_of(EQUATIONS["products"]))
    above, values = drawn.stage(0), drawn.stage(1)
    assert len(above) == len(values) == 10
    assert all(one.get_y() > other.get_y() for one, other in zip(above, values, strict=True))
    assert [number.address for number in above[1].numbers] == ["x[0,0,0,1]", "weight[0,0,0,1]"]
    assert values[1].numbers[0].address == "steps[0].products[0,0,1]"


def test_a_heading_stands_for_the_whole() -> None:
    equation: Equation = EQUATIONS["root"]
    drawn = Writer(THEME, BOX).best(ways_of(equation, ("σ",)))
    assert [label.text for label in labels(drawn)][:2] == ["σ", "="]


def test_what_was_drawn_of_a_part_can_be_found() -> None:
    equation: Equation = EQUATIONS["mean"]
    drawn = write("mean")
    total, divisor = equation.left.parts
    assert [part.text for part in drawn.parts_of(total)] == ["4", "+", "1", "+", "1", "+", "(−1)"]
    assert next(part.text for part in drawn.parts_of(divisor)) == "4"
    assert drawn.number("x[0,0,1,1]").shown_text == "-1"
