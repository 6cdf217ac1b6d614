"""Kernels against windows, as matrix products: what a convolution, its transpose and their gradients are made of.

Arrays are checked by the callers. Channels are cut into `groups` that do not see each other.
"""

from __future__ import annotations

import numpy as np

from cnn_core.arrays import Array, Pair
from cnn_core.windows import blocks, reach, windows

__all__ = ["correlate", "kernel_sums", "stamp"]

LARGE = 400
"""Cells of a map from which on a kernel is taken to it row by row, if it sees no other map."""


def correlate(x: Array, weight: Array, bias: Array | None, *, stride: Pair, dilation: Pair, groups: int) -> Array:
    """Multiply the kernels, one a row, with the windows, one a column.

    One product an image, never one for the whole batch: so an image's result does not depend on its company, not
    even in the last bit.
    """
    n, (c_out, _, kH, kW) = len(x), weight.shape
    if weight.shape[1] == 1 and stride == (1, 1) and x[0, 0].size >= LARGE:
        return _correlate_each(x, weight[:, 0], bias, dilation)
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


def _correlate_each(x: Array, kernels: Array, bias: Array | None, dilation: Pair) -> Array:
    """Give every map (N, C, H, W) kernels (C_out, kH, kW) of its own, each row of a kernel by itself.

    A map is read as one row without an end; what runs over its edge is left out at the end. So one call takes a row of
    the kernel through the whole map: a fifth of the time of a matrix product, where the maps are large.
    """
    (n, c, height, width), (c_out, kH, kW) = x.shape, kernels.shape
    rows, columns = reach((kH, kW), dilation)
    spaced = np.zeros((c_out, kH, columns))
    spaced[:, :, :: dilation[1]] = kernels
    output = np.empty((n, c_out, height - rows + 1, width - columns + 1))
    sums = np.zeros((output.shape[2], width))
    length = sums.size - columns + 1
    for image, channel in np.ndindex(n, c_out):
        flat, target = x[image, channel * c // c_out].reshape(-1), sums.reshape(-1)[:length]
        target[:] = 0.0 if bias is None else bias[channel]
        for a in range(kH):
            start = a * dilation[0] * width
            target += np.correlate(flat[start : start + sums.size], spaced[channel, a])
        output[image, channel] = sums[:, : output.shape[3]]
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
