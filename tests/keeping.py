"""What takes long to make is made once a run, and kept in a folder that all its workers share."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn_core.arrays import Array
from cnn_core.mnist import as_input, load_test
from cnn_core.weights import shipped

__all__ = ["FOLDER", "kept", "logits_of_test_set"]

FOLDER = "CNNREEL_PERFORMANCES"
"""Names the folder, in the environment; without it, each process makes everything for itself."""


def kept(key: str, make: Callable[[], Any]) -> bytes:
    """Return something that is made, pickled, unless another process of this run has made it."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return pickle.dumps(make())
    file = Path(folder) / hashlib.sha256(key.encode()).hexdigest()
    if not file.exists():
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(make()))
        part.rename(file)
    return file.read_bytes()


def logits_of_test_set() -> Array:
    """Return what the shipped network says of all digits of the test set."""
    logits: Array = pickle.loads(kept("logits", lambda: shipped().logits(as_input(load_test().images))))
    return logits
