"""A network that reads a digit, layer by layer, and a digit that it gets wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, cast

import numpy as np
from pydantic import Field, PlainSerializer

from cnn_core.arrays import Array, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Difference, Exp, OfMany, Value
from cnn_core.mistakes import Mistakes, known_mistakes, mistakes_of
from cnn_core.mnist import as_input
from cnn_core.mnist import digit as digit_called
from cnn_core.net_input import NetInput, Scaling
from cnn_core.network import Network
from cnn_core.softmax import SoftmaxTrace, softmax
from cnn_core.trace import parse
from cnn_core.weights import SHIPPED, load, shipped
from scenes.digit.chain import ChainReading
from scenes.net.network_spec import NetworkSpec
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.digit_image import DigitImage, DigitSource
from scenes.specs.fields import Place

if TYPE_CHECKING:
    from scenes.digit.mistake import MistakeScene
    from scenes.digit.scene import DigitScene

__all__ = ["PATCH", "ClassifierSpec", "DigitSpec", "MistakeSpec"]

WeightsFile = Annotated[Path, PlainSerializer(lambda path: path.name, return_type=str)]


class ClassifierSpec(SceneSpec):
    """A spec whose numbers come from trained weights."""

    weights: WeightsFile | None = Field(
        None, description="Trained weights; those that come with the package if not given."
    )

    @property
    def weights_file(self) -> Path:
        return self.weights or SHIPPED

    @cached_property
    def network(self) -> Network:
        return shipped() if self.weights is None else load(self.weights)


Whole = Annotated[int, Field(ge=0)]


class DigitSpec(NetworkSpec, ClassifierSpec):
    """What may be asked of the film of the classifier."""

    name: ClassVar[str] = "digit"
    summary: ClassVar[str] = "A trained network reads a handwritten digit, layer by layer, with its real numbers."
    example: ClassVar[str] = "--x mnist:7"

    x: DigitSource = Field(
        default_factory=lambda: of_test_set("mnist:7"),
        validate_default=True,
        description='A test digit such as "mnist:7" or "mnist:#1234", or a picture of a digit on paper.',
    )
    position: Place | None = Field(
        None,
        description="Channel, row and column that is worked out in the first convolution; the strongest if not given.",
    )
    second_position: Place | None = Field(None, description="The same for the second convolution.")
    channel: Whole | None = Field(None, description="Channel of the first batch normalisation.")
    pool_position: Place | None = Field(None, description="Channel, row and column of the first pooling.")
    logit: Whole | None = Field(None, description="Class whose logit is worked out; the predicted one if not given.")

    @classmethod
    def scene_class(cls) -> type[DigitScene]:
        from scenes.digit.scene import DigitScene

        return DigitScene

    @cached_property
    def reading(self) -> ChainReading:
        names = "position", "second_position", "pool_position", "channel", "logit"
        return read(self.network, self.x, {name: getattr(self, name) for name in names})

    def trace(self) -> ChainReading:
        return self.reading

    def values(self) -> SpecValues:
        """Return every layer's values, the numbers worked out, probabilities, prediction and label."""
        return self.reading.values()


def read(network: Network, image: DigitImage, choices: Mapping[str, Any] | None = None) -> ChainReading:
    """Return a network's computation on a digit."""
    pixels = freeze(np.asarray(image.pixels, dtype=np.float64)[None])
    entered = NetInput(as_input(image.pixels), pixels, image.in_words(), Scaling())
    return ChainReading(network.graph, entered, image=image, choices=choices or {})


def of_test_set(name: str) -> DigitImage:
    found = digit_called(name)
    return DigitImage(found.pixels, f"mnist:#{found.index}", found.label, found.index)


PATCH = 5
"""Side of the square that is covered to see what it was good for, in pixels."""


class MistakeSpec(ClassifierSpec):
    """What may be asked of the film of a mistake."""

    name: ClassVar[str] = "mistake"
    summary: ClassVar[str] = "A test digit that the network gets wrong, what made it do so, and by how much."
    example: ClassVar[str] = "--x mnist:#1901"

    x: DigitSource | None = Field(
        None, description='A test digit such as "mnist:#1901"; the mistake that the network is surest of if not given.'
    )

    @classmethod
    def scene_class(cls) -> type[MistakeScene]:
        from scenes.digit.mistake import MistakeScene

        return MistakeScene

    @cached_property
    def mistakes(self) -> Mistakes:
        return known_mistakes(self.weights_file) or mistakes_of(self.network)

    @cached_property
    def digit(self) -> DigitImage:
        if self.x is not None:
            return self.x
        if not self.mistakes.wrong:
            raise InputError("weights must be of a network that gets some test digit wrong, but it gets all right.")
        return of_test_set(f"mnist:#{self.mistakes.wrong[0]}")

    @cached_property
    def reading(self) -> ChainReading:
        return read(self.network, self.digit)

    def trace(self) -> ChainReading:
        return self.reading

    @property
    def label(self) -> int:
        if self.digit.label is None:
            raise InputError("x must be a digit of the test set, such as mnist:#1901, for only there a label is known.")
        return self.digit.label

    def values(self) -> SpecValues:
        """Return image, probabilities, how far apart the two logits are, and what covering each place would change."""
        label, read = self.label, self.reading.prediction
        if label == read:
            came = f"it reads {self.digit.name} as {read}, which is right"
            raise InputError(f"x must be a digit that the network gets wrong, but {came}.")
        logits = self.reading.probabilities.x[0]
        lead = float(logits[read] - logits[label])
        importance = self.importance
        return {
            "x": self.reading.entered.x,
            "label": label,
            "prediction": read,
            "softmax": self.reading.probabilities.values(),
            "lead": lead,
            "ratio": float(np.exp(min(lead, 700.0))),
            "importance": importance,
            "importance_smallest": importance.min(),
            "importance_largest": importance.max(),
            "tested": self.mistakes.tested,
            "wrong": len(self.mistakes.wrong),
            "covered": self.covered.output[0],
        }

    def explain(self, address: str) -> Explanation:
        """Explain how far apart the two logits are, and what covering a place changes."""
        name, indices, _ = parse(address)
        values = self.values()
        match name:
            case "lead":
                return self._lead()
            case "ratio":
                return Equation.of(Exp((self._lead().result,)), Value(values[name], name, name, 0))
            case "importance":
                covered = Value(values["lead"] - float(self.importance[indices]), name="lead_covered")
                difference = Difference((self._lead().result, covered))
                return Equation.of(difference, Value(float(self.importance[indices]), address, name, 2))
            case "importance_smallest" | "importance_largest":
                number = float(values[name])
                which: Any = name.removeprefix("importance_")
                return Equation.of(
                    OfMany(which, "importance", self.importance.size, number), Value(number, name, name, 2)
                )
            case "tested" | "wrong":
                return Given("counted")
        return self._share_covered(*indices) if name == "covered" else self.reading.explain(address)

    def _share_covered(self, k: int) -> Explanation:
        found = cast("Equation", self.covered.explain(f"output[0,{k}]"))
        return found.renamed(lambda of: f"covered[{k}]" if of.startswith("output") else "")

    def results(self) -> Iterator[str]:
        """Give the probabilities, and how far apart the two logits are."""
        yield from (f"softmax.{address}" for address in self.reading.probabilities.results())
        yield from ("lead", "ratio")

    def _lead(self) -> Equation:
        """Return by how much the logit of what was read is above that of what was meant."""
        logits = self.reading.probabilities.x[0]
        read, meant = (
            Value(float(logits[k]), f"softmax.x[0,{k}]", name, 2)
            for name, k in (("prediction", self.reading.prediction), ("label", self.label))
        )
        return Equation.of(Difference((read, meant)), Value(self.values()["lead"], "lead", "lead", 2))

    @cached_property
    def importance(self) -> Array:
        """By how much the lead of what was read over what was meant falls if a place is covered, (28, 28).

        A square of paper, 5 x 5 pixels, lies over each pixel in turn (Zeiler & Fergus, "Visualizing and Understanding
        Convolutional Networks", 2014).
        """
        leads = self.lead_of(self._logits_covered)
        shape = self.reading.entered.maps[0].shape
        return freeze((self.lead_of(self.reading.probabilities.x)[0] - leads).reshape(shape))

    @cached_property
    def _logits_covered(self) -> Array:
        """The logits with each place covered in turn, (784, 10)."""
        image = self.reading.entered.maps[0]
        covered = np.repeat(image[None, None], image.size, axis=0)
        for k, (row, column) in enumerate(np.ndindex(image.shape)):
            top, left = max(row - PATCH // 2, 0), max(column - PATCH // 2, 0)
            covered[k, 0, top : row + PATCH // 2 + 1, left : column + PATCH // 2 + 1] = 0
        return self.network.logits(covered)

    @cached_property
    def covered(self) -> SoftmaxTrace:
        """The probabilities with that place covered which takes most of the lead."""
        return softmax(self._logits_covered[int(self.importance.argmax())][None])

    def lead_of(self, logits: Array) -> Array:
        """Return how far the logit of what was read is above that of what was meant, (N,)."""
        return np.asarray(logits[:, self.reading.prediction] - logits[:, self.label])
