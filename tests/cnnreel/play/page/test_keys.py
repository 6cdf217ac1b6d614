"""Keys do what they do on other players, while the player has the focus, and a dialog lists them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cnnreel.play.page.looking import AXE, current, elapse, paused, seek, time, violations
from tests.cnnreel.reels import Reel

pytestmark = pytest.mark.slow


def test_keys_lead_through_the_film_as_on_other_players(player: Any, pool: Reel) -> None:
    duration = pool.record["video"]["duration"]
    player.keyboard.press("5")
    assert time(player) == 0  # nothing has the focus
    player.locator("#play").focus()
    for key, seconds in [
        ("5", duration / 2),
        (".", duration / 2 + 1 / 30),
        (",", duration / 2),
        ("l", duration / 2 + 10),
        ("j", duration / 2),
        ("l", duration / 2 + 10),
        ("L", duration),
        ("End", duration),
        ("0", 0),
        ("j", 0),
        ("9", 0.9 * duration),
        ("Home", 0),
    ]:
        player.keyboard.press(key)
        assert time(player) == pytest.approx(seconds, abs=1e-6), key
        assert paused(player)
    player.keyboard.press("k")
    elapse(player, 0.5)
    player.keyboard.press("k")
    elapse(player, 1)
    assert time(player) == pytest.approx(0.5, abs=0.001)


def test_who_clicks_the_film_can_go_on_with_keys_but_what_is_typed_leads_nowhere(player: Any, pool: Reel) -> None:
    player.locator("#start").click()
    player.locator("#film").click()
    assert paused(player)
    assert player.evaluate("document.activeElement.id") == "play"
    seek(player, pool.record["beats"][1]["end"] - 0.1)
    player.get_by_label("Your answer").click()
    player.keyboard.type("0.5jkl?")
    assert player.get_by_label("Your answer").input_value() == "0.5jkl?"
    player.get_by_role("button", name="Check").focus()
    player.keyboard.type("0?")
    assert current(player) == 1
    assert player.get_by_role("dialog").count() == 0


def test_a_question_mark_lists_the_keys(player: Any) -> None:
    player.locator("#play").focus()
    player.keyboard.press("?")
    dialog = player.get_by_role("dialog", name="Keys")
    assert "Play or pause" in dialog.inner_text()
    assert player.evaluate("document.activeElement.textContent") == "Close"
    player.keyboard.press("5")
    assert time(player) == 0
    if AXE.is_file():
        assert violations(player) == []
    player.keyboard.press("Escape")
    assert player.evaluate("document.activeElement.id") == "play"
    player.get_by_role("button", name="Keys").click()
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
