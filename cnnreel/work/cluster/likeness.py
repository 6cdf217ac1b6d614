"""Machines make the same film only if they have the same: what must be alike, and a sentence where it is not."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from cnn_core.errors import CnnreelError
from cnnreel.work.cache import sources_hash, versions

__all__ = ["Traits", "check_alike", "traits"]

Traits: TypeAlias = dict[str, str]
PLACES_NAMED = 3


def traits(shared: Path | None) -> Traits:
    """Return what must be the same on all machines."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = {"Python": python, "cnnreel": sources_hash()[:12], "distributed": version("distributed"), **versions()}
    if shared is not None:
        found["the shared folder"] = str(shared) if shared.is_dir() else "missing"
    return found


def check_alike(here: Traits, elsewhere: Mapping[str, Traits | Exception]) -> None:
    """Refuse machines that differ from this one.

    Parameters
    ----------
    elsewhere
        What each place has, or why that cannot be told.

    Raises
    ------
    CnnreelError
        In one sentence, what differs and where.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for place, there in elsewhere.items():
        for difference in differences(here, there):
            places[difference].append(place)
    told = []
    for difference, where in places.items():
        more = f" and {len(where) - PLACES_NAMED} more" if len(where) > PLACES_NAMED else ""
        told.append(f"at {', '.join(where[:PLACES_NAMED])}{more} {difference}")
    if told:
        raise CnnreelError(f"all machines of a cluster must be alike, but {'; '.join(told)}.")


def differences(here: Traits, there: Traits | Exception) -> list[str]:
    """Say what differs.

    >>> differences({"numpy": "2.4.6", "Python": "3.13"}, {"numpy": "2.3.0", "Python": "3.13"})
    ['numpy is 2.3.0, not 2.4.6']
    """
    if isinstance(there, Exception):
        return [f"cnnreel cannot be loaded ({there})"]
    unlike = [name for name in here | there if here.get(name) != there.get(name)]
    return [f"{name} is {there.get(name, 'missing')}, not {here.get(name, 'missing')}" for name in unlike]
