"""Captions drawn into a film, in the lowest eighth of its pictures, which scenes leave free."""

from __future__ import annotations

import textwrap
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import scenes
from cnn_core.arrays import Pair
from cnnreel.paint.patches import Frame, Patch, PixelArea
from cnnreel.tell.captions import Cue
from scenes.theme import CAPTION_BAND, Theme

__all__ = ["FONT", "BurnedCaptions"]

FONT = Path(scenes.__file__).parent / "fonts" / "SourceSansPro-Regular.otf"
_LARGEST = 0.044
"""Size of the text, as a fraction of the picture's height."""
_LINE, _FILLED = 1.15, 0.92
"""From one line to the next, in sizes; how much of the band, and of the picture's width, lines take at most."""
_SHORTEST_LINE = 12


class BurnedCaptions:
    """What is said in one beat, laid over its pictures.

    Parameters
    ----------
    cues
        Of this beat alone; its first frame is that of the first cue.
    size
        Width and height of the picture in pixels.
    """

    def __init__(self, cues: Sequence[Cue], size: Pair, theme: Theme, fps: int) -> None:
        self._bands = [_band(cue.text, size, theme) for cue in cues]
        self._begin = [round((cue.start - cues[0].start) * fps) for cue in cues]
        self._shown, self._frame = -1, 0

    def over(self, patches: Sequence[Patch], repeat: int) -> Iterator[tuple[list[Patch], int]]:
        """Give what changes and how long it stands, as a sink takes it, with a cut where another caption begins."""
        end = self._frame + repeat
        for stop in [*(begin for begin in self._begin if self._frame < begin < end), end]:
            now = bisect(self._begin, self._frame) - 1
            laid = list(patches)
            if now >= 0 and (now != self._shown or any(patch.box.meets(self._bands[now].box) for patch in patches)):
                laid.append(self._bands[now])
            yield laid, stop - self._frame
            patches, self._shown, self._frame = [], now, stop

    def end(self, last: Frame) -> None:
        """Paint the last caption into the beat's last frame."""
        for band in self._bands[-1:]:
            band.paint(last)


def _band(text: str, size: Pair, theme: Theme) -> Patch:
    """Draw a caption on the whole band, in the colours of text and background: what stood there before is covered."""
    width, height = size
    top = height - 2 * int(CAPTION_BAND * height / 2)
    box = PixelArea(0, top, width, height)
    picture = Image.new("RGBA", (width, height - top), theme.background)
    font, lines = _set(" ".join(text.split()), size)
    place = width / 2, (height - top) / 2
    spacing = _LINE * font.size - sum(font.getmetrics())
    ImageDraw.Draw(picture).multiline_text(
        place, "\n".join(lines), theme.text, font, anchor="mm", align="center", spacing=spacing
    )
    return Patch(box, np.asarray(picture))


def _set(text: str, size: Pair) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the lines in which a text is largest, the fewest of them, and their font."""
    width, height = size

    def largest(lines: list[str]) -> float:
        longest = max(map(_font(100).getlength, lines)) / 100
        high = _FILLED * CAPTION_BAND * height / (_LINE * len(lines))
        return min(_LARGEST * height, high, _FILLED * width / longest)

    wraps = (textwrap.wrap(text, letters) for letters in range(_SHORTEST_LINE, len(text) + _SHORTEST_LINE))
    lines = max(wraps, key=lambda lines: (int(largest(lines)), -len(lines)))
    return _font(int(largest(lines))), lines


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)
