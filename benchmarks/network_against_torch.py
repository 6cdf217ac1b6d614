"""How fast the shipped network reads 1,000 digits and learns from 128 in numpy, beside torch, each on one thread.

Run it as `python benchmarks/network_against_torch.py` on an otherwise idle machine. It prints a table; nothing is
asserted, for a busy machine proves nothing.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from cnn_core import mnist, weights  # noqa: E402
from cnn_core.model import to_torch  # noqa: E402

IMAGES, BATCH = 1_000, 128
ROUNDS = 9


def seconds(run: Callable[[], object]) -> float:
    """Return the median time of a run, after one that does not count."""
    run()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


@torch.no_grad()
def read() -> None:
    """Compare logits."""
    network = weights.shipped()
    x = mnist.as_input(mnist.load_test().images[:IMAGES])
    twin, small_twin = to_torch(network), to_torch(network).float()
    double, single = torch.tensor(x), torch.tensor(x).float()

    ours = seconds(lambda: network.logits(x))
    print(f"{'numpy, float64, logits':32} {1000 * ours:7.1f} ms")
    for name, run in (
        ("numpy, float64, every trace kept", lambda: network.forward(x)),
        ("torch, float64", lambda: twin(double)),
        ("torch, float32", lambda: small_twin(single)),
    ):
        took = seconds(run)
        print(f"{name:32} {1000 * took:7.1f} ms; logits in numpy take {ours / took:.2f} times as long")


def learn() -> None:
    """Compare the gradients of one batch: forward, loss, backward."""
    network, digits = weights.shipped(), mnist.load_test()
    x, target = mnist.as_input(digits.images[:BATCH]), np.asarray(digits.labels[:BATCH], dtype=np.int64)
    twin, inputs, classes = to_torch(network).train(), torch.tensor(x), torch.tensor(target)

    def backward() -> None:
        twin.zero_grad()
        torch.nn.functional.cross_entropy(twin(inputs), classes).backward()

    ours, theirs = seconds(lambda: network.backward(x, target, training=True)), seconds(backward)
    print(f"{'numpy, float64, gradients of 128':32} {1000 * ours:7.1f} ms")
    print(f"{'torch, float64, the same':32} {1000 * theirs:7.1f} ms; numpy takes {ours / theirs:.2f} times as long")


def main() -> None:
    torch.set_num_threads(1)
    read()
    learn()


if __name__ == "__main__":
    main()
