from __future__ import annotations

import numpy as np
import pytest

from cnn_core.activations import relu, tanh
from scenes.activations.board import _reach, rooms
from scenes.layout import Box
from scenes.mobjects.plot import Curve, MoveProbe, Probe, round_numbers
from scenes.theme import THEMES

BOX = Box(-3, 3, -2, 2)
DARK = THEMES["dark"]


@pytest.fixture
def curve() -> Curve:
    return Curve(relu([0.0]).function, (-4.0, 4.0), "ReLU(x)", BOX, 0.25, DARK)


def test_everything_stays_in_its_box(curve: Curve) -> None:
    for part in (curve, curve.line):
        assert part.get_left()[0] >= BOX.left
        assert part.get_right()[0] <= BOX.right
        assert part.get_bottom()[1] >= BOX.bottom
        assert part.get_top()[1] <= BOX.top


def test_the_line_runs_through_the_function(curve: Curve) -> None:
    corners = curve.line.get_anchors()
    for x, y in [(-4, 0), (0, 0), (4, 4)]:
        assert np.abs(corners - curve.point(x, y)).max(axis=1).min() < 1e-9


def test_a_probe_stands_on_the_axis_and_then_on_the_curve(curve: Curve) -> None:
    probe = Probe(curve, DARK, 3.0)
    np.testing.assert_allclose(probe.dot.get_center(), curve.point(3, 0), atol=1e-9)
    move = MoveProbe(probe, 3.0, 1.0)
    move.begin()
    move.finish()
    np.testing.assert_allclose(probe.dot.get_center(), curve.point(3, 3), atol=1e-9)


def test_a_probe_on_the_curve_stays_on_it_while_it_moves() -> None:
    curve = Curve(tanh([0.0]).function, (-3.0, 3.0), "tanh(x)", BOX, 0.25, DARK)
    probe = Probe(curve, DARK, -2.0).place(-2.0, 1.0)
    move = MoveProbe(probe, 2.0, 1.0)
    move.begin()
    move.interpolate(0.4)
    np.testing.assert_allclose(probe.dot.get_center(), curve.point(probe.x, np.tanh(probe.x)), atol=1e-9)


def test_round_numbers_keep_their_distance() -> None:
    assert list(round_numbers((-0.7, 1.2), 4.0, lambda _: 1.0).values()) == ["−0.5", "0.0", "0.5", "1.0"]
    assert list(round_numbers((-1.2, 3.3), 10.0, lambda _: 2.5).values()) == ["0", "2"]


@pytest.mark.parametrize(
    ("x", "least", "ends"),
    [
        ([-3.0, 5.0], 0.0, (-3.0, 5.0)),
        ([2.0, 8.0], 0.0, (-2.0, 8.0)),
        ([0.0], 0.0, (-0.0125, 0.0125)),
        ([1.0], 6.0, (-6.0, 6.0)),
        ([-9.0, 1.0], 6.0, (-9.0, 9.0)),
    ],
)
def test_a_curve_reaches_over_all_values_and_both_sides_of_zero(
    x: list[float], least: float, ends: tuple[float, float]
) -> None:
    assert _reach(np.array(x), least) == pytest.approx(ends)


@pytest.mark.parametrize("room", [Box(-6.6, 6.6, -2, 2.8), Box(-3.5, 3.5, -4, 5), Box(-3.5, 3.5, -2, 2.8)])
def test_the_rooms_of_grids_and_curve_lie_apart(room: Box) -> None:
    before, plot, after = rooms(room)
    for a, b in [(before, plot), (plot, after), (before, after)]:
        assert a.right <= b.left or b.right <= a.left or a.top <= b.bottom or b.top <= a.bottom
