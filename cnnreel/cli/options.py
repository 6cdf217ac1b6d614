"""Command-line options made from the fields of a spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from cnn_core.errors import InputError
from cnn_core.numerals import as_text, decimals_for
from cnn_core.reading.grids import Grid
from cnnreel.cli.program import TYPED
from scenes.specs import SceneSpec
from scenes.specs.base import DefaultError
from scenes.specs.digit_image import read_digit
from scenes.specs.fields import (
    read_image,
    read_kernels,
    read_matrix,
    read_padding,
    read_place,
    read_size,
    read_vector,
    split_names,
)
from scenes.specs.photo import read_cells, read_photo_or_grid

__all__ = ["build", "options_of"]

METAVARS: Mapping[Callable[..., Any], str] = MappingProxyType(
    {
        read_image: "GRID",
        read_photo_or_grid: "GRID",
        read_kernels: "GRID",
        read_matrix: "GRID",
        read_vector: "NUMBERS",
        read_size: "SIZE",
        read_padding: "PADDING",
        read_place: "C,I,J",
        read_cells: "ROW,COLUMN",
        read_digit: "DIGIT",
        split_names: "NAMES",
    }
)
PLAIN_TYPES = MappingProxyType({float: "NUMBER", int: "INTEGER", Path: "FILE"})
SEVERAL: Mapping[Callable[..., Any], str] = MappingProxyType(
    {
        read_kernels: "May be given several times, once for each output channel.",
        read_cells: "May be given several times.",
    }
)
"""What may be given several times, and how its help says so."""
_MOST_SHOWN = 25
"""Values of a default grid that stand in a help text."""


def options_of(spec: type[SceneSpec]) -> list[click.Parameter]:
    """Return an option for each field: what is filmed, then the scene's own, then those that all scenes have.

    What is not given is None or empty, and left to the spec.
    """
    names = sorted(spec.model_fields, key=lambda name: (name in SceneSpec.model_fields, name != "x"))
    return [option(spec, name, spec.model_fields[name]) for name in names]


def build(spec: type[SceneSpec], given: Mapping[str, Any]) -> SceneSpec:
    """Return the checked spec, and say what was done to read it; errors name options where the spec names fields."""
    try:
        asked = spec.build({name: _plain(value) for name, value in given.items() if value is not None and value != ()})
    except InputError as error:
        raise InputError(with_options(spec, error)) from error
    for name, value in asked:
        if isinstance(value, Grid) and value.remark:
            click.echo(f"Note: {spelt(spec, name)} is {value.origin}.", err=True)
    return asked


def _plain(value: Any) -> Any:
    """Return what was given once as itself, and what was given several times as a list."""
    return (value[0] if len(value) == 1 else list(value)) if isinstance(value, tuple) else value


def with_options(spec: type[SceneSpec], error: InputError) -> str:
    """Say an error with options in place of fields: of that with which it begins, and of all that are no plain words.

    >>> from scenes.catalog import find
    >>> with_options(find("max-pool"), InputError("kernel_size must fit into x."))
    '--kernel-size must fit into x.'
    """
    if isinstance(error, DefaultError):
        return error.said(partial(spelt, spec))
    first, rest = re.fullmatch(r"(\w*)(.*)", str(error), re.DOTALL).groups()  # type: ignore[union-attr]
    begin = spelt(spec, first) if first in spec.model_fields else first
    fields = [name for name in spec.model_fields if "_" in name]
    if not fields:
        return begin + rest
    return begin + re.sub(rf"\b({'|'.join(fields)})\b", lambda found: spelt(spec, found[0]), rest)


def spelt(spec: type[SceneSpec], name: str) -> str:
    """Return a field's option as it was typed, if the command that runs has it in another spelling."""
    context = click.get_current_context(silent=True)
    typed = [word.split("=")[0] for word in context.meta.get(TYPED, ())] if context else []
    return next((one for one in spellings(spec, name) if one in typed), flag(name))


def spellings(spec: type[SceneSpec], name: str) -> list[str]:
    return [flag(name), *(flag(alias) for alias, field in spec.aliases.items() if field == name)]


def flag(name: str) -> str:
    """Return a field's option.

    >>> flag("kernel_size")
    '--kernel-size'
    """
    return "--" + name.replace("_", "-")


class Spelt(click.Option):
    """An option with several spellings, of which a help text shows the first two."""

    def get_help_record(self, context: click.Context) -> tuple[str, str] | None:
        shown = click.Option(
            self.opts[:2], type=self.type, metavar=self.metavar, multiple=self.multiple, help=self.help
        )
        return shown.get_help_record(context)


def option(spec: type[SceneSpec], name: str, field: FieldInfo) -> click.Option:
    parts = list(_parts_of(field.annotation, field.metadata))
    several = next((again for kind, again in SEVERAL.items() if kind in parts), "")
    described: dict[str, Any] = {"help": help_text(name, field, several), "default": None}
    if bool in parts:
        return click.Option([f"{flag(name)}/--no-{flag(name)[2:]}", name], **described)
    names = [*spellings(spec, name), name]
    choices = [choice for part in parts if get_origin(part) is Literal for choice in get_args(part)]
    if choices:
        return Spelt(names, type=click.Choice(choices), **described)
    return Spelt(names, metavar=metavar(parts), multiple=bool(several), **described)


def _parts_of(annotation: Any, metadata: list[Any] | tuple[Any, ...] = ()) -> Iterator[Any]:
    """Give the plain types, literals and readers that an annotation is made of."""
    yield from (one.func for one in metadata if isinstance(one, BeforeValidator))
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _parts_of(part)
    elif hasattr(annotation, "__metadata__"):
        yield from _parts_of(annotation.__origin__, annotation.__metadata__)
    else:
        yield annotation


def metavar(parts: list[Any]) -> str:
    """Return what stands for a value: what its reader takes, or its plain type."""
    read = next((METAVARS[part] for part in parts if part in METAVARS), None)
    plain_type = next((word for kind, word in PLAIN_TYPES.items() if kind in parts), "TEXT")
    return read or plain_type


def help_text(name: str, field: FieldInfo, several: str) -> str:
    default = default_text(name, field.get_default(call_default_factory=True))
    return "  ".join(filter(None, (field.description, several, default and f"[default: {default}]")))


def default_text(name: str, default: Any) -> str:
    match default:
        case None:
            return ""
        case bool():
            return flag(name) if default else f"--no-{flag(name)[2:]}"
        case float():
            return f"{default:g}"
        case Grid():
            return rows_text(default)
        case int() | str() | tuple():
            return str(default)
    return str(default) if "__str__" in vars(type(default)) else ""


def rows_text(grid: Grid) -> str:
    """Write a small grid as rows, with a bar between channels, and a larger one as where it comes from."""
    if grid.array.ndim > 3 or grid.array.size > _MOST_SHOWN:
        return grid.origin
    decimals = decimals_for(grid.array)
    maps = grid.array if grid.array.ndim == 3 else grid.array[None]
    return " | ".join("; ".join(" ".join(as_text(value, decimals) for value in row) for row in rows) for rows in maps)
