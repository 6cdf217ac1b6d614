"""How wrong a network is, in one number, with the arithmetic that made it."""

import numpy as np
import pytest

import cnn_core
from cnn_core.errors import InputError, ShapeError
from cnn_core.notation import plain
from cnn_core.trace import Trace


def line(trace: Trace, address: str) -> str:
    return plain(trace.explain(address))  # type: ignore[arg-type]


def test_only_the_probability_of_the_truth_counts() -> None:
    trace = cnn_core.cross_entropy([[2, 1, 0, -1]], [1])
    assert float(trace.output) == pytest.approx(1.4401897)
    assert line(trace, "output") == "−ln 0.237 ≈ 1.440"
    assert line(trace, "log_probabilities[0,1]") == "−1 − ln 1.553 ≈ −1.440"
    assert line(trace, "probabilities[0,1]") == "0.368 / 1.553 ≈ 0.237"
    back = trace.backward()
    assert [line(back, address) for address in back.results()] == [
        "0.644 − 0 = 0.644",
        "0.237 − 1 = −0.763",
        "0.087 − 0 = 0.087",
        "0.032 − 0 = 0.032",
    ]


def test_the_mean_of_several_losses_divides_their_gradients() -> None:
    trace = cnn_core.cross_entropy([[2, 1, 0, -1], [0, 1, 2, 3]], [1, 0])
    assert line(trace, "output") == "(1.440 + 3.440) / 2 = 2.440"
    assert line(trace.backward(), "grad_input[1,0]") == "(0.032 − 1) / 2 = −0.484"
    assert line(trace.backward(3), "grad_input[1,0]") == "3 · (0.032 − 1) / 2 = −1.452"


def test_a_network_that_knows_nothing_of_ten_digits_loses_ln_10() -> None:
    assert float(cnn_core.cross_entropy(np.zeros((1, 10)), [3]).output) == pytest.approx(np.log(10))


def test_a_probability_that_no_digits_write_is_told_by_its_logarithm() -> None:
    trace = cnn_core.cross_entropy([[0, 800]], [0])
    assert line(trace, "output") == "800 = 800.000"
    assert np.isfinite(trace.backward().grad_input).all()


def test_squared_distances_and_twice_the_distance() -> None:
    trace = cnn_core.mse_loss([1, 3], [1, 1])
    assert line(trace, "output") == "(0 + 4) / 2 = 2"
    assert line(trace, "losses[1]") == "(3 − 1)² = 4"
    assert line(trace.backward(), "grad_input[1]") == "2·(3 − 1) / 2 = 2"
    assert line(cnn_core.mse_loss([3], [1]), "output") == "(3 − 1)² = 4"


def test_what_is_no_loss_is_refused() -> None:
    with pytest.raises(InputError, match="target must hold whole numbers from 0 to 1, but it holds 2"):
        cnn_core.cross_entropy([[0, 1]], [2])
    with pytest.raises(InputError, match=r"target must hold whole numbers from 0 to 1, but it holds 0\.5"):
        cnn_core.cross_entropy([[0, 1]], [0.5])
    with pytest.raises(ShapeError, match="target must hold one class for each row of input, 1 in all, but it holds 2"):
        cnn_core.cross_entropy([[0, 1]], [0, 1])
    with pytest.raises(ShapeError, match=r"target must have the shape of input, \(2,\), but its shape is \(1,\)"):
        cnn_core.mse_loss([0, 1], [0])
    with pytest.raises(InputError, match=r'reduction must be "mean", "sum" or "none", but it is \'most\''):
        cnn_core.mse_loss([0], [0], "most")  # type: ignore[arg-type]
