"""Command-line options made from the fields of a spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from cnn_core.errors import InputError
from cnn_core.grids import Grid
from cnn_core.numerals import as_text, decimals_for
from cnnreel.cli.program import TYPED
from scenes.specs import SceneSpec
from scenes.specs.fields import read_image, read_kernels, read_size, read_vector

__all__ = ["build", "options_of"]

OTHER_SPELLINGS = MappingProxyType({"x": "--image", "weight": "--kernel"})

METAVARS: Mapping[Callable[..., Any], str] = MappingProxyType(
    {read_image: "GRID", read_kernels: "GRID", read_vector: "NUMBERS", read_size: "SIZE"}
)
MOST_SHOWN = 25
"""Values of a default grid that stand in a help text."""


def options_of(spec: type[SceneSpec]) -> list[click.Parameter]:
    """Return an option for each field: what is filmed, then the scene's own, then those that all scenes have.

    What is not given is None or empty, and left to the spec.
    """
    names = sorted(spec.model_fields, key=lambda name: (name in SceneSpec.model_fields, name != "x"))
    return [option(name, spec.model_fields[name]) for name in names]


def build(spec: type[SceneSpec], given: Mapping[str, Any]) -> SceneSpec:
    """Return the checked spec; errors name the option where the spec names its field."""
    try:
        return spec.build({name: plain(value) for name, value in given.items() if value is not None and value != ()})
    except InputError as error:
        raise InputError(with_option(spec, str(error))) from error


def plain(value: Any) -> Any:
    """Return what was given once as itself, and what was given several times as a list."""
    return (value[0] if len(value) == 1 else list(value)) if isinstance(value, tuple) else value


def with_option(spec: type[SceneSpec], message: str) -> str:
    """Put an option in place of the field that a message begins with.

    >>> from scenes.catalog import find
    >>> with_option(find("max-pool"), "kernel_size must be 2.")
    '--kernel-size must be 2.'
    """
    first = re.match(r"\w*", message)
    name = first[0] if first else ""
    return spelt(name) + message[len(name) :] if name in spec.model_fields else message


def spelt(name: str) -> str:
    """Return a field's option as it was typed, if the command that runs has it in another spelling."""
    context, other = click.get_current_context(silent=True), OTHER_SPELLINGS.get(name)
    typed = context.meta.get(TYPED, ()) if context else ()
    return other if other is not None and any(word.split("=")[0] == other for word in typed) else flag(name)


def flag(name: str) -> str:
    """Return a field's option.

    >>> flag("kernel_size")
    '--kernel-size'
    """
    return "--" + name.replace("_", "-")


def option(name: str, field: FieldInfo) -> click.Option:
    """Make the option of a field."""
    parts = list(parts_of(field.annotation, field.metadata))
    spellings = [flag(name), *([OTHER_SPELLINGS[name]] if name in OTHER_SPELLINGS else []), name]
    described: dict[str, Any] = {"help": help_text(name, field), "default": None}
    if bool in parts:
        return click.Option([f"{flag(name)}/--no-{flag(name)[2:]}", name], **described)
    choices = [choice for part in parts if get_origin(part) is Literal for choice in get_args(part)]
    if choices:
        return click.Option(spellings, type=click.Choice(choices), **described)
    metavar = next((METAVARS[part] for part in parts if part in METAVARS), None)
    if read_kernels in parts:
        described["help"] += "  May be given several times, once an output channel."
    return click.Option(spellings, metavar=metavar or kind(parts), multiple=read_kernels in parts, **described)


def parts_of(annotation: Any, metadata: list[Any] | tuple[Any, ...] = ()) -> Iterator[Any]:
    """Give the plain types, literals and readers that an annotation is made of."""
    yield from (one.func for one in metadata if isinstance(one, BeforeValidator))
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from parts_of(part)
    elif hasattr(annotation, "__metadata__"):
        yield from parts_of(annotation.__origin__, annotation.__metadata__)
    else:
        yield annotation


def kind(parts: list[Any]) -> str:
    """Return what stands for a value of a plain type."""
    return "NUMBER" if float in parts else "INTEGER" if int in parts else "TEXT"


def help_text(name: str, field: FieldInfo) -> str:
    """Return the field's description with its default."""
    default = default_text(name, field.get_default(call_default_factory=True))
    return f"{field.description}{f'  [default: {default}]' if default else ''}"


def default_text(name: str, default: Any) -> str:
    """Write a default as it would be given."""
    match default:
        case None:
            return ""
        case bool():
            return flag(name) if default else f"--no-{flag(name)[2:]}"
        case Grid():
            return rows_text(default)
        case tuple():
            return " ".join(map(str, default))
    return str(default)


def rows_text(grid: Grid) -> str:
    """Write a small grid as rows, and a larger one as where it comes from."""
    if grid.array.ndim != 2 or grid.array.size > MOST_SHOWN:
        return grid.origin
    decimals = decimals_for(grid.array)
    return "; ".join(" ".join(as_text(value, decimals) for value in row) for row in grid.array)
