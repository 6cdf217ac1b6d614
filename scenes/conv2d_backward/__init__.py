"""How a convolution passes gradients back: windows to the kernel, kernels to the windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.conv2d import conv2d
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.expression import Difference, Product, Value
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from cnn_core.trace import Position, addresses_of, parse
from scenes.specs.backward import BackwardSpec
from scenes.specs.fields import Image, Kernels, Size, batched, check_sides

if TYPE_CHECKING:
    from scenes.conv2d_backward.scene import Conv2dBackwardScene

__all__ = ["Conv2dBackwardSpec"]

_HOOK = parse_rows("_HOOK", "-1 1 -1; 1 1 -1; -1 1 -1")
_TOLD = 4
"""Outputs that are told one by one."""
_ASKED = [[0, -1, 0], [2, 0, 0], [0, 0, 1]]


class Conv2dBackwardSpec(BackwardSpec):
    """What may be asked of the scene of a convolution's gradients."""

    name = "conv2d-backward"
    summary = "Each output hands its window back to the kernel and its kernel back to the image."
    example = '--x "0 0 1; 0 1 1; 0 0 1" --weight "1 -1; 0 2" --grad-output "1 0; 0 -2"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"image": "x", "kernel": "weight"})

    x: Image = Field(Grid(HANDWRITTEN_ONE, "example"), description="The image, up to 6×6.")
    weight: Kernels = Field(Grid(_HOOK, "example"), description="The kernel, by name or as rows.")
    stride: Size = Field(1, description="How far the window moves.")
    padding: Size = Field(0, description="Rings of zeros around the image.")
    lr: float = Field(0.25, gt=0, le=100, description="The learning rate of the step at the end.")

    @classmethod
    def scene_class(cls) -> type[Conv2dBackwardScene]:
        from scenes.conv2d_backward.scene import Conv2dBackwardScene

        return Conv2dBackwardScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its gradient; that of other numbers is 1 everywhere unless it is given."""
        own = {"x", "image", "weight", "kernel", "stride", "padding", "grad_output"} & given.keys()
        return given if own else {**given, "grad_output": _ASKED}

    def trace(self) -> Conv2dBackward:
        x, weight = self.one_map("x", self.x), batched(self.weight)
        if weight.shape[:2] != (1, 1):
            raise InputError(f"weight must be one kernel, as its gradient stands beside it, but it has {weight.shape}.")
        check_sides("weight", weight.shape[2:], 3)
        found = conv2d(x, weight, np.zeros(1), self.stride, self.padding)
        check_sides("the output", found.output.shape[2:], self.most)
        return found.backward(self.asked(found.output))

    def asking(self) -> list[Position]:
        """Return the outputs that ask for something, in the order in which they are told: the largest first."""
        trace = self.trace()
        found = list(trace.asking(0))
        return sorted(found, key=lambda at: (-abs(float(trace.grad_output[at])), at))

    def others(self) -> Mapping[str, Any]:
        """Return the gradients of the outputs so far, those without the flip, and the convolution after a step."""
        trace, masked = self.trace(), np.zeros(self.trace().grad_output.shape)
        found: dict[str, Any] = {}
        for k, at in enumerate(self.asking()[:_TOLD]):
            masked[at] = trace.grad_output[at]
            found[f"after_{k + 1}"] = trace.forward.backward(masked)
        turned = conv2d(trace.x, trace.forward.weight[:, :, ::-1, ::-1], np.zeros(1), self.stride, self.padding)
        after = trace.forward.weight - self.lr * trace.grad_weight
        stepped = conv2d(trace.x, after, np.zeros(1), self.stride, self.padding)
        return {**found, "unturned": turned.backward(trace.grad_output), "stepped": stepped}

    def explain(self, address: str) -> Explanation:
        name, _, inside = parse(address)
        if name != "stepped" or not inside.startswith("weight"):
            return super().explain(address)
        trace, at = self.trace(), parse(inside)[1]
        blame = Product((Value(self.lr, name="lr"), trace.value("grad_weight", *at)))
        after = self.others()["stepped"].result("weight", *at)
        result = Value(after.number, address, after.name, after.decimals)
        return Equation.of(Difference((trace.value("weight", *at), blame)), result)

    def results(self) -> Iterator[str]:
        """Give the gradients, and the kernel and the outputs after a step."""
        yield from super().results()
        yield from addresses_of("stepped.weight", self.trace().forward.weight.shape)
        yield from (f"stepped.{address}" for address in self.others()["stepped"].results())
