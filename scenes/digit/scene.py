"""A trained network reads a digit, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from manim import FadeIn, FadeOut

from cnn_core.activations import ActivationTrace
from cnn_core.graph import Node
from cnn_core.linear import LinearTrace
from cnn_core.operations import OPERATIONS
from scenes.digit import DigitSpec
from scenes.digit.kernels import see_the_digit, show_kernels
from scenes.digit.layers import told, told_briefly, why
from scenes.digit.photo import show_preparation
from scenes.digit.verdict import Verdict
from scenes.language import marked, say
from scenes.mobjects.picture import draw_pictures_directly
from scenes.mobjects.track import NetTrack
from scenes.net.board import NetBoard, NetPlaces
from scenes.net.cone import show_cone
from scenes.net.logit import enter_logits
from scenes.net.looking import look_closely
from scenes.net.words import SHORT
from scenes.stage import ExplainerScene
from scenes.timeline import Kind

__all__ = ["DigitScene"]


class DigitScene(ExplainerScene[DigitSpec]):
    """From the pixels to ten probabilities."""

    spec_class: ClassVar[type[DigitSpec]] = DigitSpec
    operation = marked("The classifier reads a digit")

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.reading = self.spec.reading
        self.told: set[type] = set()
        self.show_title(say(self.operation))
        names = step_names(self.reading.layers)
        places = NetPlaces.of(self.bands, NetTrack.height_of(names, self.bands.whole.width))
        self.track = NetTrack(names, self.theme, places.track)
        self.board = NetBoard(self, self.reading, places, self.track)
        self.introduce()
        late = None if self.reading.receptive is None else list(self.reading.receptive.seen)[-1]
        for block in self.reading.blocks:
            self.tell_block(block)
            if late in [self.reading.layers[layer].name for layer in block]:
                show_cone(self.board)
        Verdict(self.board, self.reading, self.spec.x.label).play()

    def introduce(self) -> None:
        board = self.board
        digit = board.maps_of(None, board.places.everything, self.theme.text)
        shown = None
        if self.spec.x.preparation is not None:
            shown = show_preparation(self, self.spec.x.preparation, self.spec.x.remark, board.places.everything)
        said = say("{digit}: 28×28 grey values from 0, paper, to 1, ink.", digit=self.spec.x.in_words())
        with self.beat("explain", f"{said} {self.spec.x.remark}".strip() if shown is None else said):
            if shown is None:
                board.reveal(digit, 1.6)
            else:
                self.play(FadeOut(shown), FadeIn(digit, target_position=shown[-1]), run_time=1.0)
        count = len(self.reading.graph.nodes)
        said = say("A trained network of {count} layers reads it. The strip shows where we are.", count=count)
        reason = say("Each step makes new numbers of the numbers before it.")
        with self.beat("explain", said, reason=reason):
            self.play(FadeIn(self.track, self.track.mark), run_time=0.8)
            self.bring_to_back(self.track)
            self.play(*digit.moves_to(board.maps_of(None, board.places.left, self.theme.text)), run_time=0.8)
            board.left = digit

    def tell_block(self, block: list[int]) -> None:
        """Tell the layers of a block, and look closely where something is worked out."""
        first, *others = block
        self.tell_first(first)
        if others and all(self.is_told(layer) for layer in others):
            said = told_briefly(self.reading, others)
            with self.beat("step", said, brisk=True, reason=why(self.reading, others[-1])):
                for layer in others:
                    self.board.morph(self.reading.layers[layer], run_time=0.5)
        else:
            for layer in others:
                self.tell_in_place(layer)

    def is_told(self, layer: int) -> bool:
        """Tell whether a layer of this kind was told before, and nothing in this one is worked out."""
        return type(self.reading.trace_of(layer)) in self.told and self.reading.worked_in(layer) is None

    def tell_first(self, layer: int) -> None:
        node, trace = self.reading.layers[layer], self.reading.trace_of(layer)
        again = type(trace) in self.told
        is_last = layer == len(self.reading.layers) - 1
        with self.beat("step", told(self.reading, layer, again=again), brisk=again, reason=why(self.reading, layer)):
            if is_last and isinstance(trace, LinearTrace):
                enter_logits(self.board, node)
            else:
                self.board.enter(
                    node, run_time=0.8 if again else 2.4, swept=trace.kernel_size[0] if see_the_digit(trace) else 0
                )
        if see_the_digit(trace):
            show_kernels(self.board, trace)
        self.finish(layer)

    def tell_in_place(self, layer: int) -> None:
        again = self.is_told(layer)
        asked = not again and self.ask_what_relu_does(layer)
        kind: Kind = "answer" if asked else "step"
        with self.beat(kind, told(self.reading, layer, again=again), brisk=again, reason=why(self.reading, layer)):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            self.board.morph(self.reading.layers[layer], run_time=0.6 if again else 1.0)
        self.finish(layer)

    def ask_what_relu_does(self, layer: int) -> bool:
        """Ask what becomes of the negative values, if there are some; tell whether it was asked."""
        trace, right = self.reading.trace_of(layer), self.board.right
        is_relu = isinstance(trace, ActivationTrace) and trace.name == "relu" and bool((trace.x < 0).any())
        if not self.spec.question or not is_relu or right is None or right.box != self.board.places.right:
            return False
        choices = say("become 0"), say("stay"), say("turn green")
        prompt = say("ReLU comes next. Will everything blue become 0, stay, or turn green?")
        self.ask(prompt, choices[0], first=self.board.leave(), choices=choices)
        return True

    def finish(self, layer: int) -> None:
        """Remember that a kind of layer was told, and work one number out."""
        self.told.add(type(self.reading.trace_of(layer)))
        one = self.reading.worked_in(layer)
        if one is not None:
            called = say("digit {number}", number=one.position[-1])
            look_closely(self.board, one, called, asked=self.spec.question)


def step_names(layers: Sequence[Node]) -> list[str]:
    """Return the names of all steps: the digit, a layer each, and the softmax."""
    names = [OPERATIONS[node.op].name for node in layers]
    return [say("digit"), *(say(SHORT.get(name, name)) for name in names), say("softmax")]
