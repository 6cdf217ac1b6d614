"""How something changes: series of samples become a few keys, with easings that many share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["EVENLY", "HOLDS", "Easings", "Key", "Keys", "Series", "Stretch", "Table", "counting", "eased"]

Series: TypeAlias = npt.NDArray[np.float64]
"""(T, k): k numbers at each sample."""

EVENLY, HOLDS = 0, -1


class Table:
    """Things that are written once and named by their index."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._index: dict[object, int] = {}

    def add(self, key: object, entry: object) -> int:
        if key not in self._index:
            self._index[key] = len(self.entries)
            self.entries.append(entry)
        return self._index[key]


class Easings:
    """Shares of the way at equal distances in time, from a key to the next."""

    def __init__(self) -> None:
        self.entries = [np.array([0.0, 1.0])]

    def as_json(self) -> list[list[float]]:
        return [[int(share) if share in (0, 1) else share for share in one.tolist()] for one in self.entries]

    def find(self, shares: Series, tolerance: float) -> int:
        """Return the index of an easing that is nowhere further away than the tolerance: a known one, or a new one."""
        evenly = np.linspace(0, 1, len(shares))
        if np.abs(shares - evenly).max() <= tolerance:
            return EVENLY
        for index, known in enumerate(self.entries):
            if len(known) == len(shares) and np.abs(shares - known).max() <= tolerance:
                return index
        self.entries.append(np.round(shares, 5))
        return len(self.entries) - 1


class Key(NamedTuple):
    """What counts at one sample, and how it goes on from there; `about` is what the values refer to."""

    time: int
    easing: int
    values: tuple[float, ...]
    about: Any = None


class Keys:
    """The keys of one track, as long as it is being recorded.

    Parameters
    ----------
    scale : (k,)
        What counts as a difference in each of the numbers.
    """

    def __init__(self, scale: Series) -> None:
        self.scale = scale
        self.keys: list[Key] = []

    def add(self, start: int, series: Series, easings: Easings, about: Any = None) -> None:
        """Take samples over, the first of which is that of time `start`."""
        self.put(start, series, eased(series, self.scale, easings), about)

    def put(self, start: int, series: Series, pieces: Iterable[Stretch], about: Any = None) -> None:
        """Take samples over that have been divided."""
        for piece in pieces:
            self.begin(start + piece.begins, series[piece.first], piece.easing, about)
            if piece.moves:
                self.keys.append(Key(start + piece.ends, HOLDS, tuple(series[piece.last].tolist()), about))

    def begin(self, time: int, values: Series, easing: int = HOLDS, about: Any = None) -> None:
        if self.keys and self.keys[-1].about is about:
            last = self.keys[-1]
            if (np.abs(np.array(last.values) - values) <= self.scale / 5).all():
                if last.time == time or easing == HOLDS:
                    self.keys[-1] = last._replace(easing=easing)
                    return
                values = np.array(last.values)
        self.keys.append(Key(time, easing, tuple(values.tolist()), about))


def counting(keys: Sequence[Key]) -> list[Key]:
    """Return those of a track's keys that count: those that another one replaces at once do not."""
    found: list[Key] = []
    for key in keys:
        if found and found[-1].time == key.time and (len(found) == 1 or found[-2].easing == HOLDS):
            found.pop()
        found.append(key)
    return found


class Stretch(NamedTuple):
    """Samples that go straight from the values of `first` to those of `last`, between `begins` and `ends`."""

    first: int
    last: int
    begins: int
    ends: int
    easing: int

    @property
    def moves(self) -> bool:
        return self.ends > self.begins


def eased(series: Series, scale: Series, easings: Easings) -> Iterator[Stretch]:
    """Divide samples (T, k) into pieces; what differs by less than half of the scale (k,) is the same."""
    pieces = [(0, len(series) - 1)]
    while pieces:
        first, last = pieces.pop()
        piece = series[first : last + 1] / scale
        way = piece[-1] - piece[0]
        off = piece - piece[0]
        if np.abs(off).max() <= 0.5:
            yield Stretch(first, first, first, first, HOLDS)
            continue
        axis = int(np.abs(way).argmax())
        length = abs(way[axis])
        shares = off[:, axis] / (way[axis] or 1.0)
        if length > 0.5 and np.abs(off - shares[:, None] * way).max() <= 1.0:
            head, tail = trimmed(shares, 0.5 / length)
            easing = easings.find(rescaled(shares[head : tail + 1]), 0.5 / length)
            if head:
                yield Stretch(first, first, first, first, HOLDS)
            yield Stretch(first, last, first + head, first + tail, easing)
            continue
        middle = _divided(off, length)
        pieces += [(first + middle, last), (first, first + middle)]


def trimmed(shares: Series, small: float) -> tuple[int, int]:
    """Return between which samples anything happens."""
    begun, ended = np.abs(shares) > small, np.abs(shares - 1) > small
    head = max(0, int(begun.argmax()) - 1)
    tail = len(shares) - int(ended[::-1].argmax())
    return head, min(max(tail, head + 1), len(shares) - 1)


def rescaled(shares: Series) -> Series:
    """Let shares begin with 0 and end with 1, though they were trimmed."""
    rescaled_shares: Series = (shares - shares[0]) / (shares[-1] - shares[0])
    return rescaled_shares


def _divided(off: Series, length: float) -> int:
    """Return where to divide a piece: where it turns back, or in the middle."""
    farthest = int(np.abs(off).max(axis=1).argmax())
    turns = np.abs(off[farthest]).max() > 1.05 * length
    return farthest if turns and 0 < farthest < len(off) - 1 else len(off) // 2
