"""Write which test digits the shipped weights get wrong, when those have changed: `python scripts/mistakes.py`."""

from __future__ import annotations

import json
from dataclasses import asdict

from cnn_core.mistakes import KNOWN_MISTAKES, mistakes_of
from cnn_core.weights import SHIPPED, sha256, shipped

if __name__ == "__main__":
    known = {"weights": sha256(SHIPPED), **asdict(mistakes_of(shipped()))}
    KNOWN_MISTAKES.write_text(json.dumps(known) + "\n", encoding="utf-8")
