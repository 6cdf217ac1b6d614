"""What is said while a convolution is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_core.arrays import Pair
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.kernels import KERNELS
from scenes.mobjects.arithmetic import brief
from scenes.numerals import typeset
from scenes.specs.conv2d import Conv2dSpec

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


def options(trace: Conv2dTrace, spec: Conv2dSpec) -> str:
    """Return stride, padding and dilation for the title line, where they are not the usual ones."""
    said = []
    if trace.stride != (1, 1):
        said.append(f"stride {both(trace.stride)}")
    if np.any(trace.padding):
        (top, bottom), (left, right) = trace.padding
        same = top == bottom and left == right
        said.append(f"padding {both((top, left)) if same else f'{top} {bottom} {left} {right}'}")
    if trace.dilation != (1, 1):
        said.append(f"dilation {both(trace.dilation)}")
    if trace.groups > 1:
        said.append(f"groups {trace.groups}")
    return ", ".join(said)


def both(pair: Pair) -> str:
    """Return `2`, or `2×1` where rows and columns differ."""
    return str(pair[0]) if pair[0] == pair[1] else times(pair)


def shapes(trace: Conv2dTrace) -> str:
    """Say how large everything is."""
    (_, C, H, W), (_, K, H_out, W_out) = trace.x.shape, trace.output.shape
    kernel = f"{a(times(trace.kernel_size))} kernel" if K == 1 else f"{K} kernels of {times(trace.kernel_size)}"
    image = f"{a(times((H, W)))} image" if C == 1 else f"an image of {C} channels, {times((H, W))} each,"
    output = f"{a(times((H_out, W_out)))} output" if K == 1 else f"{K} output channels of {times((H_out, W_out))}"
    return f"Conv2D: {image} and {kernel} make {output}."


def padding(trace: Conv2dTrace) -> str:
    """Say what the ring is."""
    return "Padding: the dashed cells around the image count as zeros, so the kernel can reach over the edge."


def names(count: int, *, bias: bool) -> str:
    """Introduce the symbols."""
    last = SUBSCRIPTS[count]
    more = ", and the bias b" if bias else ""
    return f"Call the pixels of the first window i₁ to i{last}, and the weights of the kernel w₁ to w{last}{more}."


def fold(count: int, *, bias: bool) -> str:
    """Say what the short form is."""
    more = ", and the bias is added" if bias else ""
    return f"The long form folds into one sum, over j from 1 to {count}{more}. It is one output value."


def every_position(count: int, bias: bool) -> str:
    """Say what happens at every position, where the symbols do not fit into the cells."""
    more = ", and the bias is added" if bias else ""
    return f"At each position, {count} pixels are multiplied by {count} weights and added up{more}: one output value."


def numbers(spec: Conv2dSpec) -> str:
    """Say which image and which kernel this is."""
    image = "a handwritten 1" if spec.x.origin == "example" else "the image"
    if spec.weight.origin in KERNELS:
        return (
            f"Now in numbers: {image}, and the kernel {spec.weight.origin}. It {KERNELS[spec.weight.origin].summary}."
        )
    return f"Now in numbers: {image}, and the {'kernel' if spec.kernels.shape[0] == 1 else 'kernels'}."


def laid(spec: Conv2dSpec) -> str:
    """Say how the kernel is laid on the image."""
    if spec.flip:
        return "The turned kernel is laid on the first window."
    return "The kernel is laid on the first window as it is, not flipped: a cross-correlation, as in PyTorch."


PRODUCT = "Each pixel is multiplied by the weight that lies on it."


def about(value: float, text: str) -> str:
    """Write a number; with "about" if its digits are not all of it."""
    return f"{'' if abs(float(text) - value) < 1e-9 else 'about '}{typeset(text)}"


def total(step: Conv2dStep, text: str) -> str:
    """Say what the products add up to, and what that is with the bias."""
    count, value = step.products.size, about(step.value, text)
    if step.bias is None:
        return f"The {count} products add up to {value}." if count > 1 else f"The product is {value}."
    products = about(step.total, brief(step.total))
    return f"The products add up to {products}. With the bias, {about(step.bias, brief(step.bias))}, that is {value}."


def part(step: Conv2dStep, cells: Sequence[tuple[int, int, int]], part: str, running: str) -> str:
    """Say what a row or a channel adds to the sum."""
    c, i, _ = cells[0]
    channel = f"channel {step.channels[c] + 1}" if len(step.products) > 1 else ""
    row = f"row {i + 1} of the kernel" if len({row for _, row, _ in cells}) == 1 else ""
    name = ", ".join(filter(None, (channel, row)))
    if (c, i) == (0, 0):
        return f"There are {step.products.size} products. {capital(name)} gives {typeset(part)}."
    return f"{capital(name)} adds {typeset(part)}: that makes {typeset(running)}."


def moved(trace: Conv2dTrace, step: Conv2dStep) -> str:
    """Say how the window came to its second position."""
    if step.position[3] > 0:
        return f"The window moves on by {counted(trace.stride[1], 'column')}."
    return f"The window moves down by {counted(trace.stride[0], 'row')}."


def next_kernel(k: int) -> str:
    """Say that another output channel begins."""
    return f"Output channel {k + 1} has a kernel of its own."


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


def moral(spec: Conv2dSpec, trace: Conv2dTrace, text: str) -> str:
    """Say where the largest response stands; and that a stroke lights up, if it was looked for and found."""
    where = np.argwhere(trace.output == trace.output.max())
    _, k, i, j = where[0]
    channel = f"channel {k + 1}, " if trace.output.shape[1] > 1 else ""
    many = {1: "", 2: ", twice: first"}.get(len(where), f", {len(where)} times: first")
    said = f"the largest response is {typeset(text)}{many} in {channel}row {i + 1}, column {j + 1}."
    found = trace.step(0, k, i, j).total > 0 and spec.weight.origin in ("vertical-stroke", "horizontal-stroke")
    return f"The {spec.weight.origin.removesuffix('-stroke')} stroke lights up: {said}" if found else capital(said)
