import io
import sys

from cnnreel.cli.progress import progress_bar


class Terminal(io.StringIO):
    """What looks like a terminal."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_said_where_nobody_watches(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar(1) as tell:
        assert tell is None
    assert sys.stderr.getvalue() == ""


def test_a_watcher_sees_what_is_filmed_and_how_far(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar(2) as tell:
        assert tell is not None
        tell("lesson/max-pool", 0.5)
        tell("lesson/conv2d", 0.5)
    said = sys.stderr.getvalue()
    assert "lesson/conv2d" in said
    assert "50%" in said


def test_the_bar_keeps_off_standard_output(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar(1) as tell:
        assert tell is not None
        tell("max-pool", 1.0)
    assert capsys.readouterr().out == ""
