"""What a spec makes of what a user gave: arrays, or one sentence."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cnn_core.errors import InputError
from scenes.catalog import SCENES, find
from scenes.pooling import MaxPoolSpec
from scenes.specs.fields import batched

REFUSED = [
    ({"x": "1 2; 3"}, "x must have rows of equal length, but row 1 has 2 numbers and row 2 has 1 number."),
    ({"x": "a b"}, "x must be rows such as"),
    ({"x": []}, "x must be rows of numbers, but it is empty."),
    ({"x": "missing.csv"}, "x must be a file that exists, but there is no"),
    ({"x": "mnist:11"}, 'x must be a digit of MNIST such as "mnist:7"'),
    ({"x": [[1, 2, 3]] * 13}, "x must be at most 12×12 to be legible in a film, but it is 13×3."),
    ({"x": [[[1]]] * 4}, "x must have at most 3 channels, but it has 4."),
    ({"x": [[10000]]}, "x must hold numbers from -9999 to 9999, but it holds one of size 10000."),
    ({"x": [[float("nan")]]}, "x must be rows of numbers, but row 1, column 1 is nan."),
    ({"kernel_size": 0}, "kernel_size must be a whole number of at least 1, or a pair of them, but it is 0."),
    ({"kernel_size": 5}, "kernel_size must fit into x"),
    ({"kernel_size": "two"}, "kernel_size must be a whole number or a pair of them, but it is 'two'."),
    ({"kernel_size": [1, 2, 3]}, "kernel_size must be a whole number or a pair of them"),
    ({"kernel_size": True}, "kernel_size must be a whole number or a pair of them"),
    ({"stride": 0}, "stride must be a whole number of at least 1"),
    ({"stride": 10**20}, "stride must be at most 12"),
    ({"padding": 2}, "padding must be smaller than the window"),
    ({"strid": 1}, "max-pool does not take strid; did you mean stride?"),
    ({"theme": "blue"}, "theme must be 'dark' or 'light', but it is 'blue'."),
    ({"ratio": "4:3"}, "ratio must be '16:9', '9:16' or '1:1', but it is '4:3'."),
    ({"title": "x" * 41}, "title must have at most 40 characters"),
    ({"title": "a\nb"}, "title must not hold control characters"),
    ({"title": "a\uffff"}, "title has the character U+FFFF, which the films' font does not have."),
    ({"title": "漢字"}, "title has the character “漢”, which the films' font does not have."),
    ({"x_label": "x\u200d"}, "x_label has the character U+200D, which the films' font does not have."),
    ({"language": "de"}, "language must be en, but it is 'de'."),
    ({"image": "1 2; 3 4", "x": "1 2; 3 4"}, "x must be given once, but it is given under its other name, too."),
    ({"x_label": ""}, "x_label must have at least 1 character"),
]


@pytest.mark.parametrize(("given_", "message"), REFUSED, ids=[str(case)[:40] for case, _ in REFUSED])
def test_what_cannot_be_filmed_is_refused_in_one_sentence(given_: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        find("max-pool").build(given_)
    assert "\n" not in str(refused.value)


def test_an_unknown_scene_is_named_and_the_nearest_offered() -> None:
    with pytest.raises(InputError, match=r"scene must be one of .*, but it is 'max-pol'. Did you mean max-pool\?"):
        find("max-pol")


@pytest.mark.parametrize(
    "same", ["4 1; 1 1", "4, 1; 1, 1", [[4, 1], [1, 1]], [[[4, 1], [1, 1]]], np.array([[4, 1], [1, 1]])]
)
def test_rows_lists_and_arrays_mean_the_same(same: object) -> None:
    assert batched(MaxPoolSpec.build({"x": same}).x).tolist() == [[[[4, 1], [1, 1]]]]


@pytest.mark.parametrize(("written", "read"), [("2", 2), ("2 1", (2, 1)), ("2,1", (2, 1)), ([2, 1], (2, 1)), (2, 2)])
def test_a_size_is_a_number_or_a_pair(written: object, read: object) -> None:
    assert MaxPoolSpec.build({"kernel_size": written}).kernel_size == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1", 1),
        ("2 1", (2, 1)),
        ((2, 1), (2, 1)),
        ("0,1,0,1", ((0, 1), (0, 1))),
        ("((0,1),(2,3))", ((0, 1), (2, 3))),
        ("0 1; 2 3", ((0, 1), (2, 3))),
        ([[0, 1], [2, 3]], ((0, 1), (2, 3))),
        ((0, 1, 2, 3), ((0, 1), (2, 3))),
        ("same", "same"),
        (" valid ", "valid"),
        ("SAME", "same-tf"),
        ("Same", "same"),
    ],
)
def test_padding_is_taken_in_every_form(written: object, read: object) -> None:
    assert find("conv2d").build({"padding": written}).padding == read  # type: ignore[attr-defined]


@pytest.mark.parametrize("wrong", ["full", "1.5", "0 1; 2", "1 2 3", 99, True, [], [[1, 2], 3], None, "", "9" * 99])
def test_padding_in_no_form_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"^padding must be a whole number, a pair"):
        find("conv2d").build({"padding": wrong})


def test_padding_is_tensorflow_s_where_it_is_spelt_so_and_pooling_takes_four_sides() -> None:
    given = {"x": "1 1; 1 1", "weight": "0 1 2; 3 4 5; 6 7 8", "stride": 2, "padding": "SAME"}
    assert find("conv2d").build(given).values()["output"].tolist() == [[[[8]]]]
    assert find("max-pool").build({"x": "7 3; 3 8", "stride": 1, "padding": "0,1,0,1"}).values()["output"].tolist() == [
        [[[8, 8], [8, 8]]]
    ]
    with pytest.raises(InputError, match=r'"same-tf" does not'):
        find("conv2d").build({**given, "padding": "same"})


def test_fields_have_the_same_other_names_everywhere() -> None:
    spec = find("conv2d").build({"image": "1 2; 3 4", "kernel": "1 1; 1 1"})
    assert spec.as_json() == find("conv2d").build({"x": "1 2; 3 4", "weight": "1 1; 1 1"}).as_json()
    with pytest.raises(InputError, match="softmax does not take kernel; it takes "):
        find("softmax").build({"kernel": 1})


@pytest.mark.parametrize(
    ("scene", "elsewhere", "here"),
    [
        ("conv2d", {"input": "1 2; 3 4", "filter": "1 1; 1 1", "strides": 2}, {"stride": 2, "weight": "1 1; 1 1"}),
        ("max-pool", {"input": "1 2; 3 4", "pool_size": 1, "strides": 2}, {"kernel_size": 1, "stride": 2}),
        ("max-pool", {"image": "1 2; 3 4", "kernel": 1}, {"kernel_size": 1}),
        ("batch-norm", {"input": "1 2; 3 4", "gamma": 2, "beta": 1, "epsilon": 1}, {"weight": 2, "bias": 1, "eps": 1}),
    ],
)
def test_names_that_other_programs_have_are_understood(
    scene: str, elsewhere: dict[str, Any], here: dict[str, Any]
) -> None:
    assert find(scene).build(elsewhere).as_json() == find(scene).build({"x": "1 2; 3 4", **here}).as_json()


def test_a_name_that_is_nearly_one_is_answered_with_the_right_one() -> None:
    with pytest.raises(InputError, match=r"^max-pool does not take poolsize; did you mean pool_size\?$"):
        find("max-pool").build({"poolsize": 2})


@pytest.mark.parametrize("name", ["conv2d", "linear", "flatten"])
def test_the_word_example_is_the_default_grid(name: str) -> None:
    assert find(name).build({"x": "example"}).as_json() == find(name).build({}).as_json()


def test_a_digit_is_averaged_to_seven_by_seven() -> None:
    spec = MaxPoolSpec.build({"x": "mnist:7"})
    assert spec.x.array.shape == (7, 7)
    assert spec.x.origin == "mnist:7, 28×28 averaged to 7×7"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(sorted(MaxPoolSpec.model_fields)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
            max_leaves=6,
        ),
    )
)
def test_whatever_is_given_there_is_a_spec_or_a_sentence(anything: dict[str, Any]) -> None:
    with suppress(InputError):
        assert MaxPoolSpec.build(anything).trace().output.size


@pytest.mark.parametrize("name", SCENES)
def test_a_spec_survives_its_own_json(name: str) -> None:
    spec = find(name).build({})
    again = find(name).build(spec.as_json())
    assert again.as_json() == spec.as_json()


@pytest.mark.parametrize("name", SCENES)
def test_every_field_says_what_it_is(name: str) -> None:
    for field in find(name).model_fields.values():
        assert field.description
        assert field.description.endswith(".")


def test_a_spec_cannot_be_changed() -> None:
    spec = MaxPoolSpec.build({})
    with pytest.raises(ValidationError):
        spec.theme = "light"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        spec.x.array[0, 0] = 1


def test_a_trained_layer_is_filmed_as_it_is() -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.Conv2d(1, 2, 3, bias=True)
    spec = find("conv2d").build({"x": torch.rand(1, 1, 5, 5), "weight": layer.weight, "bias": layer.bias})
    assert np.array_equal(spec.values()["weight"], layer.weight.detach().double().numpy())
    assert spec.values()["output"].shape == (1, 2, 3, 3)
