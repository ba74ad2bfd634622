"""Records of WARC and ARC files, one after another or by place; and the responses in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader

from archive import http
from archive.cdxj import Capture
from archive.errors import CorruptRecord
from archive.record import GZIP_MAGIC, FileSource, Record, parse_record, spool

MAX_PAYLOAD = 256 * 1024 * 1024
"""Bytes of a payload that are held in memory."""
MAX_LINE = 64 * 1024
"""Bytes of a line in an ARC file's own heads."""
_ARC_HEAD = re.compile(rb"[a-z][a-z0-9+.-]*:")
_MEMBER = GZIP_MAGIC + b"\x08"
_PIECE = 64 * 1024
CAPTURES = ("response", "revisit", "resource")
"""The types of records that hold what was captured."""


def iter_records(path: Path | str, damage: list[CorruptRecord] | None = None) -> Iterator[Record]:
    """Every record of a WARC or ARC file, in order. Raises CorruptRecord where it cannot go on.

    With a list for the `damage`, what cannot be read is put there, and reading goes on at the next
    gzip member that begins a record.
    """
    path = Path(path)
    with open(path, "rb") as file:
        yield from records_in(file, path, damage)


def records_in(
    file: BinaryIO, path: Path, damage: list[CorruptRecord] | None = None
) -> Iterator[Record]:
    """The same of an open, seekable file; `path` is what errors call it."""
    size, offset = file.seek(0, io.SEEK_END), 0
    while offset < size:
        try:
            source = FileSource(file, path, offset)
            if not source.is_gzip or _is_arc(source):
                yield from (_arc_records if _is_arc(source) else _plain_records)(source)
                return
            record = parse_record(source, offset)
            yield record
            offset += record.length
        except CorruptRecord as error:
            if damage is None:
                raise
            damage.append(error)
            offset = _next_member(file, path, offset + 1, size)


def _next_member(file: BinaryIO, path: Path, offset: int, size: int) -> int:
    """Where the next gzip member stands that begins a record; the size of the file if none does."""
    while offset < size:
        file.seek(offset)
        piece = file.read(_PIECE)
        found = piece.find(_MEMBER)
        if found < 0:
            offset += max(len(piece) - len(_MEMBER) + 1, 1)
            continue
        offset += found
        with suppress(CorruptRecord):
            parse_record(FileSource(file, path, offset), offset)
            return offset
        offset += 1
    return size


def open_record(path: Path | str, offset: int, length: int | None = None) -> Record:
    """The record that stands at `offset`, reading no more than its `length` bytes of the file.

    Use it as a context manager: it holds the file open.
    """
    path = Path(path)
    if not 0 <= offset < 2**63 or (length or 0) < 0:
        raise CorruptRecord(path, offset, "a place in a file", f"{length} bytes at {offset}")
    file = open(path, "rb")  # noqa: SIM115 (the record closes it)
    try:
        source = FileSource(file, path, offset, length or None)
        return next(_arc_records(source)) if _is_arc(source) else parse_record(source, offset)
    except BaseException:
        file.close()
        raise


def record_in(file: BinaryIO, path: Path, offset: int, length: int | None = None) -> Record:
    """The record that stands at `offset` of an open, seekable file."""
    return parse_record(FileSource(file, path, offset, length or None), offset)


def _plain_records(source: FileSource) -> Iterator[Record]:
    while source.peek():
        record = parse_record(source, source.position)
        yield record
        record.finish()


def _is_arc(source: FileSource) -> bool:
    return _ARC_HEAD.match(source.peek()) is not None


def _arc_records(source: FileSource) -> Iterator[Record]:
    """Records of an ARC file from where the source began, put by warcio as WARC would put them."""
    offset = end = source.offset
    source.file.seek(offset)
    try:
        records = ArchiveIterator(source.file, arc2warc=True, no_record_parse=True)
        records.reader = _BoundedLines(source.file)
        for found in records:
            source.offset = end
            with spool(found.raw_stream, source) as block:
                offset, length = records.get_record_offset(), records.get_record_length()
                if offset < end or length <= 0:  # warcio has lost its way in wrong lengths
                    raise CorruptRecord(source.path, end, "an ARC record", f"one at {offset}")
                end = offset + length
                yield _arc_record(_ArcSource(source, block, offset + length), offset, found)
    except CorruptRecord:
        raise
    except Exception as error:  # warcio raises what it meets: AttributeError, EOFError, ...
        raise CorruptRecord(source.path, offset, "an ARC record", str(error)) from error


class _BoundedLines(DecompressingBufferedReader):  # type: ignore[misc]
    """What warcio reads from, with an end to every line."""

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(length or MAX_LINE)
        if len(line) >= MAX_LINE:
            raise ValueError(f"a line of {MAX_LINE} bytes or more")
        return line


class _ArcSource:
    """The block of an ARC record that warcio has taken out of its file."""

    def __init__(self, source: FileSource, block: BinaryIO, end: int) -> None:
        self.path, self.offset, self.taken = source.path, source.offset, end - source.offset
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
        head = http.read_head(block) if record.type != "resource" else resource_head(record)
        if record.type not in CAPTURES or (head is None and record.type != "revisit"):
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


def resource_head(record: Record) -> http.Head:
    """The head of the response that a `resource` record is shown as."""
    kind = (record.get("Content-Type") or "").encode()
    return http.Head(b"HTTP/1.1 200 OK", ((b"Content-Type", kind),), 0)
