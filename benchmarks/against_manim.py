"""How long a lesson takes here, and how long with Manim's own command, on the same scenes; in turns, in one run.

    python benchmarks/against_manim.py [LESSON.toml] [-q low|high]

For each scene: `manim render --disable_caching`, a lesson of this scene alone, and the whole lesson; in the end, the
mean of the latter beside the sum of Manim's. Wall and processor time are of whole processes, with all they start;
memory is of the largest process; stolen is processor time that a virtual machine did not get while others had it. PSNR
and SSIM compare the brightness of decoded frames with that of frames that were never encoded, at the same instants.
Linux.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import av
import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cnn_core.arrays import Pair  # noqa: E402
from cnnreel.paint.canvas import Canvas  # noqa: E402
from cnnreel.paint.engine import play  # noqa: E402
from cnnreel.paint.patches import Frame, Patch, PixelArea  # noqa: E402
from cnnreel.paint.quality import QUALITIES  # noqa: E402
from cnnreel.work.lesson_file import Lesson, read_lesson  # noqa: E402
from scenes.specs import SceneSpec  # noqa: E402

Luma: TypeAlias = npt.NDArray[np.float32]
"""(height, width)."""

NO_CACHE = ["--no-cache"]
EVERY = 20
"""Every so many frames, one is compared."""
MANIM_QUALITY = {"low": ["-r", "854,480", "--fps", "15"], "medium": ["-qm"], "high": ["-qh"]}
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Run:
    """What a command took, in seconds and in MB."""

    wall: float = 0.0
    processor: float = 0.0
    stolen: float = 0.0
    memory: float = 0.0

    def __add__(self, other: Run) -> Run:
        return Run(
            self.wall + other.wall,
            self.processor + other.processor,
            self.stolen + other.stolen,
            max(self.memory, other.memory),
        )

    def __truediv__(self, count: int) -> Run:
        return Run(self.wall / count, self.processor / count, self.stolen / count, self.memory)


@dataclass(frozen=True)
class Film:
    """What came of it: bytes, and sums over the frames compared: squared error of a pixel, and similarity."""

    size: int
    frames: int = 0
    errors: float = 0.0
    similar: float = 0.0

    def __add__(self, other: Film) -> Film:
        return Film(*(getattr(self, key) + getattr(other, key) for key in ("size", "frames", "errors", "similar")))

    @property
    def psnr(self) -> float:
        return float(10 * np.log10(255**2 * self.frames / self.errors))

    @property
    def ssim(self) -> float:
        return self.similar / self.frames


def timed(command: list[str | Path]) -> Run:
    """Run a command, and wait for it and for all that it started."""
    start, stolen_before = time.monotonic(), stolen()
    wall, processor, memory = 0.0, 0.0, 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:  # the last one has ended
            return Run(wall, processor, stolen() - stolen_before, memory)
        if pid == process.pid:
            wall = time.monotonic() - start
            if status:
                sys.exit(f"{' '.join(map(str, command))} failed with status {status}")
        processor += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss / 1024)


def stolen() -> float:
    """Return the seconds of all processors that went to other virtual machines, since the start of this one."""
    return int(Path("/proc/stat").read_text().split()[8]) / os.sysconf("SC_CLK_TCK")


SCENE = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from cnnreel.work.lesson_file import read_lesson

SPEC = read_lesson(Path({lesson!r})).clips[{number}].spec

class Clip(type(SPEC).scene_class()):
    def __init__(self, **options):
        super().__init__(SPEC, **options)
"""


def manim(lesson: Path, number: int, quality: str, folder: Path) -> tuple[Run, Path]:
    """Render a clip's scene with Manim's own command."""
    file = folder / f"clip_{number}.py"
    file.write_text(SCENE.format(root=str(ROOT), lesson=str(lesson), number=number))
    options = [*MANIM_QUALITY[quality], "--disable_caching", "--progress_bar", "none", "--media_dir", folder]
    run = timed([sys.executable, "-m", "manim", "render", *options, file, "Clip"])
    return run, next(folder.glob(f"videos/clip_{number}/*/Clip.mp4"))


def ours(lesson: Path, quality: str, folder: Path) -> Run:
    """Film a lesson."""
    render = ["render.py", "lesson", lesson, "-q", quality, "-o", folder, *NO_CACHE]
    return timed([sys.executable, *render])


def one_clip(lesson: Lesson, number: int, folder: Path) -> Path:
    """Write a lesson file with one clip only."""
    clip = lesson.clips[number]
    spec = {key: json.dumps(value) for key, value in clip.spec.as_json().items() if value is not None}
    ratio = spec.pop("ratio")
    keys = "\n".join(f"{key} = {value}" for key, value in spec.items())
    file = folder / f"{clip.name}.toml"
    file.write_text(f'[look]\nratio = {ratio}\n[[clip]]\nscene = "{clip.spec.name}"\n{keys}\n')
    return file


class Compared:
    """A sink that compares every so many frames with those of a film at the same instants."""

    def __init__(self, path: Path, size: Pair, fps: int, colours: Callable[[Frame], Luma]) -> None:
        self._film = pictures(path, fps)
        self._picture = np.zeros((size[1], size[0], 4), np.uint8)
        self._colours = colours
        self._frames = 0
        self.errors: list[float] = []
        self.similar: list[float] = []

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        for patch in patches:
            patch.paint(self._picture)
        for number in range(self._frames, self._frames + repeat):
            shown = next(self._film)
            if number % EVERY == 0:
                here, there = self._colours(self._picture), luma(shown)
                self.errors.append(float(np.mean((here - there) ** 2)))
                self.similar.append(ssim(here, there))
        self._frames += repeat


def pictures(path: Path, fps: int) -> Iterator[av.VideoFrame]:
    """Give the picture of a film at each frame's instant; the last one for ever."""
    with av.open(path) as film:
        decoded = film.decode(video=0)
        now = next(decoded)
        for later in decoded:
            yield from repeat(now, round((later.time - now.time) * fps))
            now = later
        yield from repeat(now)


def luma(picture: av.VideoFrame) -> Luma:
    """Return the brightness of a picture."""
    plane = picture.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:, : picture.width].astype(np.float32)


def manims_luma(frame: Frame) -> Luma:
    """Return the brightness of a frame as Manim gives it to its encoder."""
    return luma(av.VideoFrame.from_ndarray(frame, format="rgba").reformat(format="yuv420p"))


def our_luma(frame: Frame) -> Luma:
    """Return the brightness of a frame as we give it to ours."""
    canvas = Canvas((frame.shape[1], frame.shape[0]))
    canvas.paint(Patch.cut(frame, PixelArea.of(frame)))
    return luma(canvas.frame(0))


def ssim(one: Luma, other: Luma) -> float:
    """Return the mean structural similarity in blocks of 8 x 8 (Wang et al., 2004)."""
    a, b = blocks(one), blocks(other)
    mean_a, mean_b = a.mean(1), b.mean(1)
    covariance = (a * b).mean(1) - mean_a * mean_b
    numerator = (2 * mean_a * mean_b + 6.5025) * (2 * covariance + 58.5225)
    return float(np.mean(numerator / ((mean_a**2 + mean_b**2 + 6.5025) * (a.var(1) + b.var(1) + 58.5225))))


def blocks(picture: Luma) -> Luma:
    height, width = (side // 8 * 8 for side in picture.shape)
    return picture[:height, :width].reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 64)


def judged(spec: SceneSpec, path: Path, quality: str, colours: Callable[[Frame], Luma]) -> Film:
    """Compare a film with what was drawn."""
    size, fps = QUALITIES[quality].size(spec.ratio), QUALITIES[quality].fps
    sink = Compared(path, size, fps, colours)
    play(spec, size, fps, sink)
    return Film(path.stat().st_size, len(sink.errors), float(np.sum(sink.errors)), float(np.sum(sink.similar)))


def both_judged(*films: tuple[SceneSpec, Path, str, Callable[[Frame], Luma]]) -> list[Film]:
    """Judge films, each in a process of its own: what this one takes of memory, Linux counts among what it starts."""
    # forked, for with spawned ones comes a process that stays, and `timed` waits for all there are
    with ProcessPoolExecutor(len(films), get_context("fork")) as judges:
        return list(judges.map(judged, *zip(*films, strict=True)))


def took(name: str, run: Run) -> str:
    return f"{name:26} {run.wall:7.1f} s {run.processor:7.1f} s {run.stolen:6.1f} s {run.memory:6.0f} MB"


def line(name: str, run: Run, film: Film, beside: tuple[Run, Film] | None = None) -> str:
    text = f"{took(name, run)} {film.size / 1e6:7.2f} MB {film.psnr:6.2f} dB {film.ssim:8.5f}"
    if beside is not None:
        other, its = beside
        text += (
            f"  {other.wall / run.wall:5.1f} x {other.processor / run.processor:5.1f} x {film.size / its.size:5.2f} x"
        )
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", nargs="?", type=Path, default=ROOT / "lessons/handwritten-digits.toml")
    parser.add_argument("-q", "--quality", choices=MANIM_QUALITY, default="high")
    asked = parser.parse_args()
    file, quality = asked.lesson.resolve(), asked.quality
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # so that processes left by others are waited for here
    with TemporaryDirectory(prefix="against-manim-") as folder:
        compare(file, quality, Path(folder))


def compare(file: Path, quality: str, folder: Path) -> None:
    """Render everything in turns, and print what it took."""
    lesson = read_lesson(file)
    print(f"{file.name}, {quality}; load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':26} {'wall':>9} {'processor':>9} {'stolen':>8} {'memory':>9}", end="")
    print(f" {'bytes':>10} {'PSNR':>9} {'SSIM':>8}  times less wall, processor; bytes")
    all_of = {"manim": (Run(), Film(0)), "here": (Run(), Film(0))}
    wholes: list[Run] = []
    for number, clip in enumerate(lesson.clips):
        theirs, movie = manim(file, number, quality, folder)
        single = one_clip(lesson, number, folder)
        run = ours(single, quality, folder / "single")
        wholes.append(ours(file, quality, folder / "whole"))
        made = next((folder / "single" / single.stem).glob(f"*/{clip.spec.name}.mp4"))
        ours_was = read_lesson(single).clips[0].spec  # numbers in a file are said to come from there
        judgements = both_judged((clip.spec, movie, quality, manims_luma), (ours_was, made, quality, our_luma))
        print(line(f"{clip.name}, manim", theirs, judgements[0]))
        print(line(f"{clip.name}, here", run, judgements[1], (theirs, judgements[0])))
        print(took("the whole lesson, here", wholes[-1]), flush=True)
        all_of["manim"] = all_of["manim"][0] + theirs, all_of["manim"][1] + judgements[0]
        all_of["here"] = all_of["here"][0] + run, all_of["here"][1] + judgements[1]
    print(line("one by one, manim", *all_of["manim"]))
    print(line("one by one, here", *all_of["here"], all_of["manim"]))
    mean = sum(wholes, Run()) / len(wholes)
    print(line(f"as a lesson, mean of {len(wholes)}", mean, all_of["here"][1], all_of["manim"]))
    print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
