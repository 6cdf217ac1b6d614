"""A record that is read once: what appears when, and how each number came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnn_core.errors import InputError
from cnnreel.film.record import explained
from scenes.catalog import SCENES

__all__ = ["Story"]


@dataclass(frozen=True, eq=False)
class Story:
    """What a film tells, for everything that is written about it.

    Attributes
    ----------
    record
        What `NAME.json` says. One of the first edition lacks explanations; they are worked out from its spec.
    """

    record: Mapping[str, Any]

    @property
    def values(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.record["values"]
        return found

    @property
    def beats(self) -> Sequence[Mapping[str, Any]]:
        """What is said and shown, one after the other."""
        found: Sequence[Mapping[str, Any]] = self.record["beats"]
        return found

    @property
    def results(self) -> Sequence[str]:
        """The addresses that an answer key lists, in the order in which they are computed."""
        found: Sequence[str] = self._told["results"]
        return found

    @cached_property
    def new(self) -> list[list[str]]:
        """The addresses of each beat that were not on screen before it."""
        seen: list[set[str]] = [set(), *({shown["of"] for shown in beat["shown"]} for beat in self.beats)]
        return [
            list(dict.fromkeys(shown["of"] for shown in beat["shown"] if shown["of"] not in before))
            for beat, before in zip(self.beats, seen[:-1], strict=True)
        ]

    @cached_property
    def addresses(self) -> list[str]:
        """The address of every number that is on screen at some time."""
        return list(dict.fromkeys(shown["of"] for beat in self.beats for shown in beat["shown"]))

    def line(self, address: str) -> str | None:
        """Return the arithmetic that led to a number; None where it was not computed."""
        found: str | None = self.explanation(address).get("text")
        return found

    def explanation(self, address: str) -> Mapping[str, Any]:
        """Return what is known of how a number came about; nothing at all where the record cannot be read so."""
        found: Mapping[str, Any] = self._told["explanations"].get(address, {})
        return found

    def answered(self, beat: int) -> str | None:
        """Return the address of the result that answers the question of a beat; None if a word answers it."""
        if beat + 1 >= len(self.beats) or self.beats[beat + 1]["kind"] != "answer":
            return None
        return next((of for of in self.new[beat + 1] if of in self._listed), None)

    @cached_property
    def _listed(self) -> set[str]:
        return set(self.results)

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        if "explanations" in self.record:
            return self.record
        spec = SCENES.get(self.record["scene"])
        try:
            return explained(spec.build(self.record["spec"]), self.beats) if spec else NOTHING
        except InputError:  # such as weights that are not here
            return NOTHING


NOTHING: Mapping[str, Any] = {"results": (), "explanations": {}}
