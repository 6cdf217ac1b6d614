"""What may be asked of every film in which a network reads a picture."""

from __future__ import annotations

from pydantic import Field

from scenes.specs.base import SceneSpec

__all__ = ["NetworkSpec"]


class NetworkSpec(SceneSpec):
    """Options that such films share; `trace()` gives a `NetReading`."""

    question: bool = Field(True, description="Ask what ReLU and max pooling will do, before they do it.")

    @property
    def subtitle(self) -> str:
        """What the network is called, at the top right."""
        return ""
