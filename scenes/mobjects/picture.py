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
    """Return the colour of each value, (H, W, 4): towards the role's colour above 0, towards blue below.

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
        self.drawn: WeakKeyDictionary[ImageMobject, tuple[bytes, tuple[int, int], Colours]] = WeakKeyDictionary()

    def __call__(self, picture: ImageMobject, frame: Colours) -> None:
        """Draw a picture whose sides are level; one that is transparent in places is left to Manim."""
        colours: Any = picture.get_pixel_array()
        opacity = int(colours[0, 0, 3])
        if (colours[..., 3] != opacity).any():
            Camera.display_image_mobject(self.camera, picture, frame)
            return
        corners = self.camera.points_to_subpixel_coords(picture, picture.points)
        (left, top), (right, bottom) = np.rint([corners.min(axis=0), corners.max(axis=0)]).astype(int).tolist()
        if right <= left or bottom <= top:
            return
        drawn = self.scaled(picture, colours, (right - left, bottom - top))
        height, width = frame.shape[:2]
        rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
        seen = drawn[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        blend(frame[rows, columns], seen, opacity)

    def scaled(self, picture: ImageMobject, colours: Colours, size: tuple[int, int]) -> Colours:
        """Return an opaque picture at its size in the frame; that of the last time, if only its opacity is another.

        Of values that are smaller than a pixel, the mean is drawn.
        """
        opaque = colours | np.array([0, 0, 0, 255], dtype=np.uint8)
        pixels = opaque.tobytes()
        known = self.drawn.get(picture)
        if known is not None and known[:2] == (pixels, size):
            return known[2]
        image = Image.frombuffer("RGBX", (colours.shape[1], colours.shape[0]), pixels, "raw", "RGBX", 0, 1)
        is_smaller = size[0] < image.width or size[1] < image.height
        how = Image.Resampling.BOX if is_smaller else Image.Resampling.NEAREST
        drawn = np.asarray(image.resize(size, how))
        self.drawn[picture] = pixels, size, drawn
        return drawn


def draw_pictures_directly(camera: Any) -> None:
    """Let a camera draw pictures with a `PictureDrawer`."""
    camera.display_image_mobject = PictureDrawer(camera)


def blend(frame: Colours, picture: Colours, opacity: int) -> None:
    """Put an opaque picture over a part of the frame, so that something of it shines through: 0 all, 255 nothing."""
    if opacity == 255:
        frame[...] = picture
        return
    mixed = np.multiply(picture, opacity, dtype=np.uint16)
    mixed += np.multiply(frame, 255 - opacity, dtype=np.uint16)
    mixed += 127
    mixed //= 255
    frame[...] = mixed
