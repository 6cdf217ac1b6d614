"""The end of a reading: logits become probabilities, and what was read stands beside what was meant."""

from __future__ import annotations

from manim import DOWN, LEFT, RIGHT, FadeIn, FadeOut, Group, Mobject, VGroup

from scenes.digit.chain import ChainReading
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import share_in_words
from scenes.mobjects.picture import Picture
from scenes.mobjects.text import Label, Number
from scenes.net.board import NetBoard
from scenes.softmax.chapter import SoftmaxChapter
from scenes.softmax.table import SoftmaxTable
from scenes.specs.digit_image import unsure

__all__ = ["Verdict"]

LINE = 0.7
"""Height of a line of arithmetic below the table, in scene units."""


class Verdict:
    """Softmax, and the prediction beside the label.

    Parameters
    ----------
    label
        What the writer meant, where that is known.
    """

    def __init__(self, board: NetBoard, reading: ChainReading, label: int | None) -> None:
        self.board, self.stage, self.theme, self.label = board, board.stage, board.theme, label
        self.reading = reading
        self.prediction, self.trace = reading.prediction, reading.probabilities
        names = [str(k) for k in range(self.trace.x.size)]
        table, line = self.boxes()
        self.table = SoftmaxTable(self.trace, _address_of, names, self.theme, table, decimals=2)
        self.chapter = SoftmaxChapter(self.stage, self.trace, self.table, called, reading.explain, line)

    def boxes(self) -> tuple[Box, Box]:
        """Return the boxes of the table and of the lines below it; in a wide frame the table is made higher."""
        whole, formula = self.board.places.whole, self.board.places.formula
        if not self.stage.wide:
            return whole, formula
        bottom = formula.bottom + LINE
        return (
            Box(whole.left, whole.right, bottom + 0.1, whole.top),
            Box(formula.left, formula.right, formula.bottom, bottom),
        )

    def play(self) -> None:
        self.arrive()
        self.chapter.exponentiate_at_once()
        self.chapter.add_up()
        self.chapter.divide(question=False)
        self.judge()

    def arrive(self) -> None:
        board = self.board
        why = say("A logit may be any number; a probability may not.")
        with self.stage.beat("explain", say("Softmax turns the logits into probabilities."), reason=why):
            board.clear()
            logits = board.logits or board.list_logits(self.reading.layers[-1])
            self.stage.play(board.left.leave(), board.track.go_to(len(self.reading.layers) + 1), run_time=0.6)
            self.chapter.take_logits(logits.numbers)
            self.stage.play(FadeOut(logits), run_time=0.3)

    def judge(self) -> None:
        said = say(
            "The network reads {digit}, with a probability of {probability}.",
            digit=self.prediction,
            probability=share_in_words(float(self.trace.output[0, self.prediction])),
        )
        with self.stage.beat("explain", f"{said} {self.meant()}", reason=self.insight()):
            if not self.stage.wide:
                self.stage.play(FadeOut(self.chapter.formula), run_time=0.4)
                box = self.board.places.formula
            else:
                self.clear_columns()
                right = float(self.table.chart.names.get_left()[0]) - 0.3
                box = Box(self.board.places.whole.left, right, self.table.box.bottom, self.table.box.top)
            image, words = self.sign(box)
            for part in (image, *words):
                self.stage.play(FadeIn(part), run_time=0.7)

    def clear_columns(self) -> None:
        """Leave only the chart, and move the classes' names to it."""
        chapter, table = self.chapter, self.table
        columns = [label for column in chapter.columns.values() for label in column]
        heads = [table.heads[name] for name in chapter.columns]
        self.stage.play(FadeOut(VGroup(*columns, *heads, table.total_line, chapter.formula)), run_time=0.4)
        shift = table.chart.left - 0.2 - table.chart.names.get_right()[0]
        self.stage.play(table.chart.names.animate.shift(shift * RIGHT), run_time=0.8)

    def insight(self) -> str:
        """Say what all this was made of."""
        learned = f"{self.reading.graph.parameters():,}"
        return say("{learned} learned numbers and arithmetic, nothing else.", learned=learned)

    def meant(self) -> str:
        if self.label is None:
            return unsure(self.trace.output[0]) or say("It knows only digits, so it finds one in every picture.")
        if self.label == self.prediction:
            return say("The label says {label}, so it is right.", label=self.label)
        return say("The label says {label}, so it is wrong.", label=self.label)

    def sign(self, box: Box) -> Group:
        """Return the digit, what was read and what was meant."""
        side = min(0.9 * box.height, 0.5 * box.width)
        digit = self.board.maps_of(None, box, self.theme.text)
        image = Picture(digit.colours(), side)
        size = max(smallest_text(), 0.14 * side)
        rows: list[Mobject] = [self.row("prediction", self.prediction, size, self.theme.output)]
        if self.label is not None:
            rows.append(self.row("label", self.label, size, self.theme.input))
        words = Group(*rows)
        if self.stage.wide:
            words.arrange(DOWN, buff=0.4 * size, aligned_edge=LEFT)
        else:
            words.arrange(RIGHT, buff=size)
        return Group(image, words).arrange(RIGHT, buff=0.4).move_to(box.center)

    def row(self, name: str, value: int, size: float, color: str) -> Group:
        number = Number(str(value), name, 2.6 * size, color, "semibold")
        return Group(Label(name, size, self.theme.muted), number).arrange(DOWN, buff=0.1 * size, aligned_edge=LEFT)


def _address_of(name: str, k: int) -> str:
    """Return the address of a class's value in one of the softmax's arrays."""
    return f"softmax.{name}[0,{k}]"


def called(k: int) -> str:
    return say("digit {number}", number=k)
