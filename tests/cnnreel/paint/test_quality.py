import pytest

from cnnreel.paint.quality import QUALITIES

PROMISED = {"low": (854, 480, 15), "medium": (1280, 720, 30), "high": (1920, 1080, 60), "4k": (3840, 2160, 60)}


@pytest.mark.parametrize(("name", "promised"), PROMISED.items())
def test_each_quality_has_the_pixels_and_frames_that_were_promised(name, promised) -> None:
    quality = QUALITIES[name]
    assert (*quality.size("16:9"), quality.fps) == promised


@pytest.mark.parametrize("name", QUALITIES)
def test_a_tall_picture_is_a_wide_one_on_its_side_and_a_square_has_the_short_side(name) -> None:
    wide = QUALITIES[name].size("16:9")
    assert QUALITIES[name].size("9:16") == wide[::-1]
    assert QUALITIES[name].size("1:1") == (wide[1], wide[1])


@pytest.mark.parametrize("quality", QUALITIES.values())
def test_every_tick_of_a_scene_falls_on_a_frame_and_every_side_is_even(quality) -> None:
    assert quality.fps % 15 == 0
    assert all(side % 2 == 0 for ratio in ("16:9", "9:16", "1:1") for side in quality.size(ratio))
