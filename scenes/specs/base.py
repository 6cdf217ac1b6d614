"""What every scene's spec has in common: the look, the checks, and how values leave for JSON."""

from __future__ import annotations

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from cnn_core.arrays import Array
from cnn_core.equation import Explanation
from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.reading.quoting import CAME_LENGTH, as_came, escaped
from scenes.language import language_of
from scenes.letters import check_letters

if TYPE_CHECKING:
    from scenes.stage import ExplainerScene

__all__ = ["DefaultError", "LabelText", "SceneSpec", "SpecValues", "as_json"]

OTHER_NAMES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "image": ("x",),
        "input": ("x",),
        "kernel": ("weight", "kernel_size"),
        "filter": ("weight", "kernel_size"),
        "filters": ("weight",),
        "pool_size": ("kernel_size",),
        "strides": ("stride",),
        "gamma": ("weight",),
        "beta": ("bias",),
        "epsilon": ("eps",),
    }
)
"""What fields are called elsewhere: in Keras, in papers, in everyday words."""

OF_KERNELS, OF_NORMS = ("kernel", "filter", "filters"), ("gamma", "beta", "epsilon")
"""Names that mean a weight only in convolutions, and only in normalisations."""

_EXAMPLE = "example"
"""What stands for a default grid that is too large to be typed."""

_MANY = 10_000
"""Numbers of an array from which on whole ones are written without their decimal point, and others shorter."""

_DECIMALS = 5
"""Of which such an array's numbers have at least so many: more than any number on screen."""

SpecValues = Mapping[str, Any]
"""Computed arrays by name; may hold mappings and lists of them (`steps[0].products`)."""


def printable(text: str, info: ValidationInfo) -> str:
    """Refuse control characters, which have no place in a picture, and what the films' font does not have."""
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValueError("must not hold control characters")
    check_letters(str(info.field_name), text)
    return text


def known_language(code: str) -> str:
    """Refuse a language that nobody has translated into."""
    return language_of(code).code


_Language = Annotated[str, AfterValidator(known_language)]
LabelText = Annotated[str, Field(min_length=1, max_length=24), AfterValidator(printable)]
Title = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(printable)]


class DefaultError(InputError):
    """What was given does not go with the default of something else.

    Attributes
    ----------
    given
        The fields that were given.
    field
        The one whose default does not go with them.
    reason
        Why not; begins with the field.
    """

    def __init__(self, given: Sequence[str], field: str, reason: str) -> None:
        self.given, self.field, self.reason = given, field, reason
        super().__init__(self.said(str))

    def said(self, spell: Callable[[str], str]) -> str:
        """Say it, with every field as it is spelt where it was given."""
        given, field = " and ".join(map(spell, self.given)), spell(self.field)
        do_not = "do not" if len(self.given) > 1 else "does not"
        return f"{given} {do_not} go with the default {field}, so give {field} too: it{self.reason[len(self.field) :]}"


class SceneSpec(BaseModel):
    """What may be asked of a scene; command line, lesson files, schema and errors all come from here.

    A subclass names its scene and adds fields; `trace()` computes, `values()` is what JSON shows. Both, and what else
    is in `kept`, are computed once for each spec.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: ClassVar[str]
    summary: ClassVar[str]
    example: ClassVar[str]
    """The options of an example command, for `--help`."""
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Other names of fields, on the command line, in lesson files and in notebooks: those of `OTHER_NAMES` that make
    sense, where a spec does not say its own."""
    kept: ClassVar[tuple[str, ...]] = ("trace", "values")
    """Methods whose results are kept."""

    title: Title | None = Field(None, description="Title at the top left; the operation's name if not given.")
    theme: Literal["dark", "light"] = Field("dark", description="Colours: light on dark or dark on light.")
    ratio: Literal["16:9", "9:16", "1:1"] = Field("16:9", description="Width to height of the picture.")
    pace: Literal["slow", "normal", "fast"] = Field("normal", description="How long everything takes.")
    language: _Language = Field("en", description="Language of the sentences: en.")

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
        fields = cls._by_field(given)
        try:
            try:
                spec = cls.model_validate(fields)
            except ValidationError as error:
                raise InputError(sentence(cls, error)) from error
            spec.values()
        except InputError as error:
            raise cls._with_culprit(error, fields) from error
        return spec

    @classmethod
    def _by_field(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was given by the names of fields; the word "example" leaves a grid as it is."""
        fields: dict[str, Any] = {}
        for key, value in given.items():
            name = cls.aliases.get(key, key)
            name = name if name in cls.model_fields else key
            if name in fields:
                raise InputError(f"{name} must be given once, but it is given under its other name, too.")
            fields[name] = value
        grids = [name for name, field in cls.model_fields.items() if isinstance(field.default, Grid)]
        left = [name for name in grids if isinstance(fields.get(name), str) and fields[name].strip() == _EXAMPLE]
        return {name: value for name, value in fields.items() if name not in left}

    @classmethod
    def _with_culprit(cls, error: InputError, given: Mapping[str, Any]) -> InputError:
        """Return an error that blames what was given, where it blames a default that nobody typed."""
        blamed = re.match(r"\w*", str(error))[0]  # type: ignore[index]
        own = [name for name in given if name in cls.model_fields and name not in SceneSpec.model_fields]
        if not own or blamed in given or blamed not in cls.model_fields or cls.model_fields[blamed].default is None:
            return error
        return DefaultError(own, blamed, str(error))

    def trace(self) -> Any:
        """Compute everything that the scene shows; `None` for a scene without numbers."""
        return None

    def values(self) -> SpecValues:
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
        if "aliases" not in cls.__dict__:
            cls.aliases = MappingProxyType(other_names(cls.model_fields))
        for name in cls.kept:
            if name in cls.__dict__:
                setattr(cls, name, once(cls.__dict__[name]))

    @classmethod
    @abstractmethod
    def scene_class(cls) -> type[ExplainerScene[Any]]:
        """Import the scene (and with it Manim) and return its class."""

    def as_json(self) -> dict[str, Any]:
        """Return the spec as plain JSON values, defaults included."""
        plain: dict[str, Any] = self.model_dump(mode="json")
        return plain


def other_names(fields: Iterable[str]) -> dict[str, str]:
    """Return what other programs, books and courses call fields: each name for the first field that there is.

    >>> other_names(["x", "kernel_size", "stride"])["kernel"]
    'kernel_size'
    """
    normalizes = "eps" in fields
    names = {name: of for name, of in OTHER_NAMES.items() if name not in fields and (name in OF_NORMS) <= normalizes}
    found = {name: next((one for one in of if one in fields), "") for name, of in names.items()}
    return {name: field for name, field in found.items() if field and not (normalizes and name in OF_KERNELS)}


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
        near = get_close_matches(where, [*spec.model_fields, *spec.aliases], n=1)
        hint = f"did you mean {near[0]}?" if near else f"it takes {known}."
        return f"{spec.name} does not take {escaped(where[:CAME_LENGTH])}; {hint}"
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return str(cause)
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ").replace("String should", "must")
    message = message.replace("should", "must").partition(", unable")[0]
    message = message.replace("a valid integer", "a whole number").replace("a valid number", "a number")
    message = message.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    return f"{where} {message[0].lower()}{message[1:]}, but it is {as_came(first['input'])}."


def as_json(values: Any) -> Any:
    """Return arrays as nested lists and NumPy scalars as numbers, ready for `json.dumps`."""
    match values:
        case Mapping():
            return {name: as_json(value) for name, value in values.items()}
        case np.ndarray() if values.size > _MANY and np.array_equal(values, values.round()):
            return values.astype(np.int64).tolist()
        case np.ndarray() if values.size > _MANY and np.isfinite(values).all():
            return _shorter(values).tolist()
        case np.ndarray() | np.generic():
            return values.tolist()
        case list() | tuple():
            return [as_json(value) for value in values]
    return values


def _shorter(values: Array) -> Array:
    """Write numbers with few decimals, so that rounding them once more gives what rounding them at once does.

    As `decimal.ROUND_05UP`: what is cut off makes a last digit of 0 or 5 one larger, since it may have been a tie.
    """
    unit = 10.0 ** max(_DECIMALS, _DECIMALS - 1 - int(np.floor(np.log10(np.abs(values).max()))))
    scaled = values * unit
    near = scaled.round()
    cut = np.where(np.isclose(scaled, near, rtol=0, atol=1e-6), near, np.trunc(scaled))
    sticky = (cut != scaled.round(6)) & (np.abs(cut) % 5 == 0)
    return np.asarray((cut + np.sign(scaled) * sticky) / unit)
