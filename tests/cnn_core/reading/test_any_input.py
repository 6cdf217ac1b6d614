"""Whatever comes in, a grid of finite numbers or one sentence comes out: no other exception, no hang, no warning."""

import io
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid, read_grid

ENDINGS = ["csv", "txt", "json", "npy", "npz", "xlsx", "ods", "safetensors", "png", "gif", "tiff"]
moderately = settings(derandomize=True, max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(source: object) -> Grid | str:
    """Return the grid, or the sentence that says why there is none."""
    try:
        return read_grid("x", source, size=(2, 2))
    except InputError as error:
        return str(error)


def check(result: Grid | str) -> None:
    if isinstance(result, str):
        assert re.fullmatch(r"x (\(.*\) )?must .*\.", result)
        result.encode()
    else:
        assert result.array.ndim in (2, 3)
        assert result.array.size > 0
        assert np.isfinite(result.array).all()
        assert not result.array.flags.writeable


def npy(array: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(array))
    return stream.getvalue()


def npy_with_header(descr: str, shape: str, body: bytes) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def picture(mode: str, kind: str) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((9, 7), 50).convert(mode).save(stream, kind)
    return stream.getvalue()


SOUND_FILES = [
    b"4,1\n1,1\n",
    b"\xef\xbb\xbf4;1\r\n1;1\r\n",
    b'"4"\t"1"\n',
    b"[[4, 1], [1, -1.5e0]]",
    npy([[4, 1], [1, 1]]),
    npy(np.ones((2, 2, 2), np.float16)),
    *(picture(*one) for one in [("L", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("RGB", "JPEG"), ("RGB", "BMP")]),
    *(picture(*one) for one in [("1", "PNG"), ("1", "BMP"), ("CMYK", "JPEG"), ("RGBA", "WEBP")]),
]


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    sound = draw(st.sampled_from(SOUND_FILES))
    start = draw(st.integers(0, len(sound)))
    stop = draw(st.integers(start, min(len(sound), start + 8)) | st.just(len(sound)))
    return sound[:start] + draw(st.binary(max_size=4)) + sound[stop:]


descriptions = st.sampled_from(["<f8", "|b1", "|O", "<c16", "<U3", "<M8[s]", "|V8", "<f99", "", "x", "\\x00", "2f8"])
shapes = st.lists(st.integers(-2, 10**25), max_size=3).map(lambda lengths: str(tuple(lengths))) | st.text(
    alphabet="()[]-0123456789L, '\\x", max_size=12
)
npy_files = st.builds(npy_with_header, descriptions, shapes, st.binary(max_size=16))
tables = st.text(alphabet='[]{}",;\t\n1.-eN\0').map(str.encode)

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.binary(max_size=3)
    | st.decimals()
)
trees = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner))
cells = st.integers(-9, 9) | st.floats() | st.sampled_from([10**400, None, "1", [1]])
lists = st.lists(st.lists(cells, max_size=3) | st.lists(st.lists(cells, max_size=2), max_size=2), max_size=3)
arrays = st.builds(
    np.zeros,
    st.lists(st.integers(0, 2), max_size=4).map(tuple),
    st.sampled_from(["?", "u1", ">i8", "f2", "g", "c8", "O", "U2", "S2", "M8[s]", "m8[s]", "V4", "i4,f8"]),
)


@given(st.text() | st.text(alphabet="0123456789 ,;|./-−+eE\n\r\t a") | st.text(alphabet="01 ;|/.csvpng\0"))
@moderately
def test_any_text(text: str) -> None:
    check(outcome(text))


@given(trees | lists | arrays)
@moderately
def test_any_python_value(value: object) -> None:
    check(outcome(value))


@pytest.mark.parametrize("ending", ENDINGS)
@given(data=st.binary() | tables | npy_files | damaged_files())
@moderately
def test_any_file(tmp_path_factory: pytest.TempPathFactory, ending: str, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{ending}"
    path.write_bytes(data)
    check(outcome(path))


@given(npy_files | damaged_files().filter(lambda data: data.startswith(b"\x93NUMPY")))
@moderately
def test_any_npy_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.npy"
    path.write_bytes(data)
    check(outcome(path))


@given(damaged_files())
@moderately
def test_any_damaged_picture(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.png"
    path.write_bytes(data)
    check(outcome(path))
