"""The geometry of sliding windows: where they stop, and what lies under them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_core.arrays import Array, Pair, as_pair
from cnn_core.errors import InputError

__all__ = ["Padding", "PaddingLike", "as_padding", "blocks", "pad", "reach", "sources", "windows"]

Padding: TypeAlias = tuple[Pair, Pair]
PaddingLike: TypeAlias = int | Pair | Padding | str

# Windows of a whole batch do not fit into the processor's cache; those of a block do. 1 MiB was the fastest
# of 256 KiB to 8 MiB.
BLOCK_BYTES = 1 << 20


def reach(kernel_size: Pair, dilation: Pair) -> Pair:
    """Return how many rows and columns a kernel covers, the gaps of its dilation included.

    >>> reach((3, 3), (2, 1))
    (5, 3)
    """
    (kH, kW), (dH, dW) = kernel_size, dilation
    return (kH - 1) * dH + 1, (kW - 1) * dW + 1


def as_padding(padding: PaddingLike, covered: Pair | None, stride: Pair = (1, 1), size: Pair | None = None) -> Padding:
    """Return any way of asking for padding as `((top, bottom), (left, right))`.

    "same" needs the size of the kernel with its dilation, `covered`; "same-tf" the `size` of the input as well: it is
    TensorFlow's, which takes any stride.

    >>> as_padding("same", (4, 3)), as_padding("same-tf", (3, 3), (2, 2), (4, 5))
    (((1, 2), (1, 1)), ((0, 1), (1, 1)))
    """
    if padding == "valid" and covered:
        return (0, 0), (0, 0)
    if padding == "same" and covered:
        if stride != (1, 1):
            raise InputError(f'padding "same" needs a stride of 1 ("same-tf" does not), but stride is {stride}.')
        height, width = (length - 1 for length in covered)
        return (height // 2, height - height // 2), (width // 2, width - width // 2)
    if padding == "same-tf" and covered and size:
        height, width = (
            max(0, (-(-side // step) - 1) * step + length - side)
            for side, step, length in zip(size, stride, covered, strict=True)
        )
        return (height // 2, height - height // 2), (width // 2, width - width // 2)
    try:
        rows, columns = padding if isinstance(padding, tuple | list) else (padding, padding)
        return as_pair("padding", rows, minimum=0), as_pair("padding", columns, minimum=0)  # type: ignore[arg-type]
    except ValueError as error:
        words = ', "same", "same-tf" or "valid"' if covered else ""
        raise InputError(
            "padding must be a whole number of at least 0, a pair (rows, columns), ((top, bottom), (left, right))"
            f"{words}, but it is {padding!r}."
        ) from error


def pad(x: Array, padding: Padding, value: float = 0.0) -> Array:
    """Return (N, C, H, W) with a border of `value` around each map; `x` itself where there is no border."""
    (top, bottom), (left, right) = padding
    if top == bottom == left == right == 0:
        return x
    n, c, height, width = x.shape
    padded = np.full((n, c, top + height + bottom, left + width + right), value)
    padded[:, :, top : top + height, left : left + width] = x
    return padded


def windows(x: Array, kernel_size: Pair, stride: Pair, dilation: Pair, *, writeable: bool = False) -> Array:
    """Return every window of `x` (N, C, H, W), as a view.

    Returns
    -------
    (N, C, H_out, W_out, kH, kW)
    """
    (sH, sW), (dH, dW) = stride, dilation
    everywhere = sliding_window_view(x, reach(kernel_size, dilation), axis=(2, 3), writeable=writeable)
    return everywhere[:, :, ::sH, ::sW, ::dH, ::dW]


def sources(at: int, count: int, length: int, stride: int, dilation: int) -> list[Pair]:
    """Return which of `count` stops along an axis have place `at` under their kernel of `length`, and which entry.

    >>> sources(2, count=3, length=3, stride=1, dilation=1)
    [(0, 2), (1, 1), (2, 0)]
    """
    starts = [(at - entry * dilation, entry) for entry in range(length)]
    stops = [(start // stride, entry) for start, entry in starts if start % stride == 0]
    return sorted((stop, entry) for stop, entry in stops if 0 <= stop < count)


def blocks(count: int, bytes_each: int) -> Iterator[slice]:
    """Cut `count` images into runs whose windows fit into the cache together.

    >>> list(blocks(3, 600_000))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    size = max(1, BLOCK_BYTES // bytes_each)
    return (slice(start, min(start + size, count)) for start in range(0, count, size))
