"""Puts faults into a copy of the house, one at a time, and says whether the tests notice: `python tests/mutants.py`.

Each fault is one that a person would see at once, and that a test which only reads numbers would not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

HOUSE = Path(__file__).parents[1]
PARTS = ("cnn_core", "cnnreel", "scenes", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Mutant:
    """One fault: in a file, a text that stands there once, and what it becomes."""

    fault: str
    file: str
    text: str
    becomes: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "the activation's formula stands 30 units outside of the frame",
        "scenes/activations/common.py",
        'line = self.writer.write(self.equation(step), (f"{self.function}(", operand, ")"))',
        'line = self.writer.write(self.equation(step), (f"{self.function}(", operand, ")")).shift([0, 30, 0])',
        ("tests/scenes/test_marks.py", "-k", "inside_the_frame and relu"),
    ),
    Mutant(
        "the winner's ring is one cell low",
        "scenes/mobjects/panels.py",
        "return ring.move_to(grid.cell_center(row, column))",
        "return ring.move_to(grid.cell_center(row + 1, column))",
        ("tests/scenes/test_marks.py", "-k", "inside_the_frame and max-pool"),
    ),
    Mutant(
        "the pooling window is one row low",
        "scenes/player.py",
        "top, left = rows[0] + self.ring[0], columns[0] + self.ring[2]",
        "top, left = rows[0] + self.ring[0] + 1, columns[0] + self.ring[2]",
        ("tests/scenes/test_marks.py", "-k", "a_window_is_about"),
    ),
    Mutant(
        "every line says =, whatever its digits make",
        "cnn_core/equation.py",
        'return "=" if left.exact is not None and left.exact == right.exact else "≈"',
        'return "="',
        ("tests/cnn_core/test_expression.py", "-k", "in_digits or sign or exact or large_numbers"),
    ),
    Mutant(
        "the kernel is not flipped on its way back to the input",
        "cnn_core/correlation.py",
        "landing[block, ..., a, b] += stamps[:, :, a, b]",
        "landing[block, ..., a, b] += stamps[:, :, kH - 1 - a, kW - 1 - b]",
        ("tests/cnn_core/test_backward.py", "-k", "every_output_of_a_convolution"),
    ),
)


def is_noticed(mutant: Mutant) -> bool:
    """Tell whether a test turns red in a copy of the house that has the fault."""
    with TemporaryDirectory() as folder:
        for part in PARTS:
            copy = shutil.copytree if (HOUSE / part).is_dir() else shutil.copyfile
            copy(HOUSE / part, Path(folder) / part)
        file = Path(folder) / mutant.file
        source = file.read_text(encoding="utf-8")
        if source.count(mutant.text) != 1:
            raise SystemExit(f"{mutant.file} does not hold this once: {mutant.text}")
        file.write_text(source.replace(mutant.text, mutant.becomes), encoding="utf-8")
        options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command = [sys.executable, "-m", "pytest", *options, *mutant.tests]
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": folder}, capture_output=True, check=False
        )
        if done.returncode not in (0, 1):
            raise SystemExit(done.stdout.decode() + done.stderr.decode())
        return done.returncode == 1


def main() -> int:
    """Try each fault."""
    survivors = 0
    for mutant in MUTANTS:
        noticed = is_noticed(mutant)
        survivors += not noticed
        print(f"{'noticed' if noticed else 'NOT NOTICED'}: {mutant.fault}", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
