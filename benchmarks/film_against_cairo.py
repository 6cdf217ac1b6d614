"""Compare recorded films, drawn in a browser's canvas, with what cairo draws.

    python benchmarks/film_against_cairo.py [SCENE ...] [--filming]

At the end of every beat and at eight instants within it, in both themes, at 1080p. Also: how long the canvas takes for
a frame and for a random seek, how large a film is, and what recording costs against filming (processor time).
"""

from __future__ import annotations

import argparse
import base64
import gzip
import io
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from cnnreel.film.recorder import record_film
from cnnreel.paint.engine import FilmRenderer, everything, manim_set_up
from cnnreel.paint.looks import lively
from cnnreel.work.filming import film
from scenes.catalog import SCENES, find
from scenes.specs import SceneSpec
from scenes.theme import THEMES

SIZE, FPS = (1920, 1080), 60
WITHIN = 8
PLAYER = Path(__file__).parents[1] / "cnnreel" / "play" / "player" / "film.js"
MEAN, STRONG, REGION = 0.5, 64, 12
FRAME_MS, SEEK_MS = 4.0, 20.0
CHEAPER = 4.0


class Instants(FilmRenderer):
    """Draws some frames only, and hands them on."""

    def __init__(self, wanted: set[int], on_frame: Callable[[int, Any], None]) -> None:
        super().__init__(None, range(10_000))
        self.wanted, self.on_frame = wanted, on_frame

    def _play_moving(self, scene: Any, frames: int) -> None:
        self.camera.set_scenery(scene.static_mobjects)
        may_change = lively(scene)
        for number in range(frames):
            if self.frames in self.wanted:
                scene.update_to_time(number / FPS)
                self._film(self.camera.redraw(scene.moving_mobjects or everything(scene), may_change))
            else:
                self._count(1)
        self._sink = None
        super()._play_moving(scene, 0)

    def _film(self, redrawn: Any, repeat: int = 1) -> None:
        first = self.frames
        super()._film(redrawn, repeat)
        for number in self.wanted & set(range(first, first + repeat)):
            self.on_frame(number, self.picture[..., :3])


def draw_with_cairo(spec: SceneSpec, wanted: set[int], on_frame: Callable[[int, Any], None]) -> None:
    """Hand on the frames of these numbers."""
    with manim_set_up(SIZE, FPS):
        type(spec).scene_class()(spec, renderer=Instants(wanted, on_frame)).render()


def instants(beats: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of frames to compare."""
    found = set()
    for beat in beats:
        first, last = round(beat["start"] * FPS), round(beat["end"] * FPS) - 1
        found |= {last, *(round(first + (last - first) * (k + 0.5) / WITHIN) for k in range(WITHIN))}
    return sorted(found)


def regions(strong: Any) -> Iterator[tuple[int, int]]:
    """Give width and height of each region of connected pixels."""
    left = set(zip(*np.nonzero(strong), strict=True))
    while left:
        stack, region = [left.pop()], []
        while stack:
            row, column = stack.pop()
            region.append((row, column))
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            stack += near
        rows, columns = zip(*region, strict=True)
        yield max(columns) - min(columns) + 1, max(rows) - min(rows) + 1


class Canvas:
    """A page that draws films."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        self.page.set_content(f'<canvas width="{SIZE[0]}" height="{SIZE[1]}"></canvas>')
        self.page.add_script_tag(content=PLAYER.read_text())
        self.page.evaluate("canvas = document.querySelector('canvas'); context = canvas.getContext('2d')")

    def load(self, recorded: dict[str, Any]) -> None:
        self.page.evaluate("(film) => { window.film = film; }", recorded)

    def frame(self, number: int, theme: str) -> Any:
        """Return what is drawn at the middle of nothing but this frame's instant."""
        url = self.page.evaluate(
            "([time, theme]) => { draw(film, time, context, theme); return canvas.toDataURL(); }", [number / FPS, theme]
        )
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB"))

    def milliseconds(self, times: list[float]) -> float:
        """Return how long a frame takes: the median over these times, for others may use the machine as well."""
        took: list[float] = self.page.evaluate(
            """(times) => times.map((time) => {
              const start = performance.now();
              draw(film, time, context); context.getImageData(0, 0, 1, 1);
              return performance.now() - start;
            })""",
            times,
        )
        return float(np.median(took))


def compared(canvas: Canvas, spec: SceneSpec, wanted: list[int], folder: Path | None) -> tuple[float, int, str]:
    """Return the largest mean difference, the largest region's longer side, and where it is."""
    worst, largest, where = 0.0, 0, ""

    def compare(number: int, cairo: Any) -> None:
        nonlocal worst, largest, where
        shown = canvas.frame(number, spec.theme)
        off = np.abs(shown.astype(int) - cairo)
        longest = max((max(size) for size in regions((off > STRONG).any(axis=-1))), default=0)
        worst = max(worst, float(off.mean()))
        if longest > largest:
            largest, where = longest, f"{spec.theme} {number / FPS:.2f} s"
            if folder is not None and longest > REGION:
                keep(folder / f"{spec.name}-{spec.theme}-{number}.png", shown, cairo, off)

    draw_with_cairo(spec, set(wanted), compare)
    return worst, largest, where


def keep(path: Path, *pictures: Any) -> None:
    """Save pictures beside each other, to be looked at."""
    Image.fromarray(np.hstack([np.clip(one, 0, 255).astype(np.uint8) for one in pictures])).save(path)


def measure(name: str, canvas: Canvas, folder: Path | None, filming: bool) -> bool:
    """Print a line about a scene; tell whether it is as good as it should be."""
    spec = find(name).build({})
    type(spec).scene_class()  # loads Manim
    start = time.process_time()
    recorded = json.loads(json.dumps(record_film(spec, SIZE).film))
    size = len(gzip.compress(json.dumps(recorded, separators=(",", ":")).encode(), 9)) / 1000
    recording = time.process_time() - start
    canvas.load(recorded)
    duration = recorded["duration"]
    steps = [k / FPS for k in range(0, int(duration * FPS), max(1, int(duration * FPS / 300)))]
    smooth = canvas.milliseconds(steps)
    seeks = canvas.milliseconds(np.random.default_rng(0).uniform(0, duration, 100).tolist())
    results = [
        compared(canvas, find(name).build({"theme": theme}), instants(recorded["beats"]), folder) for theme in THEMES
    ]
    mean, (_, region, where) = max(one[0] for one in results), max(results, key=lambda one: one[1])
    took = filming_took(spec) if filming else 0.0
    good = mean <= MEAN and region <= REGION and smooth <= FRAME_MS and seeks <= SEEK_MS
    good = good and (not filming or took >= CHEAPER * recording)
    cheaper = f"{took:6.1f} {took / recording:5.1f}x" if filming else ""
    differs, speed = f"{mean:5.2f} {region:4d} {where:14}", f"{smooth:5.1f} {seeks:5.1f}"
    print(f"{name:12} {differs} {speed} {size:7.1f} {recording:6.1f} {cheaper}{'' if good else '  !'}", flush=True)
    return good


def filming_took(spec: SceneSpec) -> float:
    """Return the processor time that filming takes."""
    folder = Path(tempfile.mkdtemp())
    start = time.process_time()
    film(spec, folder, quality="high")
    took = time.process_time() - start
    shutil.rmtree(folder)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=list(SCENES))
    parser.add_argument("--filming", action="store_true", help="also film each scene at 1080p60, for the time it takes")
    parser.add_argument("--keep", type=Path, help="save the pictures of regions that differ in this folder")
    given = parser.parse_args()
    print("scene         mean  region where          ms  seek    kB gz  record s  film s")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-headless-shell"))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        canvas = Canvas(browser)
        results = [measure(name, canvas, given.keep, given.filming) for name in given.scenes]
        browser.close()
    raise SystemExit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
