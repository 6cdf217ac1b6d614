"""A network reads a picture, stage by stage."""

from __future__ import annotations

from typing import ClassVar

from scenes.language import marked, say
from scenes.net import NetSpec
from scenes.stage import ExplainerScene

__all__ = ["NetScene"]


class NetScene(ExplainerScene[NetSpec]):
    """From what enters to what the network says of it."""

    spec_class: ClassVar[type[NetSpec]] = NetSpec
    operation = marked("Your network")

    def construct(self) -> None:
        self.show_title(say(self.operation))
        with self.beat("explain", say("It is a network.")):
            self.hold(1)
