"""What films the clips of a lesson, as the options of the command line name it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cnn_core.errors import CnnreelError, InputError
from cnnreel.here import installing
from cnnreel.work.lesson import Engine
from cnnreel.work.scheduler import film_all

__all__ = ["engine_of"]


def engine_of(name: str, workers: int | None, scheduler: str | None, shared: Path | None) -> Engine:
    """Return what films clips.

    Raises
    ------
    InputError
        If the options do not go together.
    CnnreelError
        If the engine is not installed.
    """
    if name == "local":
        for option, given in (("--scheduler", scheduler), ("--shared", shared)):
            if given is not None:
                raise InputError(f"{option} goes with --engine dask, but the engine is {name}.")
        return film_all
    if scheduler is not None and workers is not None:
        raise InputError("--workers is for a cluster on this machine, but --scheduler names one that is there.")
    try:
        from cnnreel.work.cluster.filming import film_on_cluster  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise CnnreelError(f"--engine dask needs the package distributed: {installing('dask')}.") from error
    return partial(film_on_cluster, scheduler=scheduler, shared=shared)
