"""What Manim does often and slowly, done quickly: families and copies of mobjects, and what of a scene moves."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from manim import Animation, CapStyleType, LineJointType, ManimColor, Mobject, Scene, VMobject, config
from manim.utils.iterables import list_update

import scenes.placing  # noqa: F401

__all__ = ["SwiftScene", "animated", "collected_seldom", "configured", "family_of", "of_kind"]

_Kind = TypeVar("_Kind")

_UNCHANGING = frozenset({bool, float, int, str, type(None), np.float64, ManimColor, CapStyleType, LineJointType})

_SHARED = frozenset({"_bezier_t_values", "sheen_direction"})
"""Attributes that hold arrays which are exchanged, but never written to."""

_HEIGHT, _PARTS, _UPDATERS = attrgetter("z_index"), attrgetter("submobjects"), attrgetter("updaters")

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
                if any(map(_PARTS, mobject.submobjects)):
                    meet(mobject.submobjects)
                elif mobject.submobjects:
                    met.update(dict.fromkeys(reversed(mobject.submobjects)))
                met[mobject] = None

    meet(list(mobjects))
    return list(reversed(met))


def _get_family(mobject: Mobject, recurse: bool = True) -> list[Mobject]:
    return family_of([mobject]) if mobject.submobjects else [mobject]


def _parts(mobjects: Iterable[Mobject]) -> list[Mobject]:
    return list(chain.from_iterable(map(_PARTS, mobjects)))


def _members(mobjects: Iterable[Mobject]) -> set[Mobject]:
    """Return the same as `family_of`, in no order."""
    generation = list(mobjects)
    members = set(generation)
    while generation := _parts(generation):
        members.update(generation)
    return members


def _has_any(mobjects: list[Mobject], wanted: set[Mobject]) -> bool:
    """Tell whether any of some mobjects is, or consists of, a wanted one."""
    while mobjects:
        if not wanted.isdisjoint(mobjects):
            return True
        mobjects = _parts(mobjects)
    return False


def _without(mobjects: list[Mobject], unwanted: set[Mobject]) -> list[Mobject]:
    """Return mobjects, and of those that consist of unwanted ones only what else they consist of."""
    if not _has_any(mobjects, unwanted):
        return list(mobjects)
    kept: list[Mobject] = []
    for mobject in mobjects:
        if mobject not in unwanted:
            parts = mobject.submobjects
            kept += _without(parts, unwanted) if _has_any(parts, unwanted) else [mobject]
    return kept


def of_kind(mobjects: Sequence[Mobject], kind: type[_Kind]) -> list[_Kind]:
    """Return those mobjects that are of a kind."""
    kinds = {one for one in set(map(type, mobjects)) if issubclass(one, kind)}
    return [mobject for mobject in mobjects if type(mobject) in kinds]  # type: ignore[misc]


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
        elif isinstance(value, Mobject):
            state[name] = memo[id(value)] if id(value) in memo else _deepcopy(value, memo)
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
    state, (attributes, own) = vars(mobject), known
    state.update(attributes)
    for name in own:
        state[name] = attributes[name].copy()
    state["name"] = options.get("name") or kind.__name__


@cache
def _begins_plainly(kind: type[VMobject]) -> bool:
    """Tell whether a kind of mobject leaves to VMobject what happens when one is made."""
    names = "reset_points", "generate_points", "init_colors", "set_fill", "set_stroke", "set_background_stroke"
    return all(getattr(kind, name) is getattr(VMobject, name) for name in (*names, "set_color", "set_sheen"))


@lru_cache(maxsize=1000)
def _beginning(options: tuple[tuple[str, Any], ...]) -> tuple[dict[str, Any], list[str]]:
    """Return the attributes of a mobject that was made with such options, and which of them each needs for itself."""
    first: VMobject = VMobject.__new__(VMobject)
    _slow_init(first, **dict(options))
    changing = [name for name, value in vars(first).items() if isinstance(value, np.ndarray | list)]
    return vars(first), [name for name in changing if name not in _SHARED]


_slow_refresh = Mobject.update


def _refresh(mobject: Mobject, dt: float = 0, recursive: bool = True) -> Mobject:
    """Call all updaters; most mobjects have none, nor parts."""
    if mobject.updaters or (recursive and _any_updaters(mobject.submobjects)):
        return _slow_refresh(mobject, dt, recursive)
    return mobject


def _any_updaters(mobjects: list[Mobject]) -> bool:
    while mobjects:
        if any(map(_UPDATERS, mobjects)):
            return True
        mobjects = _parts(mobjects)
    return False


def _suspend_updating(mobject: Mobject, recursive: bool = True) -> Mobject:
    for one in _members([mobject]) if recursive else (mobject,):
        one.updating_suspended = True
    return mobject


_slow_resume = Mobject.resume_updating


def _resume_updating(mobject: Mobject, recursive: bool = True) -> Mobject:
    if mobject.updaters or not recursive or _any_updaters(mobject.submobjects):
        return _slow_resume(mobject, recursive)
    for one in _members([mobject]):
        one.updating_suspended = False
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
Mobject.update = _refresh  # type: ignore[method-assign,assignment]
Mobject.suspend_updating = _suspend_updating  # type: ignore[method-assign,assignment]
Mobject.resume_updating = _resume_updating  # type: ignore[method-assign,assignment]
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
        unwanted = _members(to_remove) if extract_families else set(to_remove)
        setattr(self, mobject_list_name, _without(getattr(self, mobject_list_name), unwanted))
        return self

    def update_mobjects(self, dt: float) -> None:
        if _any_updaters(self.mobjects):
            super().update_mobjects(dt)

    def add_mobjects_from_animations(self, animations: list[Any]) -> None:
        """Add to the scene what is animated but not there yet."""
        self._add_new(one.mobject for one in animations if not one.is_introducer() and one.mobject is not None)

    def _add_new(self, mobjects: Iterable[Mobject]) -> None:
        """Add mobjects to the scene, unless they are part of it."""
        wanted = list(mobjects)
        missing, generation = set(wanted), self.mobjects
        while missing and generation:
            if not missing.isdisjoint(generation):
                missing.difference_update(generation)
            generation = _parts(generation)
        for mobject in wanted:
            if mobject in missing:
                self.add(mobject)
                missing -= _members([mobject])

    def add_introduced(self, animations: Iterable[Any]) -> None:
        """Add to the scene what animations bring with them."""
        plain: list[Mobject] = []
        for animation in animations:
            if type(animation)._setup_scene is not Animation._setup_scene:
                self._add_new(plain)
                plain.clear()
                animation._setup_scene(self)
            elif animation.is_introducer():
                plain.append(animation.mobject)
        self._add_new(plain)

    def get_moving_mobjects(self, *animations: Any) -> list[Mobject]:
        """Return all that is drawn from the first mobject on of which something may move."""
        moved = {*_members(animated(animations)), *self.foreground_mobjects}
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
