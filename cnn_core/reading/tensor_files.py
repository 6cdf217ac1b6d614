"""Safetensors files: named arrays with a JSON description, read without trusting them, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.errors import CnnreelError, InputError
from cnn_core.reading.files import read_bytes
from cnn_core.reading.quoting import quoted

__all__ = [
    "PICKLE_SUFFIXES",
    "Tensors",
    "compact",
    "decode_tensors",
    "file_sha256",
    "read_tensors",
    "write_bytes",
    "write_tensors",
]

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]

_MAX_BYTES = 16_000_000
# One entry only: safetensors writes several in an order that changes from run to run.
ENTRY = "cnnreel"
PICKLE_SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt")
MODEL_SUFFIXES = (".onnx", ".pt2", ".h5", ".keras", ".tflite", ".pb")
PICKLE_STARTS = (b"PK\x03\x04", b"\x80")  # torch.save writes a zip of pickles; it used to write bare ones


def read_tensors(name: str, path: Path, limit: int = _MAX_BYTES) -> tuple[Tensors, dict[str, Any]]:
    """Return the arrays of a safetensors file and the description they were written with.

    Parameters
    ----------
    name
        What the caller calls the file; stands in the error message.
    path
        Where it is.
    limit
        Bytes that it may have.

    Raises
    ------
    InputError
        If it is no such file, is damaged, too large, or a pickle.
    """
    data = read_bytes(name, path, limit)
    _refuse_others(name, path, data)
    return decode_tensors(name, path, data), _description(name, path, data)


def decode_tensors(name: str, path: Path, data: bytes) -> Tensors:
    """Return the arrays of a safetensors file."""
    from safetensors import SafetensorError  # noqa: PLC0415  only those who open a net wait for it
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        return load(data)
    except (SafetensorError, KeyError) as error:  # KeyError: a type of number that numpy does not have
        raise InputError(
            f"{name} must be a safetensors file, but {quoted(path.name)} is not, or is damaged: {error}."
        ) from None


def compact(array: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """Return an array as float32 where that loses nothing."""
    small = array.astype(np.float32)
    return small if np.array_equal(small, array) else array


def write_tensors(path: Path, tensors: Mapping[str, npt.NDArray[Any]], description: Mapping[str, object]) -> None:
    """Write arrays with a JSON description as safetensors; equal contents give equal bytes."""
    from safetensors.numpy import save  # noqa: PLC0415

    contiguous = {key: np.ascontiguousarray(array).reshape(array.shape) for key, array in tensors.items()}
    write_bytes(path, save(contiguous, {ENTRY: json.dumps(description)}))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place, then rename it there: a reader sees the old one or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            beside = Path(folder) / path.name
            beside.write_bytes(data)
            os.replace(beside, path)
    except OSError as error:
        raise CnnreelError(f"{path} could not be written: {error.strerror}.") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse_others(name: str, path: Path, data: bytes) -> None:
    # Safetensors begin with the header's length, which may look like anything; then comes the header, which is JSON.
    if path.suffix.lower() in MODEL_SUFFIXES:
        raise InputError(
            f"{name} must be a safetensors file with weights of the digit classifier, but {quoted(path.name)} is "
            "a model of its own."
        )
    looks_pickled = data.startswith(PICKLE_STARTS) and data[8:9] != b"{"
    if path.suffix.lower() in PICKLE_SUFFIXES or looks_pickled:
        raise InputError(
            f"{name} must be a safetensors file, but {path.name} is a pickle, which can run any program when it is "
            "opened; convert it where you trust it: put its state into the nn.Sequential it belongs to "
            "(model.load_state_dict(torch.load(FILE, weights_only=True))), then "
            'cnn_core.weights.save("digits.safetensors", cnn_core.model.from_torch(model)).'
        )


def _description(name: str, path: Path, data: bytes) -> dict[str, Any]:
    """Return the JSON beside the arrays: the format is the header's length in 8 bytes, the header, the arrays."""
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        description = json.loads(header["__metadata__"][ENTRY])
        if not isinstance(description, dict):
            raise TypeError
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InputError(
            f"{name} must be a file that cnnreel has written, but {path.name} does not say what its arrays belong to."
        ) from None
    return description
