"""ONNX's own node tests with 4-D inputs, computed by the operations; skipped where onnx is not installed."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from cnn_core import avg_pool2d, batch_norm2d, conv2d, conv_transpose2d, max_pool2d
from cnn_core.windows import Padding, as_padding, reach

MODULES = ("conv", "convtranspose", "maxpool", "averagepool", "batch_normalization")
Arrays = list[np.ndarray]
Attributes = dict[str, Any]


def cases() -> list[Any]:
    """Return the cases of the operations, which onnx makes as their modules are imported."""
    try:
        node = importlib.import_module("onnx.backend.test.case.node")
        for name in MODULES:
            importlib.import_module(f"onnx.backend.test.case.node.{name}")
    except ImportError:
        return []
    chosen = {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization"}
    return [
        pytest.param(case.model.graph.node[0], *case.data_sets[0], id=case.name)
        for case in node._NodeTestCases
        if len(case.model.graph.node) == 1
        and case.model.graph.node[0].op_type in chosen
        and case.data_sets[0][0][0].ndim == 4
    ]


CASES = cases()


def border(attributes: Attributes, x: np.ndarray, kernel_size: tuple[int, int]) -> Padding:
    """Return what `pads` or `auto_pad` ask for."""
    how, dilation = attributes.get("auto_pad", b"NOTSET").decode(), attributes.get("dilations", [1, 1])
    if how.startswith("SAME"):
        stride = tuple(attributes.get("strides", [1, 1]))
        rows, columns = as_padding("same-tf", reach(kernel_size, tuple(dilation)), stride, x.shape[2:])
        return (rows, columns) if how == "SAME_UPPER" else (rows[::-1], columns[::-1])
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    return (top, bottom), (left, right)


def common(attributes: Attributes, x: np.ndarray, kernel_size: tuple[int, int]) -> dict[str, Any]:
    names = {"strides": "stride", "dilations": "dilation", "group": "groups"}
    options = {ours: attributes[theirs] for theirs, ours in names.items() if theirs in attributes}
    return {**options, "padding": border(attributes, x, kernel_size)}


def of_conv(attributes: Attributes, x: np.ndarray, weight: np.ndarray, *bias: np.ndarray) -> Arrays:
    return [conv2d(x, weight, *bias, **common(attributes, x, weight.shape[2:])).output]


def of_conv_transpose(attributes: Attributes, x: np.ndarray, weight: np.ndarray, *bias: np.ndarray) -> Arrays:
    """Work out the cut from the wanted size, where that is given, as ONNX's specification says."""
    options = common(attributes, x, weight.shape[2:])
    stride, extra = attributes.get("strides", [1, 1]), attributes.get("output_padding", [0, 0])
    how, wanted = attributes.get("auto_pad", b"NOTSET").decode(), attributes.get("output_shape")
    if wanted is None and how.startswith("SAME"):
        wanted = [size * step for size, step in zip(x.shape[2:], stride, strict=True)]
    if wanted is not None:
        covered = reach(weight.shape[2:], tuple(attributes.get("dilations", [1, 1])))
        whole = [(size - 1) * step + k for size, step, k in zip(x.shape[2:], stride, covered, strict=True)]
        extra = [max(0, asked - size) for asked, size in zip(wanted, whole, strict=True)]
        cut = [max(0, size - asked) for asked, size in zip(wanted, whole, strict=True)]
        halves = [(all_ // 2, all_ - all_ // 2) for all_ in cut]
        options["padding"] = halves if how == "SAME_UPPER" else [half[::-1] for half in halves]
    return [conv_transpose2d(x, weight, *bias, output_padding=tuple(extra), **options).output]


def of_max_pool(attributes: Attributes, x: np.ndarray) -> Arrays:
    size = tuple(attributes["kernel_shape"])
    options = {"stride": 1, **common(attributes, x, size), "ceil_mode": bool(attributes.get("ceil_mode"))}
    trace = max_pool2d(x, size, **options)
    n, c, height, width = x.shape
    winners = trace.argmax
    if attributes.get("storage_order"):
        winners = winners % width * height + winners // width
    return [trace.output, winners + (np.arange(n * c) * (height * width)).reshape(n, c, 1, 1)]


def of_avg_pool(attributes: Attributes, x: np.ndarray) -> Arrays:
    size, counted = tuple(attributes["kernel_shape"]), bool(attributes.get("count_include_pad"))
    options = {"stride": 1, **common(attributes, x, size), "ceil_mode": bool(attributes.get("ceil_mode"))}
    return [avg_pool2d(x, size, count_include_pad=counted, **options).output]


def of_batch_norm(attributes: Attributes, x: np.ndarray, weight: np.ndarray, bias: np.ndarray, *running: Any) -> Arrays:
    """Move the running variance by the biased one, as ONNX does and PyTorch does not."""
    training, kept = bool(attributes.get("training_mode")), attributes.get("momentum", 0.9)
    options = {"training": training, "momentum": 1 - kept, "eps": attributes.get("epsilon", 1e-5)}
    trace = batch_norm2d(x, *running, weight, bias, **options)
    return [trace.output, trace.running_mean, kept * running[1] + (1 - kept) * trace.variance]


OPERATIONS = {
    "Conv": of_conv,
    "ConvTranspose": of_conv_transpose,
    "MaxPool": of_max_pool,
    "AveragePool": of_avg_pool,
    "BatchNormalization": of_batch_norm,
}


@pytest.mark.skipif(not CASES, reason="needs onnx: pip install onnx")
@pytest.mark.parametrize(("node", "inputs", "outputs"), CASES)
def test_onnx_gets_what_it_expects(node: Any, inputs: Arrays, outputs: Arrays) -> None:
    """Compare with ONNX's own tolerance: some cases hold four digits."""
    helper = importlib.import_module("onnx.helper")
    attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    found = OPERATIONS[node.op_type](attributes, *inputs)
    for ours, theirs in zip(found, outputs, strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-7)


@pytest.mark.skipif(not CASES, reason="needs onnx: pip install onnx")
def test_no_case_is_missing() -> None:
    assert len(CASES) >= 45
