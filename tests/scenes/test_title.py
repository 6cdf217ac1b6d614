import numpy as np
import pytest

from cnn_core.errors import InputError
from scenes.mobjects.text import Label
from scenes.rehearsal import FRAME_SIZES, rehearse
from scenes.specs import as_json
from scenes.stage import ExplainerScene, pixel_box
from scenes.swift import family_of
from scenes.theme import CAPTION_BAND
from scenes.title import TitleSpec
from tests.often import in_turn

EMPTY = {"course": "", "title": "", "author": "", "part": ""}
LONG = {"course": "M" * 60, "title": "Handwritten " * 8, "author": "W" * 60, "part": "chapter 12 of 144"}


def texts(scene: ExplainerScene[TitleSpec]) -> list[str]:
    return [one.text for one in family_of(scene.mobjects) if isinstance(one, Label)]


def test_the_title_says_what_the_deck_says() -> None:
    scene = rehearse(TitleSpec.build({}))
    assert texts(scene) == [
        "Deep Learning Made Easy · 4 / 8",
        "Create a CNN",
        "Model for",
        "Handwritten Digits",
        "CodeWithMe",
    ]
    assert scene.timeline.beats[0].caption == (
        "Deep Learning Made Easy, 4 / 8: Create a CNN Model for Handwritten Digits, by CodeWithMe."
    )


def test_the_motif_is_computed() -> None:
    values = as_json(TitleSpec.build({}).values())
    assert values["output"] == [[[[-1, 5, -3], [-1, 5, -3], [-1, 4, -1]]]]


def test_the_map_is_tinted_as_it_was_computed() -> None:
    scene = rehearse(TitleSpec.build({}))
    output = TitleSpec().values()["output"][0, 0]
    assert set(scene.feature_map.fills) == set(np.ndindex(output.shape))  # type: ignore[attr-defined]
    np.testing.assert_array_equal(scene.feature_map.values, output)  # type: ignore[attr-defined]


def test_without_motif_the_words_stand_alone() -> None:
    spec = TitleSpec.build({"motif": False, "author": ""})
    assert spec.values() == {}
    assert [beat.caption for beat in rehearse(spec).timeline.beats] == [
        "Deep Learning Made Easy, 4 / 8: Create a CNN Model for Handwritten Digits."
    ]


def test_without_words_the_motif_stands_alone() -> None:
    scene = rehearse(TitleSpec.build(EMPTY))
    assert texts(scene) == []
    assert scene.timeline.beats[0].caption == "A handwritten 1."


@pytest.mark.parametrize(
    ("given", "caption"),
    [
        ({**EMPTY, "title": "What is padding?"}, "What is padding?"),
        ({**EMPTY, "course": "Vision", "author": "the team"}, "Vision, by the team."),
        ({**EMPTY, "title": "  Strides  "}, "Strides."),
    ],
)
def test_what_is_missing_is_not_said(given: dict[str, str], caption: str) -> None:
    assert rehearse(TitleSpec.build(given)).timeline.beats[0].caption == caption


@pytest.mark.parametrize(("ratio", "motif"), in_turn(FRAME_SIZES, [True, False]))
def test_long_words_break_and_stay_in_the_frame(ratio: str, motif: bool) -> None:
    boxes: list[tuple[int, int, int, int]] = []
    scene = rehearse(
        TitleSpec.build({**LONG, "ratio": ratio, "motif": motif}),
        on_beat=lambda scene, _: boxes.extend(
            pixel_box(one) for one in family_of(scene.mobjects) if isinstance(one, Label)
        ),
    )
    assert len(boxes) > len(scene.timeline.beats)
    width, height = FRAME_SIZES[ratio]
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height * (1 - CAPTION_BAND)


def test_an_empty_picture_is_refused() -> None:
    with pytest.raises(InputError, match="title must not be empty where course, author and part are empty"):
        TitleSpec.build({**EMPTY, "motif": False})


@pytest.mark.parametrize(("field", "most"), [("course", 60), ("title", 100), ("author", 60), ("part", 24)])
def test_words_that_are_too_long_are_refused(field: str, most: int) -> None:
    with pytest.raises(InputError, match=f"{field} .*at most {most} characters"):
        TitleSpec.build({field: "x" * (most + 1)})


def test_control_characters_are_refused() -> None:
    with pytest.raises(InputError, match="author must not hold control characters"):
        TitleSpec.build({"author": "a\x07b"})
