"""Production: from a scene to files that a teacher can use. `clip` films one in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnreel.play.notebook import clip

__all__ = ["clip"]


def __getattr__(name: str) -> Any:
    """Import `clip` when it is asked for, so that the command line need not wait for it."""
    if name != "clip":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cnnreel.play.notebook import clip  # noqa: PLC0415

    return clip
