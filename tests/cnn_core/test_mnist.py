"""The digits are the published ones, or nothing; what is damaged is named."""

import gzip
import shutil
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from cnn_core import mnist
from cnn_core.errors import CnnreelError, InputError, ShapeError

SHARED = Path(__file__).parents[2].parent / "shared" / "mnist"
needs_training_files = pytest.mark.skipif(not SHARED.is_dir(), reason="the 60,000 training images are not here")
FIRST_INK = 202  # where the first test image, a 7, begins: row 7, column 6


def test_the_embedded_test_set_is_the_published_one() -> None:
    test = mnist.load_test()
    assert test.images.shape == (10_000, 28, 28)
    assert test.images.dtype == test.labels.dtype == np.uint8
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.flatnonzero(test.images[0])[0] == FIRST_INK


def test_the_test_set_is_read_once_and_nobody_can_write_to_it() -> None:
    test = mnist.load_test()
    assert mnist.load_test() is test
    with pytest.raises(ValueError, match="read-only"):
        test.images[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        test.labels[0] = 1


@pytest.mark.parametrize(
    ("name", "index", "label"),
    [("mnist:7", 0, 7), ("mnist:0", 3, 0), ("mnist:9", 7, 9), ("mnist:#0", 0, 7), ("mnist:#9999", 9999, 6)],
)
def test_a_digit_is_named_by_its_label_or_its_index(name: str, index: int, label: int) -> None:
    digit = mnist.digit(name)
    assert (digit.index, digit.label) == (index, label)
    assert np.array_equal(digit.pixels, mnist.load_test().images[index])


@pytest.mark.parametrize("name", ["mnist:", "mnist:10", "mnist:x", "mnist:#", "mnist:#-1", "mnist:٣", "7", "mnist:7 "])
def test_a_name_that_names_no_digit_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r'^name must be a digit of MNIST such as "mnist:7", or .*, but it is .+\.$'):
        mnist.digit(name)


def test_an_index_beyond_the_set_is_refused() -> None:
    with pytest.raises(
        InputError, match=r'^name must be .* or "mnist:#0" to "mnist:#9999", but it is "mnist:#10000"\.$'
    ):
        mnist.digit("mnist:#10000")


def test_the_networks_input_runs_from_0_to_1() -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[3, 4] = 255
    x = mnist.as_input(pixels)
    assert x.shape == (1, 1, 28, 28)
    assert x.dtype == np.float64
    assert (x.sum(), x[0, 0, 3, 4]) == (1, 1)
    assert mnist.as_input(np.stack([pixels, pixels])).shape == (2, 1, 28, 28)


def test_pixels_of_another_shape_or_type_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"^pixels must be \(28, 28\) or \(N, 28, 28\), but their shape is \(8, 8\)"):
        mnist.as_input(np.zeros((8, 8), np.uint8))
    with pytest.raises(InputError, match=r"^pixels must be uint8, 0 to 255, but they are float64\.$"):
        mnist.as_input(np.zeros((28, 28)))


def test_digits_whose_images_and_labels_do_not_fit_are_refused() -> None:
    images, labels = np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8)
    with pytest.raises(ShapeError, match=r"but the shapes are \(2, 28, 28\) and \(1,\)\.$"):
        mnist.Digits(images, labels[:1])
    with pytest.raises(InputError, match=r"^Digits must be uint8, but they are uint8 and int64\.$"):
        mnist.Digits(images, labels.astype(np.int64))
    with pytest.raises(InputError, match=r"^labels must be 0 to 9, but one of them is 10\.$"):
        mnist.Digits(images, labels + np.uint8(10))


def test_taking_some_digits_keeps_images_with_their_labels() -> None:
    some = mnist.load_test().take(np.array([3, 0]))
    assert some.labels.tolist() == [0, 7]
    assert some[1].label == 7
    assert np.array_equal(some[1].pixels, mnist.digit("mnist:7").pixels)
    assert some.sha256() != mnist.load_test().take(np.array([0, 3])).sha256()


def test_a_missing_training_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^train-images-idx3-ubyte\.gz must be a readable file in .+: No such file"):
        mnist.load_training(tmp_path)


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """Return a folder with a copy of the embedded files, to be damaged."""
    for name in mnist.TEST:
        shutil.copy(mnist.EMBEDDED / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", mnist.TEST)
def test_a_truncated_file_is_named_with_both_hashes(embedded: Path, name: str) -> None:
    whole = (embedded / name).read_bytes()
    (embedded / name).write_bytes(whole[:-100])
    message = rf"{name} must be the published MNIST file \(MD5 {mnist.MD5[name]}\), but it is damaged or another file: "
    with pytest.raises(InputError, match=rf"{message}{len(whole) - 100:,} bytes with MD5 [0-9a-f]{{32}}\.$"):
        mnist.read_pair(embedded, mnist.TEST)


def test_one_flipped_bit_is_noticed(embedded: Path) -> None:
    path = embedded / mnist.TEST[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged or another file"):
        mnist.read_pair(embedded, mnist.TEST)


def idx(kind: int, *shape: int, values: bytes) -> bytes:
    return gzip.compress(struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape) + values, mtime=0)


def test_an_idx_file_is_its_shape_and_its_values() -> None:
    assert mnist.parse_idx(idx(8, 2, 3, values=bytes(range(6))), "x").tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("packed", [b"", b"no gzip", gzip.compress(b"\0", mtime=0), idx(8, 2, 3, values=bytes(5))])
def test_a_file_that_is_no_idx_file_is_refused(packed: bytes) -> None:
    with pytest.raises(InputError, match=r"^x must be a gzipped IDX file, but it is not: .+\.$"):
        mnist.parse_idx(packed, "x")


def test_an_idx_file_of_other_numbers_is_refused() -> None:
    with pytest.raises(InputError, match=r"^x must hold uint8 values \(type 8\), but its type is 13\.$"):
        mnist.parse_idx(idx(13, 1, values=bytes(1)), "x")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


@needs_training_files
def test_the_training_set_is_read_from_a_folder() -> None:
    training = mnist.load_training(SHARED)
    assert len(training) == 60_000
    assert training.labels[:5].tolist() == [5, 0, 4, 1, 9]


@needs_training_files
def test_the_training_set_is_downloaded_once_and_checked(tmp_path: Path) -> None:
    with serving(SHARED) as address:
        assert len(mnist.load_training(mirrors=[address], download_to=tmp_path)) == 60_000
    assert len(mnist.load_training(mirrors=[address], download_to=tmp_path)) == 60_000  # the server is gone


@needs_training_files
def test_the_second_mirror_helps_when_the_first_is_damaged(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for name in mnist.TRAINING:
        (damaged / name).write_bytes(b"not what was asked for")
    with serving(damaged) as bad, serving(SHARED) as good:
        assert len(mnist.load_training(mirrors=[bad, good], download_to=tmp_path / "kept")) == 60_000


def test_without_a_working_mirror_the_message_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / mnist.TRAINING[0]).write_bytes(b"damaged")
    with serving(tmp_path) as damaged, serving(tmp_path / "nothing here") as empty:
        kept = tmp_path / "kept"
        with pytest.raises(
            CnnreelError,
            match=r"^train-images-idx3-ubyte\.gz could not be downloaded "
            r"\(http://.+: ValueError; http://.+: HTTPError\); "
            r"without a connection, pass the folder that holds it as --data\.$",
        ):
            mnist.load_training(mirrors=[damaged, empty], download_to=kept)
        assert not list(kept.glob("train*"))
    with pytest.raises(CnnreelError, match="ConnectionError"):
        mnist.load_training(mirrors=[damaged], download_to=kept)
