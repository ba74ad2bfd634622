"""Records of WARC and ARC files, one after another or by place; and what is stored in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator

from archive import cdxj, http, journal
from archive.article import Look, Run
from archive.cdxj import Capture
from archive.dedup import Original, Repeat, is_worth
from archive.digest import sha1
from archive.errors import CorruptRecord
from archive.record import OPEN, FileSource, Record, bare, parse_record, spool
from archive.urlkey import MAX_BODY, request_key, urlkey

MAX_PAYLOAD = 256 * 1024 * 1024
"""Bytes of a payload that are held in memory."""
MAX_ENTRY = 64 * 1024 * 1024
"""Bytes of a journal entry."""
_ARC_HEAD = re.compile(rb"[a-z][a-z0-9+.-]*:")
_CAPTURES = ("response", "revisit", "resource")


def iter_records(path: Path | str) -> Iterator[Record]:
    """Every record of a WARC or ARC file, in order. Raises CorruptRecord where it cannot go on."""
    path = Path(path)
    with open(path, "rb") as file:
        size, offset = file.seek(0, io.SEEK_END), 0
        while offset < size:
            source = FileSource(file, path, offset)
            if not source.is_gzip or _is_arc(source):
                yield from (_arc_records if _is_arc(source) else _plain_records)(source)
                return
            record = parse_record(source, offset)
            yield record
            offset += record.length


def open_record(path: Path | str, offset: int, length: int | None = None) -> Record:
    """The record that stands at `offset`, reading no more than its `length` bytes of the file.

    Use it as a context manager: it holds the file open.
    """
    path = Path(path)
    file = open(path, "rb")  # noqa: SIM115 (the record closes it)
    try:
        source = FileSource(file, path, offset, length or None)
        return next(_arc_records(source)) if _is_arc(source) else parse_record(source, offset)
    except BaseException:
        file.close()
        raise


def _plain_records(source: FileSource) -> Iterator[Record]:
    while source.peek():
        record = parse_record(source, source.position)
        yield record
        record.finish()


def _is_arc(source: FileSource) -> bool:
    return _ARC_HEAD.match(source.peek()) is not None


def _arc_records(source: FileSource) -> Iterator[Record]:
    """Records of an ARC file from where the source began, put by warcio as WARC would put them."""
    offset = source.offset
    source.file.seek(offset)
    try:
        records = ArchiveIterator(source.file, arc2warc=True, no_record_parse=True)
        for found in records:
            with spool(found.raw_stream) as block:
                offset, length = records.get_record_offset(), records.get_record_length()
                yield _arc_record(_ArcSource(source, block, offset + length), offset, found)
    except CorruptRecord:
        raise
    except Exception as error:  # warcio raises what it meets: AttributeError, EOFError, ...
        raise CorruptRecord(source.path, offset, "an ARC record", str(error)) from error


class _ArcSource:
    """The block of an ARC record that warcio has taken out of its file."""

    def __init__(self, source: FileSource, block: BinaryIO, end: int) -> None:
        self.path = source.path
        self.read, self._block, self._file, self._end = block.read, block, source.file, end

    def end_record(self) -> tuple[int, bytes]:
        return self._end, b""

    def close(self) -> None:
        self._block.close()
        self._file.close()


def _arc_record(source: _ArcSource, offset: int, found: Any) -> Record:
    length = source._block.seek(0, io.SEEK_END)
    source._block.seek(0)
    fields = {name.lower(): (name, value) for name, value in found.rec_headers.headers}
    fields["content-length"] = ("Content-Length", str(length))
    return Record(source, offset, "ARC", tuple(fields.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedResponse:
    """A response as it was captured: `body` without transfer coding, content coding kept.

    `headers` are (name, value) as received, in bytes. `revisit_of` is the capture whose payload
    this is, when the record itself is a revisit. For a 304 status, reason, headers and body are
    those of the capture that had not been modified; `capture.status` says 304. `note` says what
    was wrong with the framing.
    """

    capture: Capture
    status: int | None
    reason: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    revisit_of: Capture | None = None
    note: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header field, as text."""
        return http.Head(b"", self.headers, 0).get(name)

    def content(self, max_bytes: int = MAX_PAYLOAD) -> bytes:
        """The body with its content coding undone. Raises UndecodableContent."""
        codings = http.Head(b"", self.headers, 0).codings("Content-Encoding")
        return http.decode_content(self.body, codings, max_bytes)


def read_response(record: Record, capture: Capture, *, verify: bool = False) -> ArchivedResponse:
    """The response in a `response` or `revisit` record; a `resource` is a 200 made up around it.

    Raises CorruptRecord when it is neither, or holds more than MAX_PAYLOAD.
    """
    if record.block_length > MAX_PAYLOAD:
        raise record.corrupt(f"at most {MAX_PAYLOAD} bytes", str(record.block_length))
    with record.spool(verify=verify) as block:
        head = http.read_head(block) if record.type != "resource" else _resource_head(record)
        if record.type not in _CAPTURES or (head is None and record.type != "revisit"):
            raise record.corrupt("a captured response", record.type)
        head = head or http.Head(b"", (), 0)
        payload = http.Payload(block, head)
        body = b"".join(payload) if record.type != "revisit" else b""
    return ArchivedResponse(
        capture=capture,
        status=head.status,
        reason=head.reason,
        headers=head.headers,
        body=body,
        note=payload.note,
    )


def _resource_head(record: Record) -> http.Head:
    kind = (record.get("Content-Type") or "").encode()
    return http.Head(b"HTTP/1.1 200 OK", ((b"Content-Type", kind),), 0)


def captures(path: Path | str) -> Iterator[Capture]:
    """The captures of a WARC file as its index has them, in the order of the file."""
    return (scanned.capture for scanned in scan(path))


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is derived from one capture: its index line, and its part in the dedup table."""

    capture: Capture
    original: Original | None = None
    repeat: Repeat | None = None


def scan(path: Path | str) -> Iterator[Scanned]:
    """Everything that is derived from a WARC file, in the order of the file."""
    before: _Seen | None = None
    for record in iter_records(path):
        current = _Seen.read(record)
        if before and before.is_concurrent_to(current):
            before, current = before.answering(current), current.answering(before)
        if before and before.scanned:
            yield before.scanned
        before = current
    if before and before.scanned:
        yield before.scanned


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record, and what an index needs to know of it: its capture, or what it asked for."""

    record: Record
    scanned: Scanned | None = None
    request: tuple[str, str, bytes] | None = None
    """Method, Content-Type and body."""

    @classmethod
    def read(cls, record: Record) -> _Seen:
        if record.type == "request" and record.target_uri.startswith("http"):
            with record.spool() as block:
                return cls(record, request=read_request(block))
        return cls(record, _scan_capture(record) if record.type in _CAPTURES else None)

    def is_concurrent_to(self, other: _Seen) -> bool:
        ours, theirs = self.record, other.record
        linked = bare(theirs.get("WARC-Concurrent-To")) == ours.record_id
        return linked and ours.target_uri == theirs.target_uri

    def answering(self, other: _Seen) -> _Seen:
        """The same, filed under the key of the other's request if that has a body."""
        if self.scanned is None or other.request is None:
            return self
        capture = keyed(self.scanned.capture, *other.request)
        return replace(self, scanned=replace(self.scanned, capture=capture))


def keyed(capture: Capture, method: str, content_type: str, body: bytes) -> Capture:
    """The capture filed under the key of the request that it answers."""
    if method.upper() not in ("POST", "PUT"):
        return capture
    key, query = request_key(capture.url, method, body, content_type)
    return replace(capture, urlkey=key, method=method.upper(), request_body=query)


def read_request(block: BinaryIO) -> tuple[str, str, bytes] | None:
    """Method, Content-Type and the first MAX_BODY bytes of the body of a stored request."""
    block.seek(0)
    head = http.read_head(block)
    if head is None:
        return None
    body = b""
    for piece in http.Payload(block, head):
        body += piece
        if len(body) >= MAX_BODY:
            break
    return head.method, head.get("Content-Type") or "", body[:MAX_BODY]


def _scan_capture(record: Record) -> Scanned:
    with record.spool() as block:
        head = _resource_head(record) if record.type == "resource" else _http_head(record, block)
        payload = http.Payload(block, head or http.Head(b"", (), 0))
        computed = sha1(payload)
    digest = record.digest("WARC-Payload-Digest")
    is_revisit = record.type == "revisit"
    capture = Capture(
        urlkey=urlkey(record.target_uri),
        timestamp=cdxj.timestamp(record.date),
        url=record.target_uri,
        mime=cdxj.REVISIT if is_revisit else mime(head),
        status=head.status if head and record.type != "resource" else None,
        digest=digest or (None if is_revisit else computed),
        length=record.length,
        offset=record.offset,
        filename=record.path.name.removesuffix(OPEN),
        record_id=record.record_id,
        date=record.date,
    )
    if is_revisit:
        return Scanned(capture, repeat=_repeat(record))
    whole = not record.get("WARC-Truncated") and payload.note is None
    if record.type == "response" and whole and is_worth(capture.status, payload.size):
        return Scanned(capture, original=original(capture))
    return Scanned(capture)


def original(capture: Capture) -> Original:
    """How a revisit refers to this capture. Its `record_id` and `date` must be known."""
    return Original(
        digest=capture.digest,
        url=capture.url,
        date=capture.date,
        record_id=capture.record_id,
        filename=capture.filename,
    )


def _repeat(record: Record) -> Repeat | None:
    digest, date = record.digest("WARC-Payload-Digest"), record.get("WARC-Refers-To-Date")
    return Repeat(digest, date) if digest and date else None


def _http_head(record: Record, block: BinaryIO) -> http.Head | None:
    return http.read_head(block) if record.target_uri.startswith("http") else None


def mime(head: http.Head | None) -> str:
    """The media type of a message without its parameters, or ""."""
    return re.split(r"[;\s]", (head and head.get("Content-Type")) or "", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a reading journal and where it stands."""

    content: Look | Run
    offset: int
    length: int


def entries(path: Path | str) -> Iterator[Entry]:
    """The journal of a text WARC. Raises CorruptRecord for an entry that cannot be understood."""
    for record in iter_records(path):
        if record.type == "metadata" and record.get("Content-Type") == journal.MEDIA_TYPE:
            content = read_entry(record)
            yield Entry(content, record.offset, record.length)


def read_entry(record: Record) -> Look | Run:
    """The look or run that a journal record holds."""
    if record.block_length > MAX_ENTRY:
        raise record.corrupt(f"at most {MAX_ENTRY} bytes", str(record.block_length))
    with record.spool() as block:
        text = block.read()
    try:
        return journal.decode(text)
    except ValueError as error:
        raise record.corrupt("an entry of the reading journal", str(error)) from error


def looks(path: Path | str) -> Iterator[Look]:
    """The looks in the journal of a text WARC, in the order of the file."""
    return (entry.content for entry in entries(path) if isinstance(entry.content, Look))


def runs(path: Path | str) -> Iterator[Run]:
    """The runs in the journal of a text WARC, in the order of the file."""
    return (entry.content for entry in entries(path) if isinstance(entry.content, Run))
