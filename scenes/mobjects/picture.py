"""Pictures made of values: their colours, and a way of drawing them that costs next to nothing."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from manim import Camera, ImageMobject, ManimColor
from PIL import Image

from cnn_core.arrays import Array
from scenes.theme import Theme

__all__ = ["Colours", "Picture", "draw_pictures_directly", "picture_colours"]

Colours = npt.NDArray[np.uint8]


def picture_colours(values: Array, role: str, theme: Theme, largest: float) -> Colours:
    """Return the colour of each value, (H, W, 4): towards the role's colour above 0, towards deep blue below.

    Parameters
    ----------
    largest
        The size of value at which the colour is reached; NaN is as the background.
    """
    strength = np.clip(np.nan_to_num(values) / (largest or 1.0), -1, 1)[..., None]
    ground, above, below = (
        np.array(ManimColor(name).to_int_rgb()) for name in (theme.background, role, theme.negative)
    )
    goal = np.where(strength < 0, below, above)
    colours = np.full((*values.shape, 4), 255, dtype=np.uint8)
    colours[..., :3] = np.rint(ground + np.abs(strength) * (goal - ground))
    return colours


class Picture(ImageMobject):
    """An array of colours, `width` scene units wide; a value is a square, however large it is drawn."""

    def __init__(self, colours: Colours, width: float) -> None:
        super().__init__(colours)
        self.set_resampling_algorithm(Image.Resampling.NEAREST)
        self.stretch_to_fit_width(width)
        self.stretch_to_fit_height(width * colours.shape[0] / colours.shape[1])


class PictureDrawer:
    """Puts pictures into a camera's frame where they are.

    Manim puts each picture into a transparent frame of its own first and blends the two, 18 ms at 1080p.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.drawn: WeakKeyDictionary[ImageMobject, tuple[Colours, tuple[int, int], Colours, bool]] = (
            WeakKeyDictionary()
        )

    def __call__(self, picture: ImageMobject, frame: Colours) -> None:
        """Draw a picture whose sides are level."""
        corners = self.camera.points_to_subpixel_coords(picture, picture.points)
        (left, top), (right, bottom) = np.rint([corners.min(axis=0), corners.max(axis=0)]).astype(int).tolist()
        if right <= left or bottom <= top:
            return
        drawn, is_opaque = self.scaled(picture, (right - left, bottom - top))
        height, width = frame.shape[:2]
        rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
        seen = drawn[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        if is_opaque:
            frame[rows, columns] = seen
        else:
            blend(frame[rows, columns], seen)

    def scaled(self, picture: ImageMobject, size: tuple[int, int]) -> tuple[Colours, bool]:
        """Return a picture at its size in the frame, and whether it hides all behind it.

        Of values that are smaller than a pixel, the mean is drawn.
        """
        colours: Any = picture.get_pixel_array()
        known = self.drawn.get(picture)
        if known is not None and known[0] is colours and known[1] == size:
            return known[2], known[3]
        is_opaque = bool(colours[..., 3].min() == 255)
        image = Image.fromarray(colours[..., :3] if is_opaque else colours)
        drawn = np.asarray(image.resize(size, Image.Resampling.BOX).convert("RGBA"))
        self.drawn[picture] = colours, size, drawn, is_opaque
        return drawn, is_opaque


def draw_pictures_directly(camera: Any) -> None:
    """Let a camera draw pictures with a `PictureDrawer`."""
    camera.display_image_mobject = PictureDrawer(camera)


def blend(frame: Colours, picture: Colours) -> None:
    """Put a picture that lets something shine through over a part of the frame."""
    share = picture[..., 3:].astype(np.uint16)
    frame[..., :3] = (picture[..., :3] * share + frame[..., :3] * (255 - share) + 127) // 255
    frame[..., 3:] = share + (frame[..., 3:] * (255 - share) + 127) // 255
