"""The film plays, steps by beat, and transcript and captions follow it."""

from __future__ import annotations

from typing import Any

import pytest

from cnnreel.play.page.html import SCRIPTS, part_of_script, script
from cnnreel.work.filming import Clip
from tests.cnnreel.play.page.looking import current, paused, seek, time, until

pytestmark = pytest.mark.slow


def at_the_end_of(page: Any, clip: Clip, beat: int) -> bool:
    return bool(time(page) == pytest.approx(clip.record["beats"][beat]["end"], abs=0.05))


def test_it_never_plays_by_itself(player: Any) -> None:
    player.wait_for_timeout(500)
    assert paused(player)
    assert time(player) == 0


def test_the_film_is_decoded_and_plays(player: Any) -> None:
    player.get_by_role("button", name="Play").first.click()
    until(lambda: time(player) > 0.5)
    assert player.locator("video").evaluate("film => film.videoWidth") == 854
    assert not paused(player)
    player.keyboard.press("Space")
    assert paused(player)


def test_arrow_keys_step_to_the_end_of_each_beat(player: Any, pool: Clip) -> None:
    for beat in range(3):
        player.keyboard.press("ArrowRight")
        assert current(player) == beat
        assert at_the_end_of(player, pool, beat)
    player.keyboard.press("ArrowLeft")
    assert current(player) == 1
    assert at_the_end_of(player, pool, 1)


def test_a_step_from_the_middle_of_a_beat_goes_to_its_end_first(player: Any, pool: Clip) -> None:
    seek(player, 1)
    player.get_by_role("button", name="Next step").click()
    assert at_the_end_of(player, pool, 0)


def test_steps_stop_at_both_ends(player: Any, pool: Clip) -> None:
    player.keyboard.press("ArrowLeft")
    assert current(player) == 0
    for _ in range(12):
        player.keyboard.press("ArrowRight")
    assert at_the_end_of(player, pool, len(pool.record["beats"]) - 1)


def test_the_transcript_leads_into_the_film(player: Any, pool: Clip) -> None:
    player.locator("[data-beat='4']").click()
    assert current(player) == 4
    assert at_the_end_of(player, pool, 4)
    assert player.locator("#caption").inner_text() == pool.record["beats"][4]["caption"]


def test_transcript_and_caption_follow_the_film(player: Any, pool: Clip) -> None:
    start = pool.record["beats"][4]["start"] - 0.2
    seek(player, start)
    assert current(player) == 3
    player.get_by_role("button", name="Play").click()
    player.wait_for_selector("[data-beat='4'][aria-current]")
    assert player.locator("#caption").inner_text() == pool.record["beats"][4]["caption"]


def test_captions_are_on_and_can_be_turned_off(player: Any) -> None:
    player.keyboard.press("ArrowRight")
    caption, button = player.locator("#caption"), player.get_by_role("button", name="Captions")
    assert caption.is_visible()
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert not caption.is_visible()
    player.keyboard.press("c")
    assert caption.is_visible()


def test_the_browser_knows_the_captions_too(player: Any) -> None:
    cues = player.locator("video").evaluate(
        """async film => {
            const track = film.textTracks[0];
            track.mode = 'hidden';
            while (!track.cues?.length) await new Promise(done => setTimeout(done, 20));
            return [...track.cues].map(cue => cue.text);
        }"""
    )
    assert cues[0] == "A 2×2 window visits the 4×4 grid."


def test_speed_is_the_readers_choice(player: Any) -> None:
    player.get_by_label("Speed").select_option("2")
    assert player.locator("video").evaluate("film => film.playbackRate") == 2


def test_with_reduced_motion_stills_are_shown_and_nothing_moves(open_page: Any, pool: Clip) -> None:
    page = open_page(pool.folder / "pool.html", reduced_motion="reduce")
    still = page.locator("#still")
    assert not page.locator("video").is_visible()
    assert still.is_visible()
    assert still.get_attribute("src").endswith("stills/01-explain.png")
    page.keyboard.press("ArrowRight")
    assert still.get_attribute("src").endswith("stills/02-question.png")
    assert still.get_attribute("alt") == pool.record["beats"][1]["caption"]
    assert still.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 854
    page.get_by_role("button", name="Stills instead of film").click()
    assert page.locator("video").is_visible()
    assert at_the_end_of(page, pool, 1)


def test_where_the_film_cannot_be_played_its_stills_are_shown(open_record: Any, pool: Clip) -> None:
    page = open_record(pool.record)
    page.evaluate("() => { document.querySelector('video').src = 'data:video/mp4;base64,AAAA'; }")
    page.wait_for_selector("#still:not([hidden])")
    assert page.locator("#hint").inner_text().startswith("Your browser cannot play this film.")
    page.keyboard.press("ArrowRight")
    assert page.locator("#still").get_attribute("src").endswith("02-question.png")


def test_without_script_the_film_and_all_that_is_said_are_there(open_page: Any, pool: Clip) -> None:
    page = open_page(pool.folder / "pool.html", java_script_enabled=False)
    assert page.locator("video[controls]").is_visible()
    for beat in pool.record["beats"]:
        assert page.locator("#transcript").get_by_text(beat["caption"], exact=True).first.is_visible()
    assert not page.get_by_role("button", name="Play").first.is_visible()


def test_the_script_is_small() -> None:
    assert len((script() + part_of_script("head")).encode()) < 30_000
    assert all(len(part_of_script(name).splitlines()) <= 170 for name in SCRIPTS)
