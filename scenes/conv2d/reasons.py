"""What stands beside the title of a convolution: sentences that hold for these numbers."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from scenes.conv2d.words import in_digits
from scenes.language import listed, say, say_many


def fits(trace: Conv2dTrace) -> str:
    H_out, W_out = trace.output.shape[2:]
    return say_many("The kernel fits at {count} place.", "The kernel fits at {count} places.", H_out * W_out)


def why_padding(trace: Conv2dTrace) -> str:
    if trace.output.shape[2:] == trace.x.shape[2:]:
        return say("So the output is as large as the image.")
    return say("So pixels at the edge are looked at more often.")


def pixels() -> str:
    return say("Each number is a pixel.")


def weights() -> str:
    return say("Each weight says how much a pixel counts.")


def letters() -> str:
    return say("The weight of each pixel is written below it.")


def pairs(count: int) -> str:
    return say("{count} pairs make {count} products.", count=count)


def same_sum() -> str:
    return say("The same sum at every position of the window.")


def stamped(is_laid: bool) -> str:
    return say("Each weight is written below its pixel.") if is_laid else say("The kernel looks at this window.")


def each_pair(step: Conv2dStep, c: int) -> str:
    zeros = int((step.window[c] == 0).sum())
    if 0 < zeros < step.window[c].size:
        return say_many("{count} pixel is 0: so is its product.", "{count} pixels are 0: so are their products.", zeros)
    return say("One product for each pixel of the window.")


def collapsed(step: Conv2dStep) -> str:
    sums = step.products[0].sum(axis=1)
    values = listed([in_digits(float(one)) for one in sums])
    return say_many("Added up: {values}.", "The row sums are {values}.", len(sums), values=values)


def reason(trace: Conv2dTrace, step: Conv2dStep) -> str:
    """Say why a sum is what it is: what the weights meet there."""
    products, bright = step.products, step.kernel.max()
    above, below = float(products[products > 0].sum()), float(products[products < 0].sum())
    if not products.any():
        return say("Every pixel or its weight is 0, so nothing is added up.")
    under = (step.kernel == bright) & (step.window > 0)
    if bright > 0 and step.value == trace.output.max() and (under == (step.kernel == bright)).all():
        weight = in_digits(float(bright))
        return say_many(
            "A bright pixel meets the {weight}: no window will give more.",
            "Bright pixels meet every {weight}: no window will give more.",
            int((step.kernel == bright).sum()),
            weight=weight,
        )
    named = {"above": in_digits(above), "below": in_digits(-below)}
    if not below:
        return say("No product is negative: {above} in all.", **named)
    if not above:
        return say("No product is positive: {below} is taken away.", **named)
    return say("Positive products add {above}, negative ones take {below} away.", **named)


def row_in_words(trace: Conv2dTrace, steps: Sequence[Conv2dStep]) -> str:
    """Say what the sums of a row have in common, or how far apart they are."""
    values = [step.value for step in steps]
    low, high = in_digits(min(values)), in_digits(max(values))
    if low == high:
        return say_many("This sum is {value}.", "All {count} sums of this row are {value}.", len(steps), value=low)
    return say("The sums of this row lie between {low} and {high}.", low=low, high=high)


def insight(trace: Conv2dTrace) -> str:
    """Say what the output tells, by its smallest and largest values."""
    low, high = float(trace.output.min()), float(trace.output.max())
    if low == high:
        return say_many(
            "The kernel fits at one place, so one number comes out.",
            "The same sum everywhere: the kernel finds no difference.",
            trace.output.size,
        )
    named = {"high": in_digits(high), "low": in_digits(low)}
    return say("The best fit gives {high}, the worst {low}.", **named)
