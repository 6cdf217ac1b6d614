"""Any convolutional network on film: the model of a file, a picture, and the real numbers between."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema, model_validator

from cnn_core.errors import InputError
from cnn_core.graph import Graph
from cnn_core.graph_files import read_graph
from cnn_core.net_input import PRESETS, AxisOrder, NetInput, Scaling, class_names, enter, scaling_of
from cnn_core.outline import Depth, NetOutline, outline
from cnn_core.reading.tensor_files import file_sha256
from cnn_core.weights import SHIPPED
from scenes.net.network_spec import NetworkSpec
from scenes.net.record import NetRecord
from scenes.specs.base import SpecValues
from scenes.specs.digit_image import digit_image

if TYPE_CHECKING:
    from scenes.net.scene import NetScene

__all__ = ["NetModel", "NetSpec"]


@dataclass(frozen=True, eq=False)
class NetModel:
    """A network, and what it is called.

    Attributes
    ----------
    source
        A file, or the graph itself.
    """

    source: Path | Graph
    name: str

    @cached_property
    def sha256(self) -> str:
        """The hash of the file, or of all nodes and arrays of what is no file."""
        if isinstance(self.source, Path):
            return file_sha256(self.source)
        found = hashlib.sha256()
        for node in self.source.nodes:
            found.update(repr((node.name, node.op, node.inputs, sorted(node.options.items()))).encode())
            for name, array in sorted(node.arrays.items()):
                found.update(name.encode() + array.tobytes())
        return found.hexdigest()

    def graph(self, size: tuple[int, int] | None) -> Graph:
        return read_graph("model", self.source, size) if isinstance(self.source, Path) else self.source


def _read_model(source: Any) -> NetModel:
    match source:
        case NetModel():
            return source
        case Graph():
            return NetModel(source, "graph")
        case str() | Path():
            return NetModel(Path(source), Path(source).name)
    raise InputError(f"model must be a file, a torch module or a graph of cnn_core, but it is {type(source).__name__}.")


def _captured(module: Any, given: Mapping[str, Any]) -> NetModel:
    """Return the network of a torch module, for images of the size of `x` or of `size`."""
    from cnn_core.torch_reader import read_module

    x: Any = given.get("x")
    shape = np.shape(x) if not isinstance(x, str | Path) else ()
    channels = next((one.shape[1] for one in module.parameters() if len(one.shape) == 4), 3)
    if len(shape) < 3:
        if given.get("size") is None:
            raise InputError("size must be given, such as 224x224, for a module does not say what it takes.")
        shape = (channels, *_as_hw("size", given["size"]))
    shape = tuple(map(int, shape[-3:]))
    is_last = given.get("layout") == "hwc" or (given.get("layout") is None and shape[0] != channels == shape[2])
    shape = (shape[2], *shape[:2]) if is_last and len(np.shape(x)) >= 3 else shape
    return NetModel(read_module(module, shape), type(module).__name__)


def _read_hw(value: Any, info: ValidationInfo) -> tuple[int, int]:
    return _as_hw(str(info.field_name), value)


def _as_hw(name: str, value: Any) -> tuple[int, int]:
    """Read `224`, `"224x224"`, `"224 224"` or `[224, 224]` as height and width."""
    parts = str(value).replace("x", " ").replace(",", " ").split() if isinstance(value, str | int) else value
    try:
        numbers = [int(part) for part in parts]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 < one <= _MOST_PIXELS for one in numbers):
        raise InputError(
            f"{name} must be height and width of up to {_MOST_PIXELS}, such as 224x224, but it is {value!r}."
        )
    return numbers[0], numbers[-1]


def _read_numbers(value: Any, info: ValidationInfo) -> tuple[float, ...]:
    """Read one number, or one for each channel: `"0.485 0.456 0.406"`."""
    parts = value.replace(",", " ").split() if isinstance(value, str) else np.ravel(value).tolist()
    try:
        numbers = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        numbers = ()
    if not 0 < len(numbers) <= 4 or not np.isfinite(numbers).all():
        raise InputError(f"{info.field_name} must be one number, or one for each channel, but it is {value!r}.")
    return numbers


def _as_source(source: Any) -> Any:
    return source if isinstance(source, str) else Path(source).name if isinstance(source, Path) else "numbers"


def _as_names(source: Any) -> Any:
    return source.name if isinstance(source, Path) else source


_MOST_PIXELS = 2_000
_DIGITS = 10
_MOST_STOPS = 60
"""Of a film."""
_FILE = WithJsonSchema({"type": "string", "format": "path"})
_Model = Annotated[NetModel, BeforeValidator(_read_model), PlainSerializer(lambda model: model.name), _FILE]
_Source = Annotated[
    Any, PlainSerializer(_as_source), WithJsonSchema({"type": ["string", "array"], "format": "picture"})
]
_Classes = Annotated[Path | tuple[str, ...], PlainSerializer(_as_names), _FILE]
_Pixels = Annotated[tuple[int, int], BeforeValidator(_read_hw), WithJsonSchema({"type": ["string", "array"]})]
_Numbers = Annotated[tuple[float, ...], BeforeValidator(_read_numbers), WithJsonSchema({"type": ["string", "array"]})]


class NetSpec(NetworkSpec):
    """What may be asked of the film of a network."""

    name: ClassVar[str] = "net"
    summary: ClassVar[str] = "Your own trained network reads a picture: its steps or stages, and what came out."
    example: ClassVar[str] = "--x mnist:7"

    model: _Model | None = Field(
        None,
        description="A file of ONNX, torch.export, Keras or cnnreel; the digit classifier if not given.",
    )
    x: _Source | None = Field(
        None, description='A picture, a digit such as "mnist:7", or numbers in a file; they enter as they are.'
    )
    classes: _Classes | None = Field(None, description="A text file with the name of a class on each line.")
    size: _Pixels | None = Field(None, description="Height and width of what enters, where the model leaves it open.")
    preset: Literal["imagenet", "0..1", "-1..1", "0..255"] | None = Field(
        None, description="What is done to a picture's values; from 0 to 1 if neither this nor the model says it."
    )
    mean: _Numbers | None = Field(None, description="What is subtracted from a picture's values, one or one a channel.")
    std: _Numbers | None = Field(None, description="What they are divided by afterwards.")
    scale: float | None = Field(
        None, description="What values from 0 to 255 are multiplied by first; 1/255 if not given."
    )
    bgr: bool = Field(False, description="Let blue come first.")
    layout: AxisOrder | None = Field(
        None,
        description="The order of axes of numbers: channels first (chw) or last (hwc); read from their shape if not "
        "given.",
    )
    head: str | None = Field(
        None, description="Which of the model's outputs to follow, by its name in the file; the first one if not given."
    )
    depth: Depth | None = Field(
        None,
        description="How much is shown: stages of one map size, the blocks in them, or each place in these. If not "
        "given, a film shows each step of a small network and each stage of a larger one; a tree shows everything.",
    )

    @model_validator(mode="before")
    @classmethod
    def _with_module(cls, given: Any) -> Any:
        """Capture a torch module at once, so that what is kept is data."""
        if isinstance(given, dict) and hasattr(given.get("model"), "state_dict"):
            return {**given, "model": _captured(given["model"], given)}
        return given

    @classmethod
    def scene_class(cls) -> type[NetScene]:
        from scenes.net.scene import NetScene

        return NetScene

    @cached_property
    def network(self) -> NetModel:
        return self.model or NetModel(SHIPPED, SHIPPED.name)

    @property
    def subtitle(self) -> str:
        return self.network.name

    @property
    def weights_file(self) -> Path | None:
        return self.network.source if isinstance(self.network.source, Path) else None

    @cached_property
    def graph(self) -> Graph:
        return self.network.graph(self.size).giving(self.head)

    @cached_property
    def outline(self) -> NetOutline:
        return self.reading.whole if self.has_input else outline(self.graph)

    @property
    def has_input(self) -> bool:
        return self.source is not None

    @property
    def source(self) -> Any:
        return "mnist:7" if self.x is None and self.network.source == SHIPPED else self.x

    @property
    def scaling(self) -> Scaling:
        if self.preset is None:
            return scaling_of(self.graph, scale=self.scale, mean=self.mean, std=self.std, bgr=self.bgr)
        given = {"scale": self.scale, "mean": self.mean, "std": self.std}
        if any(value is not None for value in given.values()):
            raise InputError("preset must stand alone, but scale, mean or std is given as well.")
        found = PRESETS[self.preset]
        return Scaling(found.scale, found.mean, found.std, self.bgr)

    @cached_property
    def entered(self) -> NetInput:
        if not self.has_input:
            raise InputError("x must be given: a picture, a digit such as mnist:7, or a file of numbers.")
        shape = self.graph.input_shape
        if shape is None:
            raise InputError("size must be given, such as 224x224, for the model does not say what it takes.")
        return enter("x", self.source, shape, self.scaling, last=self.graph.channels_last, layout=self.layout)

    @cached_property
    def reading(self) -> NetRecord:
        found = NetRecord(self.graph, self.entered, depth=self.depth)
        count = found.classes
        if self.classes is not None and not count:
            raise InputError("classes must go with a network that tells classes apart, but this one returns maps.")
        names = class_names("classes", self.classes, self.graph, count)
        is_digit = names is None and count in (0, _DIGITS) and str(self.source).startswith("mnist:")
        return found.knowing(names, digit_image("x", self.source) if is_digit else None)

    def trace(self) -> NetRecord:
        count = len(self.reading.stages)
        if count > _MOST_STOPS and not self.reading.is_stepwise:
            raise InputError(f"depth must leave at most {_MOST_STOPS} stops, but with {self.depth} there are {count}.")
        return self.reading

    def values(self) -> SpecValues:
        """Return the model's hash, and what is shown of it; without an input only the shapes."""
        parameters = self.graph.parameters()
        about = {"file": self.network.name, "sha256": self.network.sha256, "parameters": parameters}
        if self.has_input:
            return {"model": about, **self.reading.values()}
        shapes = self.outline.shapes
        nodes = {
            node.name: {"op": node.op, "inputs": list(node.inputs), "shape": list(shapes[node.name])}
            for node in self.graph.nodes
        }
        return {"model": about, "nodes": nodes}
