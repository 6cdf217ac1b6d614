"""The film plays in its canvas, steps by beat, and transcript and captions follow it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnreel.play.page.html import SCRIPTS, head, part_of_script, playing, script
from tests.cnnreel.play.page.looking import current, elapse, paused, picture, pixel, ready, seek, time
from tests.cnnreel.records import record_of
from tests.cnnreel.reels import Reel, plain_film
from tests.cnnreel.tabs import Tabs

pytestmark = pytest.mark.slow

INK, PAPER = (236, 238, 241), (15, 18, 22)


def at_the_end_of(page: Any, clip: Reel, beat: int) -> bool:
    return bool(time(page) == pytest.approx(clip.record["beats"][beat]["end"], abs=0.01))


@pytest.fixture
def square(open_record: Any) -> Any:
    """Open the page of a film in which a square of 100 pixels moves evenly from the left to the right."""
    record = record_of("max-pool")
    record["beats"][1]["kind"] = "step"
    return open_record(record, plain_film(record), color_scheme="dark")


def left_edge(page: Any) -> float:
    """Return where the square is, from 0 to 1820."""
    row = np.asarray(picture(page))[:, :, 0]
    return float(1920 * np.argmax(row[len(row) // 2] > 128) / row.shape[1])


def test_it_never_plays_by_itself_and_plays_without_a_video(player: Any) -> None:
    elapse(player, 5)
    assert paused(player)
    assert time(player) == 0
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 0.5)
    assert time(player) == pytest.approx(0.5, abs=0.001)
    assert not player.locator("video").is_visible()
    assert player.locator("video").evaluate("film => film.networkState") != 2  # nothing is loaded
    assert not paused(player)
    player.keyboard.press("Space")
    assert paused(player)
    elapse(player, 1)
    assert time(player) == pytest.approx(0.5, abs=0.001)
    cues = player.locator("video").evaluate(
        """async film => {
            const track = film.textTracks[0];
            track.mode = 'hidden';
            while (!track.cues?.length) await new Promise(done => setTimeout(done, 20));
            return [...track.cues].map(cue => cue.text);
        }"""
    )
    assert cues[0] == "A 2×2 window visits the 4×4 grid."


def test_the_picture_is_that_of_its_time_to_the_frame(square: Any) -> None:
    duration = float(square.locator("#seek").get_attribute("max"))
    for share in (0.75, 0.1, 0.333, 0.9):
        seek(square, share * duration)
        elapse(square, 0)
        assert left_edge(square) == pytest.approx(1820 * share, abs=3)
    seek(square, 0)
    square.get_by_role("button", name="Play").first.click()
    elapse(square, 2)
    assert left_edge(square) == pytest.approx(1820 * 2 / duration, abs=4)
    square.keyboard.press("Space")
    seek(square, 1)  # nothing is drawn while nothing changes
    elapse(square, 0)
    square.locator("#film").evaluate("canvas => canvas.getContext('2d').fillRect(0, 0, 9, 9)")
    elapse(square, 1)
    assert pixel(square, 0.001, 0.001) == INK  # what was last drawn with: still there
    seek(square, 2)
    elapse(square, 0)
    assert pixel(square, 0.001, 0.001) == PAPER


def test_speed_is_the_readers_choice(square: Any) -> None:
    for speed in ("0.5", "1.25", "2"):
        seek(square, 0)
        square.get_by_label("Speed").select_option(speed)
        square.get_by_role("button", name="Play").first.click()
        elapse(square, 2)
        assert time(square) == pytest.approx(2 * float(speed), abs=0.01)


SHARP = """density => {
    const film = document.getElementById('film');
    const shown = film.getBoundingClientRect().width;
    return devicePixelRatio === density && Math.abs(film.width - shown * density) < 1;
}"""


def test_the_canvas_has_a_pixel_for_each_of_the_screens(tabs: Tabs, player: Any) -> None:
    for density in (1, 2, 2.625):
        for width in (1280, 700):
            tabs.screen(player, density, width)
            player.wait_for_function(SHARP, arg=density, polling=50)
    player.reload()
    ready(player)
    player.wait_for_function(SHARP, arg=2.625, polling=50)


def test_arrow_keys_step_to_the_end_of_each_beat(player: Any, pool: Reel) -> None:
    player.keyboard.press("ArrowLeft")
    assert current(player) == 0
    seek(player, 1)
    player.get_by_role("button", name="Next step").click()
    assert at_the_end_of(player, pool, 0)  # from the middle of a beat to its end first
    for beat in (1, 2):
        player.keyboard.press("ArrowRight")
        assert current(player) == beat
        assert at_the_end_of(player, pool, beat)
    player.keyboard.press("ArrowLeft")
    assert current(player) == 1
    assert at_the_end_of(player, pool, 1)
    for _ in range(12):
        player.keyboard.press("ArrowRight")
    assert at_the_end_of(player, pool, len(pool.record["beats"]) - 1)


def test_transcript_and_caption_follow_the_film_and_the_transcript_leads_into_it(player: Any, pool: Reel) -> None:
    caption, said = player.locator("#caption"), pool.record["beats"][4]["caption"]
    player.keyboard.press("ArrowRight")
    button = player.get_by_role("button", name="Captions")
    assert caption.is_visible()
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert not caption.is_visible()
    player.keyboard.press("c")
    assert caption.is_visible()
    seek(player, pool.record["beats"][4]["start"] - 0.2)
    assert current(player) == 3
    player.get_by_role("button", name="Play").click()
    elapse(player, 0.3)
    assert current(player) == 4
    assert caption.inner_text() == player.locator("#film").get_attribute("aria-label") == said
    player.locator("[data-beat='0']").click()
    player.locator("[data-beat='4']").click()
    assert current(player) == 4
    assert at_the_end_of(player, pool, 4)
    assert caption.inner_text() == said


def test_at_its_end_it_begins_anew(player: Any, pool: Reel) -> None:
    seek(player, pool.record["video"]["duration"] - 0.1)
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 1)
    assert paused(player)
    assert time(player) == pytest.approx(pool.record["video"]["duration"])
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 0.5)
    assert time(player) == pytest.approx(0.5, abs=0.001)


def test_with_reduced_motion_stills_are_shown_and_nothing_moves(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, reduced_motion="reduce"))
    assert page.get_by_role("button", name="Play").first.is_disabled()
    for beat in range(2):
        assert page.locator("#film").get_attribute("aria-label") == pool.record["beats"][beat]["caption"]
        before = picture(page)
        elapse(page, 3)
        assert at_the_end_of(page, pool, beat)
        assert picture(page) == before
        page.keyboard.press("ArrowRight")
        elapse(page, 0)
        assert picture(page) != before
    page.get_by_role("button", name="Stills instead of film").click()
    assert at_the_end_of(page, pool, 2)
    assert page.get_by_role("button", name="Play").first.is_enabled()


WITHOUT = {
    "scripts": {"scripts": False},
    "DecompressionStream": {"before": "delete window.DecompressionStream"},
    "a film that can be read": {"before": "window.atob = () => 'no film'"},
}


@pytest.mark.parametrize("without", WITHOUT)
def test_without_what_it_needs_the_page_has_poster_video_and_all_that_is_said(
    open_page: Any, pool: Reel, without: str
) -> None:
    page = open_page(pool.page, **WITHOUT[without])
    page.locator("video[controls]").wait_for()
    assert page.locator("video").get_attribute("poster") == "pool.png"
    assert page.locator("video").get_attribute("src") == "pool.mp4"
    for beat in pool.record["beats"]:
        assert page.locator("#transcript").get_by_text(beat["caption"], exact=True).first.is_visible()
    assert not page.get_by_role("button", name="Play").first.is_visible()
    assert not page.locator("#film").is_visible()


def test_the_script_is_small() -> None:
    assert len(playing("").encode()) < 9_000  # what draws films and leads through them
    assert len((script() + head()).encode()) < 44_000
    assert all(len(part_of_script(name).splitlines()) <= 170 for name in SCRIPTS)
