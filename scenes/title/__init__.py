"""The title of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from cnn_core.conv2d import Conv2dTrace, conv2d
from cnn_core.errors import InputError
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.kernels import kernel
from scenes.specs.base import SceneSpec, SpecValues, printable

if TYPE_CHECKING:
    from scenes.title.scene import TitleScene

__all__ = ["TitleSpec"]

_Part = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24), AfterValidator(printable)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(printable)]
_Headline = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(printable)]


class TitleSpec(SceneSpec):
    """What may be asked of the title scene."""

    name: ClassVar[str] = "title"
    summary: ClassVar[str] = "The title of a film, beside a handwritten 1 and its feature map."
    example: ClassVar[str] = '--title "Create a CNN Model for Handwritten Digits" --part "4 / 8"'

    course: _Name = Field("Deep Learning Made Easy", description="The course; may be empty.")
    title: _Headline = Field("Create a CNN Model for Handwritten Digits", description="The title; may be empty.")
    author: _Name = Field("CodeWithMe", description="Who made it; may be empty.")
    part: _Part = Field("4 / 8", description="Which part of the course this is; may be empty.")
    motif: bool = Field(True, description="Show a handwritten 1 and its feature map.")

    @classmethod
    def scene_class(cls) -> type[TitleScene]:
        from scenes.title.scene import TitleScene

        return TitleScene

    @model_validator(mode="after")
    def check_something_is_shown(self) -> Self:
        """Refuse an empty picture."""
        if not (self.motif or self.course or self.title or self.author or self.part):
            raise InputError("title must not be empty where course, author and part are empty too and motif is off.")
        return self

    def trace(self) -> Conv2dTrace | None:
        """Compute the motif: where the kernel `vertical-stroke` sees a stroke in the handwritten 1."""
        if not self.motif:
            return None
        return conv2d(HANDWRITTEN_ONE[None, None], kernel("vertical-stroke").weight[None, None])

    def results(self) -> tuple[str, ...]:
        """Give nothing: the motif is not taught."""
        return ()

    def values(self) -> SpecValues:
        trace = self.trace()
        return trace.values() if trace else {}
