"""A training run, filmed from its log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, PlainSerializer

from cnn_core.errors import InputError
from cnn_core.mnist import Digit, load_test
from cnn_core.run_log import EMBEDDED_RUN, RunLog, clarity, embedded_run, read_log
from cnn_core.run_trace import RunTrace
from scenes.specs.base import SceneSpec, SpecValues

if TYPE_CHECKING:
    from scenes.training.scene import TrainingScene

__all__ = ["TrainingSpec"]

_TOLD = 2382
"""The test digit of the embedded run that is followed: an 8 that is first read as 2."""

LogFile = Annotated[Path, PlainSerializer(lambda path: path.name, return_type=str)]


class TrainingSpec(SceneSpec):
    """What may be asked of the film of a training run."""

    name: ClassVar[str] = "training"
    summary: ClassVar[str] = "A real training run: its loss, one digit, the kernels, what is confused with what."
    example: ClassVar[str] = "--pace fast"
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})

    log: LogFile | None = Field(
        None, description="A run that train --log has recorded; one epoch of the shipped recipe if not given."
    )
    digit: int | None = Field(
        None, ge=0, description="Which of the log's test digits is followed; the one that is told best if not given."
    )
    question: bool = Field(True, description="Ask whether the digit will be read right in the end.")

    @classmethod
    def scene_class(cls) -> type[TrainingScene]:
        from scenes.training.scene import TrainingScene

        return TrainingScene

    @property
    def weights_file(self) -> Path:
        return self.log or EMBEDDED_RUN

    @cached_property
    def run(self) -> RunLog:
        return embedded_run() if self.log is None else read_log(self.log)

    @cached_property
    def followed(self) -> Digit:
        """The test digit that is followed."""
        return load_test()[int(self.run.index[self.trace().digit])]

    def trace(self) -> RunTrace:
        followed = self.run.index.tolist()
        wanted = _TOLD if self.digit is None and self.log is None else self.digit
        if wanted is None:
            return RunTrace(self.run, int(clarity(self.run.logits, self.run.label).argmax()))
        if wanted not in followed:
            raise InputError(f"digit must be one of {', '.join(map(str, followed))}, but it is {wanted}.")
        return RunTrace(self.run, followed.index(wanted))

    def values(self) -> SpecValues:
        return self.trace().values()
