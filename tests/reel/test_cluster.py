from __future__ import annotations

import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

from distributed import Client

from cnn_core.errors import CnnreelError, InputError
from reel.cache import Cache
from reel.cluster import errand
from reel.cluster.filming import film_on_cluster
from reel.cluster.likeness import check_alike, traits
from reel.cluster.parcels import Parcel, pack_folder, unpack_folder
from reel.filming import Clip
from reel.jobs import Failed, Filmed, Job
from reel.workers import film_all
from scenes.catalog import find
from scenes.specs import SceneSpec

HOUSE = Path(__file__).parents[2]
DASK = [sys.executable, "-P", "-m", "dask"]
WORKER = ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
SOON = 0.1
PATIENCE = 30


class DeadlySpec(SceneSpec):
    """A spec whose scene takes its process with it."""

    name = "deadly"

    @classmethod
    def scene_class(cls) -> type:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class BrokenSpec(SceneSpec):
    """A spec whose scene cannot be built."""

    name = "broken"

    @classmethod
    def scene_class(cls) -> type:
        raise ZeroDivisionError("no scene")


class RealCluster:
    """A scheduler and its workers, processes as anyone would start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json"))
        with self.client() as client:
            self.address = client.scheduler.address

    def start(self, *command: str, path: Path = HOUSE) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": f"{path}:{HOUSE}", "TMPDIR": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([*DASK, *command], env=environment, cwd=HOUSE, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def join(self, number: int, path: Path = HOUSE) -> list[subprocess.Popen[bytes]]:
        """Start some workers and wait for them."""
        with self.client() as client:
            wanted = len(client.nthreads()) + number
            started = [self.start(*WORKER, self.address, path=path) for _ in range(number)]
            client.wait_for_workers(wanted, timeout=PATIENCE)
        return started

    @contextmanager
    def client(self) -> Iterator[Client]:
        file = self.folder / "scheduler.json"
        deadline = time.monotonic() + PATIENCE
        while not file.is_file() and time.monotonic() < deadline:
            time.sleep(SOON)
        with Client(scheduler_file=str(file), timeout=PATIENCE, set_as_default=False) as client:
            yield client

    def kill_a_busy_worker(self) -> None:
        """Kill the process of a worker that has a task."""
        with self.client() as client:
            pids = client.run(os.getpid)
            os.kill(next(pids[worker] for worker, tasks in client.processing().items() if tasks), signal.SIGKILL)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RealCluster]:
    (tmp_path / "dask").mkdir()
    cluster = RealCluster(tmp_path / "dask")
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """One worker for the tests that kill nobody."""
    cluster = RealCluster(tmp_path_factory.mktemp("dask"))
    cluster.join(1)
    yield cluster
    cluster.close()


def wait_for(done: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)


def jobs_of(spec: SceneSpec, out: Path, number: int = 1, **options: Any) -> list[Job]:
    return [Job(spec, out, f"clip-{one}", "low", **options) for one in range(number)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_clips_are_those_of_the_local_engine_though_two_of_three_workers_are_killed(
    cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    cluster.join(3)
    killed: list[int] = []

    def kill(number: int, fraction: float) -> None:
        """Kill a worker when the first clip is under way, and another when one is finished."""
        if len(killed) < (2 if fraction == 1 else 1):
            cluster.kill_a_busy_worker()
            killed.append(number)

    outcomes = film_on_cluster(jobs_of(short_spec, tmp_path / "far", 6), 1, kill, scheduler=cluster.address)
    assert [type(outcome) for outcome in outcomes] == [Filmed] * 6
    assert len(killed) == 2
    assert sum(process.poll() is not None for process in cluster.processes) == 2
    assert film_all(jobs_of(short_spec, tmp_path / "here", 6), 2) == outcomes
    assert contents(tmp_path / "far") == contents(tmp_path / "here")


@pytest.mark.slow
@pytest.mark.parametrize("through", ["scheduler", "folder"])
def test_clips_travel_through_the_scheduler_or_a_shared_folder_and_leave_nothing_there(
    shared_cluster: RealCluster, short_spec: SceneSpec, short_clip: Clip, tmp_path, through: str
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    job = Job(short_spec, tmp_path / "out", short_clip.folder.name, "low")
    options = {"shared": shared} if through == "folder" else {}
    assert film_on_cluster([job], 1, scheduler=shared_cluster.address, **options) == [Filmed(short_clip.record)]
    assert contents(tmp_path / "out" / job.name) == contents(short_clip.folder)
    assert list(shared.iterdir()) == []


@pytest.mark.slow
def test_what_is_in_the_cache_is_not_filmed_on_a_cluster(
    shared_cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)
    (once,) = film_on_cluster(jobs_of(short_spec, tmp_path / "a", cache=cache), 1, scheduler=shared_cluster.address)
    (again,) = film_on_cluster(jobs_of(short_spec, tmp_path / "b", cache=cache), 1, scheduler="tcp://nowhere:1")
    assert again == once
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def damage() -> None:
    """Let a worker, which this is run on, change a byte of every file after it was packed."""

    def damaged(folder: Path, shared: Path | None) -> dict[str, Parcel]:
        return {name: Parcel(one.digest, one.unpack()[:-1] + b"?") for name, one in pack_folder(folder, shared).items()}

    errand.pack_folder = damaged


def repair() -> None:
    errand.pack_folder = pack_folder


@pytest.mark.slow
def test_a_clip_that_arrives_damaged_is_noticed_and_not_put_in_place(
    shared_cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    with shared_cluster.client() as client:
        client.run(damage)
        outcomes = film_on_cluster(jobs_of(short_spec, tmp_path / "out"), 1, scheduler=shared_cluster.address)
        client.run(repair)
    assert outcomes == [Failed("what arrived is not what was sent: its hash differs.")]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_that_differs_is_refused_before_anything_is_filmed(
    shared_cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    for package in ("cnn_core", "scenes", "reel"):
        shutil.copytree(HOUSE / package, tmp_path / "old" / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "old/scenes/theme.py").open("a") as theme:
        theme.write("# of another day\n")
    (other,) = shared_cluster.join(1, path=tmp_path / "old")
    try:
        with pytest.raises(CnnreelError, match=r"must be alike, but at tcp://\S+ cnnreel is [0-9a-f]{12}, not "):
            film_on_cluster(jobs_of(short_spec, tmp_path / "out"), 1, scheduler=shared_cluster.address)
    finally:
        other.kill()
        other.wait()
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_that_joined_later_and_differs_films_nothing(
    shared_cluster: RealCluster, short_spec, tmp_path
) -> None:
    (job,) = jobs_of(short_spec, tmp_path)
    wanted = {**traits(None), "numpy": "1.0"}
    with shared_cluster.client() as client:
        answer = client.submit(errand.run_errand, Parcel.pack(pickle.dumps(job), None), wanted, None).result()
    assert isinstance(answer, Failed)
    assert re.fullmatch(r"all machines .* at tcp://\S+ numpy is [\d.]+, not 1\.0\.", answer.reason)


def test_a_shared_folder_that_is_not_there_is_a_difference(tmp_path) -> None:
    assert traits(tmp_path)["the shared folder"] == str(tmp_path)
    assert traits(tmp_path / "films")["the shared folder"] == "missing"
    assert "the shared folder" not in traits(None)


@pytest.mark.slow
def test_a_clip_that_kills_every_worker_is_named_and_the_others_are_made(short_spec: SceneSpec, tmp_path) -> None:
    specs = {"deadly": DeadlySpec(), "broken": BrokenSpec(), "fine": short_spec}
    jobs = [Job(spec, tmp_path, name, "low") for name, spec in specs.items()]
    deadly, broken, fine = film_on_cluster(jobs, 1)
    assert deadly == Failed("every worker that filmed it died.")
    assert broken == Failed("ZeroDivisionError: no scene")
    assert isinstance(fine, Filmed)
    assert [path.name for path in tmp_path.iterdir()] == ["fine"]


@pytest.mark.slow
def test_if_the_scheduler_goes_every_clip_that_is_missing_says_so(
    cluster: RealCluster, short_spec: SceneSpec, tmp_path
) -> None:
    cluster.join(1)

    def kill(number: int, fraction: float) -> None:
        if fraction == 1:
            cluster.processes[0].kill()

    first, *others = film_on_cluster(jobs_of(short_spec, tmp_path / "out", 3), 1, kill, scheduler=cluster.address)
    assert isinstance(first, Filmed)
    assert {type(outcome) for outcome in others} == {Failed}
    assert "the scheduler has gone" in others[-1].reason
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clip-0"]


def busy() -> bool:
    """Say whether a worker, which this is run on, is filming."""
    return errand.ONE_AT_A_TIME.locked()


@pytest.mark.slow
def test_a_worker_stops_filming_for_somebody_who_has_left(shared_cluster: RealCluster, tmp_path) -> None:
    def leave(number: int, fraction: float) -> None:
        with shared_cluster.client() as client:
            assert any(client.run(busy).values())
        raise KeyboardInterrupt

    long = [Job(find("max-pool").build({"pace": "slow"}), tmp_path / "out", "long", "high")]
    with pytest.raises(KeyboardInterrupt):
        film_on_cluster(long, 1, leave, scheduler=shared_cluster.address)
    with shared_cluster.client() as client:
        wait_for(lambda: not any(client.run(busy).values()), 5)
        assert not any(client.run(busy).values())
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_scheduler_without_workers_says_how_to_start_some(cluster: RealCluster, short_spec, tmp_path) -> None:
    with pytest.raises(CnnreelError, match=rf"has no workers; start some: dask worker {cluster.address}\."):
        film_on_cluster(jobs_of(short_spec, tmp_path), 1, scheduler=cluster.address)


def test_a_scheduler_that_does_not_answer_is_named_within_seconds(short_spec: SceneSpec, tmp_path) -> None:
    start = time.monotonic()
    with pytest.raises(CnnreelError, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:1\.$"):
        film_on_cluster(jobs_of(short_spec, tmp_path / "out"), 1, scheduler="tcp://127.0.0.1:1")
    assert time.monotonic() - start < 8
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["scheduler", "tcp://scheduler", "fast://scheduler:8786", "tcp://a:b:c"])
def test_what_is_no_address_is_refused(short_spec: SceneSpec, tmp_path, address: str) -> None:
    with pytest.raises(InputError, match=f"--scheduler must be an address such as tcp://scheduler:8786, .*{address!r}"):
        film_on_cluster(jobs_of(short_spec, tmp_path), 1, scheduler=address)


def test_a_clip_whose_place_is_taken_fails_before_a_cluster_is_asked(short_spec: SceneSpec, tmp_path) -> None:
    (tmp_path / "clip-0").write_text("a file")
    assert film_on_cluster(jobs_of(short_spec, tmp_path), 1, scheduler="tcp://nowhere:1") == [
        Failed(f"output must be a folder, but '{tmp_path}/clip-0' is a file.")
    ]


def test_what_differs_is_said_once_with_where() -> None:
    here = {"Python": "3.13", "numpy": "2.4.6"}
    old = {"Python": "3.13", "numpy": "2.3.0"}
    check_alike(here, {"tcp://a:1": dict(here)})
    with pytest.raises(CnnreelError) as caught:
        check_alike(here, {"tcp://a:1": old, "tcp://b:1": old, "tcp://c:1": ModuleNotFoundError("No module reel")})
    assert str(caught.value) == (
        "all machines of a cluster must be alike, but at tcp://a:1, tcp://b:1 numpy is 2.3.0, not 2.4.6; "
        "at tcp://c:1 cnnreel cannot be loaded (No module reel)."
    )


@pytest.mark.parametrize("shared", [False, True])
def test_a_folder_is_packed_and_unpacked_as_it_was(tmp_path, shared: bool) -> None:
    (tmp_path / "from/stills").mkdir(parents=True)
    (tmp_path / "from/stills/01.png").write_bytes(b"\x00picture")
    (tmp_path / "from/film.mp4").write_bytes(b"film")
    (tmp_path / "to").mkdir()
    (tmp_path / "shared").mkdir()
    box = pack_folder(tmp_path / "from", tmp_path / "shared" if shared else None)
    assert len(list((tmp_path / "shared").iterdir())) == (2 if shared else 0)
    unpack_folder(box, tmp_path / "to")
    assert contents(tmp_path / "to") == {"film.mp4": b"film", "stills/01.png": b"\x00picture"}


def test_a_file_that_was_changed_or_lost_on_the_way_is_noticed(tmp_path) -> None:
    parcel = Parcel.pack(b"film", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"filn")
    with pytest.raises(CnnreelError, match=r"^what arrived is not what was sent: its hash differs\.$"):
        parcel.unpack()
    file.unlink()
    with pytest.raises(CnnreelError, match=r"^what was sent cannot be read: No such file or directory, "):
        parcel.unpack()


def command(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HOUSE / "render.py", "lesson", *options], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "tcp://scheduler:8786"], "--scheduler goes with --engine dask, but the engine is local."),
        (["--shared", "."], "--shared goes with --engine dask, but the engine is local."),
        (
            ["--engine", "dask", "--workers", "2", "--scheduler", "tcp://scheduler:8786"],
            "--workers is for a cluster on this machine, but --scheduler names one that is there.",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options: list[str], message: str) -> None:
    (tmp_path / "l.toml").write_text('[[clip]]\nscene = "max-pool"\n')
    done = command(tmp_path / "l.toml", "-o", tmp_path / "out", *options)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"Error: {message}\n")
    assert not (tmp_path / "out").exists()


def test_without_the_extra_it_is_named(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reel.terminal.engines import engine_of

    for module in [name for name in sys.modules if name.startswith("reel.cluster.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        CnnreelError, match=r"--engine dask needs the package distributed: pip install 'cnnreel\[dask\]'"
    ):
        engine_of("dask", None, None, None)


def living(text: str) -> list[str]:
    """Return the command lines of processes that hold a text."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if text.encode() in file.read_bytes():
                found.append(file.with_name("cmdline").read_text())
    return found


@pytest.mark.slow
def test_ctrl_c_ends_a_cluster_on_this_machine_within_two_seconds_and_leaves_nothing(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "l.toml").write_text('[look]\npace = "slow"\n' + '[[clip]]\nscene = "max-pool"\n' * 4)
    options = ["-q", "high", "-o", tmp_path / "out", "--engine", "dask", "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, HOUSE / "render.py", "lesson", tmp_path / "l.toml", *options],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: list(tmp_path.glob("tmp/**/.cnnreel-*/**/*.mp4")) or process.poll() is not None, 60)
    assert len(living(str(tmp_path))) >= 4
    os.killpg(process.pid, signal.SIGINT)
    pressed = time.monotonic()
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - pressed < 2
    assert (process.returncode, said.strip()) == (130, b"Stopped; nothing half-made is left.")
    wait_for(lambda: not living(str(tmp_path)), 1)
    assert living(str(tmp_path)) == []
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
