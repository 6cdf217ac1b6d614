"""A trained network reads a digit, layer by layer."""

from __future__ import annotations

from typing import ClassVar

from manim import FadeIn, FadeOut

from cnn_core.activations import ActivationTrace
from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dTrace
from cnn_core.linear import LinearTrace
from scenes.language import marked, say
from scenes.mobjects.picture import draw_pictures_directly
from scenes.network import DigitSpec
from scenes.network.board import NetBoard
from scenes.network.channels import look_at_channels
from scenes.network.kernels import see_the_digit, show_kernels
from scenes.network.layers import told, told_briefly, why
from scenes.network.logit import enter_logits, look_at_logit
from scenes.network.norm import look_at_norm
from scenes.network.photo import show_preparation
from scenes.network.pool import look_at_pool
from scenes.network.reading import Block, Zoom
from scenes.network.verdict import Verdict
from scenes.network.window import look_at_window
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
        self.board = NetBoard(self, self.reading)
        self.introduce()
        for index, block in enumerate(self.reading.blocks):
            self.tell_block(index, block)
        Verdict(self.board, self.spec.x.label).play()

    def introduce(self) -> None:
        board = self.board
        digit = board.maps_of(-1, board.places.everything, self.theme.text)
        shown = None
        if self.spec.x.preparation is not None:
            shown = show_preparation(self, self.spec.x.preparation, self.spec.x.remark, board.places.everything)
        said = say("{digit}: 28×28 grey values from 0, paper, to 1, ink.", digit=self.spec.x.in_words())
        with self.beat("explain", f"{said} {self.spec.x.remark}".strip() if shown is None else said):
            if shown is None:
                self.play(FadeIn(digit), run_time=1.0)
            else:
                self.play(FadeOut(shown), FadeIn(digit, target_position=shown[-1]), run_time=1.0)
        count = len(self.reading.network.layers)
        said = say("A trained network of {count} layers reads it. The strip shows where we are.", count=count)
        reason = say("Each step makes new numbers of the numbers before it.")
        with self.beat("explain", said, reason=reason):
            self.play(FadeIn(board.track, board.track.mark), run_time=0.8)
            self.bring_to_back(board.track)
            self.play(*digit.moves_to(board.maps_of(-1, board.places.left, self.theme.text)), run_time=0.8)
            board.left = digit

    def tell_block(self, index: int, block: Block) -> None:
        """Tell the layers of a block, and look closely where something is worked out."""
        first, *others = block.layers
        self.tell_first(index, first)
        if others and all(self.is_told(layer) for layer in others):
            said = told_briefly(self.reading, others)
            with self.beat("step", said, brisk=True, reason=why(self.reading, others[-1])):
                for layer in others:
                    self.board.morph(layer, run_time=0.5)
        else:
            for layer in others:
                self.tell_in_place(layer)

    def is_told(self, layer: int) -> bool:
        """Tell whether a layer of this kind was told before, and nothing in this one is worked out."""
        return type(self.reading.traces[layer]) in self.told and self.reading.zoom(layer) is None

    def tell_first(self, index: int, layer: int) -> None:
        again = type(self.reading.traces[layer]) in self.told
        reason = why(self.reading, layer)
        is_last = layer == len(self.reading.traces) - 1
        with self.beat("step", told(self.reading, layer, again=again), brisk=again, reason=reason):
            if is_last and isinstance(self.reading.traces[layer], LinearTrace):
                enter_logits(self.board, index)
            else:
                self.board.enter(index, run_time=0.8 if again else 1.6)
        if see_the_digit(self.reading.traces[layer]):
            show_kernels(self.board, layer)
        self.finish(layer)

    def tell_in_place(self, layer: int) -> None:
        again = self.is_told(layer)
        asked = not again and self.ask_what_relu_does(layer)
        kind: Kind = "answer" if asked else "step"
        with self.beat(kind, told(self.reading, layer, again=again), brisk=again, reason=why(self.reading, layer)):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            self.board.morph(layer, run_time=0.6 if again else 1.0)
        self.finish(layer)

    def ask_what_relu_does(self, layer: int) -> bool:
        """Ask what becomes of the negative values, if there are some; tell whether it was asked."""
        trace, right = self.reading.traces[layer], self.board.right
        is_relu = isinstance(trace, ActivationTrace) and trace.name == "relu" and bool((trace.x < 0).any())
        if not self.spec.question or not is_relu or right is None or right.box != self.board.places.right:
            return False
        choices = say("become 0"), say("stay"), say("turn green")
        prompt = say("ReLU comes next. Will everything blue become 0, stay, or turn green?")
        self.ask(prompt, choices[0], first=self.board.leave(), choices=choices)
        return True

    def finish(self, layer: int) -> None:
        """Remember that a kind of layer was told, and work one number out."""
        self.told.add(type(self.reading.traces[layer]))
        zoom = self.reading.zoom(layer)
        if zoom is not None:
            self.look_closely(zoom)

    def look_closely(self, zoom: Zoom) -> None:
        match self.reading.traces[zoom.layer]:
            case Conv2dTrace() if zoom.step.window.shape[0] == 1:
                look_at_window(self.board, zoom, chosen=self.spec.position is not None)
            case Conv2dTrace():
                look_at_channels(self.board, zoom, chosen=self.spec.second_position is not None)
            case BatchNorm2dTrace():
                look_at_norm(self.board, zoom)
            case LinearTrace():
                look_at_logit(self.board, zoom)
            case _:
                look_at_pool(self.board, zoom, chosen=self.spec.pool_position is not None, asked=self.spec.question)
