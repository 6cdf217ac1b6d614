"""One stage: the newest wish of a visitor counts, everybody's turn comes, the gallery waits, and nothing hangs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cnn_core.errors import CnnreelError
from cnnreel.studio import stage as stage_module
from cnnreel.studio.performing import performed_page
from cnnreel.studio.stage import GALLERY, SUPERSEDED, BusyError, Performance, Stage, SupersededError
from scenes.catalog import find
from tests.cnnreel.studio.conftest import Ask, run_alone


class Slow(Stage):
    """Performs for as long as it is wanted to, at most until `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.performed: list[Any] = []
        self.go = False

    def _perform_now(self, number: int, spec: Any, *_: Any) -> tuple[str, Any]:
        import time

        while not self.go:
            if self._wanted.value != number:
                return SUPERSEDED, None
            time.sleep(0.005)
        self.performed.append(spec)
        return "film", spec


async def begun(stage: Slow, visitor: str, spec: Any) -> asyncio.Task[Any]:
    task = asyncio.create_task(stage.perform(visitor, spec))
    await asyncio.sleep(0.03)
    return task


def test_a_newer_wish_of_the_same_visitor_ends_the_older_one() -> None:
    async def go() -> list[Any]:
        stage = Slow()
        old, middle = await begun(stage, "a", "old"), await begun(stage, "a", "middle")
        new = await begun(stage, "a", "new")
        stage.go = True
        results = await asyncio.gather(old, middle, new, return_exceptions=True)
        return [type(one) if isinstance(one, Exception) else one for one in results]

    assert run_alone(go()) == [SupersededError, SupersededError, "new"]


def test_others_wait_their_turn_and_the_gallery_waits_for_all() -> None:
    async def go() -> list[Any]:
        stage = Slow()
        first = await begun(stage, "a", "a")
        rest = [await begun(stage, visitor, visitor) for visitor in (f"{GALLERY} x", "b", "c")]
        stage.go = True
        await asyncio.gather(first, *rest)
        return stage.performed

    assert run_alone(go()) == ["a", "b", "c", f"{GALLERY} x"]


def test_a_visitor_goes_before_a_film_of_the_gallery_that_has_begun() -> None:
    async def go() -> list[Any]:
        stage = Slow()
        gallery = await begun(stage, f"{GALLERY} x", "x")
        visitor = await begun(stage, "a", "a")
        stage.go = True
        return [await visitor, type((await asyncio.gather(gallery, return_exceptions=True))[0])]

    assert run_alone(go()) == ["a", SupersededError]


def test_who_leaves_ends_what_was_performed_for_them() -> None:
    async def go() -> Any:
        stage = Slow()
        task = await begun(stage, "a", "a")
        stage.forget("a")
        return (await asyncio.gather(task, return_exceptions=True))[0]

    assert isinstance(run_alone(go()), SupersededError)


def test_too_many_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_module, "_MOST_WAITING", 2)

    async def go() -> None:
        stage = Slow()
        tasks = [await begun(stage, visitor, visitor) for visitor in "ab"]
        with pytest.raises(BusyError, match="try again"):
            await stage.perform("c", "c")  # type: ignore[arg-type]
        await stage.close()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, CnnreelError) for one in found)

    run_alone(go())


@pytest.mark.parametrize("step", [None, 0, 3])
def test_the_begin_of_a_film_is_told_as_soon_as_it_can_be_played_from_the_wanted_step_on(step: int | None) -> None:
    answers: list[Any] = []
    spec = find("max-pool").build({"x": "7 3 1; 3 8 2; 1 1 1", "stride": 1, "question": False, "pace": "fast"})
    whole = performed_page(Performance(spec, step=step), "", lambda: None, answers.append)
    assert len(answers) == (step is not None)
    for _, begin in answers:
        assert step < begin["steps"] < min(step + 3, whole["steps"])


def test_a_film_that_is_to_go_on_at_a_step_is_answered_in_two_lines(ask: Ask) -> None:
    begun, whole = ask("film", scene="max-pool", given={}, step=0).text.splitlines()
    assert json.loads(begun).pop("begun")
    assert json.loads(begun)["page"] != json.loads(whole)["page"]
    assert ask("film", scene="max-pool", given={}).json() == json.loads(whole)
