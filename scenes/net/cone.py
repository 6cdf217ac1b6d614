"""What one late number has seen: a cone of windows, from its map back to the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Group, VMobject

from cnn_core.arrays import Array
from cnn_core.receptive import Seen
from scenes.language import say
from scenes.layout import Box
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.net.board import NetBoard, connect, marked_cells

__all__ = ["show_cone"]

_MOST, _MOST_TALL = 5, 3
"""Pictures, in a frame that is wide and in others."""


def show_cone(board: NetBoard) -> None:
    """Follow the strongest number of the smallest maps back to the picture, window by window."""
    found = board.reading.receptive
    if found is None:
        return
    stage, names = board.stage, list(found.seen)
    most = _MOST if stage.wide else _MOST_TALL
    kept = sorted({round(k) for k in np.linspace(0, len(names) - 1, min(most, len(names)))})
    pictures = cone_of(board, [(names[k], found.seen[names[k]]) for k in kept])
    with stage.beat(
        "explain", in_words(found.seen, board.reading.maps_in), reason=say("Each window looks through those before it.")
    ):
        board.put_away()
        nearer: VMobject | None = None
        for picture, outline in reversed(pictures):
            lines = [] if nearer is None else [connect(nearer, outline, board.theme.window)]
            board.show(picture, run_time=0.5)
            board.show(Group(outline, *lines), run_time=0.9, **({} if nearer is None else {"out_of": nearer}))
            nearer = outline


def cone_of(board: NetBoard, seen: Sequence[tuple[str, Seen]]) -> list[tuple[FeatureMaps, VMobject]]:
    """Return the picture and the strongest maps beside each other, each with an outline around what was seen of it."""
    found = []
    for k, (name, (rows, columns)) in enumerate(seen):
        part = board.places.everything.part(k / len(seen) + 0.01, (k + 1) / len(seen) - 0.01)
        high = min(part.height, 1.3 * part.width)
        middle = part.center[1]
        box = Box(part.left, part.right, middle - high / 2, middle + high / 2)
        maps, title = _shown_of(board, name, rows, columns)
        role = board.theme.input if name == board.reading.graph.input else board.theme.output
        picture = FeatureMaps(maps, Arrangement.of(maps.shape, 1.0), role, board.theme, box, title)
        cells = rows[0], columns[0], rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
        found.append((picture, marked_cells(picture, 0, cells)))
    return found


def _shown_of(board: NetBoard, name: str, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Array, str]:
    """Return the map that is strongest where it was seen, and its size; of the picture the mean of its channels."""
    reading = board.reading
    maps = reading.maps_in if name == reading.graph.input else reading.output_of(name)
    size = "×".join(map(str, maps.shape[1:]))
    if name == reading.graph.input:
        return maps.mean(axis=0, keepdims=True), size
    strongest = int(maps[:, rows[0] : rows[1] + 1, columns[0] : columns[1] + 1].max(axis=(1, 2)).argmax())
    return maps[strongest : strongest + 1], size


def in_words(seen: dict[str, Seen], picture: Array) -> str:
    """Say how much of the picture the number has seen."""
    (top, bottom), (left, right) = next(iter(seen.values()))
    size = "×".join(map(str, picture.shape[1:]))
    if (bottom - top + 1, right - left + 1) == picture.shape[1:]:
        return say("One number of the smallest maps has seen the whole picture, {size} pixels.", size=size)
    part = f"{bottom - top + 1}×{right - left + 1}"
    return say("One number of the smallest maps has seen {part} of the {size} pixels.", part=part, size=size)
