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


def give(page: Any, answer: str) -> None:
    """Answer the question."""
    page.get_by_label("Your answer").fill(answer)
    page.keyboard.press("Enter")


def ask_again(page: Any) -> None:
    """Go away from the question, and back to it."""
    page.locator("[data-beat='0']").click()
    page.locator("[data-beat='1']").click()


def check_wait(page: Any, pool: Reel) -> None:
    """Check that the film waits at its question, which has the focus."""
    assert current(page) == 1
    assert time(page) == pytest.approx(pool.record["beats"][1]["end"], abs=0.01)
    assert paused(page)
    assert page.locator("#question").is_visible()
    assert page.evaluate("document.activeElement.name") == "answer"


def check_going_on(page: Any) -> None:
    """Check that the question is left behind."""
    elapse(page, 0.1)
    assert current(page) == 2
    assert not paused(page)
    assert not page.locator("#question").is_visible()


def test_the_film_waits_at_the_end_of_the_question_and_a_busy_browser_does_not_run_past_it(
    player: Any, pool: Reel
) -> None:
    play = player.get_by_role("button", name="Play").first
    play.click()
    elapse(player, 0.5)
    before = time(player)
    elapse(player, 5, step=5)
    assert before < time(player) <= before + 0.25  # what nobody could see is not passed
    player.get_by_label("Speed").select_option("2")
    elapse(player, 60)
    check_wait(player, pool)
    seek(player, pool.record["beats"][1]["end"] - 0.4)
    play.click()
    elapse(player, 0.1)
    elapse(player, 15, step=5)
    check_wait(player, pool)
    seek(player, pool.record["beats"][4]["start"] + 0.1)  # the seek bar may pass the question
    play.click()
    elapse(player, 0.3)
    assert current(player) == 4
    assert not paused(player)
    assert not player.locator("#question").is_visible()


def test_the_right_answer_is_told_why_and_the_film_goes_on_until_the_question_is_asked_again(asked: Any) -> None:
    answer = asked.locator("[data-beat='2'] .said")
    assert answer.inner_text() == "The answer comes after the question."
    give(asked, "4")
    assert asked.locator("#question").inner_text().split("\n\n") == [
        "Yes, it is 4.",
        "Max(4, 1, 1, 1) = 4",
        "4 is the largest value in the window.",
        "Continue",
    ]
    assert asked.get_by_role("status").inner_text().startswith("Yes, it is 4. Max(4, 1, 1, 1) = 4")
    assert answer.inner_text() == "4 is the largest value in the window."
    assert results(asked) == [{"index": 1, "outcome": "right", "right": 1, "count": 1}]
    asked.keyboard.press("Enter")
    check_going_on(asked)
    asked.keyboard.press("Space")
    asked.locator("[data-beat='1']").click()
    assert asked.locator("#question").is_visible()
    assert asked.get_by_role("alert").inner_text() == "Last time you said 4."
    assert answer.inner_text() == "The answer comes after the question."
    asked.get_by_role("button", name="Continue without answering").click()
    assert results(asked)[-1] == {"index": 1, "outcome": "skipped", "right": 1, "count": 1}


def test_a_wrong_answer_gets_a_hint_and_another_try_then_it_is_told_why(asked: Any) -> None:
    for _ in range(2):
        asked.get_by_label("Your answer").fill("7")
        asked.get_by_role("button", name="Check").click()
        if not results(asked):
            assert asked.get_by_role("alert").inner_text() == "Not quite. Try again: Max(4, 1, 1, 1) = ?"
    assert (
        asked.locator("#question").inner_text().startswith("Not quite. You said 7, and it is 4.\n\nMax(4, 1, 1, 1) = 4")
    )
    assert [one["outcome"] for one in results(asked)] == ["wrong"]
    assert asked.evaluate("document.activeElement.textContent") == "Continue"
    ask_again(asked)
    give(asked, "7")
    give(asked, "4")  # the second try may be right
    assert asked.locator(".verdict").inner_text() == "Yes, it is 4."
    assert [one["outcome"] for one in results(asked)] == ["wrong", "right"]


def test_a_number_may_be_written_in_many_ways_and_what_is_none_is_not_counted(asked: Any) -> None:
    for written in ("", "four", "4/", "=", "٤"):  # not understood, so not called wrong
        give(asked, written)
        assert asked.get_by_role("alert").inner_text() == "Please write a number, such as 4 or −0.5.", written
    assert results(asked) == []
    for written in ("4", " 4 ", "4.0", "4,0", "8/2", "+4"):
        give(asked, written)
        assert asked.locator("#question").inner_text().startswith("Yes"), written
        ask_again(asked)


def test_the_question_can_be_left(asked: Any) -> None:
    asked.get_by_role("button", name="Continue without answering").click()
    check_going_on(asked)
    assert [one["outcome"] for one in results(asked)] == ["skipped"]
    asked.keyboard.press("Space")
    asked.keyboard.press("ArrowLeft")
    assert asked.locator("#question").is_visible()
    asked.keyboard.press("Space")  # it plays
    check_going_on(asked)
    assert [one["outcome"] for one in results(asked)] == ["skipped", "skipped"]


def test_answers_are_kept_until_they_are_cleared(asked: Any, pool: Reel) -> None:
    give(asked, "4")
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
        give(page, "5")
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
    page = open_record(record, plain_film(record), reduced_motion="reduce")
    for written, verdict in [("−0,6439", "Yes"), ("-0.65", "Not"), ("-0.64", "Yes"), ("0.64", "Not")]:
        ask_again(page)
        give(page, written)
        told = ".verdict" if verdict == "Yes" else "#answer-error"
        assert page.locator(told).inner_text().startswith(verdict), written
