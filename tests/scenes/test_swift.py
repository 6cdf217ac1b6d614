"""What is done more quickly than Manim does it comes out as Manim has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import (
    BLACK,
    DL,
    DOWN,
    ORIGIN,
    RIGHT,
    UR,
    Circle,
    CubicBezier,
    Dot,
    FadeIn,
    Group,
    LaggedStart,
    ManimColor,
    Mobject,
    Scene,
    Square,
    VectorizedPoint,
    VGroup,
    VMobject,
    config,
)
from manim.utils.iterables import remove_list_redundancies

from scenes.catalog import find
from scenes.rehearsal import BlindRenderer
from scenes.stage import ExplainerScene
from scenes.swift import _slow_init as slow_init
from scenes.swift import _slow_update as slow_update
from scenes.swift import configured, family_of


def slow_family(mobject: Mobject) -> list[Mobject]:
    return remove_list_redundancies(list(mobject._iter_family(set())))


@st.composite
def trees(draw: st.DrawFn) -> list[VMobject]:
    """Mobjects of which each may consist of some of those before it, so that parts are shared."""
    found: list[VMobject] = []
    for _ in range(draw(st.integers(1, 8))):
        parts = draw(st.lists(st.sampled_from(found), unique=True, max_size=3)) if found else []
        found.append((VGroup() if draw(st.booleans()) else Square()).add(*parts))
        found[-1].z_index = draw(st.sampled_from([0, 0, 0, 1, -1]))
    return found


@settings(max_examples=30, deadline=None)
@given(trees())
def test_families_have_the_members_and_the_order_of_manims(tree: list[VMobject]) -> None:
    assert tree[-1].get_family() == slow_family(tree[-1])
    assert family_of(tree) == remove_list_redundancies([part for one in tree for part in slow_family(one)])


def test_a_copy_has_everything_of_its_own_but_what_never_changes() -> None:
    label: Any = VGroup(Square(color="#123456"), VMobject(fill_opacity=0.5))
    label.glyphs, label.address, label.values = [label[0]], "x[0]", np.arange(3.0)
    copied = label.copy()
    assert copied.glyphs == [copied[0]] != label.glyphs
    assert copied.address == "x[0]"
    for one, other in zip(label.get_family(), copied.get_family(), strict=True):
        assert one is not other
        assert type(one) is type(other)
        assert vars(one).keys() | {"original_id"} == vars(other).keys()
        for name, value in vars(one).items():
            if isinstance(value, np.ndarray):
                assert (value is vars(other)[name]) == (name in ("_bezier_t_values", "sheen_direction"))
                np.testing.assert_array_equal(value, vars(other)[name])
    copied[0].shift([1, 0, 0]).set_fill("#ffffff", 1)
    copied.values[0] = 7
    assert label[0].get_fill_opacity() == 0
    assert label.values[0] == 0


def test_a_copy_of_a_part_that_knows_its_whole_knows_the_copy_of_it() -> None:
    whole: Any = VGroup(Square())
    whole[0].whole = whole
    copied = whole.copy()
    assert copied[0].whole is copied


@pytest.fixture(scope="module")
def stage() -> ExplainerScene[Any]:
    scene = type(find("title").build({})).scene_class()(renderer=BlindRenderer())
    scene.renderer.init_scene(scene)
    return scene


@settings(max_examples=30, deadline=None)
@given(tree=trees(), at=st.integers(0, 7), mark=st.booleans())
def test_what_may_move_is_what_manim_says(
    stage: ExplainerScene[Any], tree: list[VMobject], at: int, mark: bool
) -> None:
    stage.mobjects, stage.foreground_mobjects = [Square(), *tree, Group(Square())], [tree[0]] if mark else []
    moved = tree[min(at, len(tree) - 1)]
    for animations in ([FadeIn(moved)], [LaggedStart(FadeIn(moved))], []):
        expected = Scene.get_moving_and_static_mobjects(stage, animations)
        moving = Scene.get_moving_mobjects(stage, *animations)
        assert stage.get_moving_mobjects(*animations) == moving
        assert stage.get_moving_and_static_mobjects(animations) == expected


COLORS = st.sampled_from([None, "#56B4E9", ManimColor("#123456"), ["#ffffff", "#000000"], BLACK])
OPACITIES = st.sampled_from([None, 0, 0.25, 1.0, [0.5, 1]])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(COLORS, OPACITIES), min_size=1, max_size=4), st.sampled_from([0, 0.2]))
def test_colours_become_those_that_manim_sets(changes: list[tuple[Any, Any]], sheen: float) -> None:
    one, other = Square(sheen_factor=sheen), Square(sheen_factor=sheen)
    for color, opacity in changes:
        one.update_rgbas_array("fill_rgbas", color, opacity)
        slow_update(other, "fill_rgbas", color, opacity)
        np.testing.assert_array_equal(one.fill_rgbas, other.fill_rgbas)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"fill_color": "#56B4E9", "fill_opacity": 1, "stroke_width": 0},
    {"color": ManimColor("#123456"), "z_index": 3, "name": "window"},
    {"fill_color": ["#ffffff", "#000000"], "fill_opacity": [0.5, 1]},
    {"stroke_color": "#D55E00", "stroke_opacity": 0.3, "sheen_factor": 0.2},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [VMobject, VGroup])
def test_mobjects_begin_as_manims_do_and_with_everything_of_their_own(
    kind: type[VMobject], options: dict[str, Any]
) -> None:
    slow: VMobject = kind.__new__(kind)
    slow_init(slow, **options)
    one, other = kind(**options), kind(**options)
    assert list(vars(one)) == list(vars(slow))
    for name, value in vars(slow).items():
        np.testing.assert_array_equal(vars(one)[name], value)
        if isinstance(value, np.ndarray | list) and name not in options:
            assert vars(one)[name] is not vars(other)[name]


def test_a_mobject_that_begins_in_its_own_way_does_so() -> None:
    class Loud(VMobject):
        def generate_points(self) -> Loud:
            self.set_points_as_corners(np.array([[0, 0, 0], [1, 0, 0]]))
            return self

        def init_colors(self, propagate_colors: bool = True) -> Loud:
            self.set_stroke("#ff0000")
            return self

    for loud in (Loud(), Loud()):
        assert loud.get_stroke_color() == ManimColor("#ff0000")
        assert len(loud.points) == 4
    np.testing.assert_allclose(Circle(radius=2).get_right(), [2, 0, 0])


@settings(max_examples=30, deadline=None)
@given(trees(), st.sampled_from([ORIGIN, UR, DL, DOWN, RIGHT]), st.booleans())
def test_mobjects_are_as_large_and_stand_where_manim_says(tree: list[VMobject], way: Any, dotted: bool) -> None:
    for at, one in enumerate(tree):
        one.shift([at, -2 * at, 0])
    bulge = CubicBezier(np.zeros(3), np.array([9, 99, 0]), np.array([-99, 9, 0]), np.array([20, 20, 1]))
    whole = VGroup(*tree, *([VectorizedPoint([-9, 9, 0]), bulge] if dotted else []))
    anchors = np.array([point for one in family_of([whole]) for point in one.get_anchors()]).reshape(-1, 3)
    for dim in range(3):
        along, sign = anchors[:, dim] if len(anchors) else np.zeros(1), way[dim]
        ends = min(along), (min(along) + max(along)) / 2, max(along)
        assert whole.get_critical_point(way)[dim] == ends[int(np.sign(sign)) + 1]
        lengths = [whole.reduce_across_dimension(find_one, dim) for find_one in (max, min)]
        assert whole.length_over_dim(dim) == (0 if None in lengths else lengths[0] - lengths[1])


def test_updaters_are_called_wherever_they_are_unless_suspended() -> None:
    calls: list[str] = []
    dot, still = Dot(), Dot()
    dot.add_updater(lambda _, dt: calls.append(f"dot {dt}"))
    still.add_updater(lambda _: calls.append("still"))
    still.suspend_updating()
    whole = VGroup(VGroup(dot, Square()), VGroup(still))
    whole.add_updater(lambda _: calls.append("whole"), call_updater=False)
    calls.clear()
    whole.update(0.5)
    assert calls == ["whole", "dot 0.5"]


def test_only_what_was_changed_of_the_settings_is_set_back_even_after_an_error() -> None:
    before = dict(config)
    with pytest.raises(ZeroDivisionError), configured({"pixel_width": 100, "frame_rate": 7}):  # noqa: PT012
        assert (config.pixel_width, config.frame_rate) == (100, 7)
        config.frame_height = config.frame_width = 3
        raise ZeroDivisionError
    assert dict(config) == before
