"""What is derived from stored captures: index lines, and what revisits may refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from archive import cdxj, http
from archive.cdxj import Capture
from archive.dedup import Original, Repeat, is_worth
from archive.digest import Digest, sha1
from archive.http import Head
from archive.reader import CAPTURES, iter_records, resource_head
from archive.record import OPEN, Record, bare
from archive.urlkey import MAX_BODY, request_key, urlkey
from archive.writer import Written


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
        return cls(record, _scan_capture(record) if record.type in CAPTURES else None)

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


def capture_of(
    *, url: str, date: str, head: Head | None, digest: Digest | None, is_revisit: bool, at: Written
) -> Capture:
    """The capture of a response with this head that is stored at this place.

    Written by us or read from a file, a response has one index line.
    """
    return Capture(
        urlkey=urlkey(url),
        timestamp=cdxj.timestamp(date),
        url=url,
        mime=cdxj.REVISIT if is_revisit else _mime(head),
        status=head.status if head else None,
        digest=digest,
        length=at.length,
        offset=at.offset,
        filename=at.filename,
        record_id=at.id,
        date=date,
    )


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
    is_revisit = record.type == "revisit"
    with record.spool() as block:
        head = _head(record, block)
        payload = http.Payload(block, head or Head(b"", (), 0))
        computed = sha1(payload)
    place = Written(
        record.path.name.removesuffix(OPEN), record.offset, record.length, record.record_id
    )
    capture = capture_of(
        url=record.target_uri,
        date=record.date,
        head=head,
        digest=record.digest("WARC-Payload-Digest") or (None if is_revisit else computed),
        is_revisit=is_revisit,
        at=place,
    )
    if record.type == "resource":
        capture = replace(capture, status=None)  # its head was made up
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


def _head(record: Record, block: BinaryIO) -> Head | None:
    if record.type == "resource":
        return resource_head(record)
    return http.read_head(block) if record.target_uri.startswith("http") else None


def _mime(head: Head | None) -> str:
    """The media type without its parameters, or ""."""
    return re.split(r"[;\s]", (head and head.get("Content-Type")) or "", maxsplit=1)[0]
