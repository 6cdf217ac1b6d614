import signal
import threading
import time

import pytest

from reel.background import Later, in_background
from reel.patches import Patch
from tests.reel.frames import plain_patches


class Recorder:
    """A sink that remembers, and fails at a frame if it is told to."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self.fails_at = fails_at

    def add(self, patch: Patch | None, repeat: int = 1) -> None:
        if len(self.seen) == self.fails_at:
            raise OSError(28, "No space left on device")
        assert patch is not None
        self.seen.append((int(patch.pixels[0, 0, 0]), repeat))


def feed(recorder: Recorder, *, then: type[BaseException] | None = None) -> None:
    with in_background() as do:
        sink = Later(recorder, do)
        for number, patch in enumerate(plain_patches(6)):
            sink.add(patch, number + 1)
        if then is not None:
            raise then


def test_frames_arrive_in_order_and_all_of_them() -> None:
    recorder = Recorder()
    feed(recorder)
    assert recorder.seen == [(40 * number, number + 1) for number in range(6)]


@pytest.mark.parametrize("fails_at", [0, 5])
def test_a_failure_in_the_thread_is_raised_where_the_frames_come_from(fails_at) -> None:
    with pytest.raises(OSError, match="No space left"):
        feed(Recorder(fails_at))


def test_the_thread_has_ended_also_for_who_is_stopped_while_waiting_for_it() -> None:
    ended = []

    def task() -> None:
        time.sleep(0.1)  # until it is waited for
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.1)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt), in_background() as do:
        do(task)
    assert ended == [True]


def test_the_thread_ends_when_the_film_is_given_up() -> None:
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        feed(Recorder(), then=KeyboardInterrupt)
    assert threading.active_count() == threads
