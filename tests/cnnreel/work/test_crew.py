from __future__ import annotations

from collections import deque
from contextlib import closing
from pathlib import Path

import pytest
from cnnreel.work.crew import Crew, Done, Errand, News
from cnnreel.work.orders import Order, Prepared

from scenes.specs import SceneSpec


def outcome_of(crew: Crew, errand: Errand) -> News:
    """Hand out an errand and wait for what becomes of it."""
    waiting = deque([errand])
    while True:
        crew.hand_out(waiting)
        for _, news in crew.news():
            if not isinstance(news, float):
                return news


@pytest.mark.slow
def test_a_worker_that_died_while_it_had_nothing_to_do_is_replaced(short_spec: SceneSpec, tmp_path: Path) -> None:
    with closing(Crew(1)) as crew:
        for attempt in ("one", "two"):
            order = Order(short_spec, "a", "low", "mp4", tmp_path / attempt)
            news = outcome_of(crew, Errand(0, "prepare", order, (None,), tells=False))
            assert isinstance(news, Done)
            assert isinstance(news.result, Prepared)
            (worker,) = crew._workers
            worker.process.kill()
            worker.process.join()
