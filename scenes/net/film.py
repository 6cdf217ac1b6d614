"""A network reads a picture."""

from __future__ import annotations

from typing import ClassVar

from scenes.language import say
from scenes.mobjects.picture import draw_pictures_directly
from scenes.net.board import NetBoard
from scenes.net.ending import show_ending
from scenes.net.introduction import introduce
from scenes.net.network_spec import NetworkSpec
from scenes.net.walk import NetWalk
from scenes.stage import ExplainerScene

__all__ = ["NetFilm"]


class NetFilm(ExplainerScene[NetworkSpec]):
    """From what enters to what the network says of it."""

    operation: ClassVar[str]

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.show_title(say(self.operation), self.spec.subtitle)
        board = NetBoard(self, self.spec.trace())
        introduce(board)
        NetWalk(board, question=self.spec.question).play()
        show_ending(board)
