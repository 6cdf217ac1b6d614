from __future__ import annotations

import re

import click
import pytest

from cnn_core.errors import InputError
from cnnreel.cli.options import build, flag, options_of, with_options
from scenes.catalog import SCENES, find
from scenes.conv2d import Conv2dSpec
from scenes.pooling import MaxPoolSpec
from scenes.specs import SceneSpec

NOT_OF_A_SCENE = {"_quality", "_format", "_output", "_name", "_json", "help", "version"}


def option(spec: type[SceneSpec], name: str) -> click.Option:
    return next(one for one in options_of(spec) if isinstance(one, click.Option) and one.name == name)


@pytest.mark.parametrize("spec", [*SCENES.values(), Conv2dSpec])
def test_every_field_of_every_scene_is_an_option_with_words(spec) -> None:
    options = {one.name: one for one in options_of(spec) if isinstance(one, click.Option)}
    assert set(options) == set(spec.model_fields)
    assert all(flag(name) in one.opts and one.help for name, one in options.items())
    assert not set(options) & NOT_OF_A_SCENE


def test_the_scene_s_own_options_stand_before_those_of_all_scenes() -> None:
    names = [one.name for one in options_of(MaxPoolSpec)]
    assert names[0] == "x"
    assert names[-5:] == ["title", "theme", "ratio", "pace", "language"]


def test_a_yes_or_no_is_a_pair_of_flags_and_a_choice_a_choice() -> None:
    question, theme = option(MaxPoolSpec, "question"), option(MaxPoolSpec, "theme")
    assert (question.opts, question.secondary_opts) == (["--question"], ["--no-question"])
    assert isinstance(theme.type, click.Choice)
    assert tuple(theme.type.choices) == ("dark", "light")


def test_images_and_kernels_have_friendly_spellings_and_kernels_may_be_several() -> None:
    assert option(MaxPoolSpec, "x").opts == ["--x", "--image", "--input"]
    assert option(Conv2dSpec, "weight").opts == ["--weight", "--kernel", "--filter", "--filters"]
    assert option(Conv2dSpec, "weight").multiple
    assert option(find("softmax"), "x").opts == ["--x"]
    assert option(find("batch-norm"), "weight").opts == ["--weight", "--gamma"]
    assert option(MaxPoolSpec, "kernel_size").opts == ["--kernel-size", "--kernel", "--filter", "--pool-size"]


def test_help_shows_two_spellings() -> None:
    shown = option(Conv2dSpec, "weight").get_help_record(click.Context(click.Command("x")))
    assert shown is not None
    assert shown[0] == "--weight, --kernel GRID"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x", "[default: 4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1]"),
        ("kernel_size", "[default: 2]"),
        ("question", "[default: --question]"),
        ("ceil_mode", "[default: --no-ceil-mode]"),
    ],
)
def test_a_help_text_says_its_default_as_it_would_be_typed(name, said) -> None:
    assert (option(MaxPoolSpec, name).help or "").endswith(said)


def test_no_default_is_said_where_there_is_none() -> None:
    assert "[default" not in (option(MaxPoolSpec, "stride").help or "")


def test_what_was_not_given_is_left_to_the_spec() -> None:
    given = {"x": "7 3; 3 8", "stride": None, "question": None}
    assert build(MaxPoolSpec, given).as_json() == MaxPoolSpec.build({"x": "7 3; 3 8"}).as_json()


def test_kernels_given_once_are_one_and_given_twice_are_output_channels() -> None:
    assert build(Conv2dSpec, {"weight": ("sobel-x",)}).values()["output"].shape[1] == 1
    assert build(Conv2dSpec, {"weight": ("sobel-x", "sobel-y")}).values()["output"].shape[1] == 2
    assert build(Conv2dSpec, {"weight": ()}).values()["output"].shape[1] == 1


def test_an_error_names_the_option_where_the_spec_names_its_field() -> None:
    with pytest.raises(InputError, match=r"^--kernel-size must be a whole number"):
        build(MaxPoolSpec, {"kernel_size": "0"})
    with pytest.raises(InputError, match=r"^--weight"):
        build(Conv2dSpec, {"weight": ("1 2; 3 4", "sobel-x")})


def test_a_message_that_begins_with_another_word_stays_as_it_is() -> None:
    assert with_options(MaxPoolSpec, InputError("The disk is full.")) == "The disk is full."
    assert with_options(MaxPoolSpec, InputError("")) == ""


def test_fields_inside_a_message_are_options_too() -> None:
    with pytest.raises(InputError, match=r"^--running-mean and --running-var must be given unless training is true"):
        build(find("batch-norm"), {"training": False})


@pytest.mark.parametrize(
    ("scene", "given", "said"),
    [
        (
            "linear",
            {"x": "1 2 3"},
            r"^--x does not go with the default --weight, so give --weight too: it must have 3 ",
        ),
        (
            "max-pool",
            {"x": "5"},
            r"^--x does not go with the default --kernel-size, so give --kernel-size too: it must ",
        ),
        ("linear", {"x": "1 2 3", "weight": "1 2"}, r"^--weight must have 3 columns"),
        ("linear", {"weight": "1 2"}, r"^--weight must have 4 columns"),
    ],
)
def test_a_default_that_nobody_typed_is_not_blamed(scene, given, said) -> None:
    with pytest.raises(InputError, match=said):
        build(find(scene), given)


@pytest.mark.parametrize("spec", SCENES.values())
def test_every_default_that_is_said_can_be_typed(spec) -> None:
    for one in options_of(spec):
        said = re.search(r"\[default: (.*)\]$", one.help or "", re.DOTALL)
        if said and not said[1].startswith("--"):
            spec.build({one.name: said[1]})


@pytest.mark.parametrize("spec", SCENES.values())
def test_no_default_is_a_wall_of_numbers(spec) -> None:
    assert all(len(one.help or "") < 200 for one in options_of(spec))


@pytest.mark.parametrize(
    ("spec", "name", "metavar"),
    [
        (Conv2dSpec, "padding", "PADDING"),
        (find("linear"), "weight", "GRID"),
        (find("digit"), "x", "DIGIT"),
        (find("digit"), "weights", "FILE"),
        (find("flatten"), "cell", "C,I,J"),
        (find("softmax"), "labels", "NAMES"),
        (find("batch-norm"), "eps", "NUMBER"),
        (Conv2dSpec, "groups", "INTEGER"),
        (MaxPoolSpec, "title", "TEXT"),
    ],
)
def test_a_placeholder_says_what_is_taken(spec, name, metavar) -> None:
    assert option(spec, name).metavar == metavar
