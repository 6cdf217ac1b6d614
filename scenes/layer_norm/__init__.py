"""Layer normalisation, beside batch normalisation on the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.batch_norm import BatchNorm2dTrace, batch_norm2d
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError
from cnn_core.normalization import NormTrace, layer_norm
from cnn_core.reading.grids import Grid
from cnn_core.trace import addresses_of, scalar
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Matrix

if TYPE_CHECKING:
    from scenes.layer_norm.scene import LayerNormScene

__all__ = ["LayerNormSpec"]

_EXAMPLE = freeze(np.array([[2.0, 4.0, 0.0, 6.0], [1.0, 2.0, 0.0, 3.0], [5.0, 1.0, 3.0, 3.0]]))
MOST = 6
BATCH = "batch_"
"""What the arrays of the batch norm are called here begins with it."""


class LayerNormSpec(SceneSpec):
    """What may be asked of the scene of layer normalisation."""

    name: ClassVar[str] = "layer-norm"
    summary: ClassVar[str] = (
        "Layer norm takes each picture by itself, batch norm each channel: both on the same numbers."
    )
    example: ClassVar[str] = '--x "2 4 0 6; 1 2 0 3; 5 1 3 3"'

    x: Matrix = Field(Grid(_EXAMPLE, "example"), description="A row for each picture, with a value for each channel.")
    eps: float = Field(1e-5, ge=0, le=1, description="What is added to the variance before its root is taken.")
    x_label: LabelText = Field("input", description="Name below the input.")
    question: bool = Field(True, description="Ask before the first answer is shown.")

    @classmethod
    def scene_class(cls) -> type[LayerNormScene]:
        from scenes.layer_norm.scene import LayerNormScene

        return LayerNormScene

    def trace(self) -> NormTrace:
        shape = self.x.array.shape
        if min(shape) < 2 or max(shape) > MOST:
            came = "×".join(map(str, shape))
            raise InputError(
                f"x must have 2 to {MOST} pictures, and as many channels, to be legible, but it is {came}."
            )
        return layer_norm(self.x.array, shape[1:], eps=self.eps)

    def batch(self) -> BatchNorm2dTrace:
        return batch_norm2d(self.x.array[:, :, None, None], training=True, eps=self.eps)

    def values(self) -> SpecValues:
        """Return the arrays of both; those of batch norm begin with `batch_`."""
        trace = self.trace()
        batch = {f"{BATCH}{name}": array.reshape(array.shape[:2]) for name, array in self.batch().values().items()}
        batch.pop(f"{BATCH}x")
        steps = [trace.step(*position).values() for position in trace.positions()]
        more = {"count": scalar(trace.x.shape[1]), "eps": scalar(self.eps)}
        return {**trace.values(), **batch, **more, "steps": steps}

    def explain(self, address: str) -> Explanation:
        """Explain batch norm's numbers, too."""
        if not address.startswith(BATCH):
            return self.trace().explain(address)
        name, _, indices = address.removeprefix(BATCH).rstrip("]").partition("[")
        inside = f"{name}[{indices}{',0,0' if ',' in indices else ''}]"
        found = self.batch().explain(inside)
        return found.renamed(renamed) if isinstance(found, Equation) else found

    def results(self) -> Iterator[str]:
        return chain(self.trace().results(), addresses_of(f"{BATCH}output", self.x.array.shape))


def renamed(address: str) -> str:
    """Return where a number of the batch norm stands in this scene.

    >>> renamed("x[0,1,0,0]"), renamed("mean[1]")
    ('x[0,1]', 'batch_mean[1]')
    """
    name, _, rest = address.replace(",0,0]", "]").partition("[")
    start = name if name in ("x", "count", "eps") else f"{BATCH}{name}"
    return f"{start}[{rest}" if rest else start
