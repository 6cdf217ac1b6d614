"""Kernels against windows, as matrix products: what a convolution, its transpose and their gradients are made of.

Arrays are checked by the callers. Channels are cut into `groups` that do not see each other.
"""

from __future__ import annotations

import numpy as np

from cnn_core.arrays import Array, Pair
from cnn_core.windows import blocks, windows

__all__ = ["correlate", "kernel_sums", "stamp"]


def correlate(x: Array, weight: Array, bias: Array | None, *, stride: Pair, dilation: Pair, groups: int) -> Array:
    """Multiply the kernels, one a row, with the windows, one a column.

    One product an image, never one for the whole batch: so an image's result does not depend on its company, not
    even in the last bit.
    """
    n, (c_out, _, kH, kW) = len(x), weight.shape
    columns = windows(x, (kH, kW), stride, dilation).transpose(0, 1, 4, 5, 2, 3)
    output = np.empty((n, c_out, *columns.shape[4:]))
    flat_output = output.reshape(n, groups, c_out // groups, -1)
    kernels = weight.reshape(groups, c_out // groups, -1)
    for block in blocks(n, columns[0].nbytes):
        flat = columns[block].reshape(-1, groups, kernels.shape[2], flat_output.shape[3])
        np.matmul(kernels, flat, out=flat_output[block])
        if bias is not None:
            output[block] += bias[:, None, None]
    return output


def stamp(x: Array, weight: Array, size: Pair, *, stride: Pair, dilation: Pair, groups: int) -> Array:
    """Multiply every kernel with every value of its channel, then add up what falls onto the same place.

    One product an image, as in `correlate`: so an image's result does not depend on its company.
    """
    (n, c_in, height, width), (_, c_out, kH, kW) = x.shape, weight.shape
    uncropped = np.zeros((n, groups * c_out, *size))
    landing = windows(uncropped, (kH, kW), stride, dilation, writeable=True)[:, :, :height, :width]
    kernels = weight.reshape(groups, c_in // groups, -1).transpose(0, 2, 1)
    flat = x.reshape(n, groups, c_in // groups, height * width)
    for block in blocks(n, landing[0].nbytes):
        stamps = np.matmul(kernels, flat[block]).reshape(-1, groups * c_out, kH, kW, height, width)
        for a, b in np.ndindex(kH, kW):
            landing[block, ..., a, b] += stamps[:, :, a, b]
    return uncropped


def kernel_sums(x: Array, maps: Array, kernel_size: Pair, *, stride: Pair, dilation: Pair, groups: int) -> Array:
    """Sum every window of `x` (N, C, H, W), each times the value of `maps` (N, M, H_out, W_out) at its stop.

    Returns
    -------
    (M, C / groups, kH, kW)
    """
    (n, count, height, width), (kH, kW) = maps.shape, kernel_size
    columns = windows(x, kernel_size, stride, dilation)[:, :, :height, :width].transpose(0, 1, 4, 5, 2, 3)
    channels = x.shape[1] // groups
    flat_maps = maps.reshape(n, groups, count // groups, height * width)
    sums = np.zeros((groups, count // groups, channels * kH * kW))
    for block in blocks(n, columns[0].nbytes):
        flat = columns[block].reshape(-1, groups, sums.shape[2], height * width)
        sums += np.matmul(flat_maps[block], flat.swapaxes(2, 3)).sum(axis=0)
    return sums.reshape(count, channels, kH, kW)
