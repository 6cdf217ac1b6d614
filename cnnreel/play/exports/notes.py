"""What a speaker may say beside a slide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["notes"]


def notes(beat: Mapping[str, Any]) -> list[str]:
    """Return the caption of a beat and, where something is asked, the answer and why.

    >>> notes({"kind": "question", "caption": "What is Max(4, 1)?", "answer": "4", "why": ["Max(4, 1) = 4"]})
    ['What is Max(4, 1)?', 'Answer: 4', 'Max(4, 1) = 4']
    """
    return [beat["caption"], *([f"Answer: {beat['answer']}", *beat["why"]] if beat["kind"] == "question" else [])]
