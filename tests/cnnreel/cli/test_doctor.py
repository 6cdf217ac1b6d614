import pytest

from cnnreel.cli import doctor


def test_this_machine_is_ready(tmp_path) -> None:
    found = {finding.what: finding for finding in doctor.findings(tmp_path)}
    assert all(finding.well for finding in found.values() if finding.needed)
    assert {"Python", "cairo", "pango", "fonts", "H.264 encoder", "VP9 encoder", "output folder"} <= set(found)


def test_what_is_missing_is_said_with_what_to_do() -> None:
    finding = doctor.looked_at("VP9 encoder", lambda: doctor.codec("no-such-codec"), "run: make setup")
    assert not finding.well
    assert str(finding).startswith("MISSING  VP9 encoder: ")
    assert str(finding).endswith("-> run: make setup")


def test_what_is_not_needed_is_absent_rather_than_missing() -> None:
    finding = doctor.looked_at("torch", lambda: doctor.version("no-such-package"), "only for training", needed=False)
    assert str(finding).startswith("absent   torch: ")


@pytest.mark.parametrize(("found", "well"), [("12.3.0", True), ("13.0.0", False)])
def test_the_pillow_that_breaks_manim_is_noticed(monkeypatch, found, well) -> None:
    monkeypatch.setattr(doctor, "version", lambda _: found)
    assert doctor.looked_at("Pillow", doctor.pillow, "").well is well


def test_missing_fonts_are_named(monkeypatch) -> None:
    monkeypatch.setattr(doctor, "_FONTS", (*doctor._FONTS, doctor._FONTS[0].with_name("Gone.otf")))
    assert "Gone.otf" in doctor.looked_at("fonts", doctor.fonts, "").how


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_it_would_be_made_in(tmp_path) -> None:
    assert doctor.writable(tmp_path / "a" / "b").endswith("can be written to")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert not doctor.looked_at("output folder", lambda: doctor.writable(tmp_path / "file"), "").well
