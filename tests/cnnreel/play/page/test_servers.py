"""The page works from any static host."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from cnnreel.work.filming import Clip
from tests.cnnreel.play.page.looking import current, paused, time, until

pytestmark = pytest.mark.slow


class Quiet(SimpleHTTPRequestHandler):
    """Sends whole files only, as `python -m http.server` does, and says nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served(browser: Any, pool: Clip) -> Iterator[Any]:
    """Open the page of the film of max pooling from a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pool.folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/pool.html")
    yield page
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_steps_work_where_the_server_sends_no_parts_of_files(served: Any, pool: Clip) -> None:
    until(lambda: served.locator("video").evaluate("film => film.src").startswith("blob:"))
    for beat in range(2):
        served.keyboard.press("ArrowRight")
        until(lambda beat=beat: time(served) == pytest.approx(pool.record["beats"][beat]["end"], abs=0.05))
        assert current(served) == beat
    assert paused(served)


def refuse(route: Any) -> None:
    """Send a film to who plays it, but not to who fetches it."""
    if route.request.resource_type == "fetch":
        route.fulfill(status=503, body="busy")
    else:
        route.continue_()


def test_a_film_that_cannot_be_fetched_at_once_plays_all_the_same(served: Any) -> None:
    broken: list[str] = []
    served.on("pageerror", lambda error: broken.append(str(error)))
    served.route("**/*.mp4", refuse)
    with served.expect_response(lambda answer: answer.status == 503):
        served.reload()
    served.keyboard.press("Space")
    until(lambda: time(served) > 0.2)
    assert served.locator("video").evaluate("film => film.src").startswith("http:")
    assert broken == []
