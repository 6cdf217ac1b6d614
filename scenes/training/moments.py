"""Which moments of a run are shown: chosen from what was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn_core.run_trace import RunTrace

__all__ = ["Moments", "steady_from"]

_MATRICES = (0.4, 0.85)
"""Accuracies at which the confusion matrix is looked at between the first and the last time."""


@dataclass(frozen=True)
class Moments:
    """How a digit was read while the network was trained; all times are places in the log's `step`.

    Attributes
    ----------
    other, third
        The classes it was most taken for, besides its own.
    doubt
        When the network was surest of the other class.
    wrong, right
        The last time when it was not read right, None if it always was; and from when on it was, None if it never was.
    matrices
        When the confusion matrix is shown.
    """

    label: int
    other: int
    third: int
    doubt: int
    wrong: int | None
    right: int | None
    matrices: tuple[int, ...]

    @classmethod
    def of(cls, trace: RunTrace) -> Moments:
        shares, label = trace.output, int(trace.log.label[trace.digit])
        ranks = [int(k) for k in np.argsort(-shares.sum(axis=0), kind="stable") if k != label]
        wrong = np.flatnonzero(shares.argmax(axis=1) != label)
        accuracy = trace.correct / trace.tested
        after = int(wrong[-1]) + 1 if len(wrong) else 0
        reached = [int(np.argmax(accuracy >= share)) for share in _MATRICES if accuracy.max() >= share]
        return cls(
            label=label,
            other=ranks[0],
            third=ranks[1],
            doubt=int(shares[:, ranks[0]].argmax()),
            wrong=int(wrong[-1]) if len(wrong) else None,
            right=after if after < len(accuracy) else None,
            matrices=tuple(sorted({0, *reached, len(accuracy) - 1})),
        )


def steady_from(right: np.ndarray) -> int | None:
    """Return the step from which all of some digits stay right; None if they do not.

    >>> steady_from(np.array([0.5, 1.0, 0.9, 1.0, 1.0]))
    3
    """
    less = np.flatnonzero(right < 1)
    first = int(less[-1]) + 1 if len(less) else 0
    return first if first < len(right) else None
