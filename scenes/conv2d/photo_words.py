"""What is said of a photo and its convolution: sentences that hold for these numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnn_core.arrays import Array, Pair
from cnn_core.conv2d import Conv2dStep
from cnn_core.kernels import KERNELS
from cnn_core.windows import windows
from scenes.conv2d import reasons, words
from scenes.conv2d.words import in_digits
from scenes.language import listed, marked, number, say, say_many

if TYPE_CHECKING:
    from scenes.conv2d.photo import PhotoConvolution

_CHANNELS = 3
_EQUAL = 1e-9
_FLAT = 1 / 32
"""By how much of the photo's range the pixels of a flat window differ at most."""


def kernel_name(spec: Any, k: int) -> str:
    """Return a kernel's name, or its number."""
    names = spec.weight.origin.split(", ")
    if all(name in KERNELS for name in names) and k < len(names):
        return str(names[k])
    return say("kernel {number}", number=k + 1)


def channel(count: int, c: int) -> str:
    """Return the colour of a photo's channel, or its number."""
    if count == _CHANNELS:
        return [say("red"), say("green"), say("blue")][c]
    return say("channel {number}", number=c + 1)


def card_name(film: PhotoConvolution, k: int, c: int) -> str:
    """Return what stands above a kernel, or above the part of it that sees a channel."""
    count = film.trace.weight.shape[1]
    if count == 1:
        several = film.kernels > 1 or film.spec.weight.origin in KERNELS
        return kernel_name(film.spec, k) if several else str(film.spec.weight_label)
    name = channel(film.trace.x.shape[1], film.step((0, 0), k).channels[c])
    return name if film.kernels == 1 else f"{k + 1}: {name}"


def photo(film: PhotoConvolution) -> str:
    """Say which photo it is, and what was done to it."""
    said = film.opening()
    if film.trace.x.shape[1] > 1:
        said += " " + say("Red, green and blue are three channels.")
    elif film.spec.x.array.ndim == _CHANNELS and len(film.spec.x.array) > 1:
        said += " " + say("It is turned to grey, for the kernel has one channel.")
    return said


def each_pixel(film: PhotoConvolution) -> str:
    """Say what the numbers of a pixel mean."""
    white = film.photo.tones.white
    if white is None:
        return say("Each pixel is a number: blue ones are negative, green ones positive.")
    if film.trace.x.shape[1] > 1:
        return say("Each pixel is three numbers from 0 to {white:g}.", white=white)
    return say("Each pixel is a number: 0 is black, {white:g} is white.", white=white)


def kernels(film: PhotoConvolution) -> str:
    """Say what the kernels do, if they have names."""
    spec, count = film.spec, film.kernels
    names = [kernel_name(spec, k) for k in range(count)]
    known = [KERNELS[name].summary for name in names if name in KERNELS]
    said = say_many("One kernel looks at the photo.", "{count} kernels look at the same photo.", count)
    if len(known) == count == 1:
        said = say("The kernel {name} {summary}.", name=names[0], summary=known[0])
    elif len(known) == count:
        briefly = [f"{name} {summary.partition(':')[0]}" for name, summary in zip(names, known, strict=True)]
        said = say("{count} kernels look at the same photo: {names}.", count=count, names=listed(briefly))
    if film.trace.weight.shape[1] > 1:
        said += " " + say("Each channel has weights of its own; the sums of the channels are added.")
    white = film.photo.tones.white
    drawn = [one.values for one in film.results if one.tones is film.photo.tones]
    if white is not None and any(one.min() < 0 or one.max() > white for one in drawn):
        said += " " + say("What comes out below 0 is drawn black, what comes out above {white:g} white.", white=white)
    if spec.flip:
        said += " " + say("For a true convolution it has been turned by 180 degrees.")
    return said


def equal_pixels(film: PhotoConvolution) -> str:
    """Say what comes of a window whose pixels are all equal."""
    totals = film.trace.weight.sum(axis=(1, 2, 3))
    if np.abs(totals).max() < _EQUAL:
        if film.trace.bias is not None:
            return say("The weights add up to 0, so equal pixels give the bias alone.")
        return say_many(
            "The weights add up to 0, so equal pixels give 0.",
            "The weights of each add up to 0, so equal pixels give 0.",
            len(totals),
        )
    if film.trace.bias is None and np.abs(totals - 1).max() < _EQUAL:
        return say("The weights add up to 1, so equal pixels stay as they are.")
    return reasons.fits(film.trace)


def flow(film: PhotoConvolution) -> str:
    """Say how many sums become pixels."""
    count = film.results[0].rows * film.results[0].columns
    if film.kernels > 1:
        return say("Row by row, each sum becomes a pixel: {count:,} of them in each result.", count=count)
    return say("Row by row, each of the {count:,} sums becomes a pixel of the result.", count=count)


def stop(film: PhotoConvolution, cell: Pair, k: int) -> str:
    """Say which window is looked at, and why it was chosen, if that is so."""
    values = np.abs(film.trace.output[0, k])
    place = say("row {row}, column {column}", row=cell[0] + 1, column=cell[1] + 1)
    name, is_positive = kernel_name(film.spec, k), film.trace.output.min() >= 0
    if film.kernels > 1 and k:
        return say("The same window under {name}.", name=name)
    if film.kernels > 1:
        best = [kernel_name(film.spec, one) for one in range(film.kernels) if film.strongest(one) == cell]
        if best:
            return say("{place}: nowhere is {name} farther from 0.", place=place.capitalize(), name=listed(best))
    elif values[cell] == values.max() and values.max() > 0:
        said = marked("{place} of the result: the sum that is farthest from 0.")
        return say(marked("{place} of the result: the largest sum.") if is_positive else said, place=place.capitalize())
    closer = float((values < values[cell] - _EQUAL).mean())
    said = marked("{place} of the result, looked at closely.")
    if film.kernels == 1 and closer <= 0.5 <= float((values <= values[cell] + _EQUAL).mean()):
        said = marked("{place}, a typical window: half of all sums are this close to 0.")
        said = marked("{place}, a typical window: half of all sums are no larger.") if is_positive else said
    return say(said, place=place.capitalize())


def channel_sum(film: PhotoConvolution, step: Conv2dStep, c: int) -> str:
    """Say what is multiplied, and what a channel of several adds up to."""
    if len(step.products) == 1:
        return words.multiplied(step, c)
    name = channel(film.trace.x.shape[1], step.channels[c])
    total = in_digits(float(step.products[c].sum()))
    return say("{channel}: each pixel times its weight, in all {total}.", channel=name.capitalize(), total=total)


def photo_insight(film: PhotoConvolution) -> tuple[str, str]:
    """Return the last caption and its reason: what the largest sums are, and what flat windows give."""
    trace = film.trace
    strongest = [float(trace.output[(0, k, *film.strongest(k))]) for k in range(film.kernels)]
    if film.kernels == 1:
        said = say("The sum that is farthest from 0 is {value}.", value=in_digits(strongest[0]))
        if trace.output.min() >= 0:
            said = say("The largest sum is {value}.", value=in_digits(strongest[0]))
    else:
        named = [f"{kernel_name(film.spec, k)} {in_digits(one)}" for k, one in enumerate(strongest)]
        said = say("Farthest from 0: {values}.", values=listed(named))
    flat, largest = flat_windows(trace.x, trace), np.abs(trace.output).max()
    totals = trace.weight.sum(axis=(1, 2, 3))
    within = float(np.abs(trace.output[0][:, flat]).max(initial=0.0)) if trace.bias is None else np.inf
    if np.abs(totals).max() < _EQUAL and flat.any() and within < 0.5 * largest:
        share = number(f"{100 * flat.mean():.0f}")
        also = say(
            "Of the windows, {share} % are nearly flat, and none of those gives more than {within}, up or down.",
            share=share,
            within=in_digits(within),
        )
        return f"{said} {also}", say("Where the photo is flat, little comes out; at its edges, much.")
    low, high = in_digits(float(trace.output.min())), in_digits(float(trace.output.max()))
    span = say("All sums lie between {low} and {high}.", low=low, high=high)
    is_mean = trace.bias is None and np.abs(totals - 1).max() < _EQUAL and trace.weight.min() >= 0
    if is_mean and not np.any(trace.padding):
        return f"{said} {span}", say("Each sum is a mean of its window, so none leaves the photo's range.")
    return f"{said} {span}", reasons.insight(trace)


def flat_windows(x: Array, trace: Any) -> Any:
    """Tell of each window whether all of its pixels are nearly equal, (H_out, W_out)."""
    if np.any(trace.padding):
        x = trace.x_padded
    found = windows(x, trace.kernel_size, trace.stride, trace.dilation)[0]
    spread = (found.max(axis=(-2, -1)) - found.min(axis=(-2, -1))).max(axis=0)
    return spread <= _FLAT * (float(trace.x.max()) - float(trace.x.min()))
