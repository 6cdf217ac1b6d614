import numpy as np
import pytest

import cnn_core
from cnn_core.errors import InputError
from cnn_core.trace import Trace, check_position

MAPS = np.arange(32.0).reshape(1, 2, 4, 4)


def one_trace_of_each_kind() -> list[Trace]:
    kernel = np.ones((2, 2, 2, 2))
    return [
        cnn_core.conv2d(MAPS, kernel, [1, 2]),
        cnn_core.conv_transpose2d(MAPS, kernel, [1, 2]),
        cnn_core.max_pool2d(MAPS, 2, padding=1),
        cnn_core.avg_pool2d(MAPS, 2, padding=1),
        cnn_core.batch_norm2d(MAPS, [0, 0], [1, 1], training=True),
        cnn_core.relu(MAPS),
        cnn_core.leaky_relu(MAPS),
        cnn_core.sigmoid(MAPS),
        cnn_core.tanh(MAPS),
        cnn_core.softmax(MAPS),
        cnn_core.linear(MAPS[0, 0], np.ones((2, 4)), [1, 2]),
        cnn_core.flatten(MAPS),
    ]


each_kind = pytest.mark.parametrize("trace", one_trace_of_each_kind(), ids=lambda trace: type(trace).__name__)


def first_step(trace: Trace) -> object:
    return trace.step(*(0,) * (trace.x if hasattr(trace, "uncropped") else trace.output).ndim)


@each_kind
def test_values_hold_input_and_output_and_are_finite(trace: Trace) -> None:
    values = trace.values()
    assert values["output"] is trace.output
    assert values["x"] is trace.x
    assert all(np.isfinite(array).all() for array in values.values())


@each_kind
def test_the_values_of_a_step_are_finite_and_named_after_what_they_are(trace: Trace) -> None:
    step = first_step(trace)
    for name, array in step.values().items():
        assert np.isfinite(array).all()
        if name != "inside_values":
            np.testing.assert_array_equal(array, getattr(step, name))


@each_kind
def test_no_array_of_a_trace_can_be_written_to(trace: Trace) -> None:
    step = first_step(trace)
    attributes = [getattr(owner, name) for owner in (trace, step) for name in dir(owner) if not name.startswith("_")]
    arrays = [attribute for attribute in attributes if isinstance(attribute, np.ndarray)]
    arrays += [*trace.values().values(), *step.values().values()]
    assert not any(array.flags.writeable for array in arrays)


@each_kind
def test_a_trace_cannot_be_given_another_output(trace: Trace) -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'output'"):
        trace.output = None


@each_kind
def test_a_step_outside_is_refused(trace: Trace) -> None:
    axes = (trace.x if hasattr(trace, "uncropped") else trace.output).ndim
    for position in [(-1,) * axes, (99,) * axes]:
        with pytest.raises(InputError, match=r"the position must lie inside the shape \(.*\), but it is \("):
            trace.step(*position)


def test_a_position_needs_one_index_an_axis() -> None:
    with pytest.raises(InputError, match=r"must lie inside the shape \(2, 2\), but it is \(1,\)"):
        check_position((1,), (2, 2))


def test_positions_are_in_reading_order() -> None:
    trace = cnn_core.max_pool2d(MAPS, 2)
    positions = list(trace.positions())
    assert positions[:3] == [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0)]
    assert [trace.output[position] for position in positions] == trace.output.ravel().tolist()
