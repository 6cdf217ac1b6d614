"""Upsampling, against PyTorch's and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.errors import InputError, ShapeError
from cnn_core.notation import plain
from cnn_core.upsample import upsample


@pytest.mark.parametrize("factor", [1, 2, 3, (2, 1), (1, 4)])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 4, 5), (1, 2, 1, 7)])
def test_it_is_what_torch_computes(shape, factor) -> None:
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=shape)
    factors = tuple(map(float, factor)) if isinstance(factor, tuple) else float(factor)
    theirs = torch.nn.functional.interpolate(torch.from_numpy(x), scale_factor=factors, mode="nearest")
    assert np.array_equal(upsample(x, factor).output, theirs.numpy())


def test_each_value_becomes_a_block_of_copies() -> None:
    assert upsample([[[[7, 3], [1, 8]]]]).output.tolist() == [
        [[[7, 7, 3, 3], [7, 7, 3, 3], [1, 1, 8, 8], [1, 1, 8, 8]]]
    ]


def test_every_step_names_the_cell_that_its_value_is_from() -> None:
    trace = upsample(np.arange(12).reshape(1, 2, 2, 3), (2, 3))
    for n, c, i, j in trace.positions():
        step = trace.step(n, c, i, j)
        assert trace.x[n, c, step.source[0], step.source[1]] == step.value == trace.output[n, c, i, j]
    assert len(list(trace.positions())) == trace.output.size


def test_a_value_is_explained_as_carried() -> None:
    trace = upsample([[[[7, 3], [1, -8]]]])
    explained = trace.explain("output[0,0,3,2]")
    assert plain(explained) == "x[0,0,1,1] = −8"
    assert [leaf.address for leaf in explained.left.leaves()] == ["x[0,0,1,1]"]


@pytest.mark.parametrize(
    ("x", "factor", "error", "said"),
    [
        ([[1.0]], 2, ShapeError, "x must have 4 axes"),
        ([[[[1.0]]]], 0, InputError, "scale_factor must be a number above 0, or a pair of them, but it is 0"),
        ([[[[1.0]]]], "2", InputError, "scale_factor must be a number above 0"),
        ([[[[1.0]]]], (1, 2, 3), InputError, "scale_factor must be a number above 0"),
        ([[[[1.0]]]], 0.4, InputError, "scale_factor must leave something of x"),
    ],
)
def test_what_cannot_be_enlarged_is_refused(x, factor, error, said) -> None:
    with pytest.raises(error, match=said):
        upsample(x, factor)


@pytest.mark.parametrize("options", [{"mode": "cubic"}, {"scale_factor": 2, "size": 4}, {"size": 0}])
def test_options_that_mean_nothing_are_refused(options) -> None:
    with pytest.raises(InputError, match=r"^(mode|size) must"):
        upsample([[[[1.0]]]], **options)


@pytest.mark.parametrize(
    "options",
    [
        {"scale_factor": 2, "mode": "bilinear"},
        {"scale_factor": (1.5, 0.7), "mode": "bilinear"},
        {"scale_factor": 3, "mode": "bilinear", "align_corners": True},
        {"size": (7, 3), "mode": "bilinear"},
        {"size": (1, 11), "mode": "bilinear", "align_corners": True},
        {"size": (7, 3), "mode": "nearest"},
        {"scale_factor": (2.5, 0.5), "mode": "nearest-exact"},
    ],
)
def test_sizes_of_any_kind_are_made_as_in_torch(options) -> None:
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    given = {**options, "align_corners": options.get("align_corners", False if options["mode"] == "bilinear" else None)}
    factor = given.get("scale_factor")
    if factor is not None:
        given["scale_factor"] = tuple(map(float, factor)) if isinstance(factor, tuple) else float(factor)
    theirs = torch.nn.functional.interpolate(torch.from_numpy(x), **given)
    np.testing.assert_allclose(upsample(x, **options).output, theirs.numpy(), rtol=1e-12, atol=1e-12)


def test_a_mixture_is_a_sum_of_shares() -> None:
    trace = upsample([[[[4, 8]]]], mode="bilinear")
    assert [plain(trace.explain(address)) for address in list(trace.results())[:4]] == [
        "x[0,0,0,0] = 4",
        "0.75·4 + 0.25·8 = 5",
        "0.25·4 + 0.75·8 = 7",
        "x[0,0,0,1] = 8",
    ]
    assert trace.window(0, 0, 0, 1) == ([0], [0, 1])
    assert upsample([[[[4, 8]]]], mode="bilinear-asymmetric").output[0, 0, 0].tolist() == [4, 6, 8, 8]


def test_there_is_no_step_outside() -> None:
    with pytest.raises(InputError, match="position must lie inside"):
        upsample([[[[1.0]]]]).step(0, 0, 2, 0)
