"""What workers have in common: imported once, Manim with it, before they are forked.

The garbage collector is off meanwhile, for there is no garbage, and passes over all of it later.
"""

from __future__ import annotations

import gc
from importlib import import_module

__all__: list[str] = []

gc.disable()
try:
    for module in ("cnnreel.paint.engine", "cnnreel.film.recorder", "cnnreel.work.filming"):
        import_module(module)
finally:
    gc.enable()
gc.freeze()
