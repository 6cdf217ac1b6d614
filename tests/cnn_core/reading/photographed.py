"""Pictures that look like photos of digits on paper, none of them in MNIST: drawn by pen strokes or set in type."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cnn_core.arrays import Array

WIDTH, HEIGHT = 320, 240
FINE = 3  # drawn so many times larger, then shrunk, for smooth edges
FONTS = Path(__file__).parents[3] / "scenes" / "fonts"

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Photo:
    """A made-up photo: grey values (H, W), 0 black and 1 white, the digit that it shows and how it was made."""

    values: Array
    digit: int
    made: str

    def __str__(self) -> str:
        return f"{self.digit} ({self.made})"


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Points:
    """Return points on an ellipse from one angle to another, in degrees: 0 is right, 90 is down."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


# Each digit in a box from (0, 0), top left, to (1, 1): its strokes, as points.
STROKES: dict[int, list[Points]] = {
    0: [arc(0.5, 0.5, 0.38, 0.5, -90, 275)],
    1: [[(0.35, 0.2), (0.52, 0.0), (0.5, 1.0)]],
    2: [[*arc(0.5, 0.27, 0.36, 0.27, -170, 30), (0.12, 1.0), (0.9, 0.98)]],
    3: [[*arc(0.45, 0.25, 0.36, 0.25, -150, 90), *arc(0.45, 0.74, 0.42, 0.26, -90, 150)]],
    4: [[(0.4, 0.0), (0.12, 0.55), (0.92, 0.52)], [(0.72, 0.2), (0.66, 1.0)]],
    5: [[(0.85, 0.02), (0.28, 0.0), (0.22, 0.45), *arc(0.45, 0.7, 0.4, 0.3, -110, 140)]],
    6: [[(0.72, 0.0), (0.4, 0.22), (0.2, 0.55), *arc(0.48, 0.74, 0.32, 0.26, 180, -175)]],
    7: [[(0.1, 0.05), (0.88, 0.0), (0.6, 0.45), (0.42, 1.0)]],
    8: [[*arc(0.5, 0.25, 0.3, 0.25, 90, 450), *arc(0.5, 0.74, 0.36, 0.26, -90, 270)]],
    9: [[*arc(0.5, 0.28, 0.33, 0.28, 0, -350), (0.8, 0.55), (0.66, 1.0)]],
}


@cache
def photos() -> tuple[Photo, ...]:
    """Return all of them: each digit by thick and by thin pen and in three typefaces, on five kinds of paper."""
    rng = np.random.default_rng(1998)
    return tuple(Photo(on_paper(mask, paper, rng), digit, f"{pen}, {paper}") for mask, digit, pen, paper in _masks(rng))


def _masks(rng: np.random.Generator) -> Iterator[tuple[Image.Image, int, str, str]]:
    papers = ("plain", "shaded", "lamp", "light on dark", "grainy")
    for digit in range(10):
        for number, pen in enumerate(("thick pen", "thin pen", "sans", "semibold", "default font")):
            if pen.endswith("pen"):
                mask = strokes(digit, rng.uniform(0.12, 0.17) if pen == "thick pen" else rng.uniform(0.03, 0.05), rng)
            else:
                mask = typeset(digit, pen)
            turned = mask.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC, translate=_nudge(rng))
            yield turned, digit, pen, papers[(digit + number) % 5]


def strokes(digit: int, thickness: float, rng: np.random.Generator) -> Image.Image:
    """Return a digit drawn with a round pen and an unsteady hand, 255 on 0; `thickness` is a share of its height."""
    mask = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    draw = ImageDraw.Draw(mask)
    size = rng.uniform(0.35, 0.6) * HEIGHT * FINE
    left, top = (WIDTH * FINE - 0.7 * size) / 2, (HEIGHT * FINE - size) / 2
    radius = thickness * size / 2
    for points in STROKES[digit]:
        shaken = np.array(points) + rng.normal(0, 0.012, (len(points), 2))
        placed = [(left + 0.7 * size * x, top + size * y) for x, y in shaken]
        draw.line(placed, fill=255, width=round(2 * radius), joint="curve")
        for x, y in placed:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask


def typeset(digit: int, face: str) -> Image.Image:
    """Return a digit set in a typeface that comes with the project or with Pillow."""
    files = {"sans": "SourceSansPro-Regular.otf", "semibold": "SourceSansPro-Semibold.otf"}
    size = 140 * FINE
    font = ImageFont.truetype(FONTS / files[face], size) if face in files else ImageFont.load_default(size)
    mask = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    ImageDraw.Draw(mask).text((WIDTH * FINE / 2, HEIGHT * FINE / 2), str(digit), fill=255, font=font, anchor="mm")
    return mask


def on_paper(mask: Image.Image, paper: str, rng: np.random.Generator) -> Array:
    """Return the mask as ink on a kind of paper, a little out of focus and with the noise of a camera."""
    soft = mask.resize((WIDTH, HEIGHT), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(0.7))
    ink = np.asarray(soft, dtype=np.float64) / 255
    y, x = np.meshgrid(np.linspace(-1, 1, HEIGHT), np.linspace(-1, 1, WIDTH), indexing="ij")
    background = {
        "plain": 0.92 + 0 * x,
        "shaded": 0.7 + 0.18 * x - 0.08 * y,
        "lamp": 0.9 - 0.25 * ((x - 0.4) ** 2 + (y + 0.3) ** 2) / 2,
        "light on dark": 0.15 + 0.06 * y,
        "grainy": 0.8 + 0.05 * y,
    }[paper]
    colour = 0.9 if paper == "light on dark" else 0.25
    noise = rng.normal(0, 0.025 if paper == "grainy" else 0.008, ink.shape)
    return np.asarray(np.clip(background + ink * (colour - background) + noise, 0, 1))


def _nudge(rng: np.random.Generator) -> tuple[int, int]:
    across, down = rng.integers(-20 * FINE, 20 * FINE, 2)
    return int(across), int(down)
