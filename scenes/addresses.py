"""From an address such as `steps[0].products[0,1,1]` to the value it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["value_at"]


def value_at(values: Mapping[str, Any], address: str) -> float:
    """Return the value at an address inside a scene's `values`, computed ones or those read from JSON.

    >>> value_at({"steps": [{"products": [[0, 1], [2, 3]]}]}, "steps[0].products[1,0]")
    2.0

    Of steps of which only some are there, it takes a mapping by their numbers, as texts.
    """
    found: Any = values
    for name, indices in re.findall(r"(\w+)(?:\[([\d,]+)\])?\.?", address):
        found = found[name]
        for index in indices.split(",") if indices else ():
            found = found[index if isinstance(found, Mapping) else int(index)]
    return float(found)
