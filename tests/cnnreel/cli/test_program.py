"""Whatever goes wrong ends in one sentence that no terminal obeys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cnn_core.errors import CnnreelError, InputError
from cnnreel.cli.program import DONE, FAILED, WRONG_INPUT, Program, in_one_line


def failing(error: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("x must be 1."), WRONG_INPUT, "Error: x must be 1.\n"),
        (CnnreelError("a\tb\x1b[2Jc\u202ed"), FAILED, "Error: a b\\x1b[2Jc\\u202ed.\n"),
        (ValueError("bad"), FAILED, "Error: something went wrong that was not foreseen (ValueError: bad).\n"),
        (MemoryError(), FAILED, "Error: what was given needs more memory than there is; give something smaller.\n"),
        (RecursionError(), FAILED, "Error: what was given needs more memory than there is; give something smaller.\n"),
    ],
)
def test_an_error_ends_in_one_sentence_with_a_status(
    error: Exception, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Program.status_of(failing(error)) == status
    assert capsys.readouterr().err == said


def test_what_was_not_foreseen_is_said_in_at_most_300_characters(capsys: pytest.CaptureFixture[str]) -> None:
    Program.status_of(failing(ValueError("\u202e" * 1_000_000)))
    assert len(capsys.readouterr().err.rstrip()) <= 300
    assert in_one_line("a" * 999 + ".").endswith("aaa.")
    assert Program.status_of(lambda: None) == DONE
