"""Which close look a step gets."""

from __future__ import annotations

from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dTrace
from cnn_core.linear import LinearTrace
from scenes.net.board import NetBoard
from scenes.net.channels import look_at_channels
from scenes.net.logit import look_at_logit
from scenes.net.norm import look_at_norm
from scenes.net.pictures import look_at_maps
from scenes.net.pool import look_at_pool, window_fits
from scenes.net.window import look_at_window, room_for_digits
from scenes.net.worked import WorkedOut

__all__ = ["look_closely"]


def look_closely(board: NetBoard, one: WorkedOut, *, asked: bool) -> None:
    """Work a number out, in the way that shows best how it came about.

    Parameters
    ----------
    asked
        Whether a question may be put before what surprises.
    """
    match one.trace:
        case Conv2dTrace() if room_for_digits(board, one):
            look_at_window(board, one)
        case Conv2dTrace():
            look_at_channels(board, one)
        case BatchNorm2dTrace():
            look_at_norm(board, one)
        case LinearTrace():
            look_at_logit(board, one)
        case _ if window_fits(one):
            look_at_pool(board, one, asked=asked)
        case _:
            look_at_maps(board, one)
    board.give_back()
