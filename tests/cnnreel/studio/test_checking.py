"""What is typed is checked at once: values, or faults at the cells that have them, with remedies that help."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest

from cnn_core.errors import InputError
from cnnreel.studio.checking import check_wish, spec_of
from cnnreel.studio.form import describe_scenes
from cnnreel.studio.uploads import Uploads
from scenes.catalog import SCENES
from tests.cnnreel.studio.conftest import Ask, Studio

GRID = [["1", "2", "0", "1"], ["0", "1", "3", "1"], ["2", "1", "0", "0"], ["1", "0", "1", "2"]]


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


def fault_of(uploads: Uploads, scene: str, **given: Any) -> dict[str, Any]:
    (fault,) = check_wish({"scene": scene, "given": given}, uploads)["faults"]
    return dict(fault)


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, Any]]:
    return {form["scene"]: form for form in describe_scenes()}


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_has_a_form_whose_defaults_are_right(
    scene: str, forms: dict[str, dict[str, Any]], uploads: Uploads
) -> None:
    form = forms[scene]
    assert [field["field"] for field in form["fields"] if not field["label"]] == []
    fields = [field for field in form["fields"] if field["default"] is not None and field["kind"] != "path"]
    given = {field["field"]: field["default"] for field in fields}
    assert check_wish({"scene": scene, "given": {}}, uploads)["faults"] == []
    if scene not in ("linear",):  # its example has a bias that is no default
        assert check_wish({"scene": scene, "given": given}, uploads)["faults"] == []


def test_there_is_a_form_for_every_scene(forms: dict[str, dict[str, Any]]) -> None:
    assert list(forms) == list(SCENES)


def test_values_are_those_of_the_numbers_that_were_typed(uploads: Uploads) -> None:
    (shown,) = check_wish({"scene": "max-pool", "given": {"x": [["7", "3"], ["3", "−8"]]}}, uploads)["shown"]
    assert shown == {"name": "output", "planes": [[["7"]]], "strengths": [[[1.0]]]}


def test_every_cell_that_holds_no_number_has_its_own_sentence(uploads: Uploads) -> None:
    faults = check_wish({"scene": "max-pool", "given": {"x": [["1", "zwei"], ["", "4"]]}}, uploads)["faults"]
    assert [(fault["cell"], fault["lead"]) for fault in faults] == [
        ([0, 1], "Row 1, column 2"),
        ([1, 0], "Row 2, column 1"),
    ]
    assert faults[0]["sentence"] == 'is "zwei". A cell takes a number, such as 2 or −0.5.'
    assert faults[1]["sentence"] == "is empty. A cell takes a number, such as 2 or −0.5."


def test_a_decimal_comma_in_a_cell_can_be_made_a_point(uploads: Uploads) -> None:
    fault = fault_of(uploads, "max-pool", x=[["1,5", "2"], ["3", "4"]])
    assert fault["remedies"] == [{"label": "Make it 1.5", "field": "x", "value": "1.5"}]


def test_a_kernel_that_is_too_large_can_be_made_smaller_and_that_helps(uploads: Uploads) -> None:
    given = {"x": GRID, "weight": [["1"] * 5] * 5}
    fault = fault_of(uploads, "conv2d", **given)
    assert (fault["field"], fault["lead"]) == ("weight", "Kernel")
    assert fault["remedies"][0]["label"] == "Make the kernel 3×3"
    for remedy in fault["remedies"]:
        assert (
            check_wish({"scene": "conv2d", "given": {**given, remedy["field"]: remedy["value"]}}, uploads)["faults"]
            == []
        )


def test_fields_are_called_as_the_form_calls_them(uploads: Uploads) -> None:
    fault = fault_of(uploads, "max-pool", x=[["1", "2"], ["3", "4"]], kernel_size=5)
    assert (fault["field"], fault["lead"]) == ("kernel_size", "Window")
    assert "kernel_size" not in fault["sentence"]


def test_many_are_and_one_is(uploads: Uploads) -> None:
    many = fault_of(uploads, "max-pool", x=[["7"] * 13])
    assert f"{many['lead']} {many['sentence']}" == (
        "Your numbers must be at most 12×12 to be legible in a film, but they are 1×13."
    )
    assert "but it is 0" in fault_of(uploads, "max-pool", stride=0)["sentence"]


def test_what_goes_with_no_default_stands_at_what_was_given(uploads: Uploads) -> None:
    fault = fault_of(uploads, "conv2d", x=[["1", "2"], ["3", "4"]])
    assert (fault["field"], fault["lead"]) == ("x", "Kernel")
    assert fault["sentence"].startswith("must fit into the image with its padding, which is 2 x 2, but")


def test_digits_of_other_scripts_are_numbers_in_cells_too(uploads: Uploads) -> None:
    assert check_wish({"scene": "max-pool", "given": {"x": [["１", "٣"], ["½", "−2"]]}}, uploads)["faults"] == []


@pytest.mark.parametrize(
    "value",
    ["/etc/passwd.csv", "grid.csv", "../photo.png", "data.npz:x", "a.xlsx!B!A1", ["sobel-x", "a.npy"], [["b.csv"]]],
)
@pytest.mark.parametrize("scene", ["conv2d", "digit"])
def test_no_file_of_the_server_is_read(scene: str, value: Any, uploads: Uploads, tmp_path: Path) -> None:
    field = "weight" if scene == "conv2d" else "x"
    with pytest.raises((InputError, ValueError)):
        spec_of({"scene": scene, "given": {field: value}}, uploads)


def fields_of_kinds(*kinds: str) -> list[tuple[str, str]]:
    return [
        (form["scene"], one["field"]) for form in describe_scenes() for one in form["fields"] if one["kind"] in kinds
    ]


@pytest.mark.parametrize(("scene", "field"), fields_of_kinds("text", "words", "number", "whole", "size", "padding"))
def test_what_a_field_takes_as_text_is_never_opened(
    scene: str, field: str, uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [tmp_path / f"secret{ending}" for ending in (".csv", ".npy", ".png", ".safetensors", ".onnx", ".txt", "")]
    for secret in secrets:
        secret.write_bytes(b"1")
    opened: set[str] = set()
    plain_open = io.open
    monkeypatch.setattr(io, "open", lambda file, *how, **more: opened.add(str(file)) or plain_open(file, *how, **more))
    for secret in secrets:
        check_wish({"scene": scene, "given": {field: str(secret)}}, uploads)
    assert opened.isdisjoint(map(str, secrets))


def test_weights_are_read_from_what_was_opened_alone(uploads: Uploads) -> None:
    with pytest.raises(InputError, match="opened here"):
        spec_of({"scene": "digit", "given": {"weights": "cnn_core/data/digits.safetensors"}}, uploads)


def test_a_pasted_text_is_read_as_the_command_line_reads_it(ask: Ask) -> None:
    answer = ask("read", scene="max-pool", field="x", text="7 3\n3 8\n")
    assert answer.json()["value"] == [[7, 3], [3, 8]]
    assert ask("read", scene="max-pool", field="x", text="7 3; 3").status_code == 422


@pytest.mark.parametrize("text", ["/etc/hosts.csv", "a.png", "a.xlsx!Sheet 1!A1:B2", "a.csv#17", " a.npz:x \n"])
def test_a_pasted_path_is_no_file(ask: Ask, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1,2\n")
    answer = ask("read", scene="max-pool", field="x", text=text)
    assert (answer.status_code, "open a file" in answer.json()["error"]) == (422, True)


def test_an_opened_file_becomes_cells(ask: Ask) -> None:
    content = base64.b64encode(b"7,3,1\n3,8,2\n").decode()
    answer = ask("read", scene="max-pool", field="x", name="../../marks of 8b.csv", content=content).json()
    assert (answer["value"], answer["origin"]) == ([[7, 3, 1], [3, 8, 2]], "marks-of-8b.csv")


@pytest.mark.parametrize("given", [{"text": "1,250 2,500\t"}, {"name": "a.csv", "content": "MSwyNTAKMiw1MDAK"}])
def test_commas_that_can_be_read_in_two_ways_are_asked_about(ask: Ask, given: dict[str, str]) -> None:
    answer = ask("read", scene="max-pool", field="x", **given).json()
    assert len(answer["readings"]) == 2
    for reading in answer["readings"]:
        assert ask("read", scene="max-pool", field="x", text=reading).json()["value"]


def test_an_opened_file_lies_below_the_studios_folder(studio: Studio, ask: Ask) -> None:
    called = studio.uploads.keep("..\\..\\a b/../../c.png", b"x")
    path = studio.uploads.find(called)
    assert path is not None
    assert path.is_relative_to(studio.folder)
    with pytest.raises(InputError, match="open it again"):
        studio.uploads.find("upload:../../../etc/passwd")


@pytest.mark.parametrize("label", ["<img src=x onerror=alert(1)>", "\u202egnp.exe", "a\x00b", "x" * 1000])
def test_a_hostile_label_is_refused_or_stays_text(label: str, uploads: Uploads) -> None:
    found = check_wish({"scene": "max-pool", "given": {"x_label": label}}, uploads)
    assert [fault["field"] for fault in found["faults"]] == ["x_label"]
    assert len(str(found)) < 700
