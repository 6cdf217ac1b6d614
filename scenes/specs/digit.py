"""Spec of `digit`."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field

from cnn_core.mnist import as_input, digit
from scenes.specs.base import Values
from scenes.specs.classifier import ClassifierSpec
from scenes.specs.digit_image import DigitImage, DigitSource
from scenes.specs.flatten import Place
from scenes.specs.reading import Choices, Reading

__all__ = ["DigitSpec"]

Whole = Annotated[int, Field(ge=0)]


class DigitSpec(ClassifierSpec):
    """What may be asked of the film of the classifier."""

    name: ClassVar[str] = "digit"
    summary: ClassVar[str] = "A trained network reads a handwritten digit, layer by layer, with its real numbers."
    scene: ClassVar[str] = "scenes.network.digit:DigitScene"
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

    @cached_property
    def reading(self) -> Reading:
        """Everything that was computed."""
        choices = Choices(self.position, self.second_position, self.pool_position, self.channel, self.logit)
        return Reading(self.network, as_input(self.x.pixels), choices)

    def trace(self) -> Reading:
        """Read the digit."""
        return self.reading

    def values(self) -> Values:
        """Return every layer's values, the numbers worked out, probabilities, prediction and label."""
        label = {} if self.x.label is None else {"label": self.x.label}
        return {**self.reading.values(), **label}


def of_test_set(name: str) -> DigitImage:
    """Return a digit of the test set."""
    found = digit(name)
    return DigitImage(found.pixels, f"mnist:#{found.index}", found.label, found.index)
