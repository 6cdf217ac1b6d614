"""The few messages of an ONNX file, taken out of their bytes: Protocol Buffers' wire format, read within its bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.errors import Damaged
from cnn_core.reading.quoting import counted

__all__ = ["Attribute", "ModelMessage", "NodeMessage", "TensorMessage", "read_message"]

Raw: TypeAlias = int | memoryview
Fields: TypeAlias = dict[int, list[Raw]]

_DTYPES = {1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8"}
"""Numpy's types by ONNX's numbers; also 12 and 13, which no network's weights are."""
_BFLOAT16 = 16
_LONGEST = 120
"""Letters of a node's name."""
_MOST = 1_000_000
"""Fields of a message, and numbers of a list that is not stored as an array of bytes."""


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the whole number that begins at a place, and where it ends."""
    found = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        found, at, shift = found | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return found & (1 << 64) - 1, at
    raise Damaged("a number does not end")


def _entries(data: memoryview) -> Iterator[tuple[int, Raw]]:
    """Give number and value of each field of a message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value: Raw
        match key & 7:
            case 0:
                value, at = _varint(data, at)
            case 2:
                size, at = _varint(data, at)
                value, at = data[at : at + size], at + size
            case 1 | 5 as kind:
                size = 8 if kind == 1 else 4
                value, at = data[at : at + size], at + size
            case kind:
                raise Damaged(f"a field is of type {kind}")
        if at > len(data):
            raise Damaged("it is cut off")
        yield key >> 3, value


def _fields(data: Raw) -> Fields:
    if isinstance(data, int):
        raise Damaged("a number stands in place of a message")
    found: Fields = defaultdict(list)
    for count, (number, value) in enumerate(_entries(data)):
        if count > _MOST:
            raise Damaged(f"a message has more than {_MOST:,} fields")
        found[number].append(value)
    return found


def _text(value: Raw) -> str:
    if isinstance(value, int):
        raise Damaged("a number stands in place of a text")
    return bytes(value).decode("utf-8", "replace")


def _printable(text: str) -> str:
    """Return what can stand in a sentence."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _integers(values: list[Raw]) -> list[int]:
    """Return whole numbers, which stand one by one or packed."""
    found: list[int] = []
    for value in values:
        if isinstance(value, int):
            found.append(_signed(value))
            continue
        at = 0
        while at < len(value) and len(found) <= _MOST:
            one, at = _varint(value, at)
            found.append(_signed(one))
    if len(found) > _MOST:
        raise Damaged(f"a list has more than {_MOST:,} numbers")
    return found


def _packed(values: list[Raw], dtype: str) -> npt.NDArray[Any]:
    """Return floats, which stand one by one or packed."""
    blocks = [value for value in values if not isinstance(value, int) and len(value) % int(dtype[-1]) == 0]
    if len(blocks) < len(values):
        raise Damaged("a float is cut off")
    return np.concatenate([np.zeros(0, dtype), *(np.frombuffer(block, dtype) for block in blocks)])


def _last(found: Fields, number: int, default: Any = 0) -> Any:
    """Return a field's value, the last one where it stands several times."""
    return found[number][-1] if found.get(number) else default


def _name(found: Fields, number: int) -> str:
    return _text(_last(found, number, memoryview(b"")))


def _pairs(values: list[Raw]) -> dict[str, str]:
    return {_name(entry, 1): _name(entry, 2) for entry in map(_fields, values)}


@dataclass(frozen=True, eq=False)
class TensorMessage:
    """An array in a file, or where else it lies.

    Attributes
    ----------
    external
        `location`, `offset` and `length`, where its numbers lie in a file beside it; else empty.
    """

    name: str
    shape: tuple[int, ...]
    fields: Fields
    external: dict[str, str]

    @classmethod
    def of(cls, data: Raw) -> TensorMessage:
        found = _fields(data)
        external = _pairs(found[13]) if _last(found, 14) == 1 else {}
        return cls(_name(found, 8), tuple(_integers(found[1])), found, external)

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The numbers' type; None for texts and types that numpy does not have."""
        kind = _last(self.fields, 2)
        return np.dtype("<u2") if kind == _BFLOAT16 else np.dtype(_DTYPES[kind]) if kind in _DTYPES else None

    def array(self, outside: memoryview | None = None) -> npt.NDArray[Any]:
        """Return its numbers; `outside` are the bytes in the file beside it."""
        dtype = self.dtype
        if dtype is None:
            raise Damaged(f"the numbers of {_printable(self.name)!r} are of type {_last(self.fields, 2)}")
        if min(self.shape, default=1) < 0:
            raise Damaged(f"the shape of {_printable(self.name)!r} is {self.shape}")
        raw = outside if outside is not None else _last(self.fields, 9, None)
        if isinstance(raw, int):
            raise Damaged("a number stands in place of bytes")
        flat = self._listed(dtype) if raw is None else self._raw(raw, dtype)
        size = 1
        for side in self.shape:  # Python's numbers do not overflow
            size *= side
        if flat.size != size:
            raise Damaged(f"{_printable(self.name)!r} holds {counted(flat.size, 'number')} in place of {size}")
        return flat.reshape(self.shape)

    def _raw(self, raw: memoryview, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        if len(raw) % dtype.itemsize:
            raise Damaged(f"{_printable(self.name)!r} is cut off")
        flat = np.frombuffer(raw, dtype)
        return self._widened(flat)

    def _widened(self, flat: npt.NDArray[Any]) -> npt.NDArray[Any]:
        is_brain = _last(self.fields, 2) == _BFLOAT16
        return (flat.astype(np.uint32) << 16).view(np.float32) if is_brain else flat

    def _listed(self, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """Return numbers that stand in a list of their type."""
        found = self.fields
        if dtype.kind == "f" and dtype.itemsize > 2:
            return _packed(found[4 if dtype.itemsize == 4 else 10], dtype.str)
        integers = np.array(_integers(found[7] if dtype.itemsize == 8 else found[5]), np.int64)
        if dtype == np.float16:
            return integers.astype(np.uint16).view(np.float16)
        return self._widened(integers.astype(dtype))


Attribute: TypeAlias = float | int | str | TensorMessage | list[float] | list[int] | list[str] | None


_ATTRIBUTES: Mapping[int, Callable[[Fields], Attribute]] = MappingProxyType(
    {
        1: lambda found: float(_packed(found[2], "<f4")[-1]) if found[2] else 0.0,
        2: lambda found: _integers(found[3])[-1] if found[3] else 0,
        3: lambda found: _name(found, 4),
        4: lambda found: TensorMessage.of(_last(found, 5, memoryview(b""))),
        6: lambda found: list(map(float, _packed(found[7], "<f4"))),
        7: lambda found: _integers(found[8]),
        8: lambda found: list(map(_text, found[9])),
    }
)
"""How an attribute's value is read, by its type; those that hold graphs and other things are not."""


def _attribute(found: Fields) -> Attribute:
    read = _ATTRIBUTES.get(_last(found, 20))
    return None if read is None else read(found)


@dataclass(frozen=True, eq=False)
class NodeMessage:
    """An operation in a file.

    Attributes
    ----------
    op
        Such as `Conv`; with its domain before it, where that is not ONNX's own.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Attribute]

    @classmethod
    def of(cls, data: Raw) -> NodeMessage:
        found = _fields(data)
        domain, op = _name(found, 7), _name(found, 4)
        attributes = {_name(one, 1): _attribute(one) for one in map(_fields, found[5])}
        inputs, outputs = tuple(map(_text, found[1])), tuple(map(_text, found[2]))
        op = _printable(op if domain in ("", "ai.onnx") else f"{domain}.{op}")
        name = _printable(_name(found, 3) or next(iter(outputs), "")) or op
        return cls(name, op, inputs, outputs, attributes)


def _shape(data: Raw) -> tuple[int | None, ...] | None:
    """Return the shape that a value is declared to have, None where a side is free; None if it is no tensor."""
    tensor = _last(_fields(_last(_fields(data), 2, memoryview(b""))), 1, None)
    shape = _last(_fields(tensor), 2, None) if tensor is not None else None
    if shape is None:
        return None
    sides = [_fields(side) for side in _fields(shape)[1]]
    return tuple(size if (size := _signed(_last(side, 1))) > 0 else None for side in sides)


@dataclass(frozen=True, eq=False)
class ModelMessage:
    """What of an ONNX file is read.

    Attributes
    ----------
    opset
        Version of ONNX's own operations.
    inputs
        The declared shapes by name, those of weights left out; None for what is no tensor.
    """

    opset: int
    producer: str
    metadata: dict[str, str]
    nodes: list[NodeMessage]
    tensors: dict[str, TensorMessage]
    inputs: dict[str, tuple[int | None, ...] | None]
    outputs: list[str]


def read_message(data: memoryview) -> ModelMessage:
    """Return what an ONNX file holds.

    Raises
    ------
    Damaged
        If the bytes are no such file.
    """
    model = _fields(data)
    graph = _fields(_last(model, 7, None) or memoryview(b""))
    tensors = {tensor.name: tensor for tensor in map(TensorMessage.of, graph[5])}
    opsets = {_name(one, 1): _last(one, 2) for one in map(_fields, model[8])}
    declared = {_name(_fields(one), 1): _shape(one) for one in graph[11]}
    return ModelMessage(
        opset=opsets.get("", opsets.get("ai.onnx", 0)),
        producer=_name(model, 2),
        metadata=_pairs(model[14]),
        nodes=list(map(NodeMessage.of, graph[1])),
        tensors=tensors,
        inputs={name: shape for name, shape in declared.items() if name not in tensors},
        outputs=[_name(_fields(one), 1) for one in graph[12]],
    )
