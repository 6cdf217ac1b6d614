"""What Manim does often and slowly, done quickly: families and copies of mobjects, and what of a scene moves."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from manim import Animation, CapStyleType, LineJointType, ManimColor, Mobject, Scene, VMobject, config
from manim.utils.iterables import list_update

__all__ = ["SwiftScene", "animated", "collected_seldom", "configured", "family_of"]

_UNCHANGING = frozenset({bool, float, int, str, type(None), np.float64, ManimColor, CapStyleType, LineJointType})

_SHARED = frozenset({"_bezier_t_values", "sheen_direction"})
"""Attributes that hold arrays which are exchanged, but never written to."""

_HEIGHT = attrgetter("z_index")

_OBJECTS = 50_000
"""That come before Python looks for rings of dead ones; with its own 700, a fifth of a recording goes into looking."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Let Python look for rings of dead objects seldom, while a scene makes and keeps many living ones."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def configured(settings: dict[str, Any]) -> Iterator[None]:
    """Change Manim's settings meanwhile, and the frame's size with them; Manim sets all of them back, which is slow."""
    before = {name: config[name] for name in (*settings, "frame_width", "frame_height")}
    config.update(settings)
    try:
        yield
    finally:
        config.update(before)


def family_of(mobjects: Iterable[Mobject]) -> list[Mobject]:
    """Return mobjects and all that they consist of, in Manim's order; one that is found twice stands where it was last.

    Walked backwards: what was met before was met with all of its parts.
    """
    met: dict[Mobject, None] = {}

    def meet(mobjects: list[Mobject]) -> None:
        for mobject in reversed(mobjects):
            if mobject not in met:
                if mobject.submobjects:
                    meet(mobject.submobjects)
                met[mobject] = None

    meet(list(mobjects))
    return list(reversed(met))


def _get_family(mobject: Mobject, recurse: bool = True) -> list[Mobject]:
    return family_of([mobject]) if mobject.submobjects else [mobject]


def _has_any(mobjects: list[Mobject], wanted: set[Mobject]) -> bool:
    """Tell whether any of some mobjects is, or consists of, a wanted one."""
    for mobject in mobjects:
        if mobject in wanted or (mobject.submobjects and _has_any(mobject.submobjects, wanted)):
            return True
    return False


def _deepcopy(mobject: Mobject, memo: dict[int, Any]) -> Mobject:
    copied: Mobject = object.__new__(type(mobject))
    memo[id(mobject)] = copied
    state = vars(copied)
    for name, value in vars(mobject).items():
        kind = type(value)
        if kind in _UNCHANGING or name in _SHARED:
            state[name] = value
        elif kind is np.ndarray:
            state[name] = memo[id(value)] if id(value) in memo else memo.setdefault(id(value), value.copy())
        elif kind is list:
            state[name] = _copied_list(value, memo)
        else:
            state[name] = copy.deepcopy(value, memo)
    copied.original_id = str(id(mobject))
    return copied


def _copied_list(values: list[Any], memo: dict[int, Any]) -> list[Any]:
    if id(values) in memo:
        known: list[Any] = memo[id(values)]
        return known
    copied: list[Any] = []
    memo[id(values)] = copied
    for value in values:
        if isinstance(value, Mobject):
            copied.append(memo[id(value)] if id(value) in memo else _deepcopy(value, memo))
        else:
            copied.append(copy.deepcopy(value, memo))
    return copied


_slow_init = VMobject.__init__


def _init(mobject: VMobject, *given: Any, **options: Any) -> None:
    """Begin as another one that was given the same options did; Manim parses every colour again."""
    kind: Any = type(mobject)
    try:
        known = None if given or not _begins_plainly(kind) else _beginning(tuple(options.items()))
    except TypeError:  # something that cannot be looked up
        known = None
    if known is None:
        _slow_init(mobject, *given, **options)
        return
    vars(mobject).update({name: value.copy() if own else value for name, value, own in known})
    mobject.name = options.get("name") or kind.__name__


@cache
def _begins_plainly(kind: type[VMobject]) -> bool:
    """Tell whether a kind of mobject leaves to VMobject what happens when one is made."""
    names = "reset_points", "generate_points", "init_colors", "set_fill", "set_stroke", "set_background_stroke"
    return all(getattr(kind, name) is getattr(VMobject, name) for name in (*names, "set_color", "set_sheen"))


@lru_cache(maxsize=1000)
def _beginning(options: tuple[tuple[str, Any], ...]) -> list[tuple[str, Any, bool]]:
    """Return the attributes of a mobject that was made with such options, and whether each needs its own copy."""
    first: VMobject = VMobject.__new__(VMobject)
    _slow_init(first, **dict(options))
    return [(name, value, isinstance(value, np.ndarray | list)) for name, value in vars(first).items()]


def _anchors(mobject: Mobject) -> Any:
    """Return the ends of all curves of a family (n, 3), in any order."""
    parts = [one.points for one in mobject.get_family() if len(one.points)]
    curves = [points for points in parts if len(points) > 1]
    dots = [points for points in parts if len(points) == 1]
    ends = [np.concatenate(curves).reshape(-1, 4, 3)[:, ::3].reshape(-1, 3)] if curves else []
    return np.concatenate([*ends, *dots]) if parts else np.zeros((0, 3))


def _get_critical_point(mobject: Mobject, direction: Any) -> Any:
    points = mobject.get_points_defining_boundary()
    if not len(points):
        return np.zeros(mobject.dim)
    ends = zip(points.min(axis=0).tolist(), points.max(axis=0).tolist(), direction, strict=True)
    return np.array([low if way < 0 else high if way > 0 else (low + high) / 2 for low, high, way in ends])


def _length_over_dim(mobject: Mobject, dim: int) -> float:
    parts = [one.points[:, dim] for one in mobject.get_family() if len(one.points)]
    if not parts:
        return 0
    along = np.concatenate(parts)
    length: float = along.max() - along.min()
    return length


_slow_refresh = Mobject.update


def _refresh(mobject: Mobject, dt: float = 0, recursive: bool = True) -> Mobject:
    """Call all updaters; most mobjects have none, nor parts."""
    if mobject.updaters or mobject.updating_suspended:
        return _slow_refresh(mobject, dt, recursive)
    if recursive:
        for part in mobject.submobjects:
            if part.updaters or part.submobjects:
                part.update(dt, recursive)
    return mobject


_slow_update = VMobject.update_rgbas_array


def _update_rgbas_array(mobject: VMobject, array_name: str, color: Any = None, opacity: Any = None) -> VMobject:
    """Set one colour, which is nearly always what is asked for; Manim makes arrays of several of it first."""
    rgbas = getattr(mobject, array_name, None)
    one_color = color is None or isinstance(color, str | ManimColor)
    if mobject.sheen_factor or not one_color or isinstance(opacity, Iterable) or not (rgbas is None or len(rgbas) == 1):
        return _slow_update(mobject, array_name, color, opacity)
    if rgbas is None:
        rgbas = np.zeros((1, 4))
        setattr(mobject, array_name, rgbas)
    if color is not None:
        rgbas[0, :3] = _rgb(color)
    if opacity is not None:
        rgbas[0, 3] = opacity
    return mobject


def _rgb(color: str | ManimColor) -> Any:
    return (_known(color) if isinstance(color, str) else color).to_rgb()


@cache
def _known(color: str) -> ManimColor:
    return ManimColor(color)


VMobject.__init__ = _init  # type: ignore[assignment]
VMobject.get_points_defining_boundary = _anchors  # type: ignore[assignment]
Mobject.get_critical_point = _get_critical_point  # type: ignore[assignment]
Mobject.length_over_dim = _length_over_dim  # type: ignore[assignment]
Mobject.update = _refresh  # type: ignore[method-assign,assignment]
VMobject.update_rgbas_array = _update_rgbas_array  # type: ignore[assignment]
Mobject.get_family = _get_family  # type: ignore[assignment]
Mobject.__deepcopy__ = _deepcopy  # type: ignore[assignment]
ManimColor.__deepcopy__ = lambda color, memo: color  # type: ignore[attr-defined]


class SwiftScene(Scene):
    """A scene that looks through all of its mobjects once where Manim's does so for each of them."""

    def get_mobject_family_members(self) -> list[Mobject]:
        return _as_drawn(family_of(self.mobjects))

    def restructure_mobjects(
        self, to_remove: Sequence[Mobject], mobject_list_name: str = "mobjects", extract_families: bool = True
    ) -> Scene:
        """Take mobjects out of one of the scene's lists, and open the groups that they were in."""
        if _has_any(getattr(self, mobject_list_name), set(family_of(to_remove))):
            return super().restructure_mobjects(to_remove, mobject_list_name, extract_families)
        setattr(self, mobject_list_name, list(getattr(self, mobject_list_name)))
        return self

    def add_mobjects_from_animations(self, animations: list[Any]) -> None:
        """Add to the scene what is animated but not there yet."""
        members: set[Mobject] | None = None
        for animation in animations:
            if animation.is_introducer() or animation.mobject is None:
                continue
            if members is None:
                members = set(family_of(self.mobjects))
            self._add_new(animation.mobject, members)

    def _add_new(self, mobject: Mobject, members: set[Mobject]) -> None:
        """Add a mobject to the scene, and to the members of it, unless it is one."""
        if mobject not in members:
            self.add(mobject)
            members.update(mobject.get_family())

    def add_introduced(self, animations: Iterable[Any]) -> None:
        """Add to the scene what animations bring with them."""
        members = set(family_of(self.mobjects))
        for animation in animations:
            if type(animation)._setup_scene is not Animation._setup_scene:
                animation._setup_scene(self)
                members = set(family_of(self.mobjects))
            elif animation.is_introducer():
                self._add_new(animation.mobject, members)

    def get_moving_mobjects(self, *animations: Any) -> list[Mobject]:
        """Return all that is drawn from the first mobject on of which something may move."""
        moved = {*family_of(animated(animations)), *self.foreground_mobjects}
        moving: set[Mobject] = set()
        family = family_of(self.mobjects)
        for mobject in reversed(family):
            if mobject in moved or mobject.updaters or not moving.isdisjoint(mobject.submobjects):
                moving.add(mobject)
        members = _as_drawn(family)
        return members[next((at for at, mobject in enumerate(members) if mobject in moving), len(members)) :]

    def get_moving_and_static_mobjects(self, animations: Iterable[Any]) -> tuple[list[Mobject], list[Mobject]]:
        moving = _as_drawn(family_of(self.get_moving_mobjects(*animations)))
        drawn = _as_drawn(family_of(list_update(self.mobjects, self.foreground_mobjects)))
        may_move = set(moving)
        return moving, [mobject for mobject in drawn if mobject not in may_move and len(mobject.points)]


def animated(animations: Iterable[Any]) -> Iterator[Mobject]:
    """Give the mobjects of animations, and of those that they are groups of."""
    for animation in animations:
        yield animation.mobject
        yield from animated(getattr(animation, "animations", ()))


def _as_drawn(mobjects: list[Mobject]) -> list[Mobject]:
    return sorted(mobjects, key=_HEIGHT)
