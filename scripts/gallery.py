"""Make the gallery and the pictures of the guides: `.venv/bin/python scripts/gallery.py` (after `scripts/setup dev`).

    .venv/bin/python scripts/gallery.py                    # all scenes, a few minutes; then the guides' pictures
    .venv/bin/python scripts/gallery.py max-pool conv2d    # these scenes alone

A picture is the last frame of a beat. Beside the pictures, `stills.json` keeps the command and the beat of each, and a
digest of what stood there; `tests/test_gallery.py` compares it with what the film would show today.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, NamedTuple

import click
from PIL import Image

from cnnreel.cli.options import build, options_of
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Output
from cnnreel.work.lesson import produce
from cnnreel.work.lesson_file import read_lesson
from cnnreel.work.pool import usable_cores
from scenes.catalog import SCENES, find
from scenes.specs import SceneSpec
from scenes.theme import THEMES
from scenes.timeline import Beat, Kind

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
PICTURES = GALLERY.with_name("pictures")
WIDTH = 640
"""Pixels of a picture in the gallery."""
_DRAWN = (1280, 720)


class Moment(NamedTuple):
    """The beat of which a picture is taken, counted from 1, and the options of the scene's command."""

    beat: int
    options: str = ""


MOMENTS: Mapping[str, Moment] = MappingProxyType(
    {
        "title": Moment(2),
        "conv2d": Moment(11),
        "max-pool": Moment(5),
        "avg-pool": Moment(5),
        "relu": Moment(4),
        "leaky-relu": Moment(4),
        "sigmoid": Moment(4),
        "tanh": Moment(4),
        "batch-norm": Moment(17),
        "softmax": Moment(9, '--x "2 1 0 -1" --labels "cat, dog, bird, fish"'),
        "flatten": Moment(6),
        "linear": Moment(7),
        "digit": Moment(4),
        "mistake": Moment(7),
        "softmax-cross-entropy": Moment(6),
        "linear-backward": Moment(5),
        "max-pool-backward": Moment(8),
        "avg-pool-backward": Moment(9),
        "relu-backward": Moment(5),
        "leaky-relu-backward": Moment(3),
        "sigmoid-backward": Moment(7),
        "tanh-backward": Moment(5),
        "batch-norm-backward": Moment(11),
        "conv2d-backward": Moment(8),
        "conv-transpose2d": Moment(5),
        "depthwise-conv2d": Moment(8),
        "global-avg-pool": Moment(3),
        "layer-norm": Moment(7),
        "learning-rate": Moment(9),
        "net": Moment(15, "--x mnist:7 --depth stages"),
        "residual-add": Moment(4),
        "sgd-step": Moment(7),
        "training": Moment(15),
        "upsample": Moment(8, '--x "4 8; 2 6" --scale-factor 3'),
    }
)
"""The most telling beats. Of a scene that is not here, the gallery shows the first answer, or the last beat."""


class Scene(NamedTuple):
    """A scene as the gallery shows it."""

    spec: SceneSpec
    options: str

    @classmethod
    def of(cls, name: str) -> Scene:
        """Return a scene from the options of its command."""
        kind, options = find(name), MOMENTS[name].options if name in MOMENTS else ""
        command = click.Command(name, params=options_of(kind))
        return cls(build(kind, command.make_context(name, shlex.split(options)).params), options)

    def number(self, beats: Sequence[Beat]) -> int:
        """Return the number of the beat that is shown, counted from 1."""
        if self.spec.name in MOMENTS:
            return MOMENTS[self.spec.name].beat
        kinds: list[Kind] = [beat.kind for beat in beats]
        return kinds.index("answer") + 1 if "answer" in kinds else len(kinds)

    def entry(self, beats: Sequence[Beat]) -> dict[str, Any]:
        """Return what `stills.json` keeps: of the beat, what is said, and a digest of all that is known of its end."""
        number = self.number(beats)
        beat = beats[number - 1]
        seen = {key: value for key, value in beat.as_json().items() if key not in ("start", "end")}
        digest = hashlib.sha256(f"{json.dumps(seen)} {THEMES[self.spec.theme]}".encode()).hexdigest()
        return {"options": self.options, "beat": number, "caption": beat.caption, "digest": digest[:32]}


def draw(scene: Scene) -> tuple[Image.Image, dict[str, Any]]:
    """Play a scene, and draw the one frame that is shown."""
    from cnnreel.paint.engine import EVERY_BEAT, play  # noqa: PLC0415 (Manim, which the page does without)

    name, frames = scene.spec.name, {}
    wanted = {MOMENTS[name].beat - 1} if name in MOMENTS else EVERY_BEAT
    beats = play(
        scene.spec, _DRAWN, 15, None, wanted=wanted, on_beat=lambda beat, frame: frames.update({beat.start: frame})
    ).beats
    shown = frames[beats[scene.number(beats) - 1].start]
    return Image.fromarray(shown).convert("RGB"), scene.entry(beats)


def page_text(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page of the gallery."""
    sections = "\n".join(section(name, entry) for name, entry in entries.items())
    return (
        "# Gallery\n\nA still of every scene, and the command that films it. Numbers of your own go behind it: "
        "`python render.py scene SCENE --help`\nsays what a scene takes. Where cnnreel is installed, `cnnreel` stands "
        f"for `python render.py`.\n\n{sections}"
    )


def section(name: str, entry: Mapping[str, Any]) -> str:
    """Return what the page says of a scene."""
    command = f"python render.py scene {name} {entry['options']}".rstrip()
    return f"## {name}\n\n{find(name).summary}\n\n![{entry['caption']}]({name}.webp)\n\n```sh\n{command}\n```\n"


def kept_entries() -> dict[str, dict[str, Any]]:
    """Return what was written beside the pictures."""
    file = GALLERY / "stills.json"
    kept: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return kept


def show_lesson(browser: Any) -> None:
    """Write the pictures of a lesson's page: a number that is looked into, and a question."""
    with TemporaryDirectory() as folder:
        lesson = read_lesson(Path("handwritten-digits"))
        produce([lesson], Path(folder), Output("low"), usable_cores(), cache=Cache.of_user())
        address = (Path(folder) / lesson.name / "index.html").as_uri()
        for name, scheme, said in (
            ("inside", "dark", "The window moves on by 1 column. The 9 products add up to 5."),
            ("question", "light", "What is Max(4, 1, 1, 1)?"),
        ):
            page = browser.new_page(viewport={"width": 1240, "height": 780}, color_scheme=scheme)
            page.goto(address)
            page.locator("body:not(:has(.packed))").wait_for()
            page.locator("[data-beat]", has_text=said).first.click()
            if name == "inside":
                page.get_by_label("5, output row 1, column 2").first.click()
            else:
                page.locator("#question input").first.fill("4")
            page.mouse.move(0, 0)
            page.wait_for_timeout(1000)
            page.screenshot(path=PICTURES / f"page-{name}.png")


def show_guides() -> None:
    """Write the pictures that README and the guides show, in a real browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (which the test of the page does without)

    draw(Scene.of("conv2d"))[0].save(PICTURES / "conv2d.png", optimize=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-headless-shell"))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        show_lesson(browser)


def main(names: Sequence[str]) -> None:
    """Write pictures, and the page; of all scenes, those of the guides as well."""
    GALLERY.mkdir(exist_ok=True)
    entries = kept_entries()
    for name in names or SCENES:
        picture, entries[name] = draw(Scene.of(name))
        picture.resize((WIDTH, WIDTH * _DRAWN[1] // _DRAWN[0]), Image.Resampling.LANCZOS).save(
            GALLERY / f"{name}.webp", lossless=True, method=6
        )
        print(GALLERY / f"{name}.webp")
    entries = {name: entries[name] for name in SCENES if name in entries}
    (GALLERY / "stills.json").write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (GALLERY / "README.md").write_text(page_text(entries), encoding="utf-8")
    if not names:
        show_guides()


if __name__ == "__main__":
    main(sys.argv[1:])
