"""How a photo of a digit becomes the 28 x 28 pixels that the network has learned from."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from manim import DOWN, FadeIn, Group, Rectangle

from cnn_core.arrays import Array
from cnn_core.reading.digits import Preparation
from scenes.language import marked, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.picture import Colours, Picture, picture_colours
from scenes.mobjects.text import Label
from scenes.stage import ExplainerScene
from scenes.theme import Theme

__all__ = ["picture_in", "show_preparation"]

FOUND = marked(
    "The photo is cleaned: paper becomes 0, ink 1. The ink is fitted into 20×20 pixels and centred in 28×28."
)


def show_preparation(stage: ExplainerScene[Any], preparation: Preparation, remark: str, box: Box) -> Group:
    """Show the steps one after another; return the last picture, with its frame and name."""
    said = [say(FOUND)] if preparation.found else []
    pictures = lay_out(stage, _steps_of(stage, preparation), box)
    with stage.beat("explain", " ".join([*said, remark]).strip()):
        for picture in pictures:
            stage.play(FadeIn(picture), run_time=0.8)
            stage.hold(0.6)
    return Group(*pictures)


def _steps_of(stage: ExplainerScene[Any], preparation: Preparation) -> list[tuple[str, Colours]]:
    """Return name and picture of each step; only the first and the last where there is no ink."""
    ink = stage.theme.text
    steps = [(say("photo"), as_colours(255 * preparation.photo[None]))]
    if preparation.found:
        height, width = preparation.scaled.shape
        steps.append((say("ink"), picture_colours(preparation.ink, ink, stage.theme, 1.0)))
        steps.append((f"{height}×{width}", picture_colours(preparation.scaled, ink, stage.theme, 1.0)))
    pixels = preparation.pixels / 255
    return [*steps, ("28×28", picture_colours(pixels, ink, stage.theme, 1.0))]


def as_colours(pixels: Array) -> Colours:
    """Return red, green and blue, or grey, (C, H, W) from 0 to 255, as a picture's colours."""
    three = pixels[:3] if len(pixels) >= 3 else np.repeat(pixels[:1], 3, axis=0)
    opaque = np.full((1, *pixels.shape[1:]), 255.0)
    colours: Colours = np.rint(np.concatenate([three, opaque])).astype(np.uint8).transpose(1, 2, 0)
    return colours


def picture_in(box: Box, theme: Theme, pixels: Array) -> Group:
    """Return pixels (C, H, W) from 0 to 255 as a picture in the middle of a box, with its frame and its size."""
    room = box.width, box.height - 1.6 * smallest_text()
    return framed(theme, "×".join(map(str, pixels.shape[1:])), as_colours(pixels), room).move_to(box.center)


def lay_out(stage: ExplainerScene[Any], steps: list[tuple[str, Colours]], box: Box) -> list[Group]:
    """Put the pictures beside each other, in two rows where the frame is not wide."""
    rows = 1 if stage.wide else ceil(len(steps) / 2)
    columns = ceil(len(steps) / rows)
    size = max(smallest_text(), 0.3)
    width, height = box.width / columns, box.height / rows
    pictures = []
    for index, (name, colours) in enumerate(steps):
        row, column = divmod(index, columns)
        picture = framed(stage.theme, name, colours, (0.86 * width, height - 2 * size))
        center = np.array([box.left + (column + 0.5) * width, box.top - (row + 0.5) * height, 0])
        pictures.append(picture.move_to(center))
    return pictures


def framed(theme: Theme, name: str, colours: Colours, room: tuple[float, float]) -> Group:
    """Return a picture as large as it fits, with its frame and its name below it."""
    height, width = colours.shape[:2]
    picture = Picture(colours, min(room[0], room[1] * width / height))
    frame = Rectangle(width=picture.width, height=picture.height, color=theme.muted, stroke_width=1.5)
    size = max(smallest_text(), 0.3)
    return Group(picture, frame, Label(name, size, theme.input).next_to(frame, DOWN, buff=0.3 * size))
