"""Expressions are written as people write them: plainly, for LaTeX and Typst, and in words."""

from __future__ import annotations

import pytest

from cnn_core.equation import Equation, Given
from cnn_core.expression import (
    Call,
    Cell,
    Difference,
    Exp,
    Expression,
    Log,
    Maximum,
    Negative,
    OfMany,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Value,
)
from cnn_core.notation import LATEX, PLAIN, TYPST, _say, as_data, plain, spoken


def v(number: float) -> Value:
    return Value(number)


WRITTEN: list[tuple[Expression, str, str, str, str]] = [
    (Sum((v(4), v(-1))), "4 + (−1)", r"4 + \left(-1\right)", "4 + (-1)", "4 plus minus 1"),
    (Sum((v(-4), Sum((v(1), v(2))))), "−4 + 1 + 2", "-4 + 1 + 2", "-4 + 1 + 2", "minus 4 plus 1 plus 2"),
    (
        Difference((v(4), Sum((v(1), v(2))))),
        "4 − (1 + 2)",
        r"4 - \left(1 + 2\right)",
        "4 - (1 + 2)",
        "4 minus the sum of 1 and 2",
    ),
    (Product((v(-2), v(-1))), "−2·(−1)", r"-2 \cdot \left(-1\right)", "-2 dot (-1)", "minus 2 times minus 1"),
    (Quotient((Sum((v(4), v(1))), v(2))), "(4 + 1) / 2", r"\frac{4 + 1}{2}", "(4 + 1) / (2)", "4 plus 1, divided by 2"),
    (
        Quotient((v(1), Product((v(2), v(3))))),
        "1 / (2·3)",
        r"\frac{1}{2 \cdot 3}",
        "(1) / (2 dot 3)",
        "1 divided by the product of 2 and 3",
    ),
    (Maximum((v(4), v(-1))), "Max(4, −1)", r"\max\left(4, -1\right)", "max(4, -1)", "the largest of 4, minus 1"),
    (Maximum((v(0), v(1)), name="max"), "max(0, 1)", r"\max\left(0, 1\right)", "max(0, 1)", "the largest of 0, 1"),
    (Power((Difference((v(4), v(3))),)), "(4 − 3)²", r"\left(4 - 3\right)^{2}", "(4 - 3)^(2)", "4 minus 3, squared"),
    (Power((v(-2),)), "(−2)²", r"\left(-2\right)^{2}", "(-2)^(2)", "minus 2 squared"),
    (
        Root((Sum((v(6), v(0.25))),)),
        "√(6 + 0.25)",
        r"\sqrt{\left(6 + 0.25\right)}",
        "sqrt((6 + 0.25))",
        "the square root of the sum of 6 and 0.25",
    ),
    (Exp((v(-1),)), "e^(−1)", "e^{-1}", "e^(-1)", "e to the power of minus 1"),
    (Exp((Negative((v(-0.5),)),)), "e^0.5", "e^{0.5}", "e^(0.5)", "e to the power of 0.5"),
    (Log((v(2),)), "ln 2", r"\ln 2", "ln 2", "the natural logarithm of 2"),
    (
        Call((Quotient((v(7), v(2))),), name="floor"),
        "floor(7 / 2)",
        r"floor\left(\frac{7}{2}\right)",
        'op("floor")((7) / (2))',
        "7 divided by 2, rounded down",
    ),
    (
        Call((v(6), Maximum((v(0), v(7)), name="max")), name="min"),
        "min(6, max(0, 7))",
        r"\operatorname{min}\left(6, \max\left(0, 7\right)\right)",
        'op("min")(6, max(0, 7))',
        "the smallest of 6, the largest of 0, 7",
    ),
    (
        Call((v(-0.5),), name="erf"),
        "erf(−0.5)",
        r"\operatorname{erf}\left(-0.5\right)",
        'op("erf")(-0.5)',
        "the error function of minus 0.5",
    ),
    (Power((v(4),), exponent=0.75), "4^0.75", "4^{0.75}", "4^(0.75)", "4 to the power of 0.75"),
    (Cell((Value(8.0, "x[0,1]"),)), "x[0,1]", r"\text{x[0,1]}", '"x[0,1]"', "x[0,1]"),
]


@pytest.mark.parametrize(("expression", "as_plain", "latex", "typst", "words"), WRITTEN, ids=lambda one: str(one)[:20])
def test_an_expression_is_written_in_every_notation(
    expression: Expression, as_plain: str, latex: str, typst: str, words: str
) -> None:
    assert PLAIN.write(expression) == as_plain
    assert TYPST.write(expression) == typst
    assert _say(expression) == words
    assert LATEX.write(expression).replace(r"\operatorname{floor}", "floor") == latex


def test_a_quotient_that_is_multiplied_stands_apart() -> None:
    assert PLAIN.write(Product((Quotient((v(4), v(2))), v(3)))) == "4 / 2 · 3"


def test_of_many_values_it_is_said_which() -> None:
    largest = OfMany("largest", "importance", 784, 7.03)
    assert PLAIN.write(largest) == "the largest of the 784 values of importance"


def test_an_equation_says_whether_it_is_exact() -> None:
    equation = Equation.of(Quotient((v(1), v(3))), Value(1 / 3, decimals=2))
    assert plain(equation) == "1 / 3 ≈ 0.33"
    assert spoken(equation) == "1 divided by 3 is about 0.33"
    assert LATEX.equation(equation) == r"\frac{1}{3} \approx 0.33"
    assert TYPST.equation(equation) == "(1) / (3) approx 0.33"


def test_an_explanation_is_plain_data() -> None:
    equation = Equation.of(Maximum((Value(4.0, "x[0]", "x"), Value(1.0, "x[1]", "x"))), Value(4.0, "output[0]"))
    assert as_data(equation) == {
        "text": "Max(4, 1) = 4",
        "spoken": "the largest of 4, 1 equals 4",
        "operands": {"x": [4.0, 1.0]},
    }
    assert as_data(Given("padding")) == {"origin": "padding"}


def test_what_nobody_knows_how_to_write_is_an_error() -> None:
    class Unknown(Sum):
        pass

    assert PLAIN.write(Unknown((v(1), v(2)))) == "1 + 2"
    with pytest.raises(TypeError, match="Expression has no notation: say here how it is written"):
        PLAIN.write(Expression())
