"""A whole step: the storyboard's numbers, torch's step, and every number explained."""

import numpy as np
import pytest
import torch

from cnn_core.equation import Equation
from cnn_core.errors import CnnreelError
from cnn_core.notation import plain
from cnn_core.sgd_step import SgdStepTrace, sgd_step

STANDING = np.zeros((5, 5))
STANDING[1:4, 2] = 1
DOT = np.array([[0, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0]])


@pytest.fixture(scope="module")
def trace() -> SgdStepTrace:
    return sgd_step([[STANDING], [STANDING.T]], [[DOT], [DOT]], [0, 1])


def test_equal_kernels_become_a_standing_and_a_lying_stroke(trace: SgdStepTrace) -> None:
    gradient = np.array([[0, -0.25, 0], [0.25, 0, 0.25], [0, -0.25, 0]])
    np.testing.assert_allclose(trace.gradient[:, 0], [gradient, -gradient], atol=1e-15)
    stroke = np.array([[0, 0.5, 0]] * 3)
    np.testing.assert_allclose(trace.after[:, 0], [stroke, stroke.T], atol=1e-15)
    before, after = trace.costs.values()
    assert (before.output, after.output) == (pytest.approx(np.log(2)), pytest.approx(0.3132617))
    assert after.x.tolist() == [[1.5, 0.5], [0.5, 1.5]]
    assert trace.stays_alike
    assert not trace.gradient_alike.any()


def test_kernels_that_are_used_alike_get_torch_s_gradient_and_it_is_explained() -> None:
    chance = np.random.default_rng(5)
    x, weight = chance.normal(size=(2, 1, 4, 4)), np.repeat(chance.normal(size=(1, 1, 2, 2)), 2, axis=0)
    found = sgd_step(x, weight, [0, 0], 0.3)
    kernels = torch.nn.Parameter(torch.tensor(weight))
    answers = torch.relu(torch.nn.functional.conv2d(torch.tensor(x), kernels)).amax(dim=(2, 3))
    both = answers.sum(dim=1, keepdim=True).expand(-1, 2)
    torch.nn.functional.cross_entropy(both, torch.tensor([0, 0])).backward()  # type: ignore[no-untyped-call]
    assert kernels.grad is not None
    np.testing.assert_allclose(found.gradient_alike, kernels.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(found.after_alike, found.before - found.lr * found.gradient_alike, atol=1e-15)
    after = found.explain("after_alike[1,0,0,1]")
    assert isinstance(after, Equation)
    assert after.result.number == found.after_alike[1, 0, 0, 1]
    assert [leaf.name for leaf in after.left.leaves()] == ["before", "lr", "gradient_alike"]
    equation = found.explain("gradient_alike[1,0,0,1]")
    assert isinstance(equation, Equation)
    assert equation.left.calculate() == pytest.approx(float(found.gradient_alike[1, 0, 0, 1]), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_step_agrees_with_torch(seed: int) -> None:
    chance = np.random.default_rng(seed)
    x, weight, target = chance.normal(size=(2, 1, 4, 5)), chance.normal(size=(2, 1, 3, 2)), chance.integers(0, 2, 2)
    found = sgd_step(x, weight, target, 0.3)
    kernels = torch.nn.Parameter(torch.tensor(weight))
    optimizer = torch.optim.SGD([kernels], lr=0.3)

    def loss() -> torch.Tensor:
        answers = torch.relu(torch.nn.functional.conv2d(torch.tensor(x), kernels)).amax(dim=(2, 3))
        return torch.nn.functional.cross_entropy(answers, torch.tensor(target))

    before = loss()
    before.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    np.testing.assert_allclose(found.after, kernels.detach().numpy(), atol=1e-12)
    values = found.values()
    assert values["loss_before"] == pytest.approx(before.item())
    assert values["loss_after"] == pytest.approx(loss().item())


@pytest.mark.parametrize("seed", range(3))
def test_every_number_explains_itself(seed: int) -> None:
    chance = np.random.default_rng(seed)
    found = sgd_step(chance.normal(size=(2, 1, 4, 4)), chance.normal(size=(2, 1, 2, 2)), [1, 0], 0.5)
    nested = {f"{name}.{inner}": array for name, cost in found.costs.items() for inner, array in cost.values().items()}
    for name, array in {**found.values(), **nested}.items():
        for position in np.ndindex(array.shape):
            equation = found.explain(f"{name}[{','.join(map(str, position))}]" if position else name)
            if isinstance(equation, Equation):
                assert equation.left.calculate() == pytest.approx(float(array[position]), abs=0.02), (name, position)


def test_a_weight_about_which_the_images_disagree_stays(trace: SgdStepTrace) -> None:
    equation = trace.explain("gradient[0,0,1,1]")
    assert isinstance(equation, Equation)
    assert plain(equation) == "−0.25·1 + 0.25·1 = 0.00"


@pytest.mark.parametrize(
    ("weight", "lr", "message"),
    [
        (np.ones((2, 1, 6, 1)), 1.0, r"weight must fit into x, but its kernels are \(6, 1\) and x is \(5, 5\)"),
        (np.ones((2, 1, 2, 2)), 0.0, "lr must be larger than 0, but it is 0"),
    ],
)
def test_wrong_input_is_one_sentence(weight: np.ndarray, lr: float, message: str) -> None:
    with pytest.raises(CnnreelError, match=message):
        sgd_step([[STANDING], [STANDING]], weight, [0, 1], lr)
