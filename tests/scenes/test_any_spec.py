"""Whatever spec the limits admit fits the frame, can be read, and stands on nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.catalog import find
from scenes.rehearsal import FRAME_SIZES
from tests.often import in_turn
from tests.scenes.looking import outside, overlapping, too_small, watch

MANY = 20
"""Specs a scene and ratio in `make soak`; some of them are refused, which is fine."""

LONGEST = 300
"""Seconds that a film may last."""

Chance = np.random.Generator
Given = dict[str, Any]


def numbers(chance: Chance, *shape: int) -> Any:
    """Return small whole numbers, negative ones, decimals, or three digits."""
    kind = chance.integers(4)
    if kind == 0:
        return chance.integers(0, 10, shape).tolist()
    if kind == 1:
        return chance.integers(-9, 10, shape).tolist()
    if kind == 2:
        return np.round(chance.uniform(-3, 3, shape), chance.integers(1, 4)).tolist()
    return chance.integers(-999, 1000, shape).tolist()


def maps(chance: Chance, most: int = 7) -> Any:
    """Return one to three maps."""
    return numbers(chance, chance.choice([1, 1, 2, 3]), *chance.integers(1, most + 1, 2))


def any_conv2d(chance: Chance) -> Given:
    channels, kernel = int(chance.choice([1, 1, 2, 3])), chance.integers(1, 6, 2)
    filters = int(chance.choice([1, 1, 2, 3]))
    bias = {"bias": numbers(chance, filters)} if chance.random() < 0.4 else {}
    return {
        "x": numbers(chance, channels, *(kernel + chance.integers(0, 5, 2))),
        "weight": numbers(chance, filters, channels, *kernel),
        "stride": int(chance.choice([1, 1, 2])),
        "padding": chance.choice(["0", "1", "same", "valid"]).item(),
        "flip": bool(chance.random() < 0.2),
        **bias,
    }


def any_pool(chance: Chance) -> Given:
    sizes = {"kernel_size": int(chance.choice([1, 2, 2, 3, 5])), "padding": int(chance.choice([0, 0, 1]))}
    return {"x": maps(chance), **sizes, "ceil_mode": bool(chance.random() < 0.3)}


def any_batch_norm(chance: Chance) -> Given:
    x = maps(chance)
    affine = {"weight": [0.5] * len(x), "bias": [-2] * len(x)} if chance.random() < 0.5 else {}
    running = {"running_mean": [1.5] * len(x), "running_var": [4] * len(x)} if chance.random() < 0.4 else {}
    return {"x": x, "eps": float(chance.choice([0, 1e-5, 0.1])), **affine, **running}


def any_linear(chance: Chance) -> Given:
    inputs, outputs = chance.integers(1, 9), chance.integers(1, 5)
    return {"x": numbers(chance, inputs), "weight": numbers(chance, outputs, inputs), "bias": numbers(chance, outputs)}


MAKERS: dict[str, Callable[[Chance], Given]] = {
    "conv2d": any_conv2d,
    "max-pool": any_pool,
    "avg-pool": any_pool,
    "batch-norm": any_batch_norm,
    "relu": lambda chance: {"x": maps(chance)},
    "leaky-relu": lambda chance: {"x": maps(chance)},
    "sigmoid": lambda chance: {"x": maps(chance)},
    "tanh": lambda chance: {"x": maps(chance)},
    "flatten": lambda chance: {"x": maps(chance, most=4)},
    "linear": any_linear,
    "softmax": lambda chance: {"x": numbers(chance, chance.integers(2, 11))},
}


@pytest.mark.parametrize(("name", "ratio"), in_turn(MAKERS, FRAME_SIZES))
def test_something_that_is_admitted_fits(name: str, ratio: str) -> None:
    check_that_it_fits(name, ratio, 1)


@pytest.mark.soak
@pytest.mark.parametrize("ratio", FRAME_SIZES)
@pytest.mark.parametrize("name", MAKERS)
def test_whatever_is_admitted_fits(name: str, ratio: str) -> None:
    check_that_it_fits(name, ratio, MANY)


def check_that_it_fits(name: str, ratio: str, tries: int) -> None:
    """Play a scene of numbers by chance, so many times; nothing may leave the frame, overlap or be too small."""
    chance = np.random.default_rng(zlib.crc32(f"{name} {ratio} {tries}".encode()))
    for _ in range(tries):
        given = {**MAKERS[name](chance), "ratio": ratio}
        try:
            spec = find(name).build(given)
        except InputError:
            continue
        scene, seen = watch(spec)
        assert scene.timeline.duration <= LONGEST
        for beat, labels in zip(scene.timeline.beats, seen, strict=True):
            assert not list(outside(labels, ratio)), (beat.caption, given)
            assert not list(overlapping(labels)), (beat.caption, given)
            assert not list(too_small(labels)), (beat.caption, given)
