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
    Animation,
    Circle,
    CubicBezier,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    Indicate,
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
from scenes.placing import _slow_interpolate as slow_interpolate
from scenes.placing import _slow_mobject as slow_mobject
from scenes.rehearsal import BlindRenderer
from scenes.stage import ExplainerScene
from scenes.swift import _SHARED as SHARED
from scenes.swift import _slow_init as slow_init
from scenes.swift import _slow_update as slow_update
from scenes.swift import configured, family_of, of_kind


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


def test_mobjects_of_a_kind_are_found_in_their_order() -> None:
    class Large(Square): ...

    mobjects = [VGroup(), Large(), Circle(), Square(), Dot()]
    assert of_kind(mobjects, Square) == [mobjects[1], mobjects[3]]
    assert of_kind(mobjects, Circle) == [mobjects[2], mobjects[4]]


@settings(max_examples=30, deadline=None)
@given(tree=trees(), at=st.integers(0, 7), whole=st.booleans())
def test_what_is_removed_leaves_a_scene_as_it_leaves_manims(
    stage: ExplainerScene[Any], tree: list[VMobject], at: int, whole: bool
) -> None:
    before = [Square(), *tree, VGroup(tree[0], Square())]
    for to_remove in ([tree[min(at, len(tree) - 1)]], [tree[0], before[0]], [Square()]):
        stage.mobjects = before
        Scene.restructure_mobjects(stage, to_remove, "mobjects", whole)
        expected, stage.mobjects = stage.mobjects, before
        stage.restructure_mobjects(to_remove, "mobjects", whole)
        assert stage.mobjects == expected
        assert stage.mobjects is not before


@settings(max_examples=30, deadline=None)
@given(tree=trees(), at=st.integers(0, 7))
def test_what_is_animated_or_introduced_comes_into_a_scene_as_into_manims(
    stage: ExplainerScene[Any], tree: list[VMobject], at: int
) -> None:
    moved = tree[min(at, len(tree) - 1)]
    animations = [Indicate(moved), FadeIn(tree[0]), FadeIn(Group(moved)), FadeOut(Square()), Indicate(tree[-1])]
    for before in ([Square(), tree[-1]], [moved], [Square()]):
        stage.mobjects = list(before)
        Scene.add_mobjects_from_animations(stage, animations)
        for animation in animations:
            Animation._setup_scene(animation, stage)
        expected, stage.mobjects = stage.mobjects, list(before)
        stage.add_mobjects_from_animations(animations)
        stage.add_introduced(animations)
        assert stage.mobjects == expected


@settings(max_examples=30, deadline=None)
@given(trees(), st.lists(st.sampled_from([[1, 2, 3], RIGHT, np.array([0.5, -1, 0])]), min_size=1, max_size=2))
def test_mobjects_are_moved_and_suspended_as_manim_does_it(tree: list[VMobject], ways: list[Any]) -> None:
    one, other = (VGroup(*tree).copy() for _ in range(2))
    one.shift(*map(np.asarray, ways))
    for part in other.family_members_with_points():
        part.points = part.points + np.sum(ways, axis=0)
    for moved, expected in zip(one.get_family(), other.get_family(), strict=True):
        np.testing.assert_array_equal(moved.points, expected.points)
    one.suspend_updating()
    assert all(part.updating_suspended for part in one.get_family())
    one.resume_updating()
    assert not any(part.updating_suspended for part in one.get_family())


def test_what_has_reached_its_goal_has_its_colours_and_not_its_arrays() -> None:
    start, goal = Square(color="#56B4E9"), Square(color="#D55E00", fill_opacity=0.5, stroke_width=9)
    for share in (0.5, 1):
        ours, manims = Square(), Square()
        ours.interpolate_color(start, goal, share)
        slow_interpolate(manims, start, goal, share)
        for name, value in vars(manims).items():
            np.testing.assert_array_equal(vars(ours)[name], value)
        assert ours.fill_rgbas is not goal.fill_rgbas


def test_the_mobject_that_an_animation_has_before_it_has_one_is_manims() -> None:
    slow = Mobject.__new__(Mobject)
    slow_mobject(slow)
    one, other = Mobject(), Mobject()
    assert list(vars(one)) == list(vars(slow))
    assert all(np.array_equal(value, vars(one)[name]) for name, value in vars(slow).items())
    assert one.submobjects is not other.submobjects
    assert Mobject(name="window").name == "window"


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
                assert (value is vars(other)[name]) == (name in SHARED)
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
        if isinstance(value, np.ndarray | list) and name not in (*options, *SHARED):
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
