"""Course authors test their films with fixtures that pytest finds by itself, as the documentation shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "teaching.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```python\n(def test_.*?)```", DOCUMENTED, flags=re.DOTALL)
LESSON = '[[clip]]\nname = "pool"\nscene = "max-pool"\nx = [[7, 3], [3, 8]]\n'


@pytest.mark.slow
def test_the_documented_tests_pass_and_those_that_say_something_else_fail_and_leave_no_film(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_true=EXAMPLE, test_false=EXAMPLE.replace('== "8"', '== "9"').replace("< 60", "< 6"))
    (pytester.path / "my-lesson.toml").write_text(LESSON)
    done = pytester.runpytest_subprocess("-q", "-W", "error")
    done.assert_outcomes(passed=2, failed=2)
    done.stdout.fnmatch_lines(["*assert '8' == '9'*", "*AssertionError: pool*", "FAILED test_false.py*"])
    done.stdout.no_fnmatch_line("FAILED test_true.py*")
    assert not (pytester.path / "media").exists()


@pytest.mark.slow
def test_the_fixtures_are_listed_with_an_example_each(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_inprocess("--fixtures", "-q")
    done.stdout.fnmatch_lines(['*play_scene("max-pool"*', '*play_lesson("my-lesson.toml")*'])


def test_runs_that_use_no_fixture_of_ours_do_not_load_manim(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "def test_it():\n    import sys\n    assert not {'manim', 'numpy', 'pydantic'} & set(sys.modules)"
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)
