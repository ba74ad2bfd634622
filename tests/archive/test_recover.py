"""Files that dead processes left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.recover import recover
from tests.archive.support import exchange, look, recorded, response
from tests.archive.validator import members, validate


@pytest.fixture
def small(tmp_path: Path) -> tuple[str, bytes]:
    """Name and bytes of a file of four records."""
    collection = Collection.create(tmp_path / "small")
    recorded(collection, exchange(answer=response(b"a")))
    (path,) = collection.warcs()
    return path.name, path.read_bytes()


def test_a_cut_at_any_byte_loses_no_whole_record(
    tmp_path: Path, small: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the file was cut, every whole record is kept and every other byte is set aside."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # thousands of them take a minute
    name, data = small
    ends = [offset + length for offset, length, _ in members(data)]
    directory = tmp_path / "cut"
    directory.mkdir()
    for cut in range(len(data) + 1):
        left = directory / (name + ".open")
        left.write_bytes(data[:cut])
        recovered = recover(left)
        kept = max((end for end in ends if end <= cut), default=0)
        assert recovered.records == sum(end <= cut for end in ends)
        assert recovered.cut == cut - kept
        assert recovered.tail.read_bytes() == data[kept:cut]
        recovered.tail.unlink()
        assert not left.exists()
        if kept:
            assert recovered.path == directory / name
            assert recovered.path.read_bytes() == data[:kept]
            recovered.path.unlink()
        else:
            assert recovered.path is None
    assert ends[-1] == len(data)


def test_a_recovery_that_was_killed_after_cutting_keeps_the_tail(
    tmp_path: Path, small: tuple[str, bytes]
) -> None:
    """What was set aside before the cut is still there when the recovery is done again."""
    name, data = small
    left = tmp_path / (name + ".open")
    left.write_bytes(data + b"half a member")
    first = recover(left)
    assert first.path
    first.path.rename(left)
    again = recover(left)
    assert (again.cut, again.tail.read_bytes()) == (13, b"half a member")


def test_recovery_indexes_and_goes_on(collection: Collection) -> None:
    """The next recording of a site first recovers what the last one left, and may refer to it."""
    (capture,) = recorded(collection, exchange("http://a.vn/1"))
    path = collection.file(capture.filename)
    left = path.with_name(path.name + ".open")
    left.write_bytes(path.read_bytes() + b"\x1f\x8b half a member")
    path.unlink()
    collection.index_path(path.name).unlink()
    (again,) = recorded(collection, exchange("http://a.vn/1"))
    assert again.is_revisit
    assert collection.find("http://a.vn/1").url == "http://a.vn/1"
    assert not left.exists()
    validate(path)


def test_a_living_recording_is_left_alone(collection: Collection) -> None:
    """Recovery touches no file of a site that is being written, and all of the others."""
    recorded(collection, exchange("http://dead.vn/"), site="dead")
    (dead,) = collection.warcs()
    dead.rename(dead.with_name(dead.name + ".open"))
    collection.index_path(dead.name).unlink()
    with collection.recording(site="alive", run_id="r") as recording:
        capture = recording.record(exchange("http://alive.vn/"))
        assert capture
        recovered, indexed = Collection.open(collection.path).mend()
        assert (recovered.file, indexed.file) == (dead, dead)
        recording.convert(look(capture))
    assert len(list(collection.captures())) == 2
