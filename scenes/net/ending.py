"""How the film of a network ends: with the likeliest classes, or with the maps that the network gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import FadeIn, Group

from cnn_core.arrays import freeze
from scenes.language import say, say_many
from scenes.layout import Bands, Box, smallest_text
from scenes.mobjects.bars import BarChart, share_in_words
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.net.reading import NetReading
from scenes.stage import ExplainerScene

__all__ = ["show_likeliest", "show_maps"]

_LONGEST = 28
"""Letters of a class's name that are shown."""


def show_likeliest(stage: ExplainerScene[Any], reading: NetReading, bands: Bands) -> None:
    """Show the likeliest classes as bars, and all others together."""
    found = reading.probabilities
    assert found is not None, "the network tells classes apart"
    shares, top = found.output[0], reading.top
    names = [short_name(reading.called(k)) for k in top]
    values = [float(shares[k]) for k in top]
    addresses = [f"top[{k}].probability" for k in range(len(top))]
    left_out = len(shares) - len(top)
    if left_out:
        names.append(say_many("{count} other", "the other {count}", left_out))
        values.append(float(reading.values()["others"]))
        addresses.append("others")
    box = Box(bands.stage.left, bands.stage.right, bands.formula.bottom, bands.stage.top)
    size = max(smallest_text(), min(0.5, 0.55 * box.height / len(names)))
    chart = BarChart(names, freeze(np.array(values)), addresses.__getitem__, stage.theme, box, size)
    said = say(
        "The network says {name}, with a probability of {share}.",
        name=short_name(reading.called(top[0])),
        share=share_in_words(values[0]),
    )
    with stage.beat("explain", said):
        stage.play(FadeIn(chart), run_time=0.6)
        stage.play(*(FadeIn(chart.bar(k), chart.number(k)) for k in range(len(names))), run_time=1.2)


def show_maps(stage: ExplainerScene[Any], reading: NetReading, given: Group, bands: Bands) -> None:
    """Show what came out beside what was given."""
    box = Box(bands.stage.left, bands.stage.right, bands.formula.bottom, bands.stage.top)
    last = len(reading.stages) - 1
    maps = reading.shown(last)
    right = box.part(0.52, 1)
    arrangement = Arrangement.of(maps.shape, right.width / right.height)
    limits = (f"stages[{last}].smallest", f"stages[{last}].largest")
    output = FeatureMaps(maps, arrangement, stage.theme.output, stage.theme, right, say("output"), limits)
    given.scale(min(0.46 * box.width / given.width, 0.9)).move_to(box.part(0, 0.48).center)
    with stage.beat("explain", say("This network ends with maps: beside what was given, what came out.")):
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(output), run_time=1.0)


def short_name(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
