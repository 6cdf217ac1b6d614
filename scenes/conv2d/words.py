"""What is said while a convolution is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_core.arrays import Pair
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.kernels import KERNELS
from cnn_core.numerals import typeset
from cnn_core.trace import Position
from scenes.mobjects.arithmetic import brief
from scenes.mobjects.text import width_of
from scenes.specs.conv2d import Conv2dSpec

__all__ = []

SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"

PRODUCT_AND_SUM = "Each pixel is multiplied by the weight that lies on it, and the products are added up."


def a(size: str) -> str:
    """Put the article before a size.

    >>> a("5×5"), a("8×8"), a("11×11")
    ('a 5×5', 'an 8×8', 'an 11×11')
    """
    return f"{'an' if size.startswith(('8', '11', '18')) else 'a'} {size}"


def counted(count: int, what: str) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def capital(sentence: str) -> str:
    """Begin with a capital letter."""
    return sentence[0].upper() + sentence[1:]


def times(size: Sequence[int]) -> str:
    """Return `5×5`."""
    return "×".join(map(str, size))


def options(spec: Conv2dSpec, trace: Conv2dTrace, most: float) -> str:
    """Return for the title line what is not as usual, as much of it as `most` em can hold."""
    (top, bottom), (left, right) = trace.padding
    even = both((top, left)) if (top, left) == (bottom, right) else "uneven"
    said = [
        f"stride {both(trace.stride)}" * (trace.stride != (1, 1)),
        f"padding {even}" * (max(top, bottom, left, right) > 0),
        f"dilation {both(trace.dilation)}" * (trace.dilation != (1, 1)),
        f"groups {trace.groups}" * (trace.groups > 1),
        "kernel flipped" * spec.flip,
    ]
    said = [one for one in said if one]
    while said and width_of(", ".join(said)) > most:
        said.pop()
    return ", ".join(said)


def both(pair: Pair) -> str:
    """Return `2`, or `2×1` where rows and columns differ."""
    return str(pair[0]) if pair[0] == pair[1] else times(pair)


def shapes(trace: Conv2dTrace) -> str:
    """Say how large everything is."""
    (_, C, H, W), (_, K, H_out, W_out) = trace.x.shape, trace.output.shape
    if trace.groups > 1:
        size = times(trace.kernel_size)
        return f"Conv2D in {K} groups: each of {K} channels has a {size} kernel and an output of its own."
    kernel = f"{a(times(trace.kernel_size))} kernel" if K == 1 else f"{K} kernels of {times(trace.kernel_size)}"
    image = f"{a(times((H, W)))} image" if C == 1 else f"an image of {C} channels, {times((H, W))} each,"
    output = f"{a(times((H_out, W_out)))} output" if K == 1 else f"{K} output channels of {times((H_out, W_out))}"
    return f"Conv2D: {image} and {kernel} make {output}."


PADDING = "Padding: the dashed cells around the image count as zeros, so the kernel can reach over the edge."


def dilation(trace: Conv2dTrace) -> str:
    """Say what the window looks at."""
    dH, dW = trace.dilation
    apart = f"{dH} cells apart" if dH == dW else f"{dH} rows and {dW} columns apart"
    return f"Dilation: the window looks at pixels that are {apart}."


def names(spec: Conv2dSpec, count: int) -> str:
    """Introduce the symbols."""
    last, kernel = SUBSCRIPTS[count], "turned kernel's" if spec.flip else "kernel's"
    weights = f"the {kernel} weights w₁ to w{last}"
    if spec.bias is None:
        return f"Call the window's pixels i₁ to i{last}, and {weights}."
    return f"Call the window's pixels i₁ to i{last}, {weights}, and the bias b."


def fold(spec: Conv2dSpec, count: int) -> str:
    """Say what the short form is."""
    more = "" if spec.bias is None else ", plus the bias"
    return f"The long form folds into one sum, over j from 1 to {count}{more}: one output value."


def every_position(spec: Conv2dSpec, count: int) -> str:
    """Say what happens at every position, where the symbols do not fit into the cells."""
    if count == 1:
        more = "" if spec.bias is None else ", and the bias is added"
        return f"At each position, one pixel is multiplied by one weight{more}."
    more = "" if spec.bias is None else ", plus the bias,"
    return f"At each position, {count} pixels are multiplied by {count} weights. Their sum{more} is one output value."


def image(spec: Conv2dSpec, origin: str) -> str:
    """Say that numbers come, and which image they are."""
    return origin.strip() or f"Now in numbers: {'a handwritten 1' if spec.x.origin == 'example' else 'the image'}."


def kernel(spec: Conv2dSpec) -> str:
    """Say which kernel this is."""
    name = spec.weight.origin
    if name in KERNELS:
        return f"The kernel {name} {KERNELS[name].summary}."
    return "These are the weights of the kernel." if len(spec.kernels) == 1 else "These are the weights of the kernels."


TURN = "A true convolution first turns the kernel by 180 degrees."


def laid(spec: Conv2dSpec) -> str:
    """Say how the kernel is laid on the image."""
    if spec.flip:
        return "The turned kernel is laid on the first window."
    return "The kernel is laid on the first window, not flipped: a cross-correlation, as in PyTorch."


PRODUCT = "Each pixel is multiplied by the weight that lies on it."


def about(value: float, text: str) -> str:
    """Write a number; with "about" if its digits are not all of it."""
    return f"{'' if abs(float(text) - value) < 1e-9 else 'about '}{typeset(text)}"


def total(step: Conv2dStep, text: str) -> str:
    """Say what the products add up to, and what that is with the bias; `text` is the result as it is written."""
    many = step.products.size > 1
    if step.bias is None:
        value = about(step.value, text)
        return f"The {step.products.size} products add up to {value}." if many else f"The product is {value}."
    said = f"The {'products add up to' if many else 'product is'} {in_brief(step.total)}."
    return f"{said} With the bias, {in_brief(step.bias)}: {about(step.value, text)}."


def in_brief(value: float) -> str:
    """Write a number as in a sum."""
    return about(value, brief(value))


def position(number: int, step: Conv2dStep, text: str) -> str:
    """Say what a position gives."""
    return f"Position {number} gives {about(step.value, text)}."


def part(step: Conv2dStep, cells: Sequence[tuple[int, int, int]]) -> str:
    """Say what a row or a channel adds to the sum."""
    c, i, _ = cells[0]
    channel = f"channel {step.channels[c] + 1}" if len(step.products) > 1 else ""
    row = f"row {i + 1} of the kernel" if len({row for _, row, _ in cells}) == 1 else ""
    name = capital(", ".join(filter(None, (channel, row))))
    adds = in_brief(float(sum(step.products[cell] for cell in cells)))
    if (c, i) == (0, 0):
        return f"There are {step.products.size} products. {name} gives {adds}."
    so_far = step.running_sum[np.ravel_multi_index(cells[-1], step.products.shape)]
    return f"{name} adds {adds}: that makes {in_brief(float(so_far))}."


def moved(trace: Conv2dTrace, step: Conv2dStep) -> str:
    """Say how the window came to its second position."""
    if step.position[3] > 0:
        return f"The window moves on by {counted(trace.stride[1], 'column')}."
    return f"The window moves down by {counted(trace.stride[0], 'row')}."


def next_kernel(spec: Conv2dSpec, k: int) -> str:
    """Say that another output channel begins."""
    return f"Output channel {k + 1} has a kernel of its own{', turned too' if spec.flip else ''}."


def row(trace: Conv2dTrace, step: Conv2dStep) -> str:
    """Say which output row is being filled."""
    _, k, i, _ = step.position
    which = f" of channel {k + 1}" if trace.output.shape[1] > 1 else ""
    return f"Output row {i + 1}{which}, in the same way."


def question(step: Conv2dStep) -> str:
    """Ask for an output value."""
    bias = "" if step.bias is None else ", add the bias"
    return f"Multiply pair by pair, add up{bias}: what comes out?"


def output_size(trace: Conv2dTrace, axes: Sequence[int]) -> str:
    """Say what the formula of the output's size counts, along one axis or along both."""
    places = counted(trace.output.shape[2 + axes[0]], "place")
    if len(axes) > 1:
        return f"The kernel fits at {places} along each side: that is the output's height and width."
    way, side = [("from top to bottom", "height"), ("from left to right", "width")][axes[0]]
    return f"The kernel fits at {places} {way}: that is the output's {side}."


def moral(spec: Conv2dSpec, trace: Conv2dTrace, where: Sequence[Position], text: str) -> str:
    """Say where the largest responses stand; and that a stroke lights up, if it was looked for and found."""
    value = about(float(trace.output.max()), text)
    if len(where) == trace.output.size:
        return f"Every response is {value}." if len(where) > 1 else f"The only response is {value}."
    _, k, i, j = where[0]
    channel = f"channel {k + 1}, " if trace.output.shape[1] > 1 else ""
    many = {1: "", 2: ", twice: first"}.get(len(where), f", {len(where)} times: first")
    said = f"the largest response is {value}{many} in {channel}row {i + 1}, column {j + 1}."
    stroke = spec.weight.origin.removesuffix("-stroke")
    if stroke in ("vertical", "horizontal") and trace.dilation == (1, 1) and is_stroke(trace.step(*where[0])):
        return f"The {stroke} stroke lights up: {said}"
    return capital(said)


def is_stroke(step: Conv2dStep) -> bool:
    """Tell whether every pixel under the kernel's stroke is brighter than those beside it are on average."""
    return bool(step.window[step.kernel > 0].min() > step.window[step.kernel < 0].mean())
