"""Whether marks point at what they are about."""

from __future__ import annotations

from collections.abc import Iterator

from scenes.timeline import Beat, Pointer, Shown

Box = tuple[int, int, int, int]

POINTING = {"window", "ring", "frame", "cells"}
"""Kinds that go around numbers."""


def around(mark: Pointer, shown: Shown) -> bool:
    """Tell whether the middle of a number is inside a mark."""
    left, top, right, bottom = mark.box
    x, y = (shown.box[0] + shown.box[2]) / 2, (shown.box[1] + shown.box[3]) / 2
    return left <= x <= right and top <= y <= bottom


def array(address: str) -> str:
    return address.partition("[")[0]


def astray(beat: Beat) -> Iterator[str]:
    """Say of each mark which numbers it should go around and does not, or does and should not."""
    for mark in beat.marks:
        if mark.kind not in POINTING or not mark.of:
            continue
        named = {array(address) for address in mark.of}
        inside = {shown.of for shown in beat.shown if around(mark, shown) and array(shown.of) in named}
        for address in mark.of:
            if any(shown.of == address for shown in beat.shown) and address not in inside:
                yield f"{mark.kind} does not go around {address}"
        if mark.kind != "cells":
            yield from (f"{mark.kind} goes around {address}" for address in sorted(inside - set(mark.of)))
