"""How a convolution passes gradients back: windows to the kernel, kernels to the windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dTrace, conv2d
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.equation import Equation, Explanation
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.expression import Difference, Product, Sum, Value
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from cnn_core.trace import Position, addresses_of, parse, scalar
from scenes.specs.backward import BackwardSpec
from scenes.specs.base import SpecValues
from scenes.specs.fields import Image, Kernels, PaddingOption, Size, Vector, batched, check_sides, kernels_of
from scenes.specs.limits import MAX_CHANNELS

if TYPE_CHECKING:
    from scenes.conv2d_backward.scene import Conv2dBackwardScene

__all__ = ["Conv2dBackwardSpec"]

_HOOK = parse_rows("_HOOK", "-1 1 -1; 1 1 -1; -1 1 -1")
_TOLD = 4
"""Outputs that are told one by one."""
_ASKED = [[0, -1, 0], [2, 0, 0], [0, 0, 1]]
_LARGEST_KERNEL = 3


class Conv2dBackwardSpec(BackwardSpec):
    """What may be asked of the scene of a convolution's gradients."""

    name = "conv2d-backward"
    summary = "Each output hands its window back to the kernel and its kernel back to the image."
    example = '--x "0 0 1; 0 1 1; 0 0 1" --weight "1 -1; 0 2" --grad-output "1 0; 0 -2"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"image": "x", "kernel": "weight"})

    x: Image = Field(Grid(HANDWRITTEN_ONE, "example"), description="The image, up to 6×6, or its channels.")
    weight: Kernels = Field(Grid(_HOOK, "example"), description="The kernel, by name or as rows, up to 3×3.")
    bias: Vector | None = Field(None, description="What is added; one number for each output channel, 0 if not given.")
    stride: Size = Field(1, description="How far the window moves.")
    padding: PaddingOption = Field(0, description='Zeros around the image: "1", "rows,columns", "same", and so on.')
    dilation: Size = Field(1, description="Distance between the pixels that the kernel looks at.")
    groups: int = Field(1, ge=1, le=MAX_CHANNELS, description="Parts into which the channels are cut.")
    lr: float = Field(0.25, gt=0, le=100, description="The learning rate of the step at the end.")

    @classmethod
    def scene_class(cls) -> type[Conv2dBackwardScene]:
        from scenes.conv2d_backward.scene import Conv2dBackwardScene

        return Conv2dBackwardScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its gradient; that of other numbers is 1 everywhere unless it is given."""
        own = set(cls.model_fields) - set(BackwardSpec.model_fields) - {"lr"} | {"x", "grad_output", *cls.aliases}
        return given if own & given.keys() else {**given, "grad_output": _ASKED}

    def trace(self) -> Conv2dBackward:
        x = batched(self.x)
        check_sides("x", x.shape[2:], self.most)
        weight = kernels_of(self.weight.array, x.shape[1], self.groups)
        check_sides("weight", weight.shape[2:], _LARGEST_KERNEL)
        found = self._forward(x, weight)
        check_sides("the output", found.output.shape[2:], self.most)
        return found.backward(self.asked(found.output))

    def _forward(self, x: Array, weight: Array) -> Conv2dTrace:
        bias = np.zeros(len(weight)) if self.bias is None else self.bias.array[0]
        return conv2d(x, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    @property
    def watched(self) -> int:
        """The output map that is told: one that asks for most."""
        return int(np.abs(self.trace().grad_output).max(axis=(0, 2, 3)).argmax())

    def asking(self) -> list[Position]:
        """Return the outputs of the map that ask for something, in the order in which they are told: largest first."""
        trace = self.trace()
        found = list(trace.asking(self.watched))
        return sorted(found, key=lambda at: (-abs(float(trace.grad_output[at])), at))

    def alone(self) -> tuple[str, Conv2dBackward]:
        """Return the gradients as they would be if only this map asked, and how their addresses begin."""
        trace = self.trace()
        return ("", trace) if trace.grad_output.shape[1] == 1 else ("alone.", self.others()["alone"])

    def others(self) -> Mapping[str, Any]:
        """Return the gradients of the outputs so far, those without the flip, and the convolution after a step."""
        trace, masked = self.trace(), np.zeros(self.trace().grad_output.shape)
        found: dict[str, Any] = {}
        asking = self.asking()
        for k, at in enumerate(asking):
            masked[at] = trace.grad_output[at]
            if k < _TOLD:
                found[f"after_{k + 1}"] = trace.forward.backward(masked)
        if trace.grad_output.shape[1] > 1:
            found["alone"] = trace.forward.backward(masked)
        turned = self._forward(trace.x, trace.forward.weight[:, :, ::-1, ::-1])
        stepped = self._forward(trace.x, trace.forward.weight - self.lr * trace.grad_weight)
        return {**found, "unturned": turned.backward(masked), "stepped": stepped}

    def values(self) -> SpecValues:
        """Return gradients, what was given, and how well the outputs do what is asked, before the step and after."""
        trace = self.trace()
        padded = {"x_padded": trace.forward.x_padded} if np.any(trace.forward.padding) else {}
        met = {name: scalar(self._met(name).result.number) for name in ("before", "after")}
        return {**super().values(), **padded, "asked_and_got": met}

    def explain(self, address: str) -> Explanation:
        name, _, inside = parse(address)
        if name == "x_padded":
            return self.trace().forward.explain(address)
        if name == "asked_and_got":
            return self._met(inside)
        if name != "stepped" or not inside.startswith("weight"):
            return super().explain(address)
        trace, at = self.trace(), cast("Position", parse(inside)[1])
        blame = Product((Value(self.lr, name="lr"), trace.value("grad_weight", *at)))
        after = self.others()["stepped"].result("weight", *at)
        result = Value(after.number, address, after.name, after.decimals)
        return Equation.of(Difference((trace.value("weight", *at), blame)), result)

    def _met(self, when: str) -> Equation:
        """Write the sum of the outputs, each times what is asked of it: the lower, the better they do it."""
        trace, after = self.trace(), self.others()["stepped"]
        terms = []
        for at in self.asking():
            got = trace.value("output", *at) if when == "before" else after.value("output", *at)
            got = got if when == "before" else Value(got.number, f"stepped.{got.address}", got.name, got.decimals)
            terms.append(Product((trace.value("grad_output", *at), got)))
        total = Sum(tuple(terms) or (Value(0.0),))
        return Equation.of(total, Value(total.calculate(), f"asked_and_got.{when}", "asked_and_got"))

    def results(self) -> Iterator[str]:
        """Give the gradients, the kernel and the outputs after a step, and what the step achieved."""
        yield from super().results()
        yield from addresses_of("stepped.weight", self.trace().forward.weight.shape)
        yield from (f"stepped.{address}" for address in self.others()["stepped"].results())
        yield from ("asked_and_got.before", "asked_and_got.after")
