"""Classic 3 x 3 kernels by name.

They are written as conv2d applies them: by cross-correlation, not flipped. So `sobel-x` is positive where the picture
turns from dark to bright going right, and `sobel-y` where it does going down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.reading.quoting import quoted
from cnn_core.reading.rows import parse_rows

__all__ = ["KERNELS", "Kernel", "kernel"]


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel that has a name.

    Attributes
    ----------
    name
        As a user types it.
    weight : (3, 3)
        Read-only.
    summary
        What it does, in a line.
    """

    name: str
    weight: Array
    summary: str


def kernel(name: str, called: str = "kernel") -> Kernel:
    """Return the kernel of that name; a message begins with `called`.

    Raises
    ------
    InputError
        If there is none; the message has the names there are, and the one probably meant.

    >>> kernel("sobel-x").weight[1].tolist()
    [-2.0, 0.0, 2.0]
    """
    if name in KERNELS:
        return KERNELS[name]
    close = get_close_matches(name.strip().lower().replace("_", "-").replace(" ", "-"), KERNELS, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise InputError(f"{called} must be rows, or one of {', '.join(KERNELS)}, but it is {quoted(name)}{hint}.")


def _kernels(*entries: tuple[str, str, str]) -> Mapping[str, Kernel]:
    return MappingProxyType({name: Kernel(name, parse_rows(name, rows), summary) for name, rows, summary in entries})


KERNELS = _kernels(
    ("identity", "0 0 0; 0 1 0; 0 0 0", "leaves the picture as it is"),
    ("box-blur", "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", "blurs: the plain mean of the window"),
    ("gaussian", "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16", "blurs softly: nearer pixels count more"),
    ("sharpen", "0 -1 0; -1 5 -1; 0 -1 0", "sharpens: the pixel against its four neighbours"),
    ("sobel-x", "-1 0 1; -2 0 2; -1 0 1", "finds vertical edges: positive from dark to bright, left to right"),
    ("sobel-y", "-1 -2 -1; 0 0 0; 1 2 1", "finds horizontal edges: positive from dark to bright, top to bottom"),
    ("laplacian", "0 1 0; 1 -4 1; 0 1 0", "finds edges of any direction"),
    ("emboss", "-2 -1 0; -1 1 1; 0 1 2", "embosses: lit from one corner to the other"),
    ("vertical-stroke", "-1 2 -1; -1 2 -1; -1 2 -1", "lights up on bright vertical strokes one pixel wide"),
    ("horizontal-stroke", "-1 -1 -1; 2 2 2; -1 -1 -1", "lights up on bright horizontal strokes one pixel wide"),
)
