"""What every scene's spec has in common: the look, the checks, and how values leave for JSON."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from cnn_core.equation import Explanation
from cnn_core.errors import InputError
from cnn_core.grids import Grid

if TYPE_CHECKING:
    from scenes.stage import ExplainerScene

__all__ = ["Label", "SceneSpec", "Values", "as_json"]

Values = Mapping[str, Any]
"""Computed arrays by name; may hold mappings and lists of them (`steps[0].products`)."""


def printable(text: str) -> str:
    """Refuse control characters, which have no place in a picture, and U+FFFE and U+FFFF, which XML does not allow."""
    if any(unicodedata.category(letter) == "Cc" or letter in "\ufffe\uffff" for letter in text):
        raise ValueError("must not hold control characters")
    return text


Label = Annotated[str, Field(min_length=1, max_length=24), AfterValidator(printable)]
Title = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(printable)]


class SchemaWithGrids(GenerateJsonSchema):
    """Writes default grids as nested lists."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default as JSON."""
        return dft.array.tolist() if isinstance(dft, Grid) else super().encode_default(dft)


class SceneSpec(BaseModel):
    """What may be asked of a scene; command line, lesson files, schema and errors all come from here.

    A subclass names its scene and adds fields; `trace()` computes, `values()` is what JSON shows. Both are computed
    once for each spec.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: ClassVar[str]
    summary: ClassVar[str]
    scene: ClassVar[str]
    """Where the scene is, as `module:Class`; imported only when it is filmed."""
    example: ClassVar[str]
    """The options of an example command, for `--help`."""

    title: Title | None = Field(None, description="Title at the top left; the operation's name if not given.")
    theme: Literal["dark", "light"] = Field("dark", description="Colours: light on dark or dark on light.")
    ratio: Literal["16:9", "9:16", "1:1"] = Field("16:9", description="Width to height of the picture.")
    pace: Literal["slow", "normal", "fast"] = Field("normal", description="How long everything takes.")

    @property
    def weights_file(self) -> Path | None:
        """The trained weights from which the numbers come, if any are used."""
        return None

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> Self:
        """Return the checked spec.

        Raises
        ------
        InputError
            With one sentence that names the field, what was wanted and what came.
        """
        try:
            spec = cls.model_validate(dict(given))
        except ValidationError as error:
            raise InputError(sentence(cls, error)) from error
        spec.values()
        return spec

    def trace(self) -> Any:
        """Compute everything that the scene shows; `None` for a scene without numbers."""
        return None

    def values(self) -> Values:
        """Return the computed arrays by name: the `values` of the JSON."""
        return {}

    def explain(self, address: str) -> Explanation:
        """Return how the number at an address in `values()` came about, or where it is from."""
        found: Explanation = self.trace().explain(address)
        return found

    def results(self) -> Iterable[str]:
        """Give the address of everything that an answer key lists, in the order in which it is computed."""
        trace = self.trace()
        return () if trace is None else trace.results()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Let everything be computed once."""
        for name in ("trace", "values"):
            if name in cls.__dict__:
                setattr(cls, name, once(cls.__dict__[name]))

    @classmethod
    def scene_class(cls) -> type[ExplainerScene[Self]]:
        """Import the scene (and with it Manim) and return its class."""
        module, _, name = cls.scene.partition(":")
        found: type[ExplainerScene[Self]] = getattr(importlib.import_module(module), name)
        return found

    @classmethod
    def schema_of_options(cls) -> dict[str, Any]:
        """Return the JSON Schema of what the scene takes."""
        return cls.model_json_schema(schema_generator=SchemaWithGrids)

    def as_json(self) -> dict[str, Any]:
        """Return the spec as plain JSON values, defaults included."""
        plain: dict[str, Any] = self.model_dump(mode="json")
        return plain


def once(method: Callable[[SceneSpec], Any]) -> Callable[[SceneSpec], Any]:
    """Return a method that keeps what it has returned, in each spec for itself."""

    @wraps(method)
    def kept(spec: SceneSpec) -> Any:
        if method.__qualname__ not in spec.__dict__:
            spec.__dict__[method.__qualname__] = method(spec)
        return spec.__dict__[method.__qualname__]

    return kept


def sentence(spec: type[SceneSpec], error: ValidationError) -> str:
    """Turn the first of pydantic's complaints into one sentence of ours."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(spec.model_fields))
        return f"{where} is not something that {spec.name} takes; it takes {known}."
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return str(cause)
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ").replace("String should", "must")
    message = message.replace("should", "must")
    came = repr(first["input"])
    came = came if len(came) <= 60 else came[:57] + "..."
    return f"{where} {message[0].lower()}{message[1:]}, but it is {came}."


def as_json(values: Any) -> Any:
    """Return arrays as nested lists and NumPy scalars as numbers, ready for `json.dumps`."""
    match values:
        case Mapping():
            return {name: as_json(value) for name, value in values.items()}
        case np.ndarray() | np.generic():
            return values.tolist()
        case list() | tuple():
            return [as_json(value) for value in values]
    return values
