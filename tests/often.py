"""What `make test` plays of many combinations, and what it leaves to `make soak`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import product
from typing import Any

import pytest

__all__ = ["in_turn", "only_often"]


def in_turn(*axes: Iterable[Any], seldom: Collection[Any] = ()) -> list[Any]:
    """Return all combinations, of which `make test` plays so many that each value of each axis has its turn.

    What holds one of the values in `seldom` is left to `make soak`.
    """
    listed = [list(axis) for axis in axes]
    turns = {tuple(turn % len(axis) for axis in listed) for turn in range(max(map(len, listed)))}
    places = product(*(range(len(axis)) for axis in listed))
    return [
        _param(*combined, often=at in turns and not any(one in seldom for one in combined))
        for at, combined in zip(places, product(*listed), strict=True)
    ]


def only_often(names: Iterable[Any], *often: Any) -> list[Any]:
    """Return all names, of which `make test` plays those given after them."""
    return [_param(name, often=name in often) for name in names]


def _param(*values: Any, often: bool) -> Any:
    return pytest.param(*values, marks=() if often else pytest.mark.soak)
