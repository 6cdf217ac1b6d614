"""What never changes after it was made."""

from __future__ import annotations

from typing import Any, Self

__all__ = ["Frozen"]


class Frozen:
    """Base class of what never changes: its copy is itself.

    Mobjects carry what they show, and Manim copies them whole, several times an animation.

    >>> from copy import deepcopy
    >>> same = Frozen()
    >>> deepcopy(same) is same
    True
    """

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
