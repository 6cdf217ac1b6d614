"""While the picture is at rest, every number in it can be looked into, and what is found is what the JSON says."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from cnnreel.play.page.html import words_in
from cnnreel.play.page.numbers import _place_in_words, arrays_behind, exactly, found_inside
from cnnreel.tell.story import Story
from scenes.addresses import value_at
from scenes.catalog import SCENES
from tests.cnnreel.play.page.looking import paused, seek, until
from tests.cnnreel.records import record_of
from tests.cnnreel.reels import Reel

WORDS = words_in("en")
AXES = {axis: f"{axis} {{0}}" for axis in ("row", "column", "channel", "image", "kernel", "entry")}


def found(page: Any) -> dict[str, str]:
    """Return what is said of the number that is looked into."""
    return dict(
        page.locator("#inside").evaluate(
            "inside => Object.fromEntries(['value', 'how', 'of'].map("
            "name => [name, inside.checkVisibility() ? inside.querySelector(`.${name}`).innerText : null]))"
        )
    )


def reading_order(number: dict[str, Any]) -> tuple[int, int]:
    """Return where a number stands: in which line, all of which are 40 pixels apart, and where in it."""
    left, top, _, bottom = number["box"]
    return (top + bottom) // 80, left


@pytest.fixture
def second_answer(player: Any) -> Any:
    """Go to the end of the beat in which the second value is found."""
    player.locator("[data-beat='3']").click()
    return player


@pytest.mark.slow
def test_every_number_on_screen_opens_where_it_is_with_its_value_in_full(second_answer: Any, pool: Reel) -> None:
    shown = sorted(pool.record["beats"][3]["shown"], key=reading_order)
    spots = second_answer.locator(".spot")
    assert spots.count() == len(shown)
    for number, spot in zip(shown, spots.all(), strict=True):
        spot.hover()
        inside = found(second_answer)
        assert inside["of"] == number["of"]
        assert float(inside["value"].replace("−", "-")) == value_at(pool.record["values"], number["of"])
    frame = second_answer.locator("#frame").bounding_box()
    scale = frame["width"] / pool.film["size"][0]
    boxes = sorted(pool.film["beats"][3]["shown"], key=reading_order)
    for number, spot in zip(boxes, spots.all(), strict=True):
        box = spot.bounding_box()
        left, top, right, bottom = (edge * scale for edge in number["box"])
        assert box["x"] - frame["x"] == pytest.approx(left, abs=1)
        assert box["y"] - frame["y"] == pytest.approx(top, abs=1)
        assert (box["width"], box["height"]) == (pytest.approx(right - left, abs=1), pytest.approx(bottom - top, abs=1))
    second_answer.get_by_label("8, output row 1, column 2").first.hover()
    assert found(second_answer) == {"value": "8", "how": "Max(1, 8, 0, 2) = 8", "of": "output[0,0,0,1]"}
    second_answer.get_by_label("7, x row 3, column 1").first.hover()
    assert found(second_answer)["how"] == "Given, not computed here."


@pytest.mark.slow
def test_a_finger_need_not_hit_exactly_and_a_touch_elsewhere_plays(second_answer: Any) -> None:
    box = second_answer.get_by_label("7, x row 3, column 1").first.bounding_box()
    second_answer.mouse.click(box["x"] - 6, box["y"] + 4)
    assert found(second_answer)["of"] == "x[0,0,2,0]"
    assert paused(second_answer)
    second_answer.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    second_answer.mouse.down()
    second_answer.mouse.move(box["x"] + 300, box["y"] + box["height"] / 2, steps=5)
    second_answer.mouse.up()
    assert second_answer.evaluate("String(getSelection())").split()  # selecting text does not start the film
    assert paused(second_answer)
    second_answer.evaluate("getSelection().empty()")
    frame = second_answer.locator("#frame").bounding_box()
    second_answer.mouse.click(frame["x"] + frame["width"] - 20, frame["y"] + frame["height"] - 20)
    assert not paused(second_answer)
    assert not second_answer.locator("#numbers").is_visible()


@pytest.mark.slow
def test_all_that_is_written_in_the_picture_can_be_read_found_and_selected(open_record: Any, pool: Reel) -> None:
    film = deepcopy(pool.film)
    title = {"text": "MaxPool2D", "box": [70, 50, 430, 110]}
    film["beats"][3] |= {
        "texts": [title, {"text": "output 2×2", "box": [1320, 555, 1540, 600]}],
        "formulas": [{"text": "Max(1, 8, 0, 2) = 8", "of": "output[0,0,0,1]", "box": [700, 815, 1220, 875]}],
    }
    page = open_record(pool.record, film)
    page.locator("[data-beat='3']").click()
    written = page.locator("#numbers > span:not(.spot)")
    assert written.all_inner_texts() == ["MaxPool2D", "output 2×2", "Max(1, 8, 0, 2) = 8"]
    frame, box = page.locator("#frame").bounding_box(), written.first.bounding_box()
    assert box["width"] / frame["width"] == pytest.approx((430 - 70) / 1920, abs=0.002)
    ink = written.first.evaluate(
        "text => { const range = document.createRange(); range.selectNodeContents(text); "
        "return range.getBoundingClientRect().width; }"
    )
    assert ink == pytest.approx(box["width"], rel=0.03)
    assert written.first.evaluate("text => getComputedStyle(text).color") == "rgba(0, 0, 0, 0)"
    assert page.evaluate("find('Max(1, 8, 0, 2)')")
    assert page.evaluate("String(getSelection())") == "Max(1, 8, 0, 2)"
    page.mouse.click(frame["x"] + frame["width"] - 20, frame["y"] + 20)
    assert page.locator("#film").get_attribute("role") == "img"
    assert page.locator("#film").get_attribute("aria-label") == pool.record["beats"][3]["caption"]


@pytest.mark.slow
def test_arrow_keys_go_from_number_to_number(second_answer: Any) -> None:
    second_answer.locator(".spot[tabindex='0']").focus()
    assert found(second_answer)["of"] == "x[0,0,0,0]"
    for key, of in [
        ("ArrowRight", "x[0,0,0,1]"),
        ("ArrowDown", "x[0,0,1,1]"),
        ("ArrowDown", "x[0,0,2,1]"),
        ("ArrowLeft", "x[0,0,2,0]"),
        ("ArrowUp", "x[0,0,1,0]"),
    ]:
        second_answer.keyboard.press(key)
        assert found(second_answer)["of"] == of
    assert second_answer.locator(".spot[tabindex='0']").count() == 1
    second_answer.keyboard.press("Escape")
    assert not second_answer.locator("#inside").is_visible()


@pytest.mark.slow
def test_before_the_end_of_a_beat_only_what_stands_still_can_be_looked_into(player: Any, pool: Reel) -> None:
    beat = pool.record["beats"][3]
    seek(player, beat["start"] + 0.3)
    labels = [spot.get_attribute("aria-label") for spot in player.locator(".spot").all()]
    assert len(labels) == 17
    assert not any("output row 1, column 2" in label for label in labels)


@pytest.mark.slow
def test_arrays_are_copied_even_where_the_clipboard_is_forbidden(second_answer: Any) -> None:
    second_answer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    second_answer.get_by_label("8, output row 1, column 2").first.hover()

    def copy_as(format: str) -> str:
        second_answer.get_by_role("button", name=format, exact=True).click()
        until(lambda: second_answer.get_by_role("status").inner_text() == f"output copied as {format}.")
        return str(second_answer.evaluate("navigator.clipboard.readText()"))

    assert copy_as("Python") == "import numpy as np\n\noutput = np.array([[[[4,8],[8,4]]]], dtype=float)\n"
    assert copy_as("CSV") == "4,8\n8,4\n"
    assert copy_as("JSON") == "[[[[4,8],[8,4]]]]\n"
    second_answer.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    assert copy_as("CSV") == "4,8\n8,4\n"


@pytest.mark.parametrize("scene", SCENES)
def test_what_the_page_says_of_each_number_is_what_the_record_holds(scene: str) -> None:
    record = record_of(scene)
    numbers = found_inside(Story(record), WORDS)
    assert set(numbers) == {shown["of"] for beat in record["beats"] for shown in beat["shown"]}
    for of, number in numbers.items():
        assert float(str(number["value"]).replace("−", "-")) == value_at(record["values"], of)
    for array in arrays_behind(Story(record)).values():
        assert isinstance(json.loads(json.dumps(array)), list)


@pytest.mark.parametrize(
    ("scene", "of", "how"),
    [
        ("digit", "worked_out[0].weight[0]", "Learned in training."),
        ("digit", "prediction", "The class with the largest probability."),
        ("linear", "weight[0,0]", "Given, not computed here."),
    ],
)
def test_a_number_without_a_line_says_where_it_is_from(scene: str, of: str, how: str) -> None:
    assert found_inside(Story(record_of(scene)), WORDS)[of]["how"] == how


def test_a_product_says_its_factors() -> None:
    numbers = found_inside(Story(record_of("conv2d")), WORDS)
    products = {of: number["how"] for of, number in numbers.items() if ".products[" in of}
    assert products["steps[0].products[0,0,2]"] == "1·(−1) = −1"
    assert all("·" in how for how in products.values())


def test_a_step_says_its_result() -> None:
    record = record_of("avg-pool")
    assert found_inside(Story(record), WORDS)["output[0,0,1,0]"]["how"] == "(7 + 3 + 3 + 8) / 4 = 5.25"


@pytest.mark.parametrize(
    ("of", "place"),
    [
        ("x[0,0,1,2]", "row 2, column 3"),
        ("x[1,2,0,0]", "image 2, channel 3, row 1, column 1"),
        ("weight[1,0,0,0]", "kernel 2, row 1, column 1"),
        ("mean[1]", "entry 2"),
        ("eps", ""),
        ("steps[3].products[0,1,1]", "row 2, column 2"),
    ],
)
def test_a_place_is_said_in_words(of: str, place: str) -> None:
    assert _place_in_words(of, AXES) == place


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1 / 3, "0.3333333333333333"), (-5.0, "−5"), (-0.0, "0"), (1e-7, "1e−07")]
)
def test_values_are_written_in_full(value: float, text: str) -> None:
    assert exactly(value) == text
