"""Numbers as other programs print them: lists of Python, arrays of NumPy, tensors, MATLAB, LaTeX and Markdown."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from cnn_core.errors import InputError

__all__ = ["from_brackets", "from_latex", "from_markdown", "plainly", "tidied"]

_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufe0f\u20e3"
_WIDE = {ord("！") + at: ord("!") + at for at in range(94)}
_ALIKE = {**dict.fromkeys(map(ord, _UNSEEN)), **_WIDE, ord("\u3000"): " ", ord("⁄"): "/"}
_DIGIT = re.compile(r"(?![0-9])\d")
_PART = re.compile(r"(?<![\d.,])[¼-¾⅐-⅞]")
_QUOTES = "\"'“”„‘’`"
_NAMED = re.compile(r"[A-Za-z_]\w*\s*=(?!=)\s*")
_BEFORE = re.compile(r"(?:[A-Za-z_][\w.]*\s*\(\s*)?")
_AFTER = re.compile(r"\s*(?:,[^\[\]{}]*)?\)*\s*[;.]?\s*")
_PIECE = re.compile(r"[\[\];\n]|,(?=\s*,)|[^\s,;\[\]]+")
_DEEPEST = 6
_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))")
_LATEX_NOISE = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}(?:\s*\{[^{}&]*\}|\s*\[[^\]]*\])*|\\(?:left|right)\s*(?:\\[{}|]|[()\[\].|])?"
    r"|\\hline|\\q?quad|\\[,;:! ]|\\[\[\]()]|\$|~"
)
_LATEX_ROW = re.compile(r"\\\\(?:\s*\[[^\]]*\])?|\\cr\b|\\tabularnewline\b")
_RULE = re.compile(r"[\s|:+=─-]*[-─=]{2,}[\s|:+=─-]*")


def plainly(text: str) -> str:
    r"""Return a text whose digits, signs and fractions are those of ASCII, without marks that nobody sees.

    >>> plainly("１\u200b ٣ ½"), plainly(r"\frac{1}{9}")
    ('1 3 1/2', '1/9')
    """
    if "\\" in text:
        text = _FRACTION.sub(lambda found: "/".join(filter(None, found.groups())), text)
    if text.isascii():
        return text
    parted = _PART.sub(lambda found: normalize("NFKC", found[0]), text).translate(_ALIKE)
    return _DIGIT.sub(lambda found: str(int(found[0])), parted)


def tidied(text: str) -> str:
    """Return a text without what is only around it: a name (`A = `), quotation marks, marks that nobody sees.

    >>> tidied(" A = [1 2]"), tidied("“1 2”")
    ('[1 2]', '1 2')
    """
    plain = plainly(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if plain[:1] in _QUOTES and plain.rstrip()[-1:] in _QUOTES:
        plain = plain.strip(_QUOTES + " ")
    named = _NAMED.match(plain.lstrip())
    return plain.lstrip()[named.end() :].strip("\n") if named else plain


def from_brackets(name: str, text: str) -> list[Any] | None:
    r"""Return lists of words from lists in brackets, nested as they are; None if there are none.

    Between brackets, `;` begins a row, and so does a new line where brackets are not nested.

    >>> from_brackets("x", "tensor([[1., 2.],\n        [3., 4.]])")
    [['1.', '2.'], ['3.', '4.']]
    >>> from_brackets("x", "[1,2;3,4]")
    [['1', '2'], ['3', '4']]
    """
    if text.lstrip().startswith("((") or "{" in text:
        text = text.translate(str.maketrans("(){}", "[][]"))
    begin, end = text.find("["), text.rfind("]")
    if not 0 <= begin < end or not (_BEFORE.fullmatch(text[:begin].lstrip()) and _AFTER.fullmatch(text[end + 1 :])):
        return None
    inside = text[begin : end + 1]
    if "..." in inside or "…" in inside:
        raise InputError(
            f"{name} must have all its numbers, but some were left out where it was printed, and ... stands there; "
            "with numpy.set_printoptions(threshold=10**6) all are printed."
        )
    return _nested(name, inside)


def _nested(name: str, text: str) -> list[Any]:
    nested = re.search(r"\[\s*\[", text) is not None
    stack: list[list[list[Any]]] = [[[]]]  # each open bracket's rows
    for piece in _PIECE.findall(text):
        if piece == "[":
            stack.append([[]])
        elif piece == "]":
            rows = [row for row in stack.pop() if row]
            if not stack:
                raise InputError(f"{name} must have as many opening as closing brackets, but it has not.")
            stack[-1][-1].append(rows if len(rows) > 1 else [one for row in rows for one in row])
        elif piece == ";" or (piece == "\n" and not nested and len(stack) > 1):
            stack[-1].append([])
        elif piece != "\n":
            stack[-1][-1].append(piece.strip(","))
        if len(stack) > _DEEPEST:
            raise InputError(f"{name} must be a list of rows, or of channels of rows, but its lists are nested deeper.")
    if len(stack) > 1:
        raise InputError(f"{name} must have as many opening as closing brackets, but it has not.")
    found = [one for row in stack[0] for one in row]
    return found[0] if len(found) == 1 else found


def from_latex(text: str) -> list[list[str]] | None:
    r"""Return the words of a matrix or table in LaTeX; None if it is none.

    >>> from_latex(r"\begin{bmatrix} 1 & \frac{1}{2} \\ 3 & 4 \end{bmatrix}")
    [['1', '1/2'], ['3', '4']]
    """
    if "\\begin" not in text and not ("&" in text and "\\\\" in text):
        return None
    rows = _LATEX_ROW.split(plainly(text.replace("{,}", ",")))
    bare = [_LATEX_NOISE.sub(" ", row) for row in rows]
    return [[cell.strip(" \n\t{}") for cell in row.split("&")] for row in bare if row.strip()]


def from_markdown(text: str) -> list[list[str]] | None:
    r"""Return the words of a table whose lines have bars around or a rule below the first; None if it is none.

    >>> from_markdown("| a | b |\n|---|---|\n| 1 | 2 |")
    [['a', 'b'], ['1', '2']]
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    content = [line for line in lines if not _RULE.fullmatch(line)]
    framed = all(line.startswith("|") and line.endswith("|") and len(line) > 1 for line in content)
    ruled = len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None and "|" in lines[1]
    if not content or "|" not in content[0] or not (framed or ruled):
        return None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in content]
