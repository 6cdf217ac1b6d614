"""A network reads a picture, stage by stage."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

import numpy as np
from manim import LEFT, FadeIn, FadeOut, Group, GrowArrow, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.net_input import is_strange
from scenes.language import marked, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import Colours, Picture, draw_pictures_directly
from scenes.mobjects.text import Label, width_of
from scenes.net import NetSpec
from scenes.net.board import NetBoard, NetPlaces, as_maps
from scenes.net.cone import show_cone
from scenes.net.ending import short_name, show_class_map, show_likeliest, show_maps
from scenes.net.looking import look_closely
from scenes.net.strip import StageStrip, StripShape
from scenes.net.ushape import show_u
from scenes.net.words import capital, entering, shape_of, stage_line, strange, told_stage, whole_net, why_stage
from scenes.stage import ExplainerScene

__all__ = ["NetScene"]


class NetScene(ExplainerScene[NetSpec]):
    """From what enters to what the network says of it."""

    spec_class: ClassVar[type[NetSpec]] = NetSpec
    operation = marked("A network reads a picture")

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.reading = self.spec.trace()
        self.show_title(say(self.operation), self.spec.network.name)
        shape = StripShape.of(say("input"), self.reading.stages, self.reading.levels)
        places = NetPlaces.of(self.bands, shape.height(self.bands.whole.width))
        self.track = StageStrip(shape, self.theme, places.track)
        self.board = NetBoard(self, self.reading, places, self.track)
        self.introduce()
        for index in range(len(self.reading.stages)):
            self.tell_stage(index)
        show_cone(self.board)
        self.close()

    def close(self) -> None:
        """Show the likeliest classes, or the maps that come out, and where the winner's score comes from."""
        if self.reading.probabilities is not None:
            show_likeliest(self.board)
        elif self.reading.output.ndim == 3:
            if self.reading.levels is not None:
                show_u(self.board, self.track)
            show_maps(self.board, self.looks())
        if self.reading.class_map is not None:
            show_class_map(self.board, self.looks())

    def introduce(self) -> None:
        """Show the picture, what of it enters, and the strip of stages."""
        entered = self.reading.entered
        whole = self.board.places.everything
        shown = self.looks()
        why = say("To a network a picture is numbers, nothing else.")
        with self.beat(
            "explain", say("{origin}: what the network is given.", origin=capital(entered.origin)), reason=why
        ):
            shown.move_to(whole.center)
            self.play(FadeIn(shown), run_time=1.0)
        maps = self.entered_maps(whole, say("what enters"))
        warning = strange(is_strange(self.reading.graph, entered.x))
        with self.beat("explain", f"{entering(entered)} {warning}".strip(), reason=why):
            self.play(FadeOut(shown), run_time=0.4)
            self.board.reveal(maps, 1.6)
        with self.beat("explain", whole_net(self.reading), reason=say("Each stage reads what the one before it made.")):
            self.play(FadeOut(maps), FadeIn(self.track, self.track.mark), run_time=0.8)
            self.play(FadeIn(self.track.thumbnail(maps, 0)), run_time=0.5)
            lines = self.stage_lines()
            self.play(FadeIn(lines), run_time=0.8)
        self.board.extras.append(lines)

    def stage_lines(self) -> VGroup:
        """Return a line for each stage: its number, what it ends with, and its steps."""
        box = self.board.places.everything
        rows = [(str(k + 1), *stage_line(stage)) for k, stage in enumerate(self.reading.stages)]
        widths = [max(width_of(row[k]) for row in rows) + 0.8 for k in range(3)]
        columns = ceil(1.3 * smallest_text() * len(rows) / box.height)
        if columns > 1 or smallest_text() * sum(widths) > box.width:  # the steps are told when each stage is reached
            widths.pop()
        high = ceil(len(rows) / columns)
        size = max(smallest_text(), min(0.42, box.width / sum(widths) / columns, 0.7 * box.height / high))
        found = VGroup()
        for number, row in enumerate(rows):
            x = box.center[0] + size * sum(widths) * (number // high - columns / 2)
            y = box.top - (number % high + 0.5) * box.height / high
            for text, width, color in zip(row, widths, self.colors_of_lines(), strict=False):
                words = Label(text, size, color)
                found.add(words.move_to(np.array([x, y, 0.0]), aligned_edge=LEFT))
                x += size * width
        return found

    def colors_of_lines(self) -> tuple[str, str, str]:
        return self.theme.muted, self.theme.output, self.theme.text

    def tell_stage(self, index: int) -> None:
        """Work out what is new in a stage, then show what came out of it."""
        stage = self.reading.stages[index]
        nodes = {node for place in stage.places() for node in place.nodes}
        self.board.due = index + 1
        for one in self.reading.worked_out:
            if one.node in nodes:
                called = self.called()
                look_closely(self.board, one, called)
        with self.beat("step", told_stage(index, stage, self.reading.depth), reason=why_stage(self.reading, index)):
            self.board.clear()
            maps = self.stage_maps(index)
            self.board.reveal(maps, 1.2)
            self.play(FadeIn(self.track.thumbnail(maps, index + 1), target_position=maps.image), run_time=0.5)
            if bridges := self.track.bridges_to(index + 1):
                self.play(*map(GrowArrow, bridges), run_time=0.5)
        self.board.extras += [maps.image, maps.frames, maps.words]

    def called(self) -> str:
        """Return what the likeliest class is called in a sentence; nothing where there are no classes."""
        if not self.reading.top:
            return ""
        name = self.reading.called(self.reading.top[0])
        return short_name(name) if self.reading.names else say("class {number}", number=name)

    def stage_maps(self, index: int) -> FeatureMaps:
        stage = self.reading.stages[index]
        shown = as_maps(self.reading.shown(index))
        title = shape_of(stage)
        if len(stage.shape) == 3 and len(shown) < stage.shape[0]:
            size = "×".join(map(str, stage.shape[1:]))
            title = say("{shown} of {count} maps of {size}", shown=len(shown), count=stage.shape[0], size=size)
        return self.maps_of(shown, self.board.places.everything, self.theme.output, title)

    def maps_of(self, maps: Array, box: Box, role: str, title: str) -> FeatureMaps:
        arrangement = Arrangement.of(maps.shape, box.width / box.height)
        return FeatureMaps(maps, arrangement, role, self.theme, box, title)

    def entered_maps(self, box: Box, title: str) -> FeatureMaps:
        return self.maps_of(self.reading.maps_in, box, self.theme.input, title)

    def looks(self) -> Group:
        """Return the picture as it looks, with its frame; of numbers their maps."""
        entered, whole = self.reading.entered, self.board.places.everything
        if entered.pixels is None:
            return self.entered_maps(whole, say("numbers"))
        colours = as_colours(entered.pixels)
        height = whole.height - 1.6 * smallest_text()
        picture = Picture(colours, min(whole.width, height * colours.shape[1] / colours.shape[0]))
        frame = Rectangle(width=picture.width, height=picture.height, color=self.theme.input, stroke_width=2)
        size = "×".join(map(str, colours.shape[:2]))
        words = Label(size, max(smallest_text(), 0.3), self.theme.muted)
        words.next_to(picture, np.array([0.0, -1.0, 0.0]), buff=0.1)
        return Group(picture, frame, words)


def as_colours(pixels: Array) -> Colours:
    """Return red, green and blue, or grey, from 0 to 255 as a picture's colours."""
    three = pixels[:3] if len(pixels) >= 3 else np.repeat(pixels[:1], 3, axis=0)
    opaque = np.full((1, *pixels.shape[1:]), 255.0)
    colours: Colours = np.rint(np.concatenate([three, opaque])).astype(np.uint8).transpose(1, 2, 0)
    return colours
