"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROOMS = ("cnn_core", "scenes", "cnnreel", "benchmarks")
WITH_EXAMPLES = sorted(
    ".".join(file.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
    for room in ROOMS
    for file in (HOUSE / room).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(module: str) -> None:
    done = doctest.testmod(import_module(module))
    assert done.attempted
    assert not done.failed
