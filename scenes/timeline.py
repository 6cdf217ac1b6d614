"""What was said and shown, and when: the record that a scene keeps while it plays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["TICKS_PER_SECOND", "Beat", "Kind", "Pointer", "Sentence", "Shown", "Timeline"]

Kind = Literal["explain", "step", "question", "answer"]

TICKS_PER_SECOND = 15
"""Everything starts and ends on a tick, so every frame rate that 15 divides shows the same film."""


@dataclass(frozen=True)
class Shown:
    """A number that is visible in the last frame of its beat.

    Attributes
    ----------
    text
        As it stands on screen, with an ASCII minus so that `float(text)` reads it.
    of
        The address of its value inside `values`, such as `x[0,0,1,2]` or `steps[3].products[0,1,1]`.
    box
        Left, top, right, bottom in pixels; the origin is the top left of the frame.
    """

    text: str
    of: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Pointer:
    """What points something out in the last frame of its beat; `of` are the addresses that it is about."""

    kind: str
    of: tuple[str, ...]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Sentence:
    """Words, or a line of arithmetic that explains the value at the address `of`, in the last frame of its beat."""

    text: str
    of: str | None
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Beat:
    """One thing said and shown. Times are in seconds from the start of the clip.

    Attributes
    ----------
    choices
        From which the answer is chosen, where it is no number.
    """

    kind: Kind
    caption: str
    start: float
    end: float
    prompt: str | None = None
    answer: str | None = None
    choices: tuple[str, ...] | None = None
    shown: tuple[Shown, ...] = ()
    marks: tuple[Pointer, ...] = ()
    formulas: tuple[Sentence, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the beat as plain JSON values; `prompt`, `answer` and `choices` only where there are any."""
        plain = without_tuples(asdict(self))
        for seen in ("shown", "marks", "formulas"):
            plain[seen] = [without_tuples(one) for one in plain[seen]]
        return {key: value for key, value in plain.items() if value is not None}


def without_tuples(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with lists in place of tuples, and without what is None."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}
    return {key: value for key, value in plain.items() if value is not None}


@dataclass
class Timeline:
    """The beats of a clip, in order."""

    beats: list[Beat] = field(default_factory=list)

    @property
    def last(self) -> Beat:
        return self.beats[-1]

    @property
    def duration(self) -> float:
        """Seconds from the start of the clip to the end of its last beat."""
        return self.beats[-1].end if self.beats else 0.0

    def as_json(self) -> list[dict[str, Any]]:
        return [beat.as_json() for beat in self.beats]
