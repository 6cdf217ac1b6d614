"""Batch normalisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array
from cnn_core.batch_norm import BatchNorm2dTrace, batch_norm2d, root_of
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.examples import POOL_GRID
from cnn_core.expression import Difference, Expression, OfMany, Product, Quotient, Root, Value
from cnn_core.numerals import decimals_of
from cnn_core.reading.grids import Grid
from cnn_core.trace import address_of, addresses_of, parse
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Image, Vector, batched
from scenes.specs.limits import MAX_CHANNELS, MAX_SIDE

if TYPE_CHECKING:
    from scenes.batch_norm.scene import BatchNormScene

__all__ = ["TORCH_EPS", "BatchNormSpec"]

TORCH_EPS = 1e-5
"""What PyTorch adds to a variance unless it is told otherwise."""

SMALLEST_STD, LARGEST_OUTPUT = 0.0001, 1_000_000


class BatchNormSpec(SceneSpec):
    """What may be asked of the batch-normalisation scene."""

    name: ClassVar[str] = "batch-norm"
    summary: ClassVar[str] = "The values of a channel are centred on 0 and brought to unit spread."
    example: ClassVar[str] = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --weight 2 --bias 1'

    x: Image = Field(Grid(POOL_GRID, "example"), description="The input grid; several channels one after the other.")
    batch: bool = Field(
        False, description="Let rows of x be samples and its columns features; or several grids a batch of images."
    )
    weight: Vector | None = Field(None, description="Gamma, a number for each channel: multiplies at the end.")
    bias: Vector | None = Field(None, description="Beta, a number for each channel: is added at the end.")
    eps: float = Field(0.0, description="What is added to the variance; PyTorch's default is 0.00001.")
    training: bool = Field(True, description="Use the mean and variance of x, not the running ones.")
    running_mean: Vector | None = Field(None, description="Running mean, a number for each channel.")
    running_var: Vector | None = Field(None, description="Running variance, a number for each channel.")
    momentum: float = Field(0.1, description="How much of the running statistics this batch replaces, 0 to 1.")
    x_label: LabelText = Field("input", description="Name below the input.")
    output_label: LabelText = Field("output", description="Name below the output.")
    question: bool = Field(True, description="Ask before the first answer is shown.")

    @classmethod
    def scene_class(cls) -> type[BatchNormScene]:
        from scenes.batch_norm.scene import BatchNormScene

        return BatchNormScene

    def trace(self) -> BatchNorm2dTrace:
        """Compute the normalisation; its numbers must not be too small or too large to be read."""
        trace = self._normalised(self.eps)
        if (least := trace.std.min()) < SMALLEST_STD:
            raise InputError(
                f"eps must make every standard deviation at least {SMALLEST_STD} to be legible in a film, "
                f"but channel {trace.std.argmin()} has one of {least:g}."
            )
        if (most := np.abs(trace.output).max()) > LARGEST_OUTPUT:
            raise InputError(
                f"weight, bias and running statistics must keep the output within ±{LARGEST_OUTPUT} "
                f"to be legible in a film, but it reaches {most:g}."
            )
        return trace

    def _normalised(self, eps: float) -> BatchNorm2dTrace:
        given = (self.running_mean, self.running_var, self.weight, self.bias)
        means, variances, weight, bias = (None if vector is None else vector.array[0] for vector in given)
        return batch_norm2d(self.maps(), means, variances, weight, bias, self.training, self.momentum, eps)

    def maps(self) -> Array:
        """Return x as (N, C, H, W): one image, or a batch of samples with 1x1 maps, or of images with one channel."""
        array = self.x.array
        if not self.batch:
            return batched(self.x)
        maps = array[:, None] if array.ndim == 3 else array[:, :, None, None]
        if len(maps) < 2:
            raise InputError("x must have at least two rows, a sample each, to be a batch, but it has one.")
        if maps.shape[1] > MAX_CHANNELS:
            raise InputError(
                f"x must have at most {MAX_CHANNELS} columns, a feature each, to be legible as a batch, "
                f"but it has {maps.shape[1]}."
            )
        if (rows := maps.shape[0] * maps.shape[2]) > MAX_SIDE:
            raise InputError(
                f"x must have at most {MAX_SIDE} rows in all its images to be legible as a batch, but it has {rows}."
            )
        return maps

    def values(self) -> SpecValues:
        """Return all arrays and the steps, where the dots of channel 0 go, and what eps and momentum do."""
        trace = self.trace()
        values: dict[str, Any] = {**trace.values(), "count": trace.count, "eps": trace.eps}
        values["steps"] = [trace.step(*position).values() for position in trace.positions()]
        values["line"] = self.line()
        if trace.eps == 0:
            values["torch_eps"] = self.torch_eps()
        if self.updates:
            values["update"] = self.update()
        return values

    def explain(self, address: str) -> Explanation:
        """Explain what only the film shows too: the dots on the number line, and what PyTorch's eps does."""
        name, indices, inside = parse(address)
        if name == "line":
            return self._on_the_line(indices[0], inside)
        if name == "torch_eps":
            return self._with_torch_eps(inside)
        return self._update_explained(inside) if name == "update" else self.trace().explain(address)

    def results(self) -> Iterator[str]:
        """Give what PyTorch's eps does and the spread of the dots too."""
        yield from self.trace().results()
        if self.eps == 0:
            yield from addresses_of("torch_eps.std", self.trace().std.shape)
        for number in range(len(self.line())):
            yield from (f"line[{number}].{name}" for name in ("mean", "std") if self._is_own(number))

    def _on_the_line(self, number: int, inside: str) -> Explanation:
        """Explain mean or spread of the dots of a stage, or one of the dots."""
        name, indices, _ = parse(inside)
        stage = self.line()[number]
        if name == "values":
            return self._dot(number, indices[0])
        if not self._is_own(number):
            return Given("running")
        dots, count = stage["values"], Value(float(stage["values"].size), "count", "count")
        if name == "mean":
            left: Expression = Quotient((Value(float(np.round(dots.sum(), 9)), name="total"), count))
        else:
            squares = float(np.square(dots - stage["mean"]).sum())
            left = Root((Quotient((Value(squares, name="squared_deviations_total"), count)),))
        return Equation.of(left, Value(float(stage[name]), f"line[{number}].{name}", name, decimals_of(stage[name])))

    def _dot(self, number: int, index: int) -> Explanation:
        """Explain a dot: a value of channel 0, counted over all images, at one of the stages."""
        trace = self.trace()
        n, i, j = map(int, np.unravel_index(index, trace.x[:, 0].shape))
        place = n, 0, i, j
        if number == 3 and self.weight is not None and self.bias is not None:
            parts = (trace.value("x_hat", *place), trace.value("weight", 0))
            return Equation.of(Product(parts), Value(parts[0].number * parts[1].number))
        return trace.explain(address_of(("x", "centred", "x_hat", "output", "output")[number], place))

    def _is_own(self, number: int) -> bool:
        """Say whether mean and spread are those of the dots; running ones are carried along."""
        stage = self.line()[number]
        return bool(np.allclose((stage["values"].mean(), stage["values"].std()), (stage["mean"], stage["std"])))

    def _update_explained(self, inside: str) -> Explanation:
        """Explain how much of a running statistic is kept, and what makes a variance unbiased."""
        one, count = Value(1.0), Value(float(self.trace().count), "count", "count")
        lefts = {"kept": Difference((one, Value(self.momentum, "update.momentum", "momentum")))}
        lefts["divisor"] = Difference((count, one))
        if inside not in lefts:
            return Given("given")
        return Equation.of(lefts[inside], Value(float(self.update()[inside]), f"update.{inside}", inside))

    def _with_torch_eps(self, inside: str) -> Explanation:
        name, indices, _ = parse(inside)
        trace, torch = self.trace(), self.torch_eps()
        if name == "std":
            std, without = float(torch["std"][indices]), float(trace.std[indices])
            decimals = min(9, int(np.ceil(-np.log10(max(std - without, 1e-9)))))  # so many that a change is seen
            result = Value(std, f"torch_eps.{inside}", name, max(decimals, trace.decimals("std")))
            found = Equation.of(root_of(trace.value("variance", *indices), TORCH_EPS), result)
            return found.renamed(lambda of: "torch_eps.eps" if of == "eps" else of)
        if name == "change":
            change = float(torch[name])
            return Equation.of(
                OfMany("largest", "changes", trace.output.size, change), Value(change, f"torch_eps.{name}")
            )
        return Given("given")

    @property
    def updates(self) -> bool:
        """Whether running statistics are moved towards those of x."""
        return self.training and self.running_mean is not None

    @property
    def affine(self) -> bool:
        return self.weight is not None or self.bias is not None

    def line(self) -> list[dict[str, Any]]:
        """Return the stages of channel 0 on the number line: its values, and the mean and spread that go with them.

        These are the values' own ones when training, otherwise the running ones, carried along.
        """
        trace = self.trace()
        gamma, beta, std = trace.weight[0], trace.bias[0], np.sqrt(trace.variance[0])
        unit = std / trace.std[0]
        stages = [(trace.x, trace.mean[0], std), (trace.centred, 0.0, std), (trace.x_hat, 0.0, unit)]
        if self.weight is not None:
            stages.append((trace.x_hat * gamma, 0.0, unit * abs(gamma)))
        if self.bias is not None:
            stages.append((trace.output, beta, unit * abs(gamma)))
        return [{"values": maps[:, 0].ravel(), "mean": mean, "std": spread} for maps, mean, spread in stages]

    def torch_eps(self) -> dict[str, Any]:
        trace, torch = self.trace(), self._normalised(TORCH_EPS)
        return {"eps": TORCH_EPS, "std": torch.std, "change": np.abs(torch.output - trace.output).max()}

    def update(self) -> dict[str, Any]:
        """Return what the running statistics were, and what they are moved towards."""
        trace = self.trace()
        assert self.running_mean is not None
        assert self.running_var is not None
        return {
            "kept": round(1 - trace.momentum, 12),
            "momentum": trace.momentum,
            "mean_before": self.running_mean.array[0],
            "var_before": self.running_var.array[0],
            "divisor": trace.count - 1,
        }
