"""What the specs of films about a trained network have in common: its weights."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainSerializer

from cnn_core.network import Network
from cnn_core.weights import SHIPPED, load, shipped
from scenes.specs.base import SceneSpec

__all__ = ["ClassifierSpec"]

WeightsFile = Annotated[Path, PlainSerializer(lambda path: path.name, return_type=str)]


class ClassifierSpec(SceneSpec):
    """A spec whose numbers come from trained weights."""

    weights: WeightsFile | None = Field(
        None, description="Trained weights; those that come with the package if not given."
    )

    @property
    def weights_file(self) -> Path:
        """The trained weights from which the numbers come."""
        return self.weights or SHIPPED

    @cached_property
    def network(self) -> Network:
        """The network that reads."""
        return shipped() if self.weights is None else load(self.weights)
