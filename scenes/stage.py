"""The stage: the base of all scenes. It keeps the time, and the record of what was said and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil, floor
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from manim import (
    ORIGIN,
    UP,
    Animation,
    FadeIn,
    FadeOut,
    VGroup,
    VMobject,
    Wait,
    config,
)

from scenes.language import say, speaking
from scenes.layout import MARGIN, Bands, Box, smallest_text
from scenes.marks import Marked, Written, can_be_seen
from scenes.mobjects.flow import fitted
from scenes.mobjects.headline import Headline
from scenes.mobjects.text import Label, Paragraph, Traceable, size_within
from scenes.specs import SceneSpec
from scenes.swift import SwiftScene, family_of, of_kind
from scenes.theme import PACE, THEMES, reading_time, shortest_reading
from scenes.timeline import TICKS_PER_SECOND, Beat, Kind, Pointer, Sentence, Shown, Timeline

__all__ = ["ExplainerScene"]

SpecT = TypeVar("SpecT", bound=SceneSpec)

HELD_AT_LEAST = 0.4
"""Seconds of stillness at the end of each beat."""

BRISK = 1.0
"""Seconds that a repetition takes at least."""


class ExplainerScene(SwiftScene, Generic[SpecT]):
    """A scene that is a list of beats.

    A subclass names its spec and writes `construct`, in which every `play` stands inside a `beat`. It reads its numbers
    from the trace and computes nothing but positions.

    Parameters
    ----------
    spec
        What to show; the spec's defaults if not given, so that `manim render` works too.

    Attributes
    ----------
    timeline
        The beats played so far.
    on_beat
        Called with each beat when its last frame has been drawn.
    lasting_reason
        The reason that stands beside the title in beats that have none of their own.
    keeps_subtitle
        Whether the muted words in the title's line stay, and a reason for which there is little room is rather smaller.
    """

    spec_class: ClassVar[type[SceneSpec]]
    keeps_subtitle: ClassVar[bool] = False

    def __init__(self, spec: SpecT | None = None, **options: Any) -> None:
        set_frame()
        super().__init__(**options)
        self.spec: SpecT = spec if spec is not None else self.spec_class()  # type: ignore[assignment]
        self.theme = THEMES[self.spec.theme]
        self.bands = Bands.of_frame()
        camera: Any = self.camera
        camera.frame_width, camera.frame_height = config.frame_width, config.frame_height
        camera.background_color = self.theme.background
        self.timeline = Timeline()
        self.on_beat: Callable[[Beat], None] | None = None
        self._ticks = 0
        self._headline = VGroup()
        self._title, self._subtitle, self._reason = "", "", ""
        self.lasting_reason = ""

    @property
    def tall(self) -> bool:
        return bool(config.frame_height > config.frame_width)

    @property
    def wide(self) -> bool:
        return bool(config.frame_width > config.frame_height)

    @property
    def now(self) -> float:
        return self._ticks / TICKS_PER_SECOND

    def render(self, preview: bool = False) -> bool:
        with speaking(self.spec.language):
            return super().render(preview)

    def play(self, *animations: Any, run_time: float = 1.0, **options: Any) -> None:
        """Play animations for `run_time` seconds at normal pace, all of them together."""
        ticks = self._as_ticks(run_time)
        # A hair less than whole ticks: Manim counts frames in floating point, and would now and then draw one too many.
        super().play(*animations, run_time=ticks / TICKS_PER_SECOND - 1e-4, **options)
        self._ticks += ticks

    def hold(self, seconds: float) -> None:
        """Show the same picture for a while (seconds at normal pace)."""
        ticks = self._as_ticks(seconds)
        super().play(Wait(ticks / TICKS_PER_SECOND + 1e-4, frozen_frame=True))
        self._ticks += ticks

    def _as_ticks(self, seconds: float) -> int:
        return max(1, round(seconds * PACE[self.spec.pace] * TICKS_PER_SECOND))

    @contextmanager
    def beat(
        self,
        kind: Kind,
        caption: str,
        *,
        prompt: str | None = None,
        answer: str | None = None,
        choices: tuple[str, ...] | None = None,
        brisk: bool = False,
        reason: str = "",
    ) -> Iterator[None]:
        """Say one thing and show it.

        Whatever is played inside belongs to the beat. It ends with a still picture, and lasts until its caption could
        be read; a brisk beat, which repeats what was said before, lasts as long as the fastest need for that.

        Parameters
        ----------
        reason
            One sentence that stands beside the title meanwhile: what happens, and why.
        """
        start = self.now
        if (reason or self.lasting_reason) != self._reason:
            self._reason = reason or self.lasting_reason
            self._set_headline()
        yield
        pace = PACE[self.spec.pace]
        least = shortest_reading(caption) + 1 / TICKS_PER_SECOND
        wanted = max(BRISK if brisk else reading_time(caption), least / pace)
        self.hold(max(HELD_AT_LEAST, wanted - (self.now - start) / pace))
        seen = tuple(self.shown()), tuple(self.marks()), tuple(self.formulas())
        beat = Beat(kind, caption, start, self.now, prompt, answer, choices, *seen)
        self.timeline.beats.append(beat)
        if self.on_beat is not None:
            self.on_beat(beat)

    def shown(self) -> Iterator[Shown]:
        """Find every traceable number that is visible now."""
        for mobject in of_kind(family_of(self.mobjects), Traceable):
            if mobject.address and is_visible(mobject):
                yield Shown(mobject.shown_text, mobject.address, pixel_box(mobject))

    def marks(self) -> Iterator[Pointer]:
        """Find everything that points something out now."""
        for mobject in of_kind(family_of(self.mobjects), Marked):
            for kind, about, outline in mobject.marks():
                if can_be_seen(outline):
                    yield Pointer(kind, tuple(about), pixel_box(outline))

    def formulas(self) -> Iterator[Sentence]:
        """Find every line of arithmetic that is visible now."""
        for mobject in of_kind(family_of(self.mobjects), Written):
            if can_be_seen(mobject):
                yield Sentence(mobject.written, mobject.explains or None, pixel_box(mobject))

    def texts(self) -> Iterator[Sentence]:
        """Find all visible words that are neither traceable numbers nor part of a line of arithmetic."""
        family = family_of(self.mobjects)
        inside = set(family_of(of_kind(family, Written)))
        for label in of_kind(family, Label):
            if label not in inside and not isinstance(label, Traceable) and can_be_seen(label):
                yield Sentence(label.text, None, pixel_box(label))

    def show_title(self, title: str, subtitle: str = "") -> None:
        """Put the operation's name at the top left, at once, and a subtitle at the right."""
        self._title, self._subtitle = self.spec.title or title, subtitle
        self._set_headline()

    def set_subtitle(self, text: str) -> None:
        """Exchange the muted words in the title's line, at once; they are left out where there is no room for them."""
        self._subtitle = text
        self._set_headline()

    def _set_headline(self) -> None:
        self.remove(self._headline)
        texts = self._title, self._reason, self._subtitle
        self._headline = VGroup()
        if self._title:
            keeps = self.keeps_subtitle
            self._headline = Headline(*texts, self.theme, self.bands.title, tall=self.tall, keeps_aside=keeps)
        self.add(self._headline)

    def origin(self) -> str:
        """Say where numbers come from that did not come as rows: a file, a picture, a digit."""
        origin: str = self.spec.x.origin  # type: ignore[attr-defined]
        if origin in ("rows", "array", "example"):
            return ""
        return say("These numbers are {origin}.", origin=origin) + " "

    def ask(
        self,
        prompt: str,
        answer: str,
        *marks: VMobject,
        first: Sequence[Animation] = (),
        choices: tuple[str, ...] | None = None,
        room: Box | None = None,
    ) -> None:
        """Let a question stand alone and wait; `end_question` takes it away.

        Parameters
        ----------
        marks
            Appear with the question, such as a "?" where the answer will stand.
        first
            Animations that are played before the question appears.
        choices
            From which the answer is chosen, where it is no number.
        room
            Where it stands; the band of the formulas if not given.
        """
        self.question = VGroup(self._question_in_words(prompt, room or self.bands.formula), *marks)
        with self.beat("question", prompt, prompt=prompt, answer=answer, choices=choices):
            if first:
                self.play(*first, run_time=0.8)
            self.play(FadeIn(self.question), run_time=0.6)
            self.hold(reading_time(prompt) + 1.5)

    def _question_in_words(self, prompt: str, box: Box) -> Paragraph:
        """Set a question as large as it fits, on one line if that is large enough."""

        def paragraph(size: float, width: float = box.width) -> Paragraph:
            return Paragraph(prompt, size, self.theme.question, width, "semibold", aligned_edge=ORIGIN)

        size = size_within(prompt, box.width, 0.6, "semibold")
        if size >= 0.48:
            return paragraph(size).move_to(box.center)
        words = fitted(paragraph, box, 0.6) or paragraph(smallest_text(), min(box.width + MARGIN, config.frame_width))
        return words.move_to(box.center).shift(max(0.0, (words.height - box.height) / 2) * UP)

    def end_question(self) -> FadeOut:
        return FadeOut(self.question)


def set_frame() -> None:
    """Give Manim's frame the ratio of the picture; its shorter side is 8 units."""
    unit = min(config.pixel_width, config.pixel_height) / 8
    config.frame_width = config.pixel_width / unit
    config.frame_height = config.pixel_height / unit


def is_visible(number: Traceable) -> bool:
    return bool(number.glyphs) and all(glyph.get_fill_opacity() > 0.05 for glyph in number.glyphs)


def pixel_box(mobject: Any) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a text or a mobject in pixels, with a pixel to spare on each side."""
    parts = getattr(mobject, "glyphs", None) or mobject.get_family()
    points = np.concatenate([part.points for part in parts])
    scale = config.pixel_width / config.frame_width
    left, bottom, _ = (points.min(axis=0) * scale).tolist()
    right, top, _ = (points.max(axis=0) * scale).tolist()
    middle_x, middle_y = config.pixel_width / 2, config.pixel_height / 2
    return (
        floor(middle_x + left) - 1,
        floor(middle_y - top) - 1,
        ceil(middle_x + right) + 1,
        ceil(middle_y - bottom) + 1,
    )
