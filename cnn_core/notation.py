"""Expressions as people write and say them: plain text, LaTeX, Typst and words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from cnn_core.equation import Equation, Explanation, Given
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
from cnn_core.numerals import true_minus

__all__ = ["LATEX", "PLAIN", "TYPST", "Notation", "as_data", "plain", "spoken"]

UNSIGNED = re.compile(r"[\d.]+")
SUPERSCRIPT = {2: "²", 3: "³"}
_NAMES = {"erf": "the error function", "tanh": "the hyperbolic tangent"}
MOST_TERMS = 36
"""Terms of which all are written; of more, the first three and the last one."""

Write: TypeAlias = Callable[[str], str]


@dataclass(frozen=True)
class Notation:
    """How expressions are written.

    Attributes
    ----------
    times, largest, about
        Signs and names of functions; an empty one where the expression says how it is called.
    function
        Writes the name of another function.
    wrap
        Puts parentheses around something.
    fraction, power, root
        Put these around something that is written already; a fraction needs no parentheses inside if it is a bar.
    """

    times: str
    equals: str
    about: str
    largest: str
    function: Write
    logarithm: str
    ellipsis: str
    wrap: Write
    fraction: Callable[[str, str], str]
    is_bar: bool
    power: Callable[[str, str], str]
    root: Write
    word: Write
    digits: Write

    def equation(self, equation: Equation) -> str:
        """Write both sides, with as much of the left one as a line can hold."""
        sign = self.equals if equation.sign == "=" else self.about
        return f"{self.write(equation.brief)} {sign} {self.write(equation.result)}"

    def write(self, expression: Expression, *, leading: bool = True) -> str:
        """Write an expression; a negative number that does not lead stands in parentheses."""
        match expression:
            case Value(text=text):
                return self.wrap(self.digits(text)) if text.startswith("-") and not leading else self.digits(text)
            case Sum(parts=parts):
                return self._sum(parts, leading=leading)
            case Difference(parts=(first, second)):
                return f"{self._part(first, 1, leading=leading)} {self.digits('-')} {self._part(second, 2)}"
            case Negative(parts=(Value(text=text),)):
                return self.digits(negated(text))
            case Negative(parts=(one,)):
                return self.digits("-") + self._part(one, 2)
            case Product(parts=(first, *others)):
                factors = [self._part(first, 2, leading=leading), *(self._part(one, 2) for one in others)]
                is_wide = not self.is_bar and any(isinstance(one, Quotient) for one in (first, *others))
                return (f" {self.times} " if is_wide else self.times).join(factors)
            case Quotient(parts=(above, below)):
                inside = 0 if self.is_bar else 2
                over = self._part(above, inside, leading=leading or self.is_bar)
                return self.fraction(over, self._part(below, inside + 1 if inside else 0, leading=self.is_bar))
            case _:
                return self._function(expression)

    def _function(self, expression: Expression) -> str:
        match expression:
            case Maximum(parts=parts, name=name):
                return (self.largest or name) + self.wrap(
                    ", ".join(self._shortened([self.write(one) for one in parts]))
                )
            case Power(parts=(one,), exponent=exponent):
                return self.power(self._part(one, 4), f"{exponent:g}")
            case Exp(parts=(one,)):
                return self.power("e", self.write(one))
            case Root(parts=(one,)):
                return self.root(self.write(one) if one.binding == 4 else self._bracketed(one))
            case Log(parts=(one,)):
                return f"{self.logarithm} {self._part(one, 4)}"
            case Call(parts=parts, name=name):
                return self.function(name) + self.wrap(", ".join(self.write(one) for one in parts))
            case Cell(parts=(Value(address=address),)):
                return self.word(address)
            case OfMany(what="others", count=count):
                return self.wrap(self.word(f"{count} other{'' if count == 1 else 's'}"))
            case OfMany(what=what, array=array, count=count):
                return self.word(f"the {what} of the {count} values of {array}")
        raise TypeError(f"{type(expression).__name__} has no notation: say here how it is written.")

    def _sum(self, parts: tuple[Expression, ...], *, leading: bool) -> str:
        """Write a sum; sums inside it are written as if they were its own terms."""
        flat = list(terms_of(parts))
        first = self._part(flat[0], 1, leading=leading)
        others = [self._part(one, 2) for one in flat[1:]]
        return " + ".join(self._shortened([first, *others]))

    def _shortened(self, parts: list[str]) -> list[str]:
        return parts if len(parts) <= MOST_TERMS else [*parts[:3], self.ellipsis, parts[-1]]

    def _part(self, part: Expression, binding: int, *, leading: bool = False) -> str:
        """Write a part, in parentheses where it holds together less strongly than what is around it."""
        if isinstance(part, Sum) and len(part.parts) == 1:
            part = part.parts[0]
        if part.binding < binding:
            return self._bracketed(part)
        return self.write(part, leading=leading)

    def _bracketed(self, part: Expression) -> str:
        return self.wrap(self.write(part))


def negated(text: str) -> str:
    """Turn the sign of a number; 0 has none.

    >>> negated("0.5"), negated("-0.5"), negated("0")
    ('-0.5', '0.5', '0')
    """
    if text.startswith("-"):
        return text[1:]
    return f"-{text}" if text.strip("0.") else text


def terms_of(parts: tuple[Expression, ...]) -> list[Expression]:
    """Return the terms of a sum and of all sums inside it, in reading order."""
    return [term for part in parts for term in (terms_of(part.parts) if isinstance(part, Sum) else [part])]


PLAIN = Notation(
    times="·",
    equals="=",
    about="≈",
    largest="",
    function=str,
    logarithm="ln",
    ellipsis="…",
    wrap="({})".format,
    fraction="{} / {}".format,
    is_bar=False,
    power=lambda base, exponent: (
        f"{base}{SUPERSCRIPT[int(exponent)]}"
        if exponent.isdecimal() and int(exponent) in SUPERSCRIPT and base != "e"
        else f"{base}^{exponent if UNSIGNED.fullmatch(exponent) else f'({exponent})'}"
    ),
    root="√{}".format,
    word=str,
    digits=true_minus,
)
"""`(4 + 1 + 1 + 1) / 4 = 1.75`, with true minus signs."""

LATEX = Notation(
    times=r" \cdot ",
    equals="=",
    about=r"\approx",
    largest=r"\max",
    function=r"\operatorname{{{}}}".format,
    logarithm=r"\ln",
    ellipsis=r"\dots",
    wrap=r"\left({}\right)".format,
    fraction=r"\frac{{{}}}{{{}}}".format,
    is_bar=True,
    power="{}^{{{}}}".format,
    root=r"\sqrt{{{}}}".format,
    word=lambda text: rf"\text{{{text.replace('_', chr(92) + '_')}}}",
    digits=str,
)

TYPST = Notation(
    times=" dot ",
    equals="=",
    about="approx",
    largest="max",
    function='op("{}")'.format,
    logarithm="ln",
    ellipsis="dots",
    wrap="({})".format,
    fraction="({}) / ({})".format,
    is_bar=True,
    power="{}^({})".format,
    root="sqrt({})".format,
    word='"{}"'.format,
    digits=str,
)


def plain(equation: Equation) -> str:
    """Write an equation in a line of text.

    >>> four, two = Value(4.0), Value(2.0)
    >>> plain(Equation.of(Quotient((four, two)), Value(2.0, "output[0]")))
    '4 / 2 = 2'
    """
    return PLAIN.equation(equation)


def spoken(equation: Equation) -> str:
    """Say an equation, for readers that would read signs aloud one by one.

    >>> spoken(Equation.of(Product((Value(2.0), Value(-1.0))), Value(-2.0, "output[0]")))
    '2 times minus 1 equals minus 2'
    """
    is_ = "equals" if equation.sign == "=" else "is about"
    return f"{_say(equation.brief)} {is_} {_say(equation.result)}"


def as_data(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data: its line, how it is said, and its operands; or where a number is from.

    >>> as_data(Given("learned"))
    {'origin': 'learned'}
    """
    if isinstance(explanation, Given):
        return {"origin": explanation.origin}
    return {"text": plain(explanation), "spoken": spoken(explanation), "operands": explanation.operands}


def _say(expression: Expression) -> str:
    """Say an expression in words; what belongs together is parted by commas or named as a whole."""
    match expression:
        case Value(text=text):
            return text.replace("-", "minus ")
        case Sum(parts=parts):
            return " plus ".join(map(_say, terms_of(parts)))
        case Difference(parts=(first, second)):
            return f"{_say(first)} minus {say_as_one(second, 1)}"
        case Negative(parts=(Value(text=text),)):
            return negated(text).replace("-", "minus ")
        case Negative(parts=(one,)):
            return f"minus {say_as_one(one, 1)}"
        case Product(parts=parts):
            return " times ".join(say_as_one(part, 1) for part in parts)
        case Quotient(parts=(above, below)):
            pause = "," if above.binding < 2 else ""
            return f"{_say(above)}{pause} divided by {say_as_one(below)}"
        case _:
            return say_function(expression)


def say_function(expression: Expression) -> str:
    match expression:
        case Maximum(parts=parts):
            return f"the largest of {', '.join(map(_say, parts))}"
        case Power(parts=(one,), exponent=exponent):
            pause = "," if one.binding < 2 else ""
            return f"{_say(one)}{pause} {'squared' if exponent == 2 else f'to the power of {exponent:g}'}"
        case Call(parts=(one,), name="floor"):
            return f"{_say(one)}, rounded down"
        case Call(parts=parts, name="min"):
            return f"the smallest of {', '.join(map(_say, parts))}"
        case Call(parts=(one,), name=name):
            return f"{_NAMES[name]} of {say_as_one(one)}"
        case Exp(parts=(one,)):
            return f"e to the power of {say_as_one(one)}"
        case Root(parts=(one,)):
            return f"the square root of {say_as_one(one)}"
        case Log(parts=(one,)):
            return f"the natural logarithm of {say_as_one(one)}"
        case _:
            return PLAIN.write(expression)


def say_as_one(expression: Expression, binding: int = 2) -> str:
    """Say a part that would run into what is around it as one thing: `the sum of 1 and 2`."""
    match expression:
        case Sum(parts=(part,)):
            return say_as_one(part, binding)
        case Sum(parts=parts):
            return f"the sum of {in_a_list(list(map(_say, terms_of(parts))))}"
        case Difference(parts=parts):
            return f"the difference of {in_a_list(list(map(_say, parts)))}"
        case Product(parts=parts) if binding > 1:
            return f"the product of {in_a_list(list(map(_say, parts)))}"
    return _say(expression)


def in_a_list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]])
