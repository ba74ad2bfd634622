"""What is fuzzed: readers of bytes that nobody vouches for, and what must hold whatever they are.

Each target takes any bytes and returns, or raises what is a fault of ours: a refusal that the
code under test announces (CorruptRecord, UndecodableContent, ValueError) is caught here.
"""

from __future__ import annotations

import contextlib
import functools
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from archive import cdxj, http, journal, reader, scan, verify
from archive.article import Look, Run
from archive.cdxj import Capture
from archive.errors import CorruptRecord, NotAnArchive, UndecodableContent
from archive.record import Record
from archive.writer import Written

Target = Callable[[bytes], None]
MAX_CONTENT = 64 * 1024 * 1024
CODINGS = ("gzip", "deflate", "br", "zstd", "identity", "unknown")


def records(data: bytes) -> None:
    """Every record that is iterated lies in the file, and is the same when opened by its place."""
    path, end = _written(data), 0
    with contextlib.suppress(CorruptRecord):
        for record in reader.iter_records(path):
            _read(record)
            assert record.offset >= end
            end = record.offset + record.length
            assert end <= len(data), (end, len(data))
            with reader.open_record(path, record.offset, record.length) as again:
                arc = record.version == "ARC"  # warcio makes its ids up, anew each time
                assert arc or again.headers == record.headers


def _read(record: Record) -> None:
    if record.type not in reader.CAPTURES:
        return
    with contextlib.suppress(CorruptRecord, UndecodableContent):
        response = reader.read_response(record, capture_of(record), verify=True)
        response.content(MAX_CONTENT)


def capture_of(record: Record) -> Capture:
    return scan.capture_of(
        url=record.target_uri,
        date=record.date,
        head=None,
        digest=None,
        is_revisit=False,
        at=Written("a.warc.gz", record.offset, 0, record.record_id),
    )


def index(data: bytes) -> None:
    """Every capture found can be put into an index line and read back from it."""
    with contextlib.suppress(CorruptRecord):
        for capture in scan.captures(_written(data)):
            line = cdxj.to_line(capture)
            assert line.count(b"\n") == 1
            assert cdxj.to_line(cdxj.from_line(line)) == line
            assert cdxj.from_line(line).url == capture.url


def validator(data: bytes) -> None:
    """Whatever a file holds, its check ends, and says where something is wrong in one line."""
    with contextlib.suppress(NotAnArchive):
        for finding in verify.verify([_written(data)], workers=1):
            assert finding.rule
            assert finding.offset >= 0


def message(data: bytes) -> None:
    """A message is read twice alike, loses no byte without a note, and decodes or is refused."""
    stream = io.BytesIO(data)
    head = http.read_head(stream)
    if head is None:
        return
    assert 0 < head.length <= len(data)
    payload = http.Payload(stream, head)
    body = b"".join(payload)
    assert (payload.size, body) == (len(body), b"".join(payload))
    if http.framing(head) is not http.Framing.CHUNKED:
        assert body == data[head.length :]
    for codings in (head.codings("Content-Encoding")[:4], [CODINGS[len(data) % len(CODINGS)]]):
        with contextlib.suppress(UndecodableContent):
            assert len(http.decode_content(body, codings, MAX_CONTENT)) <= MAX_CONTENT


def index_line(data: bytes) -> None:
    """A line that is taken can be written, and is then taken as the same."""
    with contextlib.suppress(ValueError):
        capture = cdxj.from_line(data)
        assert all(isinstance(text, str) for text in (capture.url, capture.mime, capture.filename))
        line = cdxj.to_line(capture)
        assert cdxj.to_line(cdxj.from_line(line)) == line


def entry(data: bytes) -> None:
    """An entry of the journal that is taken can be written, and is then taken as the same."""
    with contextlib.suppress(ValueError):
        taken = journal.decode(data)
        assert journal.decode(_entry(taken)) == taken


def _entry(entry: journal.Entry) -> bytes:
    if isinstance(entry, Look):
        return journal.encode_look(entry)
    return journal.encode_run(entry, []) if isinstance(entry, Run) else journal.encode_model(entry)


TARGETS: dict[str, Target] = {
    "records": records,
    "index": index,
    "validator": validator,
    "message": message,
    "index_line": index_line,
    "entry": entry,
}


@functools.cache
def _directory() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="tinhuy-fuzz-")


def _written(data: bytes) -> Path:
    """The bytes in a file: readers take paths."""
    path = Path(_directory().name) / "any.warc.gz"
    path.write_bytes(data)
    return path
