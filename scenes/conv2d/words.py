"""What is said while a convolution is shown."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_core.arrays import Pair
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.equation import Equation
from cnn_core.expression import Value
from cnn_core.kernels import KERNELS
from cnn_core.numerals import EXACTLY, digits_shown
from cnn_core.trace import Position
from scenes.conv2d import Conv2dSpec
from scenes.language import about, say, say_many
from scenes.mobjects.text import width_of

SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


def a(size: str) -> str:
    """Put the article before a size.

    >>> a("5×5"), a("8×8"), a("11×11")
    ('a 5×5', 'an 8×8', 'an 11×11')
    """
    return say("an {size}", size=size) if size.startswith(("8", "11", "18")) else say("a {size}", size=size)


def times(size: Sequence[int]) -> str:
    """Return `5×5`."""
    return "×".join(map(str, size))


def options(spec: Conv2dSpec, trace: Conv2dTrace, most: float) -> str:
    """Return for the title line what is not as usual, as much of it as `most` em can hold."""
    (top, bottom), (left, right) = trace.padding
    even = both((top, left)) if (top, left) == (bottom, right) else say("uneven")
    said = {
        say("stride {size}", size=both(trace.stride)): trace.stride != (1, 1),
        say("padding {size}", size=even): max(top, bottom, left, right) > 0,
        say("dilation {size}", size=both(trace.dilation)): trace.dilation != (1, 1),
        say("groups {count}", count=trace.groups): trace.groups > 1,
        say("kernel flipped"): spec.flip,
    }
    chosen = [one for one, wanted in said.items() if wanted]
    while chosen and width_of(", ".join(chosen)) > most:
        chosen.pop()
    return ", ".join(chosen)


def both(pair: Pair) -> str:
    """Return `2`, or `2×1` where rows and columns differ."""
    return str(pair[0]) if pair[0] == pair[1] else times(pair)


def shapes(trace: Conv2dTrace) -> str:
    (_, C, H, W), (_, K, H_out, W_out) = trace.x.shape, trace.output.shape
    if trace.groups > 1:
        return say(
            "Conv2D in {count} groups: each of {count} channels has a {size} kernel and an output of its own.",
            count=K,
            size=times(trace.kernel_size),
        )
    kernel, image, output = times(trace.kernel_size), times((H, W)), times((H_out, W_out))
    named = {
        "kernel": say("{a_size} kernel", a_size=a(kernel)),
        "image": say("{a_size} image", a_size=a(image)),
        "output": say("{a_size} output", a_size=a(output)),
    }
    if C > 1:
        named["image"] = say("an image of {count} channels, {size} each,", count=C, size=image)
    if K > 1:
        named["kernel"] = say("{count} kernels of {size}", count=K, size=kernel)
        named["output"] = say("{count} output channels of {size}", count=K, size=output)
    return say("Conv2D: {image} and {kernel} make {output}.", **named)


def padding() -> str:
    return say("Padding: the hatched cells around the image count as zeros, so the kernel can reach over the edge.")


def dilation(trace: Conv2dTrace) -> str:
    dH, dW = trace.dilation
    if dH == dW:
        return say("Dilation: the window looks at pixels that are {count} cells apart.", count=dH)
    return say(
        "Dilation: the window looks at pixels that are {rows} rows and {columns} columns apart.", rows=dH, columns=dW
    )


def names(spec: Conv2dSpec, count: int) -> str:
    last = SUBSCRIPTS[count]
    weights = say("the kernel's weights w₁ to w{last}", last=last)
    if spec.flip:
        weights = say("the turned kernel's weights w₁ to w{last}", last=last)
    if spec.bias is None:
        return say("Call the window's pixels i₁ to i{last}, and {weights}.", last=last, weights=weights)
    return say("Call the window's pixels i₁ to i{last}, {weights}, and the bias b.", last=last, weights=weights)


def product_and_sum() -> str:
    return say("Each pixel is multiplied by the weight that lies on it, and the products are added up.")


def folded(spec: Conv2dSpec, count: int) -> str:
    if spec.bias is None:
        return say("The long form folds into one sum, over j from 1 to {count}: one output value.", count=count)
    return say(
        "The long form folds into one sum, over j from 1 to {count}, plus the bias: one output value.", count=count
    )


def every_position(spec: Conv2dSpec, count: int) -> str:
    """Say what happens at every position, where the symbols do not fit into the cells."""
    if count == 1 and spec.bias is None:
        return say("At each position, one pixel is multiplied by one weight.")
    if count == 1:
        return say("At each position, one pixel is multiplied by one weight, and the bias is added.")
    if spec.bias is None:
        return say(
            "At each position, {count} pixels are multiplied by {count} weights. Their sum is one output value.",
            count=count,
        )
    return say(
        "At each position, {count} pixels are multiplied by {count} weights. "
        "Their sum, plus the bias, is one output value.",
        count=count,
    )


def image(spec: Conv2dSpec, origin: str) -> str:
    """Say that numbers come, and which image they are."""
    if origin:
        return origin.strip()
    return say("Now in numbers: a handwritten 1.") if spec.x.origin == "example" else say("Now in numbers: the image.")


def kernel_meaning(spec: Conv2dSpec) -> str:
    name = spec.weight.origin
    if name in KERNELS:
        return say("The kernel {name} {summary}.", name=name, summary=KERNELS[name].summary)
    return say_many("These are the weights of the kernel.", "These are the weights of the kernels.", len(spec.kernels))


def turn() -> str:
    return say("A true convolution first turns the kernel by 180 degrees.")


def laid(spec: Conv2dSpec) -> str:
    if spec.flip:
        return say("The turned kernel is laid on the first window.")
    return say("The kernel is laid on the first window, not flipped: a cross-correlation, as in PyTorch.")


def result_of(equation: Equation) -> str:
    """Return a result, with "about" where the digits before it do not make exactly that."""
    return about(equation.result.text, is_rounded=equation.is_rounded)


def in_brief(value: Value) -> str:
    """Return a number, with "about" where its digits are not all of it."""
    return about(value.text, is_rounded=value.is_rounded)


def total(step: Conv2dStep, equation: Equation) -> str:
    """Say what the products add up to, and what that is with the bias."""
    count, value = step.products.size, result_of(equation)
    if step.bias is None:
        return say_many("The product is {value}.", "The {count} products add up to {value}.", count, value=value)
    summed, bias = equation.left.parts
    known = summed.known
    assert known is not None
    return say_many(
        "The product is {total}. With the bias, {bias}: {value}.",
        "The products add up to {total}. With the bias, {bias}: {value}.",
        count,
        total=in_brief(known),
        bias=in_brief(next(bias.leaves())),
        value=value,
    )


def position(number: int, equation: Equation) -> str:
    return say("Position {number} gives {value}.", number=number, value=result_of(equation))


def multiplied(step: Conv2dStep, c: int) -> str:
    if len(step.products) > 1:
        named = {"channel": step.channels[c] + 1, "sum": in_digits(float(step.products[c].sum()))}
        return say("Channel {channel}: each pixel times its weight, and all of them together {sum}.", **named)
    return say("Each pixel is multiplied by the weight that lies on it.")


def in_digits(value: float) -> str:
    """Return a number for a sentence, with two decimals at most, and "about" where it has more."""
    text = digits_shown(value, 2)
    return about(text, is_rounded=abs(float(text) - value) > EXACTLY)


def rows(step: Conv2dStep) -> str:
    """Say how many products each row of the kernel adds up."""
    _, kH, kW = step.products.shape
    if kH == 1:
        return say("The products are added up.")
    return say_many("Each row has one product.", "The {count} products of each row are added up, then the rows.", kW)


def moved(trace: Conv2dTrace, step: Conv2dStep) -> str:
    """Say how the window came to its second position."""
    if step.position[3] > 0:
        return say_many(
            "The window moves on by {count} column.", "The window moves on by {count} columns.", trace.stride[1]
        )
    return say_many("The window moves down by {count} row.", "The window moves down by {count} rows.", trace.stride[0])


def next_kernel(spec: Conv2dSpec, k: int) -> str:
    """Say that another output channel begins."""
    if spec.flip:
        return say("Output channel {channel} has a kernel of its own, turned too.", channel=k + 1)
    return say("Output channel {channel} has a kernel of its own.", channel=k + 1)


def row(trace: Conv2dTrace, step: Conv2dStep) -> str:
    _, k, i, _ = step.position
    if trace.output.shape[1] > 1:
        return say("Output row {row} of channel {channel}, in the same way.", row=i + 1, channel=k + 1)
    return say("Output row {row}, in the same way.", row=i + 1)


def question(step: Conv2dStep) -> str:
    if step.bias is None:
        return say("Multiply pair by pair, add up: what comes out?")
    return say("Multiply pair by pair, add up, add the bias: what comes out?")


def output_size(trace: Conv2dTrace, axes: Sequence[int]) -> str:
    """Say what the formula of the output's size counts, along one axis or along both."""
    places = say_many("{count} place", "{count} places", trace.output.shape[2 + axes[0]])
    if len(axes) > 1:
        said = say("The kernel fits at {places} along each side: that is the output's height and width.", places=places)
    elif axes[0]:
        said = say("The kernel fits at {places} from left to right: that is the output's width.", places=places)
    else:
        said = say("The kernel fits at {places} from top to bottom: that is the output's height.", places=places)
    return said


def moral(spec: Conv2dSpec, trace: Conv2dTrace, where: Sequence[Position]) -> str:
    """Say where the largest responses stand; and that a stroke lights up, if it was looked for and found."""
    value = in_brief(trace.value("output", *where[0]))
    if len(where) == trace.output.size:
        return say_many("The only response is {value}.", "Every response is {value}.", len(where), value=value)
    _, k, i, j = where[0]
    place = say("row {row}, column {column}", row=i + 1, column=j + 1)
    if trace.output.shape[1] > 1:
        place = say("channel {channel}, row {row}, column {column}", channel=k + 1, row=i + 1, column=j + 1)
    named = {"value": value, "count": len(where), "place": place}
    said = say("the largest response is {value} in {place}.", **named)
    if len(where) == 2:
        said = say("the largest response is {value}, twice: first in {place}.", **named)
    elif len(where) > 2:
        said = say("the largest response is {value}, {count} times: first in {place}.", **named)
    stroke = spec.weight.origin.removesuffix("-stroke")
    if stroke in ("vertical", "horizontal") and trace.dilation == (1, 1) and is_stroke(trace.step(*where[0])):
        vertical, horizontal = say("The vertical stroke lights up:"), say("The horizontal stroke lights up:")
        return f"{vertical if stroke == 'vertical' else horizontal} {said}"
    return said[0].upper() + said[1:]


def is_stroke(step: Conv2dStep) -> bool:
    """Tell whether every pixel under the kernel's stroke is brighter than those beside it are on average."""
    return bool(step.window[step.kernel > 0].min() > step.window[step.kernel < 0].mean())
