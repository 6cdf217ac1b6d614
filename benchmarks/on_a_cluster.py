"""How long a lesson takes with `--engine dask`, with ever more workers and with ever more clips.

    python benchmarks/on_a_cluster.py [--workers 1 2 4] [--clips 10 30 100] [--scheduler tcp://scheduler:8786]

The clips are small (a max pooling of one window, 854x480, some seconds) and all different; there is no cache. Times are
of the whole engine: starting workers, filming, taking the clips in. "local" is `--engine local`, as a lesson is filmed
without a cluster. With --scheduler the workers are those that the cluster has.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cnnreel.work.jobs import Failed, Job  # noqa: E402
from cnnreel.work.workers import film_all  # noqa: E402

from cnnreel.work.cluster.filming import film_on_cluster  # noqa: E402
from cnnreel.work.lesson import Engine  # noqa: E402
from scenes.catalog import find  # noqa: E402


def small_clips(number: int, out: Path) -> list[Job]:
    pool = find("max-pool")
    grids = [f"{one} 3; 3 {one + 1}" for one in range(number)]
    specs = [pool.build({"x": grid, "question": False, "pace": "fast"}) for grid in grids]
    return [Job(spec, out, f"clip-{one}", "low") for one, spec in enumerate(specs)]


def seconds(engine: Engine, clips: int, workers: int) -> float:
    with TemporaryDirectory(prefix="on-a-cluster-") as folder:
        jobs = small_clips(clips, Path(folder))
        start = time.monotonic()
        outcomes = engine(jobs, workers, None)
        took = time.monotonic() - start
    failures = [outcome.reason for outcome in outcomes if isinstance(outcome, Failed)]
    if failures:
        sys.exit(f"{len(failures)} clips failed: {failures[0]}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--clips", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--scheduler")
    asked = parser.parse_args()
    engines: dict[str, Engine] = {"dask": partial(film_on_cluster, scheduler=asked.scheduler)}
    if asked.scheduler is None:
        engines["local"] = film_all
    print(f"{os.cpu_count()} cores; load before: {os.getloadavg()[0]:.1f}")
    print(f"{'engine':8} {'workers':>7} {'clips':>6} {'wall':>9} {'a clip':>9}")
    for name, engine in engines.items():
        for workers in [1] if asked.scheduler else asked.workers:
            for clips in asked.clips:
                took = seconds(engine, clips, workers)
                shown = "its own" if asked.scheduler else workers
                print(f"{name:8} {shown:>7} {clips:>6} {took:>7.1f} s {took / clips:>7.2f} s", flush=True)


if __name__ == "__main__":
    main()
