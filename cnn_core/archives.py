"""Archives of networks: opened within bounds, and whatever is wrong with them said in a sentence."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from cnn_core.errors import Damaged, InputError
from cnn_core.onnx.files import MAX_MODEL_BYTES
from cnn_core.reading.files import read_bytes

__all__ = ["model_archive"]

_BROKEN = (BadZipFile, Damaged, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error)
_WRONG = (AssertionError, AttributeError, IndexError, OverflowError, TypeError, ValueError)


@contextmanager
def model_archive(name: str, path: Path, wanted: str, wrong: str) -> Iterator[ZipFile]:
    """Open an archive while a network is made of it.

    Parameters
    ----------
    name
        What the caller calls the file; stands in error messages.
    wanted
        What the archive must be.
    wrong
        What is said where its parts are there, but are not what they should be.

    Raises
    ------
    InputError
        If it is damaged or too large, or does not hold what is looked for in it.
    """
    data = read_bytes(name, path, MAX_MODEL_BYTES)
    why = wrong
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            yield archive
            return
    except InputError:
        raise
    except KeyError as error:
        why = f"it lacks {error}"
    except _BROKEN as error:
        why = str(error)
    except _WRONG:
        pass
    raise InputError(f"{name} must be {wanted}, but {path.name} is none or is damaged: {why}.")
