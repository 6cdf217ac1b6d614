"""Gradients of a convolution without the convolution: from shapes, as in `torch.nn.grad`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Pair, as_array, as_pair, as_whole
from cnn_core.conv2d import conv2d
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.conv_transpose2d import ConvTranspose2dTrace, conv_transpose2d
from cnn_core.errors import InputError, ShapeError
from cnn_core.reading.quoting import counted
from cnn_core.windows import reach

__all__ = ["conv2d_input", "conv2d_weight"]


def conv2d_input(
    input_size: Sequence[int],
    weight: npt.ArrayLike,
    grad_output: npt.ArrayLike,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> ConvTranspose2dTrace:
    """Return the gradient of a convolution's input, as its transposed convolution: `output` is the gradient.

    Parameters
    ----------
    input_size
        `(N, C_in, H, W)` of the input.
    weight : (C_out, C_in / groups, kH, kW)
    grad_output : (N, C_out, H_out, W_out)

    Raises
    ------
    ShapeError, InputError
        If no convolution of such an input has an output of this shape.

    >>> conv2d_input((1, 1, 2, 2), [[[[1, 2]]]], [[[[1], [3]]]]).output.tolist()
    [[[[1.0, 2.0], [3.0, 6.0]]]]
    """
    size, weight = _four("input_size", input_size), as_array("weight", weight, "C_out C_in/groups kH kW")
    grad_output = as_array("grad_output", grad_output, "N C_out H_out W_out")
    stride, dilation = as_pair("stride", stride, minimum=1), as_pair("dilation", dilation, minimum=1)
    padding, covered = as_pair("padding", padding, minimum=0), reach((weight.shape[2], weight.shape[3]), dilation)
    stops = [
        (length + 2 * border - kernel) // step + 1
        for length, border, kernel, step in zip(size[2:], padding, covered, stride, strict=True)
    ]
    if grad_output.shape != (size[0], len(weight), *stops):
        raise ShapeError(
            f"grad_output must have the shape of the output, {(size[0], len(weight), *stops)}, "
            f"but its shape is {grad_output.shape}."
        )
    left_over = [
        length + 2 * border - kernel - (stop - 1) * step
        for length, border, kernel, step, stop in zip(size[2:], padding, covered, stride, stops, strict=True)
    ]
    found = conv_transpose2d(grad_output, weight, None, stride, padding, (left_over[0], left_over[1]), groups, dilation)
    if found.output.shape[1] != size[1]:
        wanted = counted(found.output.shape[1], "channel")
        raise ShapeError(f"input_size must have {wanted}, as weight has, but it is {size}.")
    return found


def conv2d_weight(
    input: npt.ArrayLike,
    weight_size: Sequence[int],
    grad_output: npt.ArrayLike,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Conv2dBackward:
    """Return the gradient of a convolution's kernels, for which the kernels do not matter: they are 0 in the trace.

    Parameters
    ----------
    input : (N, C_in, H, W)
    weight_size
        `(C_out, C_in / groups, kH, kW)` of the kernels.
    grad_output : (N, C_out, H_out, W_out)

    Raises
    ------
    ShapeError, InputError
        If the shapes do not fit each other.

    >>> conv2d_weight([[[[1, 2], [3, 4]]]], (1, 1, 1, 2), [[[[1], [0]]]]).grad_weight.tolist()
    [[[[1.0, 2.0]]]]
    """
    weight = np.zeros(_four("weight_size", weight_size))
    return conv2d(input, weight, None, stride, padding, dilation, groups).backward(grad_output)


def _four(name: str, size: Sequence[int]) -> tuple[int, ...]:
    found = tuple(as_whole(name, length, minimum=1) for length in size)
    if len(found) != 4:
        raise InputError(f"{name} must be four whole numbers, but it is {size!r}.")
    return found
