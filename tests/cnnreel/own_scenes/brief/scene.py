from __future__ import annotations

from manim import RIGHT, UP, FadeIn

from scenes.mobjects.text import Label
from scenes.stage import ExplainerScene

from . import BriefSpec


class BriefScene(ExplainerScene[BriefSpec]):
    spec_class = BriefSpec

    def construct(self) -> None:
        for number, word in enumerate(("One", "Two", "Three")):
            if number == 1 and self.spec.question:
                self.ask("Next?", "Two")
                with self.beat("answer", "Two."):
                    self.play(self.end_question(), run_time=0.2)
            with self.beat("explain", f"{word}."):
                label = Label(word, 1, self.theme.text).move_to(number * 2 * RIGHT + UP)
                self.play(FadeIn(label), run_time=0.2)
