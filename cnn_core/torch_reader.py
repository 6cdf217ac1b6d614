"""A torch module as a graph, by `torch.export`: captured on a copy in evaluation mode, then only read. Needs torch."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from operator import getitem
from typing import Any

import numpy as np
import torch
from torch import fx, nn

from cnn_core.arrays import freeze
from cnn_core.aten import AtenCall, AtenConversion, TensorName, part_name
from cnn_core.errors import InputError
from cnn_core.graph import Graph

__all__ = ["read_module"]


def read_module(module: nn.Module | torch.export.ExportedProgram, shape: tuple[int, ...]) -> Graph:
    """Return the network of a module, or of what `torch.export` has captured.

    Parameters
    ----------
    shape : (C, H, W)
        Of one image.

    Raises
    ------
    InputError
        If it cannot be captured, or has operations that cannot be shown; the first is named, with where it stands.
    """
    program = module if isinstance(module, torch.export.ExportedProgram) else _captured(module, shape)
    signature = program.graph_signature
    if len(signature.user_inputs) != 1:
        raise InputError(f"model must take one image, but it takes {len(signature.user_inputs)} inputs.")
    held: dict[str, Any] = {**program.state_dict, **program.constants}
    places = {
        **signature.inputs_to_parameters,
        **signature.inputs_to_buffers,
        **signature.inputs_to_lifted_tensor_constants,
    }
    arrays = {
        name: freeze(np.array(held[place].detach().double().numpy(), order="C")) for name, place in places.items()
    }
    input = str(signature.user_inputs[0])
    batch = next(_sides(node)[0] for node in program.graph.nodes if node.name == input)
    conversion = AtenConversion(input, shape, arrays, batch)
    for call in _calls(program):
        conversion.convert(call)
    return conversion.ending_with([str(one) for one in signature.user_outputs])


def _captured(module: nn.Module, shape: tuple[int, ...]) -> torch.export.ExportedProgram:
    twin = copy.deepcopy(module).eval()
    dtype = next((parameter.dtype for parameter in twin.parameters()), torch.float32)
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    try:
        with torch.no_grad():
            return torch.export.export(twin, (torch.zeros(1, *shape, dtype=dtype),))
    except Exception as error:  # whatever the module's own code raises
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        came = f"for one image of shape {shape} it says: {said.rstrip('.')}"
        raise InputError(f"model must be a module that torch.export can capture, but {came}.") from error


def _calls(program: torch.export.ExportedProgram) -> Iterator[AtenCall]:
    """Give the calls that make arrays; what only computes sizes is left out."""
    for node in program.graph.nodes:
        if node.op != "call_function" or isinstance(node.meta.get("val"), int | torch.SymInt):
            continue
        if node.target is getitem:
            source, k = node.args
            whole = TensorName(part_name(str(source), int(str(k))))
            yield AtenCall(node.name, "getitem", {"self": whole}, _sides(node), "", "")
            continue
        schema = getattr(node.target, "_schema", None)
        names = [argument.name for argument in schema.arguments] if schema else []
        given = {**dict(zip(names, node.args, strict=False)), **node.kwargs}
        path, kind = next(reversed((node.meta.get("nn_module_stack") or {"": ("", "")}).values()))
        target = schema.name.removeprefix("aten::") if schema else str(node.target)
        named = {name: _plain(value) for name, value in given.items()}
        yield AtenCall(node.name, target, named, _sides(node), path, str(kind))


def _sides(node: fx.Node) -> tuple[int | None, ...]:
    sides = getattr(node.meta.get("val"), "shape", ())
    return tuple(side if isinstance(side, int) else None for side in sides)


def _plain(value: Any) -> Any:
    """Return an argument with names in place of the nodes that feed a call."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return TensorName(value.name) if isinstance(value, fx.Node) else value
