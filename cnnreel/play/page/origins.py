"""Where numbers come from that no line of arithmetic is known for."""

from __future__ import annotations

import re

__all__ = ["origin"]

NAMED = {
    "smallest": "smallest",
    "largest": "largest",
    "maximum": "largest",
    "positive_total": "positive",
    "negative_total": "negative",
    "others": "others",
    "prediction": "prediction",
    "x_padded": "padded",
    **dict.fromkeys(("count", "divisor", "c", "i", "j", "H", "W"), "counted"),
}
IN_NETWORKS = {
    **dict.fromkeys(("weight", "bias", "mean", "variance", "std"), "learned"),
    **dict.fromkeys(("x", "window", "inside_values", "index"), "input"),
    "output": "layer",
}


def origin(of: str) -> str:
    """Return what a page calls the origin of the number at an address.

    >>> origin("x[0,0,1,2]"), origin("layers[0].weight[2,0,0,0]"), origin("importance_largest")
    ('given', 'learned', 'largest')
    """
    name = re.sub(r"\[[\d,]*\]$", "", of).rpartition(".")[2]
    found = NAMED.get(name) or NAMED.get(name.rpartition("_")[2])
    if found is None and of.startswith(("layers[", "worked_out[", "softmax.")):
        found = IN_NETWORKS.get(name)
    if of.startswith("line["):
        found = "running"
    return found or "given"
