"""What is derived from stored captures: index lines, and what revisits may refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from archive import cdxj, http
from archive.cdxj import Capture
from archive.dedup import Derived, Original, Repeat, Validators, is_worth
from archive.digest import Digest, sha1
from archive.errors import CorruptRecord
from archive.http import Head
from archive.reader import CAPTURES, iter_records, resource_head
from archive.record import OPEN, Record, bare
from archive.urlkey import MAX_BODY, request_key, urlkey
from archive.writer import Written


def captures(path: Path | str, damage: list[CorruptRecord] | None = None) -> Iterator[Capture]:
    """The captures of a WARC file as its index has them, in the order of the file.

    Raises CorruptRecord; `damage` as for `iter_records`.
    """
    return (scanned.capture for scanned in scan(path, damage) if scanned.capture.is_listed)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is derived from one capture: its index line, and its part in the dedup table."""

    capture: Capture
    derived: tuple[Derived, ...] = ()

    def answering(self, method: str, content_type: str, body: bytes) -> Scanned:
        """The same, filed under the key of the request that it answers.

        Nothing but a GET is asked for again by its validators; and no revisit refers to the
        answer to a POST: who follows it knows a URL and a date, and a POST is not filed under them.
        """
        if method.upper() == "GET":
            return self
        plain = tuple(one for one in self.derived if not isinstance(one, Validators))
        if method.upper() not in ("POST", "PUT"):
            return replace(self, derived=plain)
        key, query = request_key(self.capture.url, method, body, content_type)
        keyed = replace(self.capture, urlkey=key, method=method.upper(), request_body=query)
        return Scanned(keyed, tuple(one for one in plain if not isinstance(one, Original)))


def scan(path: Path | str, damage: list[CorruptRecord] | None = None) -> Iterator[Scanned]:
    """Everything that is derived from a WARC file, in the order of the file.

    Raises CorruptRecord; `damage` as for `iter_records`.
    """
    before: _Seen | None = None
    for record in iter_records(path, damage):
        try:
            current = _Seen.read(record)
        except CorruptRecord:
            if damage is None:
                raise
            continue  # who gives the records meets it too, and goes on behind it
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
        return replace(self, scanned=self.scanned.answering(*other.request))


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


def derived_of(
    capture: Capture, head: Head, *, size: int, whole: bool, refers_to: str
) -> tuple[Derived, ...]:
    """What a capture means for later ones, once it is committed.

    `size` is that of its payload, `whole` says that nothing of that is missing, `refers_to` is the
    id that a revisit refers to, or "". `record_id` and `date` of the capture must be known.
    """
    found = list[Derived]()
    if refers_to:
        found.append(Repeat(refers_to, capture.filename))
    elif capture.digest and whole and is_worth(head.status, size):
        found.append(original(capture, size))
    if found and capture.digest and (validators := _validators(capture, head)):
        found.append(validators)
    return tuple(found)


def _validators(capture: Capture, head: Head) -> Validators | None:
    assert capture.digest
    return Validators.of(head, url=capture.url, date=capture.date, digest=capture.digest)


def original(capture: Capture, size: int) -> Original:
    """How a revisit refers to this capture. Its digest, `record_id` and `date` must be known."""
    assert capture.digest
    return Original(
        digest=capture.digest,
        size=size,
        url=capture.url,
        date=capture.date,
        record_id=capture.record_id,
        filename=capture.filename,
        offset=capture.offset,
        length=capture.length,
    )


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
    if record.type == "resource" or head is None:
        return Scanned(replace(capture, status=None))  # its head was made up
    derived = derived_of(
        capture,
        head,
        size=payload.size,
        whole=not record.get("WARC-Truncated") and payload.note is None,
        refers_to=bare(record.get("WARC-Refers-To")) if is_revisit else "",
    )
    return Scanned(capture, derived)


def _head(record: Record, block: BinaryIO) -> Head | None:
    if record.type == "resource":
        return resource_head(record)
    return http.read_head(block) if record.target_uri.startswith("http") else None


def _mime(head: Head | None) -> str:
    """The media type without its parameters, or ""."""
    return re.split(r"[;\s]", (head and head.get("Content-Type")) or "", maxsplit=1)[0]
