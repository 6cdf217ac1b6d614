"""Everything that can be filmed, on one page."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from cnn_core.errors import InputError
from scenes.specs import SceneSpec
from scenes.specs.activations import LeakyReluSpec, ReluSpec, SigmoidSpec, TanhSpec
from scenes.specs.batch_norm import BatchNormSpec
from scenes.specs.conv2d import Conv2dSpec
from scenes.specs.digit import DigitSpec
from scenes.specs.flatten import FlattenSpec
from scenes.specs.linear import LinearSpec
from scenes.specs.mistake import MistakeSpec
from scenes.specs.pooling import AvgPoolSpec, MaxPoolSpec
from scenes.specs.softmax import SoftmaxSpec
from scenes.specs.title import TitleSpec

__all__ = ["SCENES", "find"]

SCENES: Mapping[str, type[SceneSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            TitleSpec,
            Conv2dSpec,
            MaxPoolSpec,
            AvgPoolSpec,
            ReluSpec,
            LeakyReluSpec,
            SigmoidSpec,
            TanhSpec,
            BatchNormSpec,
            SoftmaxSpec,
            FlattenSpec,
            LinearSpec,
            DigitSpec,
            MistakeSpec,
        )
    }
)


def find(name: str) -> type[SceneSpec]:
    """Return the spec of a scene.

    Raises
    ------
    InputError
        If there is no such scene; says which there are, and which was probably meant.
    """
    if name in SCENES:
        return SCENES[name]
    near = difflib.get_close_matches(name, SCENES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"scene must be one of {', '.join(SCENES)}, but it is {name!r}.{hint}")
