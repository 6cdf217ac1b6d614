from typing import Any

import pytest
import torch

from cnn_core.errors import InputError
from scenes.layout import Box
from scenes.mobjects.bars import share_text
from scenes.rehearsal import FRAME_SIZES
from scenes.softmax import SoftmaxSpec
from scenes.softmax.table import SoftmaxTable
from scenes.theme import THEMES
from tests.performing import performance_of


def played(**given: Any) -> Any:
    return performance_of(SoftmaxSpec.build(given)).timeline


def texts(timeline: Any, prefix: str, beat: int = -1) -> list[str]:
    return [shown.text for shown in timeline.beats[beat].shown if shown.of.startswith(prefix)]


def test_the_four_logits_of_the_default_end_as_probabilities_that_make_one() -> None:
    last = played()
    assert texts(last, "x") == ["2", "1", "0", "-1", "2", "1"]  # the last two in e^(2 - 1), how far the first is ahead
    assert texts(last, "exponentials") == ["1.000", "0.368", "0.135", "0.050"]
    assert texts(last, "output") == ["0.644", "0.237", "0.087", "0.032"]
    assert sum(map(float, texts(last, "output"))) == pytest.approx(1)


def test_values_agree_with_torch() -> None:
    values = SoftmaxSpec.build({"x": "1.5 -2 0.25"}).values()
    assert values["output"] == pytest.approx(torch.tensor([1.5, -2.0, 0.25]).double().softmax(0).numpy(), rel=1e-14)
    assert values["steps"][1]["value"] == values["output"][1]


def test_probabilities_that_would_look_impossible_or_certain_are_bounded() -> None:
    assert share_text(0.0004) == "<0.001"
    assert share_text(0.99951) == ">0.999"
    assert (share_text(0.0), share_text(1.0), share_text(0.0006)) == ("0.000", "1.000", "0.001")


def test_the_sum_says_equals_only_where_the_terms_shown_make_it() -> None:
    captions = [beat.caption for beat in played().beats]
    assert "They add up to 1.553." in captions
    captions = [beat.caption for beat in played(x="20 1 1.5").beats]
    assert "They add up to about 1.000." in captions


def test_the_question_is_answered_with_the_largest_probability() -> None:
    question = next(beat for beat in played(labels="cat, dog, bird, fish").beats if beat.kind == "question")
    assert (question.prompt, question.answer) == ("What is the probability of cat?", "0.644")
    assert all(beat.kind != "question" for beat in played(question=False).beats)


def test_several_largest_classes_are_said() -> None:
    assert played(x="1 1 0").last.caption.endswith("2 classes share the largest.")


@pytest.mark.parametrize("ratio", FRAME_SIZES)
def test_ten_long_logits_fit_every_frame(ratio: str) -> None:
    logits = "15.85 -20.12 3.25 -99 0.5 -3.1 99 15.2 2 2.25"
    timeline = played(x=logits, labels="elephant,b,c,d,e,f,g,h,i,j", ratio=ratio)
    width, height = FRAME_SIZES[ratio]
    for left, top, right, bottom in (shown.box for beat in timeline.beats for shown in beat.shown):
        assert min(left, top) >= 0
        assert right <= width
        assert bottom <= 0.875 * height + 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": "1"}, "x must hold 2 to 10 logits, but it holds 1"),
        ({"x": "1 2 3 4 5 6 7 8 9 10 11"}, "x must hold 2 to 10 logits, but it holds 11"),
        ({"x": "100 1"}, "x must hold logits from -99 to 99, but it holds one of size 100"),
        ({"x": "1 2", "labels": "a, b, c"}, "labels must name 2 classes, as x does, but it names 3"),
        ({"x": "1 2", "labels": "rhinoceros, b"}, "labels"),
    ],
)
def test_wrong_input_is_one_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SoftmaxSpec.build(given)


def test_bars_of_the_parts_are_together_as_long_as_one_and_the_second_goes_into_the_first() -> None:
    spec = SoftmaxSpec.build({"x": "2 1 0 -1"})
    table = SoftmaxTable(spec.trace(), "{}[{}]".format, spec.names, THEMES["dark"], Box(-6, 6, -2, 2))
    parts, longest = [table.part_of_whole(k) for k in range(4)], table.chart.longest
    assert parts[-1].get_right()[0] - parts[0].get_left()[0] == pytest.approx(longest)
    along = table.laid_along(1, 0)
    assert sum(one.width for one in along) / table.chart.bar(1).width == pytest.approx(2.718, abs=0.001)
    assert table.logit_bar("x", 3).get_right()[0] == pytest.approx(table.zero_line()[0].get_x())
