from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image

from cnn_core.errors import InputError
from cnn_core.mistakes import known_mistakes, mistakes_of
from cnn_core.mnist import as_input, load_test
from cnn_core.network import Network
from cnn_core.numerals import as_text
from cnn_core.weights import SHIPPED, save, shipped
from scenes.addresses import value_at
from scenes.digit import MistakeSpec
from scenes.rehearsal import FRAME_SIZES
from tests.keeping import logits_of_test_set
from tests.often import only_often
from tests.performing import performance_of


@pytest.fixture(scope="module")
def spec() -> MistakeSpec:
    return MistakeSpec.build({})


def test_the_default_is_the_mistake_that_the_network_is_surest_of(spec: MistakeSpec, tmp_path: Path) -> None:
    with patch.object(Network, "logits", return_value=logits_of_test_set()) as read:
        test, found = load_test(), mistakes_of.__wrapped__(shipped())
    assert np.array_equal(read.call_args.args[0], as_input(test.images))
    assert known_mistakes(SHIPPED) == found, "write it anew with scripts/mistakes.py"
    assert spec.digit.index == found.wrong[0]
    probabilities = shipped().predict(as_input(test.images[list(found.wrong)]))
    assert (probabilities.argmax(axis=1) != test.labels[list(found.wrong)]).all()
    assert (np.diff(probabilities.max(axis=1)) <= 0).all()
    assert (spec.values()["wrong"], spec.values()["tested"]) == (len(found.wrong), 10_000)
    save(tmp_path / "other.safetensors", replace(shipped(), layers=shipped().layers[:-1]))
    assert known_mistakes(tmp_path / "other.safetensors") is None


def test_the_question_is_answered_with_what_was_meant(spec: MistakeSpec) -> None:
    question, answer, *_ = performance_of(spec).timeline.beats
    assert (question.prompt, question.answer) == ("Which digit is this?", str(spec.label))
    assert answer.caption == f"Its writer meant a {spec.label}."


def test_the_lead_is_the_difference_of_two_logits(spec: MistakeSpec) -> None:
    values = spec.values()
    logits, probabilities = values["softmax"]["x"][0], values["softmax"]["output"][0]
    read, meant = values["prediction"], values["label"]
    assert values["lead"] == logits[read] - logits[meant]
    assert values["ratio"] == pytest.approx(probabilities[read] / probabilities[meant])


def test_what_covering_a_place_changes_is_measured(spec: MistakeSpec) -> None:
    read, meant = spec.reading.prediction, spec.label
    image = spec.reading.entered.x.copy()
    image[0, 0, 8:13, 12:17] = 0
    covered, whole = (shipped().logits(x)[0] for x in (image, spec.reading.entered.x))
    expected = (whole[read] - whole[meant]) - (covered[read] - covered[meant])
    assert spec.importance[10, 14] == pytest.approx(expected, abs=1e-12)
    assert spec.importance[0, 0] == pytest.approx(0, abs=1e-12)


def test_the_bars_become_those_of_the_covered_digit_and_come_back(spec: MistakeSpec) -> None:
    row, column = np.unravel_index(int(spec.importance.argmax()), (28, 28))
    image = spec.reading.entered.x.copy()
    image[0, 0, row - 2 : row + 3, column - 2 : column + 3] = 0
    found = shipped().predict(image)[0]
    assert spec.values()["covered"] == pytest.approx(found, abs=1e-12)
    *_, covered, ending = performance_of(spec).timeline.beats
    assert covered.caption == (
        f"With the paper there it reads a 5, with a probability of {found[5]:.3f}; 4 falls to {found[4]:.3f}."
    )
    bars = [{one.of.partition("[")[0] for one in beat.shown if "[" in one.of} for beat in (covered, ending)]
    assert ("covered" in bars[0], "covered" in bars[1]) == (True, False)
    assert "softmax.output" in bars[1]


@pytest.mark.parametrize("ratio", only_often(FRAME_SIZES, "9:16"))
def test_another_mistake_is_filmed_in_every_frame(ratio: str, spec: MistakeSpec) -> None:
    other = MistakeSpec.build({"x": f"mnist:#{spec.mistakes.wrong[-1]}", "ratio": ratio})
    width, height = FRAME_SIZES[ratio]
    values = other.values()
    for beat in performance_of(other).timeline.beats:
        for shown in beat.shown:
            left, top, right, bottom = shown.box
            assert min(left, top) >= 0
            assert right <= width
            assert bottom <= 0.875 * height + 1
            assert shown.text == as_text(value_at(values, shown.of), len(shown.text.partition(".")[2]))


def test_a_digit_that_is_read_correctly_is_no_mistake() -> None:
    with pytest.raises(
        InputError, match="x must be a digit that the network gets wrong, but it reads mnist:#0 as 7, which is right"
    ):
        MistakeSpec.build({"x": "mnist:7"})


def test_a_photo_has_no_label_to_be_wrong_about(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((40, 40), 200, dtype=np.uint8)).save(path)
    given: dict[str, Any] = {"x": path}
    with pytest.raises(InputError, match="x must be a digit of the test set, such as mnist:#1901"):
        MistakeSpec.build(given)
