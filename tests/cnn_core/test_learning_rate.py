"""One gradient and steps of several lengths: worked out by hand, and beside torch's autograd."""

import numpy as np
import pytest
import torch

from cnn_core.equation import Equation
from cnn_core.errors import CnnreelError
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.kernels import kernel
from cnn_core.learning_rate import LearningRateTrace, learning_rates
from cnn_core.notation import plain

WANTED = [[[[0, 5, 0]] * 3]]


@pytest.fixture(scope="module")
def trace() -> LearningRateTrace:
    return learning_rates(
        HANDWRITTEN_ONE[None, None], kernel("vertical-stroke").weight[None, None], WANTED, [0.01, 0.1, 0.2]
    )


def test_the_example_is_as_worked_out_by_hand(trace: LearningRateTrace) -> None:
    assert trace.grad_output[0, 0].tolist() == [[-1, 0, -3], [-1, 0, -3], [-1, -1, -1]]
    assert trace.grad_weight[0, 0].tolist() == [[-7, -2, -3], [-7, -2, -3], [-8, -3, -4]]
    assert (trace.loss, trace.slope, trace.curvature) == (11.5, 213, 1401.5)
    assert trace.losses == pytest.approx([9.51015, 4.215, 24.96])
    assert trace.weights[1] == pytest.approx(np.array([[-0.3, 2.2, -0.7], [-0.3, 2.2, -0.7], [-0.2, 2.3, -0.6]]))
    assert trace.outputs[1] == pytest.approx(np.array([[0.2, 6.4, -0.8], [0.2, 6.4, -0.8], [0.3, 5.9, 1.5]]))
    assert trace.lowest == pytest.approx(213 / 2803)


def test_the_curve_is_the_loss_that_the_new_kernels_have(trace: LearningRateTrace) -> None:
    found = [0.5 * ((output - trace.target[0, 0]) ** 2).sum() for output in trace.outputs]
    assert trace.losses == pytest.approx(found)


@pytest.mark.parametrize("seed", range(4))
def test_gradient_and_losses_agree_with_torch(seed: int) -> None:
    chance = np.random.default_rng(seed)
    x, weight, target = chance.normal(size=(5, 4)), chance.normal(size=(2, 3)), chance.normal(size=(4, 2))
    rates = [0.01, 0.5]
    found = learning_rates(x[None, None], weight[None, None], target[None, None], rates)
    kernels = torch.tensor(weight[None, None], requires_grad=True)

    def loss(kernels: torch.Tensor) -> torch.Tensor:
        output = torch.nn.functional.conv2d(torch.tensor(x[None, None]), kernels)
        return 0.5 * ((output - torch.tensor(target[None, None])) ** 2).sum()

    (gradient,) = torch.autograd.grad(loss(kernels), kernels)
    np.testing.assert_allclose(found.grad_weight, gradient.numpy(), atol=1e-12)
    after = [float(loss(kernels.detach() - rate * gradient)) for rate in rates]
    assert found.losses == pytest.approx(after)


def test_every_number_explains_itself(trace: LearningRateTrace) -> None:
    for name, array in trace.values().items():
        for position in np.ndindex(array.shape):
            found = trace.explain(f"{name}[{','.join(map(str, position))}]" if position else name)
            if isinstance(found, Equation):
                assert found.left.calculate() == pytest.approx(float(array[position]), abs=0.01), (name, position)
    loss = trace.explain("losses[1]")
    assert isinstance(loss, Equation)
    assert plain(loss) == "11.5 − 213·0.1 + 1401.5·0.1² = 4.215"


@pytest.mark.parametrize(
    ("x", "weight", "target", "message"),
    [
        ([[1, 2]], [[1]], [[1, 2, 3]], "target must be 1×2, as what the kernel gives, but it is 1×3"),
        (
            [[1, 2]],
            [[1]],
            [[1, 2]],
            "target must ask for a change of the kernel, but the gradient of every weight is 0",
        ),
    ],
)
def test_wrong_input_is_one_sentence(
    x: list[list[float]], weight: list[list[float]], target: object, message: str
) -> None:
    with pytest.raises(CnnreelError, match=message):
        learning_rates([[x]], [[weight]], [[target]], [0.1])


def test_several_channels_are_refused() -> None:
    with pytest.raises(CnnreelError, match="x and weight must be of one channel"):
        learning_rates(np.ones((1, 2, 2, 2)), np.ones((1, 2, 1, 1)), np.ones((1, 1, 2, 2)), [0.1])
