"""The question waits: for an answer, right or wrong, or for being left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cnnreel.play.page.looking import current, elapse, paused, ready, seek, time
from tests.cnnreel.records import record_of
from tests.cnnreel.reels import Reel, plain_film

pytestmark = pytest.mark.slow


def results(page: Any) -> Any:
    return page.evaluate("window.results")


@pytest.fixture
def asked(player: Any) -> Any:
    """Step to the question, and listen to what the page tells of answers."""
    player.evaluate(
        """() => {
            window.results = [];
            document.addEventListener('cnnreel:answer', event => window.results.push(event.detail));
        }"""
    )
    player.keyboard.press("ArrowRight")
    player.keyboard.press("ArrowRight")
    return player


def test_the_film_waits_at_the_end_of_the_question(player: Any, pool: Reel) -> None:
    player.get_by_label("Speed").select_option("2")
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 60)
    assert player.locator("#question").is_visible()
    assert paused(player)
    assert time(player) == pytest.approx(pool.record["beats"][1]["end"], abs=0.01)
    assert player.evaluate("document.activeElement.name") == "answer"


def test_a_busy_browser_does_not_run_past_the_question(player: Any, pool: Reel) -> None:
    end = pool.record["beats"][1]["end"]
    seek(player, end - 0.4)
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 0.1)
    elapse(player, 15, step=5)
    assert current(player) == 1
    assert time(player) == pytest.approx(end, abs=0.01)
    assert paused(player)
    assert player.locator("#question").is_visible()
    assert player.evaluate("document.activeElement.name") == "answer"


def test_what_nobody_could_see_is_not_passed(player: Any) -> None:
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 0.5)
    before = time(player)
    elapse(player, 5, step=5)
    assert before < time(player) <= before + 0.25


def test_the_seek_bar_may_pass_the_question(player: Any, pool: Reel) -> None:
    seek(player, pool.record["beats"][4]["start"] + 0.1)
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 0.3)
    assert current(player) == 4
    assert not paused(player)
    assert not player.locator("#question").is_visible()


def test_the_right_answer_is_told_why_and_the_film_goes_on(asked: Any, pool: Reel) -> None:
    asked.get_by_label("Your answer").fill("4")
    asked.keyboard.press("Enter")
    assert asked.locator("#question").inner_text().split("\n\n") == [
        "Yes, it is 4.",
        "Max(4, 1, 1, 1) = 4",
        "4 is the largest value in the window.",
        "Continue",
    ]
    assert asked.get_by_role("status").inner_text().startswith("Yes, it is 4. Max(4, 1, 1, 1) = 4")
    assert results(asked) == [{"index": 1, "outcome": "right", "right": 1, "count": 1}]
    asked.keyboard.press("Enter")
    elapse(asked, 0.1)
    assert current(asked) == 2
    assert not paused(asked)
    assert not asked.locator("#question").is_visible()


def test_a_wrong_answer_gets_a_hint_and_another_try_then_it_is_told_why(asked: Any) -> None:
    asked.get_by_label("Your answer").fill("7")
    asked.get_by_role("button", name="Check").click()
    assert asked.get_by_role("alert").inner_text() == "Not quite. Try again: Max(4, 1, 1, 1) = ?"
    assert results(asked) == []
    asked.get_by_label("Your answer").fill("7")
    asked.get_by_role("button", name="Check").click()
    assert (
        asked.locator("#question").inner_text().startswith("Not quite. You said 7, and it is 4.\n\nMax(4, 1, 1, 1) = 4")
    )
    assert results(asked)[0]["outcome"] == "wrong"
    assert asked.evaluate("document.activeElement.textContent") == "Continue"


@pytest.mark.parametrize("written", ["4", " 4 ", "4.0", "4,0", "8/2", "+4", "٤"])
def test_a_number_may_be_written_in_many_ways(asked: Any, written: str) -> None:
    asked.get_by_label("Your answer").fill(written)
    asked.keyboard.press("Enter")
    if written == "٤":  # not understood, so not called wrong
        assert "Please write a number" in asked.locator("#question").inner_text()
    else:
        assert asked.locator("#question").inner_text().startswith("Yes")


@pytest.mark.parametrize("written", ["", "four", "4/", "="])
def test_what_is_no_number_is_not_counted(asked: Any, written: str) -> None:
    asked.get_by_label("Your answer").fill(written)
    asked.keyboard.press("Enter")
    assert asked.get_by_role("alert").inner_text() == "Please write a number, such as 4 or −0.5."
    assert results(asked) == []


def test_the_question_can_be_left(asked: Any) -> None:
    asked.get_by_role("button", name="Continue without answering").click()
    elapse(asked, 0.1)
    assert current(asked) == 2
    assert not paused(asked)
    assert results(asked)[0]["outcome"] == "skipped"


def test_play_leaves_the_question_too(asked: Any) -> None:
    asked.keyboard.press("Space")
    elapse(asked, 0.1)
    assert current(asked) == 2
    assert results(asked)[0]["outcome"] == "skipped"


def test_the_answer_is_not_told_before_the_question_is_answered(asked: Any) -> None:
    answer = asked.locator("[data-beat='2'] .said")
    assert answer.inner_text() == "The answer comes after the question."
    asked.get_by_label("Your answer").fill("4")
    asked.keyboard.press("Enter")
    assert answer.inner_text() == "4 is the largest value in the window."


def test_the_second_try_may_be_right(asked: Any) -> None:
    for written in ("7", "4"):
        asked.get_by_label("Your answer").fill(written)
        asked.keyboard.press("Enter")
    assert asked.locator(".verdict").inner_text() == "Yes, it is 4."
    assert results(asked)[0]["outcome"] == "right"


def test_whoever_comes_back_is_asked_again(asked: Any) -> None:
    asked.get_by_label("Your answer").fill("4")
    asked.keyboard.press("Enter")
    asked.keyboard.press("Enter")
    asked.keyboard.press("Space")
    asked.locator("[data-beat='1']").click()
    assert asked.locator("#question").is_visible()
    assert asked.get_by_role("alert").inner_text() == "Last time you said 4."
    assert asked.locator("[data-beat='2'] .said").inner_text() == "The answer comes after the question."
    asked.get_by_role("button", name="Continue without answering").click()
    assert results(asked)[-1] == {"index": 1, "outcome": "skipped", "right": 1, "count": 1}


def test_answers_are_kept_until_they_are_cleared(asked: Any, pool: Reel) -> None:
    asked.get_by_label("Your answer").fill("4")
    asked.keyboard.press("Enter")
    asked.locator(".verdict").wait_for()
    asked.reload()
    page = ready(asked)
    seek(page, pool.record["beats"][-1]["end"])
    assert page.locator("#hint").inner_text() == "You answered the question right."
    page.get_by_role("button", name="Clear my answers").click()
    assert not page.get_by_role("button", name="Clear my answers").is_visible()
    page.reload()
    seek(ready(page), pool.record["beats"][-1]["end"])
    assert page.locator("#hint").inner_text() == "You answered 0 of 1 questions right."


def test_stills_ask_as_well(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, reduced_motion="reduce"))
    page.keyboard.press("ArrowRight")
    for _ in range(2):
        page.get_by_label("Your answer").fill("5")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").click()
    assert current(page) == 2
    assert page.locator("#film").get_attribute("aria-label") == pool.record["beats"][2]["caption"]


def test_an_answer_that_is_no_number_is_chosen(open_record: Any) -> None:
    record = record_of("max-pool")
    question, answer = record["beats"][1:3]
    question["answer"] = "pooling"
    record["beats"][5:7] = [
        {**question, "start": 90, "end": 95, "answer": "convolution"},
        {**answer, "start": 95, "end": 99},
    ]
    page = open_record(record, plain_film(record), reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio").count() == 2
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("alert").inner_text() == "Please choose an answer."
    page.get_by_label("convolution").check()
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("alert").inner_text().startswith("Not quite. Try again: ")
    assert page.get_by_label("convolution").is_disabled()
    page.get_by_label("pooling").check()
    page.get_by_role("button", name="Check").click()
    assert page.locator(".verdict").inner_text() == "Yes, it is pooling."


def test_a_decimal_answer_is_right_as_far_as_it_is_shown(open_record: Any) -> None:
    record = record_of("max-pool")
    record["beats"][1]["answer"] = "-0.64"
    for written, verdict in [("−0,6439", "Yes"), ("-0.64", "Yes"), ("-0.65", "Not"), ("0.64", "Not")]:
        page = open_record(record, plain_film(record), reduced_motion="reduce")
        page.keyboard.press("ArrowRight")
        page.get_by_label("Your answer").fill(written)
        page.keyboard.press("Enter")
        told = ".verdict" if verdict == "Yes" else "#answer-error"
        assert page.locator(told).inner_text().startswith(verdict), written
