"""An ONNX file as a graph: shapes and constants are worked out on the way, everything else becomes a node."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.building import Building
from cnn_core.errors import Damaged, InputError
from cnn_core.graph import Graph, Node, are_last
from cnn_core.onnx.files import MAX_MODEL_BYTES, Outside
from cnn_core.onnx.folding import FOLDED, Constant, fold
from cnn_core.onnx.wire import ModelMessage, NodeMessage, read_message
from cnn_core.onnx.written_out import rejoined
from cnn_core.reading.files import read_bytes

__all__ = ["Conversion", "read_onnx"]

_MOST_NODES = 5_000
_HINTS = {
    ("LSTM", "GRU", "RNN"): "export the part before it, which only convolves",
    ("If", "Loop", "Scan"): "export it with fixed sizes, so that nothing is left to decide",
    (
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
        "QLinearConv",
        "QLinearMatMul",
        "ConvInteger",
        "MatMulInteger",
    ): "export it in float32, before it is quantised",
}
"""What can be done where an operation cannot be shown."""


def read_onnx(name: str, path: Path, size: tuple[int, int] | None = None) -> Graph:
    """Return the network in an ONNX file, with the weights that lie in files beside it.

    Parameters are those of `cnn_core.graph_files.read_graph`.

    Raises
    ------
    InputError
        If it is damaged, too large, or has operations that cannot be shown; they are named.
    """
    data = memoryview(read_bytes(name, path, MAX_MODEL_BYTES))
    try:
        model = read_message(data)
        if not model.nodes or not model.outputs:
            raise Damaged("it holds no network")
        if len(model.nodes) > _MOST_NODES:
            raise InputError(
                f"{name} must have at most {_MOST_NODES:,} operations, but {path.name} has {len(model.nodes):,}."
            )
        model = rejoined(model)
        _refuse_unknown(name, path, model)
        return Conversion(model, Outside(path), _input_of(name, path, model, size)).graph()
    except (Damaged, RecursionError) as error:
        raise InputError(f"{name} must be an ONNX file, but {path.name} is none or is damaged: {error}.") from None


def _refuse_unknown(name: str, path: Path, model: ModelMessage) -> None:
    from cnn_core.onnx.operators import OPERATORS  # noqa: PLC0415  they know the conversion

    unknown = [node for node in model.nodes if node.op not in OPERATORS and node.op not in FOLDED]
    if not unknown:
        return
    first = unknown[0]
    others = sorted({node.op for node in unknown} - {first.op})
    also = f", and also {', '.join(others)}" if others else ""
    hint = next(
        (hint for ops, hint in _HINTS.items() if first.op in ops), "cut it off, or replace it, before exporting"
    )
    raise InputError(
        f"{name} must be made of operations that can be shown, but {path.name} has {first.op} at "
        f"{first.name!r}{also}; {hint}."
    )


def _input_of(name: str, path: Path, model: ModelMessage, size: tuple[int, int] | None) -> tuple[str, tuple[int, ...]]:
    """Return the input's name, and the shape of one image in the file's own order of axes."""
    if len(model.inputs) != 1:
        raise InputError(f"{name} must have one input, but {path.name} has {len(model.inputs)}.")
    ((input, declared),) = model.inputs.items()
    if declared is None or len(declared) != 4:
        raise InputError(f"{name} must take images of four axes, but {path.name} takes {declared}.")
    is_last = are_last(*declared[1:])
    c, height, width = (declared[3], declared[1], declared[2]) if is_last else declared[1:]
    height, width = size or (height, width)
    if height is None or width is None:
        raise InputError(f"size must be given, such as 224x224, for {path.name} takes images of any size.")
    channels = c or 3
    return input, (height, width, channels) if is_last else (channels, height, width)


class Conversion(Building):
    """An ONNX file on its way to a graph; its tensors are known by their names there."""

    def __init__(self, model: ModelMessage, outside: Outside, input: tuple[str, tuple[int, ...]]) -> None:
        super().__init__(*input)
        self.model, self.outside = model, outside
        self.constants: dict[str, Constant] = {}
        self.uses = Counter(one for message in model.nodes for one in message.inputs)

    def graph(self) -> Graph:
        from cnn_core.onnx.operators import OPERATORS  # noqa: PLC0415

        for message in self.model.nodes:
            if message.op in FOLDED and all(not one or self.is_constant(one) for one in message.inputs):
                self.constants[message.outputs[0]] = fold(message, [self.constant(one) for one in message.inputs])
            elif message.op in OPERATORS:
                self._convert(OPERATORS[message.op], message)
            else:
                raise InputError(f"model must use {message.op} on constants only, but at {message.name!r} it does not.")
        if self.model.outputs[0] not in self.named or not self.nodes:
            raise Damaged("its output does not depend on its input")
        outputs = {one: self.named[one] for one in self.model.outputs if one in self.named}
        return self.finish(outputs, metadata=self.model.metadata, producer=self.model.producer)

    def _convert(self, convert: Callable[[Conversion, NodeMessage], None], message: NodeMessage) -> None:
        try:
            convert(self, message)
        except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, InputError | Damaged):
                raise
            raise Damaged(f"{message.op} at {message.name!r} has attributes or inputs that it cannot have") from error

    def is_constant(self, tensor: str) -> bool:
        return tensor in self.constants or tensor in self.model.tensors

    def constant(self, tensor: str) -> Constant | None:
        """Return a constant; None for an input that is left out or is none."""
        if tensor not in self.constants and tensor in self.model.tensors:
            stored = self.model.tensors[tensor]
            self.constants[tensor] = stored.array(self.outside.part(stored.external) if stored.external else None)
        return self.constants.get(tensor)

    def array(self, tensor: str) -> Array | None:
        """Return a constant as a read-only array of floats."""
        found = self.constant(tensor)
        return None if found is None else freeze(np.array(found, dtype=np.float64, order="C"))

    def shape(self, tensor: str) -> tuple[int, ...]:
        found = self.constant(tensor)
        return self.values[self.named[tensor]].shape if found is None else found.shape

    def alias(self, message: NodeMessage, tensor: str | None = None) -> None:
        """Let an operation that changes nothing be what feeds it."""
        self.named[message.outputs[0]] = self.named[message.inputs[0] if tensor is None else tensor]

    def add(
        self,
        message: NodeMessage,
        op: str,
        tensors: Sequence[str] | None = None,
        arrays: Mapping[str, Array | None] | None = None,
        output: str | None = None,
        **options: Any,
    ) -> None:
        """Append a node for an operation, or for a part of one that gives a tensor of another name."""
        fed_by = message.inputs[:1] if tensors is None else tensors
        held = {name: array for name, array in (arrays or {}).items() if array is not None}
        node = Node(self._name(message), op, tuple(self.named[one] for one in fed_by), held, options)
        self.put(node, message.outputs[0] if output is None else output)

    def drop(self, node: Node) -> None:
        """Take a node back whose work another one does; nothing may need it."""
        self.nodes.remove(node)
        del self.by_name[node.name]
        del self.values[node.name]

    def replace_last(self, node: Node, message: NodeMessage) -> None:
        """Put a node in place of the last one, whose work it does as well."""
        self.drop(self.nodes[-1])
        self.put(node, message.outputs[0])

    def is_last(self, tensor: str) -> bool:
        """Tell whether a tensor is what the last node gives, and nobody else needs it."""
        return bool(self.nodes) and self.named.get(tensor) == self.nodes[-1].name and self.is_used_once(tensor)

    def is_used_once(self, tensor: str) -> bool:
        """Tell whether one operation alone needs a tensor, and nobody outside of the network."""
        return self.uses.get(tensor) == 1 and tensor not in self.model.outputs

    def _name(self, message: NodeMessage) -> str:
        """Return a node's name: that of its module, where the file tells."""
        weights = [one for one in message.inputs if one.endswith(".weight") and one in self.model.tensors]
        return self.unique(weights[0].removesuffix(".weight") if weights else readable(message.name, message.op))


def readable(name: str, op: str) -> str:
    """Return a module's name out of an exporter's.

    >>> readable("/layer1/layer1.0/relu_1/Relu", "Relu")
    'layer1.0.relu_1'
    """
    parts = [part for part in name.split("/") if part]
    if len(parts) > 1 and re.fullmatch(rf"{re.escape(op)}(_\d+)?", parts[-1]):
        parts.pop()
    kept = [part for part, after in zip(parts, [*parts[1:], ""], strict=True) if not after.startswith(f"{part}.")]
    return ".".join(kept) or op
