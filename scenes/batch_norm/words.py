"""What is said while a batch normalisation is shown: sentences that are true of whatever data came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cnn_core.numerals import EXACTLY, as_text, decimals_for
from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.channel import Channel
from scenes.language import about, marked, say

__all__ = ["about_dots", "about_eps", "about_root", "about_stages", "closing", "goal", "spread_is_one", "takeaway"]

ONE = 0.005
"""By how much a spread may differ from 1 and look like it."""

CHANGES = (
    marked("{why} It changes the output a lot."),
    marked("{why} It changes the first decimal."),
    marked("{why} It changes the second decimal."),
    marked("{why} It changes the third decimal."),
    marked("{why} It changes the fourth decimal."),
    marked("{why} It changes the fifth decimal."),
    marked("{why} It changes the sixth decimal."),
    marked("{why} It changes the seventh decimal."),
    marked("{why} It changes the eighth decimal."),
    marked("{why} It changes the ninth decimal."),
)


def goal(spec: BatchNormSpec, channels: int, count: int) -> str:
    """Say what becomes of the values, as far as they allow it."""
    if spec.training and not spread_is_one(spec):
        return say("Batch normalisation brings each channel to mean 0 and divides it by a measure of its spread.")
    named = {"count": count, "channels": channels}
    if spec.batch and spec.training:
        return in_batch(spec, channels, count)
    if channels > 1 and spec.training:
        return say(
            "Batch normalisation brings each of {channels} channels, on its own, to mean 0 and standard deviation 1.",
            **named,
        )
    if channels > 1:
        return say(
            "Batch normalisation brings each of {channels} channels, on its own, to the common scale of the training.",
            **named,
        )
    if spec.training:
        return say("Batch normalisation brings these {count} values to mean 0 and standard deviation 1.", **named)
    return say("Batch normalisation brings these {count} values to a common scale, that of the training.", **named)


def in_batch(spec: BatchNormSpec, channels: int, count: int) -> str:
    """Say that a feature, or a channel, is normalised over all that came together."""
    images, _, H, W = spec.trace().x.shape
    named = {"images": images, "features": channels, "count": count, "size": f"{H}×{W}"}
    if H == W == 1 and channels > 1:
        return say(
            "{images} samples of {features} features: batch normalisation brings each feature to mean 0 and standard "
            "deviation 1, over the samples.",
            **named,
        )
    if H == W == 1:
        return say(
            "{images} samples of one feature: batch normalisation brings it to mean 0 and standard deviation 1.",
            **named,
        )
    return say(
        "A batch of {images} images of {size}: all their {count} values together are brought to mean 0 and standard "
        "deviation 1.",
        **named,
    )


def spread_is_one(spec: BatchNormSpec) -> bool:
    """Tell whether every channel's standard deviation is 1 once it is normalised, as it is unless eps is felt."""
    trace = spec.trace()
    return bool(np.all(np.abs(trace.x_hat.std(axis=(0, 2, 3)) - 1) < ONE))


def about_root(spec: BatchNormSpec, channel: Channel) -> str:
    """Say what the values will be divided by, and that eps is in it where its digits show."""
    std = channel.said("std")
    if spec.eps and abs(float(np.sqrt(channel.value("variance").number)) / channel.value("std").number - 1) >= ONE:
        return say("eps is added to the variance. The root of that, {std}, is what will be divided by.", std=std)
    return say("The root of the variance is the standard deviation, {std}.", std=std)


def about_eps(change: float) -> str:
    """Say what PyTorch's eps is for, and which decimal of the output it would change.

    >>> about_eps(1.6e-6)
    'PyTorch adds eps = 0.00001 to the variance, so that nothing is divided by 0. It changes the sixth decimal.'
    """
    why = say("PyTorch adds eps = 0.00001 to the variance, so that nothing is divided by 0.")
    place = -int(np.floor(np.log10(change))) if change > 0 else len(CHANGES)
    if place >= len(CHANGES):
        return say("{why} It changes no decimal worth showing.", why=why)
    return say(CHANGES[max(0, place)], why=why)


def about_dots(spec: BatchNormSpec) -> str:
    """Say what the number line shows at first."""
    if spec.training:
        return say("The same values as dots. The triangle marks the mean, the bar the standard deviation.")
    return say("The same values as dots. The triangle marks the running mean, the bar the running standard deviation.")


def about_stages(spec: BatchNormSpec, channel: Channel, redrawn: Sequence[bool]) -> Iterator[str]:
    """Say what happens to the dots on their way to each stage but the first, and where they get another line."""
    equal = float(np.ptp(spec.line()[0]["values"])) == 0
    sentences = [subtracting(spec, channel), all_equal(channel) if equal else dividing(spec, channel)]
    if spec.weight is not None:
        weight = channel.value("weight")
        text = about(weight.text, is_rounded=weight.is_rounded)
        sentences.append(
            say("Multiplying by γ, {weight}, {what}.", weight=text, what=stretched(weight.number, equal=equal))
        )
    if spec.bias is not None:
        bias = channel.value("bias")
        text = about(bias.text, is_rounded=bias.is_rounded)
        sentences.append(say("Adding β, {bias}, {what}.", bias=text, what=slid(bias.number)))
    for said, another in zip(sentences, redrawn, strict=True):
        yield say("{what} The line is redrawn to fit.", what=said) if another else said


def subtracting(spec: BatchNormSpec, channel: Channel) -> str:
    """Say what taking the mean away does to the dots."""
    named = {"mean": channel.said("mean"), "what": slid(-channel.value("mean").number)}
    if spec.training:
        return say("Subtracting the mean, {mean}, {what}.", **named)
    return say("Subtracting the running mean, {mean}, {what}.", **named)


def all_equal(channel: Channel) -> str:
    """Say that dots that lie on 0 are not moved by dividing, or that dots that are equal stay so."""
    std = channel.said("std")
    if channel.stage(1)[0].number == 0 and channel.spec.training:
        return say("Dividing by {std} changes nothing: all values were equal, so all are 0.", std=std)
    return say("Dividing by {std} keeps them equal.", std=std)


def dividing(spec: BatchNormSpec, channel: Channel) -> str:
    """Say what dividing by the standard deviation does to the dots, and what it makes of it."""
    spread = channel.stage(2)[1]
    std, what = channel.said("std"), drawn(1 / channel.value("std").number)
    named = {"std": std, "what": what, "spread": about(spread.text, is_rounded=spread.is_rounded)}
    is_one = abs(spread.number - 1) < ONE
    if spec.training and is_one:
        return say("Dividing by {std} {what}. The standard deviation is now 1.", **named)
    if spec.training:
        return say("Dividing by {std} {what}. The standard deviation is now {spread}, not 1, because of eps.", **named)
    if is_one:
        return say("Dividing by {std} {what}. The running standard deviation is now 1.", **named)
    return say(
        "Dividing by {std} {what}. The running standard deviation is now {spread}, not 1, because of eps.", **named
    )


def slid(way: float) -> str:
    """Say where adding a number moves the dots."""
    if way == 0:
        return say("moves nothing")
    return say("slides all dots to the right") if way > 0 else say("slides all dots to the left")


def drawn(factor: float) -> str:
    """Say what multiplying by a positive number does to the dots."""
    if factor == 1:
        return say("changes nothing")
    return say("spreads them out") if factor > 1 else say("draws them together")


def stretched(factor: float, *, equal: bool = False) -> str:
    """Say what multiplying by any number does to the dots."""
    if equal:
        return say("keeps them equal")
    if factor == 0:
        return say("makes them all equal")
    if factor == -1:
        return say("mirrors them")
    if factor > 0:
        return drawn(factor)
    return say("spreads them out and mirrors them") if factor < -1 else say("draws them together and mirrors them")


def closing(spec: BatchNormSpec) -> str:
    """Say what the whole was good for, with the numbers that show it."""
    return say("{insight} {numbers}", insight=takeaway(spec), numbers=before_and_after(spec))


def takeaway(spec: BatchNormSpec) -> str:
    """Say the one thing to take away."""
    if not spec.training:
        return say("With running statistics, an image gives the same output whatever else is in its batch.")
    if spec.batch:
        return in_other_company(spec)
    if spec.affine:
        return say("First one scale for all; then the network learns the scale that suits it best.")
    if spread_is_one(spec):
        return say("Whatever scale the values came in, the next layer always meets the same one.")
    if not np.ptp(spec.trace().x, axis=(0, 2, 3)).all():
        return say("Equal values stay equal: they have no spread that could become 1.")
    return say("The values are centred on 0; eps keeps their spread from being 1.")


def in_other_company(spec: BatchNormSpec) -> str:
    """Say what depends on the batch."""
    if spec.trace().x[0, 0].size > 1:
        return say("With other images in its batch, the same image would come out differently.")
    return say("With other samples in its batch, the same sample would come out differently.")


def before_and_after(spec: BatchNormSpec) -> str:
    """Say where the values of channel 0 lay, and where they lie now."""
    trace = spec.trace()
    ends = [(maps.min(), maps.max()) for maps in (trace.x[:, 0], trace.output[:, 0])]
    (a, b), (c, d) = ([shown(end) for end in pair] for pair in ends)
    if a == b and trace.x.shape[1] == 1:
        return say("{a} has become {c}.", a=a, c=c)
    if trace.x.shape[1] > 1:
        return say("In channel 0, {a} to {b} has become {c} to {d}.", a=a, b=b, c=c, d=d)
    return say("{a} to {b} has become {c} to {d}.", a=a, b=b, c=c, d=d)


def shown(value: float) -> str:
    """Return a number as sentences give it: with two decimals at most, and "about" where they are not all of it."""
    text = as_text(float(value), decimals_for([value]))
    return about(text, is_rounded=abs(float(text) - value) > EXACTLY)
