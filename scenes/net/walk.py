"""The way through a network: step by step where each can be told, or else stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from manim import FadeIn, GrowArrow

from cnn_core.activations import ActivationTrace
from cnn_core.graph import Node
from cnn_core.outline import changes_values_alone
from scenes.language import say
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.tones import GAMMA
from scenes.net.board import NetBoard, as_maps
from scenes.net.cone import show_cone
from scenes.net.kernels import bring_kernels, sees_one_map, show_kernels
from scenes.net.logit import list_scores
from scenes.net.looking import look_closely
from scenes.net.steps_in_words import told, told_briefly, why
from scenes.net.words import shape_of, told_stage, why_stage
from scenes.timeline import Kind

__all__ = ["NetWalk"]


class NetWalk:
    """Tells a network on a board.

    Parameters
    ----------
    question
        Whether is asked what ReLU and max pooling will do.
    """

    def __init__(self, board: NetBoard, *, question: bool) -> None:
        self.board, self.stage, self.reading = board, board.stage, board.reading
        self.question = question
        self.told: set[str] = set()
        self.late = None if self.reading.receptive is None else list(self.reading.receptive.seen)[-1]

    def play(self) -> None:
        """Tell everything in order; behind the smallest maps, what one of their numbers has seen."""
        if self.reading.is_stepwise:
            for steps in steps_together(self.reading.steps):
                self.tell_steps(steps)
                self.look_back([node.name for node in steps])
            return
        for index, stage in enumerate(self.reading.stages):
            self.tell_stage(index)
            self.look_back([stage.output])

    def look_back(self, names: list[str]) -> None:
        if self.late in names:
            show_cone(self.board)

    def tell_steps(self, steps: list[Node]) -> None:
        """Tell what makes new maps, then what changes these in place, and look closely where something is worked out.

        What was told before is told briefly, all at once.
        """
        first, *others = steps
        self.tell_first(first)
        if others and all(self.is_told(node) for node in others):
            said = told_briefly(self.reading, others)
            with self.stage.beat("step", said, brisk=True, reason=why(self.reading, others[-1])):
                for node in others:
                    self.board.morph(node, run_time=0.5)
        else:
            for node in others:
                self.tell_in_place(node)

    def is_told(self, node: Node) -> bool:
        """Tell whether a step of this kind was told before, and nothing in this one is worked out."""
        return node.op in self.told and self.reading.worked_in(node) is None

    def tell_first(self, node: Node) -> None:
        trace, again = self.reading.traces[node.name], node.op in self.told
        said = told(self.reading, node, again=again)
        with self.stage.beat("step", said, brisk=again, reason=why(self.reading, node)):
            if self.reading.is_tabled and node is self.reading.steps[-1]:
                self.board.advance(node)
                list_scores(self.board, node)
            elif sees_one_map(trace):
                first = partial(bring_kernels, self.board, trace)
                self.board.enter(node, run_time=2.4, swept=trace.kernel_size[0], first=first)
            else:
                self.board.enter(node, run_time=0.8 if again else 2.4)
        if sees_one_map(trace):
            show_kernels(self.board, trace)
        self.finish(node)

    def tell_in_place(self, node: Node) -> None:
        again = self.is_told(node)
        asked = not again and self.ask_what_relu_does(node)
        kind: Kind = "answer" if asked else "step"
        said = told(self.reading, node, again=again)
        with self.stage.beat(kind, said, brisk=again, reason=why(self.reading, node)):
            if asked:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            self.board.morph(node, run_time=0.6 if again else 1.0)
        self.finish(node)

    def ask_what_relu_does(self, node: Node) -> bool:
        """Ask what becomes of the negative values, if there are some; tell whether it was asked."""
        trace, right = self.reading.traces[node.name], self.board.right
        is_relu = isinstance(trace, ActivationTrace) and node.op == "relu" and bool((trace.x < 0).any())
        if not self.question or not is_relu or right is None or right.box != self.board.places.right:
            return False
        choices = say("become 0"), say("stay"), say("turn green")
        prompt = say("ReLU comes next. Will everything blue become 0, stay, or turn green?")
        shown = self.board.maps_of(self.board.layer, self.board.places.above_formula, right.role)
        self.stage.ask(prompt, choices[0], first=[*self.board.leave(), *right.moves_to(shown)], choices=choices)
        return True

    def finish(self, node: Node) -> None:
        """Remember that a kind of step was told, and work one number out."""
        self.told.add(node.op)
        one = self.reading.worked_in(node)
        if one is not None:
            look_closely(self.board, one, asked=self.question)

    def tell_stage(self, index: int) -> None:
        """Work out what is new in a stage, then show what came out of it."""
        board, stage = self.board, self.reading.stages[index]
        nodes = {node for place in stage.places() for node in place.nodes}
        board.due = index + 1
        for one in self.reading.worked_out:
            if one.node in nodes:
                look_closely(board, one, asked=self.question)
        said = told_stage(index, stage, self.reading.depth)
        with self.stage.beat("step", said, reason=why_stage(self.reading, index)):
            board.clear()
            maps = self.stage_maps(index)
            board.reveal(maps, 1.2)
            small = board.track.thumbnail(maps, index + 1)
            self.stage.play(FadeIn(small, target_position=maps.image), run_time=0.5)
            if bridges := board.track.bridges_to(index + 1):
                self.stage.play(*map(GrowArrow, bridges), run_time=0.5)
        board.extras += [maps.image, maps.frames, maps.words]

    def stage_maps(self, index: int) -> FeatureMaps:
        stage, box, theme = self.reading.stages[index], self.board.places.everything, self.stage.theme
        shown = as_maps(self.reading.shown(index))
        title = shape_of(stage)
        if len(stage.shape) == 3 and len(shown) < stage.shape[0]:
            size = "×".join(map(str, stage.shape[1:]))
            title = say("{shown} of {count} maps of {size}", shown=len(shown), count=stage.shape[0], size=size)
        if len(stage.shape) == 2 and shown.shape[1] < stage.shape[0]:
            title = say("{shown} of {count} rows", shown=shown.shape[1], count=f"{stage.shape[0]:,}")
        elif len(stage.shape) == 2 and shown.shape[2] < stage.shape[1]:
            title = say("{shown} of {count} columns", shown=shown.shape[2], count=f"{stage.shape[1]:,}")
        arrangement = Arrangement.of(shown.shape, box.width / box.height)
        return FeatureMaps(shown, arrangement, theme.strong, theme, box, title, gamma=GAMMA)


def steps_together(nodes: list[Node]) -> Iterator[list[Node]]:
    """Give the steps that are shown at one place: one that makes maps, and those after it that change values alone."""
    together: list[Node] = []
    for node in nodes:
        if together and not changes_values_alone(node):
            yield together
            together = []
        together.append(node)
    yield together
