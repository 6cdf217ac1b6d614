"""Where everything of a convolution stands: the image large, and beside or below it how its numbers come about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn_core.frozen import Frozen
from scenes.conv2d.spots import Counts, Spot
from scenes.layout import Box, smallest_text

__all__ = ["Composition"]

_LARGEST = 0.94
"""Side of a cell of products and output, in scene units, where there is room."""
_SMALL = 0.46
"""The same for the kernel by itself."""
_GAP, _NEAR = 0.5, 0.3
"""Between sums and outputs, where there is room for it and where not."""
_NAME = 4.6
"""Width of the name of image or kernel, in lines of names."""
_TOTAL = 1.0
"""Room for the total below the sums."""
_WIDE_TOTAL = 2.9
"""Width that a total may have."""


@dataclass(frozen=True)
class Composition(Frozen):
    """The places.

    Attributes
    ----------
    image
        Of the channel that is worked on.
    thumbnails, kernels
        One a channel; no thumbnails where there is one channel.
    ledger
        What is added up: beside the products, or in a column of its own, whose lines are `pitch` apart.
    total
        Middle of the total; its way to the output is free.
    working
        Where products and sums stand, or a formula in their place.
    """

    image: Spot
    thumbnails: Sequence[Spot]
    kernels: Sequence[Spot]
    products: Spot
    outputs: Sequence[Spot]
    ledger: Box
    pitch: float
    total: tuple[float, float]
    working: Box
    names: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, counts: Counts, room: Box, *, wide: bool, tall: bool) -> Composition:
        """Find the places for a frame."""
        tag = 1.35 * max(0.3, smallest_text())
        beside, several = not tall, counts.channels > 1
        left, rest = _halves(counts, room, tag, wide=wide, beside=beside)
        image, thumbnails, kernels = picture(counts, left, tag, wide=wide, beside=beside)
        if beside:
            rest = replace(rest, left=(left if several and not wide else image.box).right + (0.65 if wide else 0.35))
        if beside and not wide:
            below = Box(room.left, image.box.right, room.bottom, image.box.bottom - 1.2 * tag)
            kernel = Spot.of(below, *counts.kernel, 0.0 if several else 0.6, x=-1, y=1)
            if several:
                thumbnails, kernels = miniatures(
                    counts, replace(below, bottom=below.bottom + tag, top=image.box.bottom)
                )
            ways = [_stacked(counts, rest, tag, kernel)]
        else:
            ways = [kernel_below(counts, rest, tag, tall=tall)]
            ways += [kernel_beside(counts, rest, tag)] if wide and not several else []
        best = ways[0] if ways[0][0].cell >= 0.75 * ways[-1][0].cell else ways[-1]
        weights = counts.are_read(stamp=image.cell) or counts.are_read(kernel=best[2].cell)
        if tall and not several and not (weights and counts.are_read(products=best[0].cell)):
            other, places = long_numbers(counts, room, tag)
            image, best = (other, places) if places[0].cell > best[0].cell else (image, best)
        return worked(counts, rest, tag, best, (image, thumbnails, kernels), is_below=best is ways[0], wide=wide)


def _halves(counts: Counts, room: Box, tag: float, *, wide: bool, beside: bool) -> tuple[Box, Box]:
    """Divide the room between the image and what is made of it."""
    rows, columns = counts.image
    if wide:
        share = 0.5 if counts.channels == 1 else 0.58
        width = min(share * room.width, room.height * columns / rows + (0 if counts.channels == 1 else 2.8))
        return replace(room, right=room.left + width), room
    if beside:
        share = 0.32 if counts.channels == 1 else 0.42
        return replace(room, right=room.left + 0.52 * room.width, bottom=room.bottom + share * room.height), room
    height = min(0.52 * room.height, room.width * rows / columns + tag)
    if counts.channels > 1:
        height = 0.48 * room.height
    edge = room.top - height
    return replace(room, bottom=edge), replace(room, top=edge - 0.1)


def picture(
    counts: Counts, room: Box, tag: float, *, wide: bool, beside: bool
) -> tuple[Spot, Sequence[Spot], Sequence[Spot]]:
    """Place the image; of several channels the one that is worked on, beside small ones with their kernels."""
    (rows, columns), square = counts.image, beside and not wide
    if counts.channels == 1 or square:
        top = room.top if wide else room.top - tag
        return Spot.of(replace(room, top=top), rows, columns, x=-1 if beside else 0, y=0 if wide else 1), (), ()
    thumbnails, kernels = miniatures(counts, replace(room, bottom=room.bottom + tag, top=room.top - tag))
    named = room.left + _NAME * tag
    rest = Box(max(kernels[0].box.right + 0.3, named), room.right, room.bottom, room.top - tag)
    return Spot.of(rest, rows, columns), thumbnails, kernels


def miniatures(counts: Counts, room: Box) -> tuple[list[Spot], list[Spot]]:
    """Place a small picture of each channel at the left, one below the other, and its kernel beside it."""
    (rows, columns), (kH, kW), C = counts.image, counts.kernel, counts.channels
    pitch = room.height / C
    cell = min(0.36, (pitch - min(0.2, 0.3 * pitch)) / max(rows, kH), 0.22 * room.width / columns)
    thumbnails, kernels = [], []
    for c in range(C):
        slot = Box(room.left, room.left + columns * cell, room.top - (c + 1) * pitch, room.top - c * pitch)
        thumbnails.append(Spot.of(slot, rows, columns, cell))
        right = slot.right + 0.2
        kernels.append(Spot.of(replace(slot, left=right, right=right + kW * cell), kH, kW, cell))
    return thumbnails, kernels


def worked(
    counts: Counts,
    room: Box,
    tag: float,
    places: _Places,
    pictures: tuple[Spot, Sequence[Spot], Sequence[Spot]],
    *,
    is_below: bool,
    wide: bool,
) -> Composition:
    """Find the places of sums and names."""
    products, outputs, kernel, total = places
    image, thumbnails, kernels = pictures
    several = counts.channels > 1
    size = sum_size(counts, products, outputs)
    middle, spread = products.box.center[1], counts.kernel[0] * max(products.cell, size)
    ledger = Box(
        products.box.right + 0.15,
        products.box.right + 0.15 + (counts.sums + 1) * size,
        middle - spread / 2 - (0.6 if counts.bias else 0),
        middle + spread / 2,
    )
    square = several and products.box.top < total[1]
    if square and counts.seen > 1:
        ledger = Box(kernels[0].box.right + 0.3, products.box.left - 0.2, kernels[-1].box.bottom, kernels[0].box.top)
    elif in_column(counts, room):
        ledger = replace(ledger, left=ledger.left + 0.15, right=ledger.right)
    elif counts.seen > 1 and not wide and total[0] > products.box.right:
        ledger = replace(room, right=outputs[0].box.left - 0.2, top=products.box.bottom - 0.15)
    elif counts.seen > 1:
        ledger = replace(room, top=total[1] - _TOTAL / 2)
    pitch = ledger_pitch(room) * (0.75 if square else 1.0) if counts.seen > 1 else 1.3 * size
    low = ledger.bottom if counts.seen > 1 or total[1] > products.box.bottom else total[1] - _TOTAL / 2
    low = low if wide or counts.seen > 1 else max(low, products.box.bottom)
    right = outputs[0].box.left - 0.3
    working = Box(products.box.left, right if right > products.box.right else room.right, low, products.box.top)
    below = replace(room, top=min(kernel.box.bottom, *(one.box.bottom for one in outputs)) - 0.1)
    if working.width < below.width / 3 and below.height > _TOTAL:
        working = below
    half = tag / 2
    names = {
        "products": (products.box.center[0], products.box.top + half),
        **{f"output{k}": (one.box.center[0], one.box.top + half) for k, one in enumerate(outputs)},
        **of_kernel(kernel, tag, beside=is_below and wide),
    }
    if not wide or several:
        first = image if square else (thumbnails or [image])[0]
        names["image"] = (first.box.left, first.box.top + half)
    if several:
        names["kernel"] = (thumbnails[0].box.left, min(thumbnails[-1].box.bottom, kernels[-1].box.bottom) - half)
    return Composition(image, thumbnails, kernels or (kernel,), products, outputs, ledger, pitch, total, working, names)


def of_kernel(kernel: Spot, tag: float, *, beside: bool) -> dict[str, tuple[float, float]]:
    """Return where the names of kernel and image begin: beside the kernel, or above it."""
    if beside:
        left = kernel.box.right + 0.2
        return {"kernel": (left, kernel.box.bottom + tag / 2), "image": (left, kernel.box.bottom + 1.5 * tag)}
    return {
        "kernel": (kernel.box.left, kernel.box.top + tag / 2),
        "image": (kernel.box.left, kernel.box.top + 1.4 * tag),
    }


def text_size(cell: float) -> float:
    """Return the size of a sum beside a row of cells."""
    return max(0.5 * cell, smallest_text())


def sum_size(counts: Counts, products: Spot, outputs: Sequence[Spot]) -> float:
    """Return the size of the sums of rows: smaller where outputs stand near."""
    free = outputs[0].box.left - products.box.right - 0.35
    size = text_size(products.cell)
    return max(smallest_text(), min(size, free / (counts.sums + 1))) if free > 0 else size


_Places = tuple[Spot, list[Spot], Spot, tuple[float, float]]


def _side_by_side(counts: Counts, room: Box, tag: float, below: float, sums: float) -> tuple[Spot, list[Spot]]:
    """Place products and outputs in a row, with `sums` between, and `below` left free under them."""
    (kH, kW), (H, W), K = counts.kernel, counts.output, counts.outputs
    bias = 0.6 if counts.bias and counts.sums else 0.0
    high = room.height - tag - below
    across = (room.width - sums - _GAP - 0.3 * (K - 1)) / (kW + K * W)
    most = _LARGEST if counts.sums else max(_LARGEST, counts.legible.get("products", 0.0))
    cell = min(most, across, (high - bias) / kH, high / H)
    products = Spot.of(Box(room.left, room.left + kW * cell, room.bottom, room.top - tag), kH, kW, cell, y=1)
    free = Box(products.box.right + sums + _GAP, room.right, room.bottom + below, room.top - tag)
    side = min(most, (free.width - 0.3 * (K - 1)) / (K * W), high / H)
    outputs = []
    for k in range(K):
        left = free.left + k * (W * side + 0.3)
        outputs.append(Spot.of(replace(free, left=left, right=left + W * side), H, W, side, y=1))
    return products, outputs


def kernel_below(counts: Counts, room: Box, tag: float, *, tall: bool) -> _Places:
    """Place the kernel in the lower corner, and the total between it and the grids, or beside it."""
    kH, kW = counts.kernel
    if tall and counts.seen > 1:
        return sums_below(counts, room, tag)
    strip = min(0.32 * room.height, kH * max(_SMALL, min(counts.legible.get("kernel", 0), 0.8)))
    kernel = Spot.of(Box(room.left, room.right, room.bottom, room.bottom + strip), kH, kW, x=-1, y=-1)
    rows = (counts.seen + counts.bias) * ledger_pitch(room)
    if counts.seen > 1:
        strip = 0.0 if in_column(counts, room) else rows
    strip = max(strip, 2 * tag)  # the names of image and kernel stand above each other
    below, sums = strip + (tag + 0.15 if tall else _TOTAL + 0.1), (counts.sums + 1) * max(0.4, smallest_text()) + 0.3
    if in_column(counts, room):
        sums = 7.5 * ledger_pitch(room) / 1.3
    products, outputs = _side_by_side(counts, room, tag, below, sums)
    if tall:
        beside = Box(room.left, products.box.right, room.bottom, products.box.bottom - 0.1 - tag)
        kernel = Spot.of(beside, kH, kW, kernel.cell, x=-1, y=1)
    lowest = min(
        products.box.bottom - (0.6 if counts.bias and counts.sums else 0), *(one.box.bottom for one in outputs)
    )
    if in_column(counts, room):
        lowest = min(lowest, products.box.top - rows)
    x = products.box.right + 0.15 + (counts.sums + 1) * text_size(products.cell) / 2
    return products, outputs, kernel, (x, lowest - 0.1 - _TOTAL / 2)


def sums_below(counts: Counts, room: Box, tag: float) -> _Places:
    """Place products and outputs in a tall frame; below them go the channels' sums and, beside those, their total."""
    rows = (counts.seen + counts.bias) * ledger_pitch(room)
    products, outputs = _side_by_side(counts, room, tag, max(rows, _TOTAL + tag) + 0.15, 0.0)
    x = min((outputs[0].box.left + outputs[-1].box.right) / 2, room.right - 0.5 * _WIDE_TOTAL)
    y = min(one.box.bottom for one in (products, *outputs)) - 0.1 - tag - _TOTAL / 2
    return products, outputs, Spot.of(room, *counts.kernel, 0.0), (x, y)


def long_numbers(counts: Counts, room: Box, tag: float) -> tuple[Spot, _Places]:
    """Place all in a tall frame so that long numbers can be read: the image leaves room to them, and to the kernel."""
    (kH, kW), (H, W), K = counts.kernel, counts.output, counts.outputs
    sums = (counts.sums + 1) * max(0.4, smallest_text()) + 0.3
    free = room.width - sums - _NEAR - 0.3 * (K - 1)
    most = max(_LARGEST, counts.legible.get("products", 0.0))
    cell = min(most, (free - K * W * counts.legible.get("output", 0.0)) / kW, 0.35 * room.height / kH)
    side = min(most, (free - kW * cell) / (K * W), 0.35 * room.height / H)
    below = _TOTAL + 0.1 + (0.6 if counts.bias else 0.0)
    edge = room.bottom + below + max(kH * cell, H * side) + tag
    upper = Box(room.left, room.right - kW * _SMALL - 0.3, edge + 0.1, room.top - tag)
    image = Spot.of(upper, *counts.image, x=-1, y=1)
    beside = replace(image.box, left=image.box.right + 0.3, right=room.right)
    kernel = Spot.of(beside, kH, kW, 0.8, x=-1, y=1)
    row = replace(room, top=image.box.bottom - 0.1 - tag)
    products = Spot.of(row, kH, kW, cell, x=-1, y=1)
    left, step = room.right - K * W * side - 0.3 * (K - 1), W * side + 0.3
    outputs = [Spot.of(replace(row, left=left + k * step), H, W, side, x=-1, y=1) for k in range(K)]
    lowest = min(products.box.bottom - (0.6 if counts.bias else 0.0), outputs[0].box.bottom)
    x = products.box.right + 0.15 + (counts.sums + 1) * text_size(cell) / 2
    return image, (products, outputs, kernel, (x, lowest - 0.1 - _TOTAL / 2))


def in_column(counts: Counts, room: Box) -> bool:
    """Tell whether the sums of channels stand beside the products, where there is no room below them."""
    return counts.seen > 1 and room.height < 4


def ledger_pitch(room: Box) -> float:
    """Return the height of a line of channels' sums, in scene units."""
    return 1.3 * max(0.3 if room.height < 4 else 0.4, smallest_text())


def _stacked(counts: Counts, room: Box, tag: float, kernel: Spot) -> _Places:
    """Place the outputs above, the products below, and the total between them."""
    (kH, kW), (H, W), K = counts.kernel, counts.output, counts.outputs
    several = counts.seen > 1
    free = room.height - 2 * tag - _TOTAL - (tag if several else 0.6 if counts.bias else 0.0)
    side = min(_LARGEST, (room.width - 0.3 * (K - 1)) / (K * W), 0.5 * free / H)
    tops = [room.left + k * (W * side + 0.3) for k in range(K)]
    outputs = [Spot.of(Box(x, x + W * side, room.bottom, room.top - tag), H, W, side, y=1) for x in tops]
    y = outputs[0].box.bottom - _TOTAL / 2 - (tag if several else 0.0)
    sums = 0.0 if several else (counts.sums + 1) * max(0.4, smallest_text()) + 0.3
    cell = min(_LARGEST, (room.width - sums) / kW, (free - H * side) / kH)
    below = Box(room.left, room.left + kW * cell, room.bottom, y - _TOTAL / 2 - tag)
    products = Spot.of(below, kH, kW, cell, y=1)
    x = products.box.right + 0.15 + (counts.sums + 1) * text_size(cell) / 2
    if several:
        x = min((outputs[0].box.left + outputs[-1].box.right) / 2, room.right - 0.5 * _WIDE_TOTAL)
    return products, outputs, kernel, (x, y)


def kernel_beside(counts: Counts, room: Box, tag: float) -> _Places:
    """Place the kernel below the outputs, so that products can take all of the height."""
    (kH, kW), (H, W) = counts.kernel, counts.output
    bias = 0.6 if counts.bias else 0.0
    sums = (counts.sums + 1) * max(0.4, smallest_text()) + 0.3
    least = max(W * counts.outputs * 0.5, kW * 0.5, 2.2)
    cell = min(_LARGEST, (room.width - sums - _GAP - least) / kW, (room.height - tag - bias) / kH)
    products = Spot.of(Box(room.left, room.left + kW * cell, room.bottom, room.top - tag), kH, kW, cell, y=1)
    free = Box(products.box.right + sums + _GAP, room.right, room.bottom, room.top - tag)
    K = counts.outputs
    side = min(_LARGEST, (free.width - 0.3 * (K - 1)) / (K * W), 0.5 * (free.height - _TOTAL) / H)
    outputs = []
    for k in range(K):
        left = free.left + k * (W * side + 0.3)
        outputs.append(Spot.of(replace(free, left=left, right=left + W * side), H, W, side, y=1))
    y = outputs[0].box.bottom - 0.1 - _TOTAL / 2
    kernel = Spot.of(replace(free, top=y - _TOTAL / 2 - 2 * tag), kH, kW, _SMALL, x=-1, y=-1)
    return products, outputs, kernel, (free.left + 0.9, y)
