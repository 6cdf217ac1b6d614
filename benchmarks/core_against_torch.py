"""How long the numeric core takes beside torch, on one thread each, both in float64.

Run it as `python benchmarks/core_against_torch.py`. It prints a table; nothing is asserted, for a busy machine
proves nothing. The core checks its input and builds its trace within the measured time. Measured in turns, best of
many, so that both meet the same machine.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import cnn_core  # noqa: E402

REPEATS = 15
RNG = np.random.default_rng(0)


class Contest(NamedTuple):
    name: str
    ours: Callable[[], np.ndarray]
    theirs: Callable[[], torch.Tensor]


def main() -> None:
    torch.set_num_threads(1)
    print(f"{'milliseconds, best of ' + str(REPEATS):40} {'cnn_core':>10} {'torch':>10} {'ratio':>7}")
    for contest in contests():
        np.testing.assert_allclose(contest.ours(), contest.theirs().numpy(), rtol=1e-9, atol=1e-9)
        ours, theirs = race(contest.ours, contest.theirs)
        print(f"{contest.name:40} {ours * 1e3:10.2f} {theirs * 1e3:10.2f} {ours / theirs:7.2f}", flush=True)


def race(*runners: Callable[[], object]) -> list[float]:
    """Let each run in turns; return the best time of each, in seconds."""
    best = [float("inf")] * len(runners)
    for _ in range(REPEATS):
        for lane, run in enumerate(runners):
            start = time.perf_counter()
            run()
            best[lane] = min(best[lane], time.perf_counter() - start)
    return best


def contests() -> list[Contest]:
    return [
        convolution(100, 1, 8, 28),
        convolution(100, 8, 16, 28),
        convolution(1000, 1, 8, 28),
        convolution(1000, 8, 16, 13),
        transposed(100, 8, 8, 14),
        pooling(1000, 8, 26),
        normalisation(1000, 8, 26),
        rectifier(1000, 8, 26),
        fully_connected(1000, 400, 10),
        net(100),
        net(1000),
    ]


def twin(*shape: int) -> tuple[np.ndarray, torch.Tensor]:
    array = RNG.standard_normal(shape)
    return array, torch.from_numpy(array.copy())


def convolution(n: int, c_in: int, c_out: int, side: int) -> Contest:
    (x, tx), (w, tw), (b, tb) = twin(n, c_in, side, side), twin(c_out, c_in, 3, 3), twin(c_out)
    return Contest(
        f"conv2d 3x3, {n} x {c_in} x {side} x {side} -> {c_out}",
        lambda: cnn_core.conv2d(x, w, b).output,
        lambda: F.conv2d(tx, tw, tb),
    )


def transposed(n: int, c_in: int, c_out: int, side: int) -> Contest:
    (x, tx), (w, tw) = twin(n, c_in, side, side), twin(c_in, c_out, 2, 2)
    return Contest(
        f"conv_transpose2d 2x2, {n} x {c_in} x {side} x {side}",
        lambda: cnn_core.conv_transpose2d(x, w, stride=2).output,
        lambda: F.conv_transpose2d(tx, tw, stride=2),
    )


def pooling(n: int, c: int, side: int) -> Contest:
    x, tx = twin(n, c, side, side)
    return Contest(
        f"max_pool2d 2x2, {n} x {c} x {side} x {side}",
        lambda: cnn_core.max_pool2d(x, 2).output,
        lambda: F.max_pool2d(tx, 2),
    )


def normalisation(n: int, c: int, side: int) -> Contest:
    (x, tx), (ours, theirs) = twin(n, c, side, side), zip(*statistics(c), strict=True)
    return Contest(
        f"batch_norm2d, {n} x {c} x {side} x {side}",
        lambda: cnn_core.batch_norm2d(x, *ours).output,
        lambda: F.batch_norm(tx, *theirs),
    )


def statistics(c: int) -> list[tuple[np.ndarray, torch.Tensor]]:
    """Return running mean, running variance, gamma and beta."""
    variance = RNG.random(c) + 0.5
    return [twin(c), (variance, torch.from_numpy(variance.copy())), twin(c), twin(c)]


def rectifier(n: int, c: int, side: int) -> Contest:
    x, tx = twin(n, c, side, side)
    return Contest(f"relu, {n} x {c} x {side} x {side}", lambda: cnn_core.relu(x).output, lambda: F.relu(tx))


def fully_connected(n: int, size: int, out: int) -> Contest:
    (x, tx), (w, tw), (b, tb) = twin(n, size), twin(out, size), twin(out)
    return Contest(
        f"linear, {n} x {size} -> {out}", lambda: cnn_core.linear(x, w, b).output, lambda: F.linear(tx, tw, tb)
    )


def net(n: int) -> Contest:
    """Two times convolution, normalisation, relu and pooling, then a linear layer and softmax."""
    (x, tx), (w1, tw1), (w2, tw2), (w3, tw3) = twin(n, 1, 28, 28), twin(8, 1, 3, 3), twin(16, 8, 3, 3), twin(10, 400)
    (s1, ts1), (s2, ts2) = zip(*statistics(8), strict=True), zip(*statistics(16), strict=True)

    def ours() -> np.ndarray:
        y = x
        for weight, stats in ((w1, s1), (w2, s2)):
            y = cnn_core.batch_norm2d(cnn_core.conv2d(y, weight).output, *stats).output
            y = cnn_core.max_pool2d(cnn_core.relu(y).output, 2).output
        return cnn_core.softmax(cnn_core.linear(cnn_core.flatten(y).output, w3).output).output

    def theirs() -> torch.Tensor:
        y = tx
        for weight, stats in ((tw1, ts1), (tw2, ts2)):
            y = F.max_pool2d(F.relu(F.batch_norm(F.conv2d(y, weight), *stats)), 2)
        return F.softmax(F.linear(y.flatten(1), tw3), 1)

    return Contest(f"a whole net, {n} images", ours, theirs)


if __name__ == "__main__":
    main()
