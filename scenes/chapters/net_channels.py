"""One output pixel of a convolution of many maps: a sum for each channel, and the sum of these sums."""

from __future__ import annotations

from manim import FadeIn, Mobject, VGroup

from cnn_core.numerals import as_text, typeset
from scenes.chapters.net_board import NetBoard
from scenes.chapters.net_sums import NetSum
from scenes.chapters.net_window import place_in_words, show_place
from scenes.mobjects.channel_table import ChannelRow, ChannelTable
from scenes.mobjects.text import Label
from scenes.specs.reading import Zoom

__all__ = ["look_at_channels"]


def look_at_channels(board: NetBoard, zoom: Zoom, *, chosen: bool) -> None:
    """Tell how the pixel came about."""
    step, seen = zoom.step, len(zoom.step.channels)
    said = f"{place_in_words(zoom, chosen=chosen)} It sees the same window of {maps(seen)}."
    with board.stage.beat("step", said):
        outline = show_place(board, zoom, step.channels)
        table = channel_table(board, zoom)
        board.extras += [table]
        board.stage.play(*(FadeIn(pair, target_position=outline) for pair in table.pairs), run_time=1.2)
    with board.stage.beat("step", "Window times kernel, summed: one number a channel."):
        board.stage.play(*(FadeIn(VGroup(total)) for total in table.sums), run_time=1.0)
    value = typeset(as_text(step.value, 2))
    plus = "" if step.bias is None else " and the bias"
    with board.stage.beat("step", f"The channels' sums{plus} add up to {value}."):
        terms = [(f"channel_sums[{c}]", float(step.products[c].sum())) for c in listed(zoom)]
        sources: list[Mobject] = [*table.sums]
        if (others := zoom.values.get("others")) is not None:
            terms.append(("others", float(others)))
            sources.append(note(board, zoom))
        NetSum(board, zoom, terms, sources).play(run_time=2.0)


def maps(count: int) -> str:
    """Return `all 8 maps`."""
    return f"all {count} maps" if count > 1 else "the map"


def listed(zoom: Zoom) -> list[int]:
    """Return the channels that are shown one by one."""
    return [int(c) for c in zoom.values["listed"]]


def channel_table(board: NetBoard, zoom: Zoom) -> ChannelTable:
    """Build the table in the box for what is looked at closely."""
    step = zoom.step
    rows = [
        ChannelRow(
            step.window[c], step.kernel[c], float(zoom.values["channel_sums"][c]), f"{zoom.address}.channel_sums[{c}]"
        )
        for c in listed(zoom)
    ]
    largest = float(abs(board.left.maps).max())
    return ChannelTable(rows, largest, board.theme, board.places.zoom)


def note(board: NetBoard, zoom: Zoom) -> Label:
    """Return what the last term is: the channels that are not shown."""
    count = len(zoom.step.channels) - len(listed(zoom))
    return Label(f"the other {count} channels together", board.pen.size, board.theme.muted).move_to(
        board.places.zoom.center
    )
