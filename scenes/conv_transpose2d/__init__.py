"""Transposed convolution: every value stamps the kernel onto a larger map."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array, freeze
from cnn_core.conv2d import conv2d
from cnn_core.conv_transpose2d import ConvTranspose2dTrace, conv_transpose2d
from cnn_core.equation import Explanation, Given
from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.trace import Position, parse
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Image, Kernels, batched, check_sides
from scenes.specs.limits import MAX_KERNEL

if TYPE_CHECKING:
    from scenes.conv_transpose2d.scene import ConvTranspose2dScene

__all__ = ["ConvTranspose2dSpec"]

_EXAMPLE = freeze(np.array([[2.0, 1.0], [0.0, 4.0]]))
STAMP = freeze(np.array([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]))
MOST_STAMPS, MOST_OUT = 9, 8


class ConvTranspose2dSpec(SceneSpec):
    """What may be asked of the scene of transposed convolution."""

    name: ClassVar[str] = "conv-transpose2d"
    summary: ClassVar[str] = "Every value stamps the kernel onto a larger map; where stamps overlap, they add up."
    example: ClassVar[str] = '--x "2 1; 0 4" --kernel "1 2 1; 2 4 2; 1 2 1" --stride 2'
    aliases: ClassVar = {"kernel": "weight", "image": "x"}

    x: Image = Field(Grid(_EXAMPLE, "example"), description="The small map.")
    weight: Kernels = Field(Grid(STAMP, "example"), description="The kernel that is stamped; also --kernel.")
    stride: int = Field(2, ge=1, le=MAX_KERNEL, description="How far apart the stamps of neighbours are.")
    x_label: LabelText = Field("input", description="Name below the small map.")
    output_label: LabelText = Field("output", description="Name below the large map.")
    question: bool = Field(True, description="Ask for a cell on which stamps overlap.")

    @classmethod
    def scene_class(cls) -> type[ConvTranspose2dScene]:
        from scenes.conv_transpose2d.scene import ConvTranspose2dScene

        return ConvTranspose2dScene

    def trace(self) -> ConvTranspose2dTrace:
        x, weight = batched(self.x), batched(self.weight)
        for name, maps in (("x", x), ("weight", weight)):
            if maps.shape[:2] != (1, 1):
                raise InputError(f"{name} must be one map for this scene, but its shape is {maps.shape[1:]}.")
        if x.size > MOST_STAMPS:
            raise InputError(f"x must hold at most {MOST_STAMPS} values, a stamp each, but it holds {x.size}.")
        trace = conv_transpose2d(x, weight, stride=self.stride)
        if max(trace.output.shape) > MOST_OUT:
            came = "×".join(map(str, trace.output.shape[2:]))
            raise InputError(
                f"stride must leave the output at most {MOST_OUT}×{MOST_OUT} to be legible, but it is {came}."
            )
        check_sides("weight", weight.shape[2:], MAX_KERNEL)
        return trace

    def spaced(self) -> Array:
        """Return the input with zeros between its values and around them: what a convolution sees, (1, 1, H, W)."""
        trace = self.trace()
        (H, W), (kH, kW), step = trace.x.shape[2:], trace.kernel_size, self.stride
        spaced = np.zeros((1, 1, (H - 1) * step + 2 * kH - 1, (W - 1) * step + 2 * kW - 1))
        spaced[:, :, kH - 1 : spaced.shape[2] - kH + 1 : step, kW - 1 : spaced.shape[3] - kW + 1 : step] = trace.x
        return freeze(spaced)

    def is_convolution(self) -> bool:
        """Say whether the convolution of `spaced` with the kernel, turned by half a turn, gives the same output."""
        turned = self.trace().weight[:, :, ::-1, ::-1]
        return np.allclose(conv2d(self.spaced(), turned).output, self.trace().output, rtol=1e-12, atol=1e-9)

    def stamps(self) -> Array:
        """Return how many stamps reach each cell of the output, (H, W)."""
        return self._counted(*self.trace().x.shape[2:])

    def overlaps(self) -> Array:
        """Return the same for an input that is large enough to see the pattern, `overlapping_size`."""
        return self._counted(*self.overlapping_size())

    def even_overlaps(self) -> Array:
        """Return the same for the next larger kernel whose sides are multiples of the stride."""
        return self._counted(*self.overlapping_size(), self.even_kernel_size())

    def even_kernel_size(self) -> tuple[int, int]:
        kH, kW = self.trace().kernel_size
        return -(-kH // self.stride) * self.stride, -(-kW // self.stride) * self.stride

    def overlapping_size(self) -> tuple[int, int]:
        H, W = self.trace().x.shape[2:]
        return max(3, H), max(3, W)

    def _counted(self, H: int, W: int, kernel_size: tuple[int, int] = (0, 0)) -> Array:
        kernel = np.ones((1, 1, *(kernel_size if all(kernel_size) else self.trace().kernel_size)))
        ones = conv_transpose2d(np.ones((1, 1, H, W)), kernel, stride=self.stride)
        return freeze(ones.output[0, 0].copy())

    def busiest(self) -> Position:
        """Return the first cell of the output on which most stamps overlap."""
        return 0, 0, *map(int, np.unravel_index(int(self.stamps().argmax()), self.stamps().shape))  # type: ignore[return-value]

    def values(self) -> SpecValues:
        """Return all arrays, how many stamps reach a cell, the input with zeros in between, and each stamp."""
        trace = self.trace()
        steps = [trace.step(*position).values() for position in trace.positions()]
        counted = {"overlaps": self.overlaps(), "even_overlaps": self.even_overlaps()}
        more = {"stamps": self.stamps(), **counted, "spaced": self.spaced()}
        return {**trace.values(), **more, "steps": steps}

    def explain(self, address: str) -> Explanation:
        """Explain counts, and the zeros in between, too."""
        name, at, _ = parse(address)
        if name in ("stamps", "overlaps", "even_overlaps"):
            return Given("counted")
        if name != "spaced":
            return self.trace().explain(address)
        trace = self.trace()
        row, column = (place - length + 1 for place, length in zip(at[2:], trace.kernel_size, strict=True))
        places = row // self.stride, column // self.stride
        is_value = not (row % self.stride or column % self.stride)
        if not is_value or not all(0 <= place < size for place, size in zip(places, trace.x.shape[2:], strict=True)):
            return Given("padding")
        return trace.carried("x", (0, 0, *places), "spaced", at)
