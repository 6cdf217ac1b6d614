"""What the last sentence of a walk is about is marked, on the cells that it is about."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenes.addresses import value_at
from tests.performing import Performance, perform


def marked(performance: Performance, number: int = -1) -> list[list[str]]:
    """Return the addresses of each group of cells that is marked at the end of a beat."""
    return [list(mark.of) for mark in performance.timeline.beats[number].marks if mark.kind == "cells"]


def values_of(performance: Performance, addresses: list[str]) -> list[float]:
    values: Any = performance.scene.spec.values()
    return [float(value_at(values, one)) for one in addresses]


def test_each_value_is_marked_with_the_block_it_was_copied_into() -> None:
    played = perform("upsample")
    marks = marked(played)
    assert [len(one) for one in marks] == [1, 4] * 4
    for source, block in zip(marks[::2], marks[1::2], strict=True):
        assert source[0].startswith("x[")
        assert set(values_of(played, block)) == set(values_of(played, source))


def test_winners_are_marked_with_what_they_became_the_largest_first() -> None:
    played = perform("max-pool")
    closing = next(n for n, beat in enumerate(played.timeline.beats) if "have become" in beat.caption)
    marks = marked(played, closing)
    pairs = [
        (values_of(played, winner), values_of(played, won)) for winner, won in zip(marks[::2], marks[1::2], strict=True)
    ]
    assert [winner for winner, _ in pairs] == [won for _, won in pairs] == [[8.0], [8.0], [4.0], [4.0]]


def test_cells_are_marked_in_which_nothing_was_added() -> None:
    played = perform("residual-add")
    on_branch = [one for mark in marked(played) for one in mark if one.startswith("y[")]
    assert len(on_branch) == int((np.asarray(played.scene.spec.values()["y"]) == 0).sum()) == 14
    assert set(values_of(played, on_branch)) == {0.0}


def test_the_largest_values_are_marked_and_then_the_largest_mean() -> None:
    played = perform("global-avg-pool")
    assert [values_of(played, one) for one in marked(played)] == [[6.0], [3.0], [2.0]]
