"""A progress bar on standard error: what is being filmed, how far, how long still. Quiet when nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Tell", "progress_bar"]

Tell: TypeAlias = Callable[[str, float], None]
"""Called with the name of something and the fraction of it that is done."""


@contextmanager
def progress_bar(total: int) -> Iterator[Tell | None]:
    """Show one bar for `total` things, of which several may be under way at once; None if there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 (0.1 s, for those who watch)
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    done: dict[str, float] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("getting ready", total=total)

        def tell(name: str, fraction: float) -> None:
            done[name] = fraction
            progress.update(task, description=name, completed=sum(done.values()))

        yield tell
