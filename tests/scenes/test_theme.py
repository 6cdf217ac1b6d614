"""Text can be read in both themes: contrast by WCAG 2."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from manim import ManimColor

from scenes.theme import THEMES, reading_time

RGB = npt.NDArray[np.float64]


def luminance(rgb: RGB) -> float:
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: RGB, other: RGB) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def rgb(color: str) -> RGB:
    return np.asarray(ManimColor(color).to_rgb())


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("role", ["text", "muted", "input", "kernel", "output", "question"])
def test_every_colour_of_words_can_be_read_on_the_background(name: str, role: str) -> None:
    theme = THEMES[name]
    assert contrast(rgb(getattr(theme, role)), rgb(theme.background)) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("role", ["input", "kernel", "output"])
@pytest.mark.parametrize("strength", [1.0, 0.0, -1.0])
def test_digits_can_be_read_on_every_tint_under_the_veil_too(name: str, role: str, strength: float) -> None:
    theme = THEMES[name]
    tint = np.asarray(theme.cell_fill(getattr(theme, role), strength).to_rgb())
    ink, background = rgb(theme.text), rgb(theme.background)
    assert contrast(ink, tint) >= 4.5

    def veiled(color: RGB) -> RGB:
        return color * (1 - theme.veil) + background * theme.veil

    assert contrast(veiled(ink), veiled(tint)) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_zero_is_not_tinted(name: str) -> None:
    theme = THEMES[name]
    assert theme.cell_fill(theme.input, 0.0) == ManimColor(theme.background)


def test_a_caption_is_held_until_it_is_read() -> None:
    assert reading_time("four words to read") == 2.5


ROLES = [one for one in vars(THEMES["dark"]) if one not in ("tint", "veil")]


@pytest.mark.parametrize(("name", "other"), [("dark", "light"), ("light", "dark"), ("dark", "dark")])
@pytest.mark.parametrize("role", ROLES)
def test_every_colour_that_a_theme_hands_out_is_known_in_the_other_one(name: str, other: str, role: str) -> None:
    theme, goal = THEMES[name], THEMES[other]
    assert theme.counterpart(rgb(getattr(theme, role)).tolist(), goal) == getattr(goal, role)


@pytest.mark.parametrize(("name", "other"), [("dark", "light"), ("light", "dark")])
@pytest.mark.parametrize("role", ["input", "kernel", "output"])
def test_every_tint_is_the_same_share_of_the_role_in_the_other_theme(name: str, other: str, role: str) -> None:
    theme, goal = THEMES[name], THEMES[other]
    for strength in np.linspace(-1, 1, 201):
        tint = theme.cell_fill(getattr(theme, role), float(strength))
        expected = goal.cell_fill(getattr(goal, role), float(strength))
        assert rgb(theme.counterpart(tint.to_rgb().tolist(), goal)) == pytest.approx(expected.to_rgb(), abs=1.01 / 255)


def test_a_colour_that_no_theme_hands_out_has_no_counterpart() -> None:
    with pytest.raises(ValueError, match="#FF0000 is not one of the theme's colours"):
        THEMES["dark"].counterpart((1.0, 0.0, 0.0), THEMES["light"])
