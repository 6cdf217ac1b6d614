from __future__ import annotations

import pytest

from cnn_core.errors import CnnreelError
from cnnreel.work.cluster.worker import Message, pack_folder, unpack_folder
from tests.cnnreel.work.cluster.real import contents


@pytest.mark.parametrize("shared", [False, True])
def test_a_folder_is_packed_and_unpacked_as_it_was(tmp_path, shared: bool) -> None:
    (tmp_path / "from/stills").mkdir(parents=True)
    (tmp_path / "from/stills/01.png").write_bytes(b"\x00picture")
    (tmp_path / "from/film.mp4").write_bytes(b"film")
    (tmp_path / "to").mkdir()
    (tmp_path / "shared").mkdir()
    box = pack_folder(tmp_path / "from", tmp_path / "shared" if shared else None)
    assert len(list((tmp_path / "shared").iterdir())) == (1 if shared else 0)
    unpack_folder(box, tmp_path / "to")
    assert contents(tmp_path / "to") == {"film.mp4": b"film", "stills/01.png": b"\x00picture"}


def test_a_file_that_was_changed_or_lost_on_the_way_is_noticed(tmp_path) -> None:
    parcel = Message.pack(b"film", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"filn")
    with pytest.raises(CnnreelError, match=r"^what arrived is not what was sent: its hash differs\.$"):
        parcel.unpack()
    file.unlink()
    with pytest.raises(CnnreelError, match=r"^what was sent cannot be read: No such file or directory, "):
        parcel.unpack()
