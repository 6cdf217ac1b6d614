"""A network of whoever watches reads a picture."""

from __future__ import annotations

from typing import ClassVar

from scenes.language import marked
from scenes.net import NetSpec
from scenes.net.film import NetFilm

__all__ = ["NetScene"]


class NetScene(NetFilm):
    """From the picture to the classes, or the maps, that the network gives."""

    spec_class: ClassVar[type[NetSpec]] = NetSpec
    operation = marked("A network reads a picture")
