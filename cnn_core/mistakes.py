"""What a network gets wrong of the test set; of the shipped one it is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from cnn_core.mnist import as_input, load_test
from cnn_core.network import Network
from cnn_core.weights import sha256

__all__ = ["KNOWN_MISTAKES", "Mistakes", "known_mistakes", "mistakes_of"]

KNOWN_MISTAKES: Final = Path(__file__).parent / "data" / "digits.mistakes.json"
"""The mistakes of the weights with the hash that it names; written by `scripts/mistakes.py`."""


@dataclass(frozen=True)
class Mistakes:
    """What a network gets wrong of the test set.

    Attributes
    ----------
    tested
        How many digits it has read.
    wrong
        Indices of those that it got wrong, the surest first.
    """

    tested: int
    wrong: tuple[int, ...]


@lru_cache(maxsize=4)
def mistakes_of(network: Network) -> Mistakes:
    """Let a network read the whole test set, which takes seconds."""
    test = load_test()
    probabilities = network.predict(as_input(test.images))
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != test.labels)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]
    return Mistakes(len(test), tuple(surest.tolist()))


def known_mistakes(weights: Path) -> Mistakes | None:
    """Return what the weights in a file get wrong, if it is known without reading the test set."""
    known = json.loads(KNOWN_MISTAKES.read_bytes())
    if known["weights"] != sha256(weights):
        return None
    return Mistakes(known["tested"], tuple(known["wrong"]))
