"""A network reads a picture."""

from __future__ import annotations

from typing import ClassVar

from scenes.language import marked, say
from scenes.mobjects.picture import draw_pictures_directly
from scenes.net import NetSpec, NetworkSpec
from scenes.net.board import NetBoard
from scenes.net.ending import show_ending
from scenes.net.introduction import introduce
from scenes.net.walk import NetWalk
from scenes.stage import ExplainerScene

__all__ = ["NetScene"]


class NetScene(ExplainerScene[NetworkSpec]):
    """From what enters to what the network says of it."""

    spec_class: ClassVar[type[NetworkSpec]] = NetSpec
    operation = marked("A network reads a picture")

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.show_title(say(self.operation), self.spec.subtitle)
        board = NetBoard(self, self.spec.trace())
        introduce(board)
        NetWalk(board, question=self.spec.question).play()
        show_ending(board)
