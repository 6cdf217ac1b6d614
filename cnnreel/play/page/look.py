"""The style of the page: the colours of the films by role, their font, and what is written by hand."""

# The theme imports Manim, which takes a second: who only lists or embeds pages does not need it.
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

__all__ = ["FONTS", "colours", "ratio", "style"]

FONTS = {
    400: Path(__file__).parent / "fonts" / "CnnreelSans-Regular.woff2",
    600: Path(__file__).parent / "fonts" / "CnnreelSans-Semibold.woff2",
}
"""By weight; beside a page they lie in a folder `page/`."""


def style(address: Callable[[str], str], size: Sequence[float]) -> str:
    """Return the style sheet.

    Parameters
    ----------
    address
        Says where a file beside the page is.
    size
        Width and height of the film.
    """
    written = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return "\n".join([*(font_face(weight, address) for weight in FONTS), colours(), ratio(size), written])


def ratio(size: Sequence[float]) -> str:
    """Declare a frame's width over its height."""
    return f":root {{ --ratio: calc({size[0]} / {size[1]}); }}"


def font_face(weight: int, address: Callable[[str], str]) -> str:
    """Declare what the films' font has for the page's own words, in one weight."""
    source = address(f"page/{FONTS[weight].name}")
    return (
        f'@font-face {{ font-family: "Cnnreel Sans"; font-weight: {weight}; font-display: fallback; '
        f'src: url("{source}") format("woff2"); }}'
    )


def colours() -> str:
    """Declare the colours of both themes: by the reader's setting, and by the switch, which goes before it."""
    light, dark = (declarations(name) for name in ("light", "dark"))
    return "\n".join(
        [
            f":root {{ color-scheme: light; {light} }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {dark} }} }}",
            f':root[data-theme="light"] {{ color-scheme: light; {light} }}',
            f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}',
            f"@media print {{ :root:root {{ color-scheme: light; {light} }} }}",
        ]
    )


def declarations(name: str) -> str:
    from scenes.theme import THEMES

    theme = THEMES[name]
    values = {field.name: getattr(theme, field.name) for field in fields(theme)}
    return " ".join(f"--{role}: {value};" for role, value in values.items() if isinstance(value, str))
