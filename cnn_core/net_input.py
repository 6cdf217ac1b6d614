"""What enters a network: a picture, a digit or numbers, and what is done to them before."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from cnn_core.arrays import Array, Pair, as_array, freeze
from cnn_core.errors import InputError, ShapeError
from cnn_core.graph import Graph
from cnn_core.mnist import digit
from cnn_core.operations import OPERATIONS
from cnn_core.reading.files import read_bytes
from cnn_core.reading.grids import read_grid
from cnn_core.reading.pictures import check_channels, decode_colors
from cnn_core.reading.quoting import counted

__all__ = ["PRESETS", "AxisOrder", "NetInput", "Scaling", "class_names", "enter", "is_strange", "scaling_of"]

AxisOrder: TypeAlias = Literal["chw", "hwc"]

_PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Scaling:
    """What is done to pixels from 0 to 255: `(pixel * scale - mean) / std`.

    Attributes
    ----------
    mean, std
        One number, or one for each channel.
    bgr
        Whether blue comes first.
    """

    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    bgr: bool = False

    def __call__(self, pixels: Array) -> Array:
        for name in ("mean", "std"):
            count = len(getattr(self, name))
            if count not in (1, len(pixels)):
                raise InputError(f"{name} must be one number or {len(pixels)}, one a channel, but it is {count}.")
        if not all(self.std):
            raise InputError("std must not be 0, by which nothing can be divided, but it is.")
        mean, std = (np.reshape(one, (-1, 1, 1)) for one in (self.mean, self.std))
        ordered = pixels[::-1] if self.bgr else pixels
        return freeze(np.ascontiguousarray((ordered * self.scale - mean) / std))


PRESETS: Mapping[str, Scaling] = {
    "imagenet": Scaling(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    "0..1": Scaling(),
    "-1..1": Scaling(mean=(0.5,), std=(0.5,)),
    "0..255": Scaling(scale=1.0),
}
"""What most networks were trained with, by name."""


@dataclass(frozen=True, eq=False)
class NetInput:
    """What enters a network.

    Attributes
    ----------
    x : (1, C, H, W) or (1, H, W, C)
        In the network's own order of axes.
    pixels : (C, H, W) or None
        What it looks like, from 0 to 255; None where numbers were given.
    origin
        Where it is from, such as a file's name and what was done to it.
    scaling
        What was done to the pixels; None where numbers were given.
    """

    x: Array
    pixels: Array | None
    origin: str
    scaling: Scaling | None

    @property
    def maps(self) -> Array:
        """What enters, (C, H, W)."""
        image: Array = self.x[0]
        return image


def enter(
    name: str,
    source: Any,
    shape: tuple[int, ...],
    scaling: Scaling,
    *,
    last: bool = False,
    layout: AxisOrder | None = None,
) -> NetInput:
    """Return what enters a network.

    Parameters
    ----------
    source
        A picture, `mnist:7`, a file of numbers or nested lists of (C, H, W), (H, W, C) or (H, W). Numbers enter as
        they are.
    shape
        Of what the network takes, in its own order.
    last
        Whether the channels come last in that order.
    layout
        The order of axes that numbers are given in; read from their shape where only one fits.
    """
    channels, height, width = (shape[2], shape[0], shape[1]) if last else shape
    if isinstance(source, str | Path) and str(source).startswith("mnist:"):
        check_channels(name, channels)
        found = digit(str(source))
        pixels = _digit(np.asarray(found.pixels, dtype=np.float64), (height, width), channels)
        origin = f"image {found.index:,} of MNIST's test set"
    elif isinstance(source, str | Path) and Path(source).suffix.lower() in _PICTURES:
        path = Path(source)
        data = read_bytes(name, path, _MOST_BYTES)
        pixels, words = decode_colors(name, data, (height, width), channels=channels)
        origin = f"{path.name}, {words}"
    else:
        maps, given = _numbers(name, source, (channels, height, width), layout)
        turned = {("hwc", False): "turned from (H, W, C) to (C, H, W)", ("chw", True): "turned to (H, W, C)"}
        turning = turned.get((given, last)) if channels > 1 else None
        return NetInput(_ordered(maps, last), None, f"numbers, {turning}" if turning else "numbers", None)
    return NetInput(_ordered(scaling(pixels), last), pixels, origin, scaling)


def _ordered(maps: Array, last: bool) -> Array:
    return freeze(np.ascontiguousarray(maps.transpose(1, 2, 0) if last else maps)[None])


def _digit(pixels: Array, size: Pair, channels: int) -> Array:
    """Return a digit in a size and with channels; each value is that of the nearest pixel."""
    rows, columns = (np.arange(side) * old // side for side, old in zip(size, pixels.shape, strict=True))
    return freeze(np.repeat(pixels[rows][:, columns][None], channels, axis=0))


def _numbers(name: str, source: Any, shape: tuple[int, ...], layout: AxisOrder | None) -> tuple[Array, AxisOrder]:
    """Return numbers as (C, H, W), and how they were given."""
    source = source.detach().numpy() if hasattr(source, "detach") else source
    array = np.asarray(read_grid(name, source, channels_first=True).array if isinstance(source, str | Path) else source)
    while array.ndim > 3 and len(array) == 1:
        array = array[0]
    array = as_array(name, array[None] if array.ndim == 2 else array, "C H W")
    last = (*shape[1:], shape[0])
    if array.shape == shape == last and shape[0] > 1 and layout is None:
        raise InputError(
            f"layout must be chw or hwc, for {name} of shape {shape} can be read either way, but it is not given."
        )
    if array.shape == shape and layout != "hwc":
        return array, "chw"
    if array.shape == last and layout != "chw":
        return array.transpose(2, 0, 1), "hwc"
    takes = {"chw": f"{shape}", "hwc": f"{last}", None: f"{shape} or {last}"}[layout]
    raise ShapeError(f"{name} must be of shape {takes}, which the network takes, but it is {array.shape}.")


def scaling_of(graph: Graph, **given: Any) -> Scaling:
    """Return what is done to pixels: what was asked for, else what the file says, else from 0 to 1."""
    said = graph.about.get("metadata", {})
    found: dict[str, Any] = {}
    for key in ("scale", "mean", "std"):
        numbers = _parsed(said.get(key))
        flat = list(np.ravel(numbers)) if numbers is not None else []
        if flat and all(isinstance(one, int | float | np.number) for one in flat):
            found[key] = float(flat[0]) if key == "scale" else tuple(map(float, flat))
    return Scaling(**{**found, **{key: value for key, value in given.items() if value is not None}})


def _parsed(text: str | None) -> Any:
    """Return what a file's metadata hold, as JSON or as Python writes it; nothing is run."""
    if text is None or len(text) > 1_000_000:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None


def class_names(name: str, source: Path | Sequence[str] | None, graph: Graph, count: int) -> tuple[str, ...] | None:
    """Return the names of classes: a file with one on each line, a list, or those in the network's file.

    Raises
    ------
    InputError
        If their number is not that of the classes.
    """
    if isinstance(source, Path):
        text = read_bytes(name, source, _MOST_BYTES).decode("utf-8", "replace")
        names = [line.strip() for line in text.splitlines() if line.strip()]
    elif source is not None:
        names = [str(one) for one in source]
    else:
        said = graph.about.get("metadata", {})
        held = next((_parsed(said[key]) for key in ("names", "classes", "labels") if key in said), _characters(said))
        held = [held[key] for key in sorted(held)] if isinstance(held, dict) else held
        return tuple(map(str, held)) if isinstance(held, list | tuple) and len(held) == count else None
    if len(names) != count:
        raise InputError(f"{name} must have {counted(count, 'name')}, one for each class, but it has {len(names)}.")
    return tuple(names)


def _characters(said: Mapping[str, str]) -> list[str] | None:
    """Return the characters that PaddleOCR's networks read: a blank before those in the file, a space after them."""
    return ["blank", *said["character"].splitlines(), "space"] if "character" in said else None


def is_strange(graph: Graph, x: Array) -> float | None:
    """Return by how much the numbers that enter are spread more, or less, than the first batch norm expects.

    Compares the standard deviation of what reaches it, the median over its channels, with the one it has measured in
    training. None where no batch norm comes before something that is not linear.
    """
    linear = {"conv2d", "pad2d", "permute"}
    for node, trace in graph.steps(x):
        if node.op == "batch_norm2d":
            expected = np.sqrt(node.arrays["running_var"])
            came = np.sqrt(((trace.x[0] - node.arrays["running_mean"][:, None, None]) ** 2).mean(axis=(1, 2)))
            told = expected > 0
            return float(np.median(came[told] / expected[told])) if told.any() else None
        if node.op not in linear and OPERATIONS[node.op].kind != "join":
            return None
    return None
