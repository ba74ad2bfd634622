"""Reading WARC and ARC files, our own and those of others."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from archive import reader
from archive.collection import Collection
from archive.digest import sha1
from archive.errors import CorruptRecord
from archive.reader import open_record
from archive.scan import captures
from tests.archive.support import PAGE, exchange, recorded, response, shared
from tests.archive.validator import members

BROKEN = {
    "ipwb/warcs/HTTP204.warc": 0,
    "ipwb/warcs/broken.warc": 3058,
    "ipwb/warcs/redirect.warc": 453,
    "pywb/warcs/example-bad.warc.gz.bad": 0,
    "pywb/warcs/example.warc": 4061,
    "warcio/example-bad-non-chunked.warc.gz": 0,
    "warcio/example-bad.warc.gz.bad": 0,
    "warcio/example-trunc.warc": 1197,
    "warcio/example-wrong-chunks.warc.gz": 0,
}
"""Files of the collection whose lengths or members are wrong, and where."""


def _samples() -> list[str]:
    index = Path(__file__).parents[3] / "shared/data/warc/INDEX.json"
    if not index.exists():
        return ["INDEX.json"]
    return [entry["path"] for entry in json.loads(index.read_text())]


@pytest.mark.parametrize("name", [name for name in _samples() if not name.endswith(".wacz")])
def test_files_of_others(name: str) -> None:
    """Every record of a sound file is read; a broken one is reported with its place."""
    path = shared(f"warc/{name}")
    entries = json.loads(shared("warc/INDEX.json").read_text())
    expected = Counter(next(e for e in entries if e["path"] == name)["records"])
    expected["warcinfo"] += expected.pop("arc_header", 0)
    found, error = _count(path)
    if name in BROKEN:
        assert error is not None
        assert (error.path, error.offset) == (str(path), BROKEN[name])
        assert not found - expected
    else:
        assert (found, error) == (+expected, None)


def _count(path: Path) -> tuple[Counter[str], CorruptRecord | None]:
    """Records by type, and the error that ended the reading."""
    found = Counter[str]()
    try:
        for record in reader.iter_records(path):
            found[record.type] += 1
    except CorruptRecord as error:
        return found, error
    return found, None


@pytest.mark.parametrize("name", ["iana", "dupes", "example-wget-1-14", "example2"])
def test_records_by_place(name: str) -> None:
    """A record read by offset and length is the one met there in passing."""
    path = shared(f"warc/pywb/warcs/{name}.warc.gz")
    for record in reader.iter_records(path):
        with record.spool() as block:
            content = block.read()
        with reader.open_record(path, record.offset, record.length) as again:
            assert (again.headers, again.block.read(1 << 30)) == (record.headers, content)
            assert again.length == record.length


def test_heads_that_lie_about_chunks() -> None:
    """A body already de-chunked under a head that says "chunked" is read whole."""
    path = shared("warc/pywb/warcs/iana.warc.gz")
    lying = 0
    for capture in captures(path):
        with reader.open_record(path, capture.offset, capture.length) as record:
            if record.type != "response":
                continue
            stored = reader.read_response(record, capture)
        if stored.note and "broken at byte" in stored.note:
            lying += 1
            assert sha1(stored.body) == capture.digest
    assert lying > 0


def test_angle_brackets_come_off() -> None:
    """wget's `<http://...>` is read as the URI in it."""
    path = shared("warc/warcio/example-wget-bad-target-uri.warc.gz")
    uris = {record.target_uri for record in reader.iter_records(path) if record.target_uri}
    assert uris
    assert all(re.match(r"(https?|metadata)://", uri) for uri in uris)


def _warc(*blocks: bytes, version: bytes = b"1.1", end: bytes = b"\r\n\r\n") -> bytes:
    records = b""
    for block in blocks:
        head = b"WARC/%s\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n"
        records += head % (version, len(block)) + block + end
    return records


MEMBER = gzip.compress(_warc(b"ab"), mtime=0)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("version", [b"0.17", b"0.18", b"1.0", b"1.1"])
def test_versions(tmp_path: Path, version: bytes, compress: bool) -> None:
    """Every version is read, compressed or not; an empty file holds no records."""
    path = tmp_path / "a.warc"
    data = [_warc(block, version=version) for block in (b"one", b"", b"three" * 50_000)]
    path.write_bytes(b"".join(map(gzip.compress, data) if compress else data))
    blocks = []
    for record in reader.iter_records(path):
        with record.spool() as block:
            blocks.append(block.read())
    assert blocks == [b"one", b"", b"three" * 50_000]
    path.write_bytes(b"")
    assert list(reader.iter_records(path)) == []


@pytest.mark.parametrize(
    ("data", "offset", "found"),
    [
        (b"garbage", 0, "garbage"),
        (_warc(b"ab") + b"garbage", 0, "garbage"),
        (_warc(b"ab")[:-5], 0, "1"),
        (MEMBER + b"garbage", len(MEMBER), "garbage"),
        (gzip.compress(_warc(b"ab", b"cd"), mtime=0), 0, "WARC/1.1"),
        (MEMBER[:-1], 0, "end of the file"),
        (gzip.compress(_warc(b"ab") + bytes(10**8), mtime=0), 0, "x00"),
        (b"WARC/1.1\r\nWARC-Type: resource\r\n\r\n", 0, "''"),
        (b"WARC/1.1\r\nContent-Length: -1\r\n\r\n", 0, "-1"),
        (b"WARC/1.1\r\nX: " + b"y" * 2_000_000, 0, "y"),
        (b"filedesc://x\r\nnot an arc", 0, ""),
    ],
)
def test_damage_is_reported(tmp_path: Path, data: bytes, offset: int, found: str) -> None:
    """Damage is a CorruptRecord that says where and what, within bounded memory."""
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    _, error = _count(path)
    assert error is not None
    assert found in error.found
    assert error.offset == offset


def test_block_digest_is_checked_when_asked(collection: Collection, tmp_path: Path) -> None:
    """A block that does not fit its digest is read unless it was to be verified."""
    (capture,) = recorded(collection, exchange(answer=response(PAGE)))
    assert collection.read(capture, verify=True).body == PAGE
    _, (_, _, content), *_ = members(collection.file(capture.filename).read_bytes())
    other = tmp_path / "other.warc.gz"
    other.write_bytes(gzip.compress(content.replace(b"</p>", b"<p/>")))
    with open_record(other, 0) as record, record.spool() as block:
        assert b"<p/>" in block.read()
    with open_record(other, 0) as record, pytest.raises(CorruptRecord, match="digest"):
        record.spool(verify=True)


def test_oversized_blocks_are_not_held(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A payload beyond the limit of memory is refused before it is read."""
    (capture,) = recorded(collection, exchange(answer=response(PAGE)))
    monkeypatch.setattr(reader, "MAX_PAYLOAD", 100)
    with pytest.raises(CorruptRecord, match="at most 100"):
        collection.read(capture)


def test_reading_stops_at_the_length(tmp_path: Path) -> None:
    """Random access reads no byte beyond the length it was given."""
    member = gzip.compress(_warc(b"ab"))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(member + bytes(10_000))
    with reader.open_record(path, 0, len(member)) as record:
        record.finish()
        assert record.length == len(member)
    with reader.open_record(path, 0, len(member) - 3) as record, pytest.raises(CorruptRecord):
        record.finish()
