"""Operations that exporters write out in simpler ones, put together again: layer norm, GELU, hard swish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, sqrt
from types import MappingProxyType
from typing import NoReturn

from cnn_core.onnx.wire import Attribute, ModelMessage, NodeMessage, TensorMessage

__all__ = ["rejoined"]


class _Unlike(Exception):
    """What was looked for is not there."""


@dataclass(frozen=True, eq=False)
class _Found:
    """Operations that are one together: that one, what it takes, and those that it replaces, the last one last."""

    op: str
    inputs: tuple[str, ...]
    members: Sequence[NodeMessage]
    attributes: Mapping[str, Attribute]


def rejoined(model: ModelMessage) -> ModelMessage:
    """Return a model with one operation in place of those that are a layer norm, a GELU or a hard swish together."""
    search = _Search(model)
    gone: set[NodeMessage] = set()
    made: dict[NodeMessage, NodeMessage] = {}
    for message in model.nodes:
        if message.op not in _FOUND_FROM:
            continue
        try:
            found = _FOUND_FROM[message.op](search, message)
            search.refuse_other_users(found)
        except (_Unlike, IndexError, ValueError):  # where inputs or outputs are missing as well
            continue
        *before, last = found.members
        gone.update(before)
        made[last] = NodeMessage(last.name, found.op, found.inputs, last.outputs, dict(found.attributes))
    return replace(model, nodes=[made.get(message, message) for message in model.nodes if message not in gone])


class _Search:
    """Who gives and who takes the tensors of a model."""

    def __init__(self, model: ModelMessage) -> None:
        self.model = model
        self.maker = {output: message for message in model.nodes for output in message.outputs}
        self.users: dict[str, list[NodeMessage]] = defaultdict(list)
        self.first: dict[tuple[str, str], NodeMessage] = {}
        for message in model.nodes:
            for one in message.inputs:
                self.users[one].append(message)
                self.first.setdefault((one, message.op), message)

    def after(self, message: NodeMessage, *ops: str) -> NodeMessage:
        """Return an operation of one of these kinds that takes what another one gives."""
        return next(filter(None, (self.first.get((message.outputs[0], op)) for op in ops)), None) or _unlike()

    def stored(self, tensor: str) -> TensorMessage | None:
        """Return a constant that is kept in the file itself."""
        maker = self.maker.get(tensor)
        value = maker.attributes.get("value") if maker is not None and maker.op == "Constant" else None
        found = value if isinstance(value, TensorMessage) else self.model.tensors.get(tensor)
        return None if found is None or found.external else found

    def numbers(self, tensor: str) -> list[float]:
        """Return the few numbers of a constant."""
        maker, found = self.maker.get(tensor), self.stored(tensor)
        given = maker.attributes.get("value_float") if maker is not None and maker.op == "Constant" else None
        if isinstance(given, float):
            return [given]
        if found is None or len(found.shape) > 1:
            return []
        array = found.array().ravel()
        return [float(one) for one in array] if array.size <= _FEW else []

    def with_number(self, message: NodeMessage, wanted: float | None = None) -> tuple[str, float]:
        """Return the two operands of an operation, one of which is a number; that of division comes second."""
        ways = [message.inputs] if message.op in ("Div", "Pow") else [message.inputs, message.inputs[::-1]]
        for tensor, constant in ways:
            number = self.numbers(constant)
            if len(number) == 1 and (wanted is None or isclose(number[0], wanted, rel_tol=1e-5)):
                return tensor, number[0]
        return _unlike()

    def refuse_other_users(self, found: _Found) -> None:
        """Refuse operations whose numbers somebody else needs as well."""
        for message in found.members[:-1]:
            is_free = all(user in found.members for user in self.users[message.outputs[0]])
            if not is_free or message.outputs[0] in self.model.outputs:
                raise _Unlike

    def axes(self, message: NodeMessage) -> list[int]:
        given = message.attributes.get("axes")
        found = self.numbers(message.inputs[1]) if given is None and len(message.inputs) > 1 else given
        return [int(axis) for axis in found] if isinstance(found, list) else []


def _unlike() -> NoReturn:
    raise _Unlike


def _hold(condition: bool) -> None:
    if not condition:
        raise _Unlike


def _layer_norm(search: _Search, mean: NodeMessage) -> _Found:
    """Find `(x - mean) / sqrt(mean of squares + eps)` along the last axes, and the scale and shift after it."""
    x, axes = mean.inputs[0], search.axes(mean)
    centred = search.after(mean, "Sub")
    square = search.after(centred, "Pow", "Mul")
    variance = search.after(square, "ReduceMean")
    widened = search.after(variance, "Add")
    root = search.after(widened, "Sqrt")
    ratio = search.after(root, "Div")
    (deviation,) = centred.outputs
    is_square = square.inputs == (deviation, deviation) or search.with_number(square, 2.0)[0] == deviation
    _hold(bool(axes) and axes == list(range(-len(axes), 0)) == search.axes(variance) and is_square)
    _hold(centred.inputs == (x, mean.outputs[0]) and ratio.inputs == (deviation, root.outputs[0]))
    _hold(all(one.attributes.get("keepdims", 1) for one in (mean, variance)))
    members, inputs = [mean, centred, square, variance, widened, root, ratio], [x]
    for op in ("Mul", "Add"):
        learned = _learned(search, members[-1], op, len(axes))
        if learned is None:
            break
        members.append(learned[0])
        inputs.append(learned[1])
    eps = search.with_number(widened)[1]
    return _Found("LayerNormalization", tuple(inputs), members, {"axis": axes[0], "epsilon": eps})


def _learned(search: _Search, message: NodeMessage, op: str, axes: int) -> tuple[NodeMessage, str] | None:
    """Return what multiplies, or is added to, the numbers of the last axes, and the constant that it takes."""
    for user in search.users[message.outputs[0]]:
        others = [one for one in user.inputs if one != message.outputs[0]]
        found = search.model.tensors.get(others[0]) or search.stored(others[0]) if others else None
        if user.op == op and found is not None and len(found.shape) == axes:
            return user, others[0]
    return None


def _gelu(search: _Search, erf: NodeMessage) -> _Found:
    """Find `0.5 x (1 + erf(x / √2))`, whichever of the two products comes first."""
    scaled = search.maker.get(erf.inputs[0]) or _unlike()
    _hold(scaled.op in ("Div", "Mul"))
    x, _ = search.with_number(scaled, sqrt(2) if scaled.op == "Div" else sqrt(0.5))
    raised = search.after(erf, "Add")
    search.with_number(raised, 1.0)
    first = search.after(raised, "Mul")
    last = search.after(first, "Mul")
    by_x, halved = (first, last) if x in first.inputs else (last, first)
    search.with_number(halved, 0.5)
    _hold(x in by_x.inputs)
    return _Found("Gelu", (x,), [scaled, erf, raised, first, last], {})


def _hard_swish(search: _Search, raised: NodeMessage) -> _Found:
    """Find `x · min(max(x + 3, 0), 6) / 6`."""
    x, _ = search.with_number(raised, 3.0)
    clipped = search.after(raised, "Clip")
    product = search.after(clipped, "Mul")
    share = search.after(product, "Div")
    given = [clipped.attributes.get("min"), clipped.attributes.get("max")]
    ends = given if len(clipped.inputs) == 1 else [one for end in clipped.inputs[1:] for one in search.numbers(end)]
    _hold(ends == [0.0, 6.0] and sorted(product.inputs) == sorted((x, clipped.outputs[0])))
    search.with_number(share, 6.0)
    return _Found("HardSwish", (x,), [raised, clipped, product, share], {})


_FEW = 8
"""Numbers of a constant that is read to find out what it is."""
_FOUND_FROM: Mapping[str, Callable[[_Search, NodeMessage], _Found]] = MappingProxyType(
    {"ReduceMean": _layer_norm, "Erf": _gelu, "Add": _hard_swish}
)
"""What may be found from an operation on."""
