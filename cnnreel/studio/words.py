"""What scenes and their options are called on the page, for people who do not program.

A scene or an option that has no words here is shown under its own name, with its description.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scenes.specs import SceneSpec

__all__ = ["call_field", "call_scene", "group_of"]

_SCENES: Mapping[str, str] = MappingProxyType(
    {
        "avg-pool": "Average pooling",
        "batch-norm": "Batch norm",
        "conv2d": "Convolution",
        "conv-transpose2d": "Transposed convolution",
        "depthwise-conv2d": "Depthwise convolution",
        "digit": "Reads a digit",
        "global-avg-pool": "Global average pooling",
        "layer-norm": "Layer norm",
        "leaky-relu": "Leaky ReLU",
        "max-pool": "Max pooling",
        "mistake": "Misreads one",
        "net": "Own model",
        "relu": "ReLU",
        "residual-add": "Residual connection",
        "sgd-step": "A step of learning",
        "softmax-cross-entropy": "Loss of a classifier",
        "title": "Title page",
        "training": "A training run",
    }
)
_NETWORKS = frozenset({"digit", "mistake", "net"})
_LEARNING = frozenset({"sgd-step", "learning-rate", "training", "softmax-cross-entropy"})
_AROUND = frozenset({"title"})

_FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "kernel_size": ("Window", "rows and columns it looks at"),
        "stride": ("Step", "cells it moves on, “stride” in code"),
        "padding": ("Border", "empty rings around, “padding” in code"),
        "dilation": ("Spread", "from one cell it looks at to the next, “dilation” in code"),
        "at": ("Look closely at", "row and column of a photo’s result, from 0"),
        "groups": ("Groups", "parts into which the channels are cut"),
        "question": ("Ask before the first answer", ""),
        "theme": ("Colours", ""),
        "ratio": ("Shape", ""),
        "pace": ("Speed", ""),
        "title": ("Title", "the operation’s name if left empty"),
        "weight": ("Kernel", ""),
        "bias": ("Bias", "added to each sum"),
        "ceil_mode": ("Windows may hang over the edge", "“ceil_mode” in code"),
        "count_include_pad": ("Zeros of the border count", "“count_include_pad” in code"),
        "flip": ("Turn the kernel first", "what mathematics calls convolution"),
        "symbols": ("Begin with the sum in symbols", ""),
        "numbers": ("Work it out in numbers", ""),
        "x_label": ("Name of the input", ""),
        "weight_label": ("Name of the weights", ""),
        "output_label": ("Name of the output", ""),
        "bias_label": ("Name of the bias", ""),
        "labels": ("Classes", "their names, with commas between"),
        "grad_output": ("Gradient that arrives", ""),
        "lr": ("Learning rate", "how much of the gradient is taken away, “lr” in code"),
        "rates": ("Learning rates", "one for each run"),
        "target": ("Goal", "what should come out"),
        "log": ("Log", "of a run of your own, from the command train"),
        "model": ("Model", "a file of yours: ONNX, or weights that come with cnnreel"),
        "classes": ("Classes", "a file with a name on each line"),
        "preset": ("Preparation", "how pictures were prepared in training"),
        "negative_slope": ("Slope", "of negative values, “negative_slope” in code"),
        "eps": ("Epsilon", "added to the variance, “eps” in code"),
        "training": ("Statistics of these numbers", "not the running ones"),
        "scale_factor": ("Factor", "rows and columns that each value becomes"),
    }
)
_OWN_FIELDS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("batch-norm", "weight"): ("Gamma", "multiplies at the end, a number for each channel"),
        ("batch-norm", "bias"): ("Beta", "is added at the end, a number for each channel"),
        ("linear", "weight"): ("Weights", "a row for each output"),
        ("title", "title"): ("Title", ""),
        ("digit", "x"): ("Digit", "one of MNIST’s test set, or a photo of one on paper"),
        ("mistake", "x"): ("Digit", "one that the network gets wrong"),
        ("net", "x"): ("Picture", "what the model reads"),
        ("linear-backward", "weight"): ("Weights", "a row for each output"),
        ("flatten", "x"): ("Your maps", ""),
    }
)


def call_scene(name: str) -> str:
    """Return what a scene is called.

    >>> call_scene("max-pool"), call_scene("group-norm"), call_scene("relu-backward")
    ('Max pooling', 'Group norm', 'ReLU, back')
    """
    forward, backward = name.removesuffix("-backward"), name.endswith("-backward")
    return (_SCENES.get(name) or _SCENES.get(forward) or forward.replace("-", " ").capitalize()) + ", back" * backward


def group_of(name: str) -> str:
    """Return under which heading a scene stands."""
    if name in _NETWORKS:
        return "A whole network"
    if name in _LEARNING or name.endswith("-backward"):
        return "Learning"
    return "Around it" if name in _AROUND else "One operation"


def call_field(spec: type[SceneSpec], name: str) -> tuple[str, str]:
    """Return what an option is called, and what it means."""
    known = _OWN_FIELDS.get((spec.name, name)) or _FIELDS.get(name)
    if known is not None:
        return known
    described = spec.model_fields[name].description or ""
    if name == "x":
        label = spec.model_fields.get("x_label")
        called = str(label.default) if label is not None else "input"
        return ("Your numbers" if called == "input" else called.capitalize()), ""
    return name.replace("_", " ").capitalize(), described
