"""How a convolution's channels are cut into groups."""

from __future__ import annotations

from cnn_core.arrays import Array
from cnn_core.errors import ShapeError

__all__ = ["check_bias", "check_groups", "same_group", "spread"]


def same_group(channel: int, *, of: int, into: int, groups: int) -> range:
    """Return which of `into` channels are in the same group as this one of `of`.

    >>> same_group(3, of=4, into=6, groups=2)
    range(3, 6)
    """
    group, size = channel // (of // groups), into // groups
    return range(group * size, (group + 1) * size)


def spread(per_channel: Array) -> Array:
    """Give numbers (C,) the axes (C, 1, 1), so that they meet the maps of their channel."""
    return per_channel[:, None, None]


def check_groups(groups: int, count: int, what: str) -> None:
    """Refuse groups that cannot be equally large."""
    if count % groups:
        raise ShapeError(f"groups must divide the number of {what}, which is {count}, but it is {groups}.")


def check_bias(bias: Array | None, c_out: int) -> None:
    """Refuse a bias that does not hold one number for each output channel."""
    if bias is not None and len(bias) != c_out:
        raise ShapeError(
            f"bias must hold one number for each output channel, {c_out} in all, but it holds {len(bias)}."
        )
