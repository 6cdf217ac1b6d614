"""The command line: options from specs, one-sentence errors, tables and progress. No Manim before it films."""

from __future__ import annotations

import signal

import cnnreel.beside  # noqa: F401

__all__ = ["run"]


def run() -> None:
    """Run the program; Ctrl-C ends it without a word while the rest is loaded."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cnnreel.cli.main import main  # noqa: PLC0415

    main()
