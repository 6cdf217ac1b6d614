"""The form of a scene, made from its spec's JSON Schema: a new scene has one without a line of code here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from cnn_core.kernels import KERNELS, kernel
from cnnreel.studio.words import call_field, call_scene, group_of
from scenes.catalog import SCENES, find
from scenes.specs import SceneSpec

__all__ = ["GRIDS", "describe_form", "describe_scenes", "fields_of", "kinds_of"]

GRIDS = ("grid", "kernels", "row", "matrix")
"""The formats whose values are cells."""
_LOOK = ("question", "theme", "ratio", "pace")
_HIDDEN = frozenset({"language"})
_RARE = frozenset(
    {
        "dilation",
        "groups",
        "flip",
        "ceil_mode",
        "count_include_pad",
        "symbols",
        "numbers",
        "momentum",
        "eps",
        "bgr",
        "training",
    }
)
_OFTEN = frozenset({"x", "stride", "labels", "model", "log"})
_PLAIN = {"boolean": "switch", "integer": "whole", "number": "number", "string": "text"}


class _Schema(GenerateJsonSchema):
    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 (pydantic's own)


def describe_scenes() -> list[dict[str, Any]]:
    """Return all forms, in the order of the catalog."""
    return [describe_form(name) for name in SCENES]


@cache
def describe_form(scene: str) -> dict[str, Any]:
    """Return what a scene is called, and its fields: kind, label, hint, default, and what bounds each."""
    spec = find(scene)
    return {
        "scene": spec.name,
        "name": call_scene(spec.name),
        "group": group_of(spec.name),
        "summary": spec.summary,
        "fields": list(_described_fields(spec)),
    }


def fields_of(scene: str) -> dict[str, Mapping[str, Any]]:
    """Return the fields of a scene's form by their names."""
    return {field["field"]: field for field in describe_form(scene)["fields"]}


def kinds_of(scene: str) -> dict[str, str]:
    """Return what each field of a scene's form is, by its name."""
    return {name: field["kind"] for name, field in fields_of(scene).items()}


def _described_fields(spec: type[SceneSpec]) -> Iterator[dict[str, Any]]:
    properties: Mapping[str, Any] = spec.model_json_schema(schema_generator=_Schema)["properties"]
    default = spec.build({}).as_json()
    for name in sorted(properties, key=lambda name: (name in _LOOK, not _is_grid(properties[name]))):
        if name in _HIDDEN:
            continue
        schema, optional = _without_null(properties[name])
        label, hint = call_field(spec, name)
        yield {
            "field": name,
            "kind": _kind_of(schema),
            "label": label,
            "hint": hint,
            "default": default[name],
            "optional": optional,
            "rare": name in _RARE or name.endswith("_label") or (optional and name not in _OFTEN),
            **{key: schema[key] for key in ("minimum", "maximum", "maxLength", "enum") if key in schema},
            **({"named": _kernels()} if _kind_of(schema) == "kernels" else {}),
        }


@cache
def _kernels() -> dict[str, Any]:
    return {name: kernel(name).weight.tolist() for name in sorted(KERNELS)}


def _without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Return the schema of what may be given where it may also be left out."""
    others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    optional = len(others) < len(schema.get("anyOf", ()))
    return (others[0] if optional and len(others) == 1 else schema), optional


def _is_grid(schema: Mapping[str, Any]) -> bool:
    return _kind_of(_without_null(schema)[0]) in GRIDS


def _kind_of(schema: Mapping[str, Any]) -> str:
    """Return what a field is on the page: what its format says, a choice, or what its plain type is.

    >>> _kind_of({"type": ["string", "array"], "format": "grid"}), _kind_of({"type": "boolean"})
    ('grid', 'switch')
    """
    if "enum" in schema:
        return "choice"
    format = schema.get("format")
    plain = schema.get("type")
    return str(format) if format else _PLAIN.get(plain, "words") if isinstance(plain, str) else "words"
