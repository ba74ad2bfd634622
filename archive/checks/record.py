"""Whether one record is what WARC 1.1 and, for ours, this project say it must be."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from archive import group, http, journal, writer
from archive.checks.finding import FIELDS, Fault
from archive.digest import Digest, sha1
from archive.record import Record, bare

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")
_OUR_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ID = re.compile(r"<[a-z][a-z0-9+.-]*:[^\s<>]+>")
_OUR_ID = re.compile(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*")
_OUR_URI = re.compile(r"[a-z][a-z0-9+.-]*:[!-;=?-~]+")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")
_STATUS_LINE = re.compile(rb"HTTP/\d(\.\d)? +\d{3}(?!\d)")
_REQUEST_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S.* HTTP/\d(\.\d)?")
_VERSIONS = ("0.17", "0.18", "1.0", "1.1")
_REQUIRED = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_EVENT = {"request", "response", "revisit", "resource", "metadata"}
_WITH_URI = {"response", "resource", "request", "revisit", "conversion", "continuation"}
_PAYLOAD = {"response", "resource", "request", "revisit", "conversion", "continuation"}
_ALLOWED = {
    "WARC-Concurrent-To": _EVENT,
    "WARC-IP-Address": _EVENT,
    "WARC-Refers-To": {"metadata", "revisit", "conversion"},
    "WARC-Refers-To-Target-URI": {"revisit"},
    "WARC-Refers-To-Date": {"revisit"},
    "WARC-Profile": {"revisit"},
    "WARC-Filename": {"warcinfo"},
    "WARC-Payload-Digest": _PAYLOAD,
    "WARC-Target-URI": _WITH_URI | {"metadata"},
    "WARC-Warcinfo-ID": _WITH_URI | {"metadata"},
}
"""Fields that may stand on records of these types only (WARC 1.1 §5)."""
_TYPES = {"warcinfo", *_EVENT, *_WITH_URI}
_TRUNCATED = {"length", "time", "disconnect", "unspecified"}
_PROFILES = re.compile(
    r"http://netpreserve\.org/warc/(?:0\.1[78]|1\.[01])/revisit/(identical-payload-digest|server-not-modified)"
)
_OURS = {
    "warcinfo": {writer.WARC_FIELDS},
    "response": {group.RESPONSE},
    "revisit": {group.RESPONSE},
    "request": {group.REQUEST},
    "metadata": {writer.WARC_FIELDS, journal.MEDIA_TYPE},
    "resource": {"text/html; charset=utf-8"},
    "conversion": {"text/plain; charset=utf-8"},
}
"""The types of records that this project writes, and the Content-Type of each."""
_OUR_EXTENSIONS = {"warc-protocol", "warc-cipher-suite"}
_INFO = ("software", "format", "conformsTo", "isPartOf", "description")

Faults = Iterator[Fault]


def check(record: Record, block: BinaryIO, *, ours: bool) -> Faults:
    """Whatever is wrong with the record and `block`, its whole block; but not what follows it."""
    yield from _syntax(record, ours=ours)
    yield from _presence(record)
    yield from _values(record)
    if record.type == "revisit":
        yield from _revisit(record)
    if ours:
        yield from _our_head(record)
        yield from _our_revisit(record)
    yield from _digests(record, block, ours=ours)
    yield from _content(record, block, ours=ours)


def trailer(record: Record) -> Faults:
    """Whether two line ends stand after the block; asked when all of it has been read."""
    if record.trailer != b"\r\n\r\n":
        yield Fault("syntax", f"after the block {record.trailer!r}, not two line ends")


def _syntax(record: Record, *, ours: bool) -> Faults:
    lines = record.raw_head.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines) or lines[-2:] != [b"", b""]:
        yield Fault("syntax", "a line of the head does not end with CR LF")
        lines = [line.rstrip(b"\r") for line in record.raw_head.split(b"\n")]
    if record.version not in _VERSIONS or (ours and lines[0] != b"WARC/1.1"):
        yield Fault("version", f"the first line is {lines[0]!r}")
    for line in filter(None, lines[1:]):
        yield from _line_syntax(line)


def _line_syntax(line: bytes) -> Faults:
    name, colon, _ = line.partition(b":")
    if line[:1] in b" \t":
        yield Fault("syntax", f"a folded line: {line!r:.100}")
    elif not colon or not _TOKEN.fullmatch(name):
        yield Fault("syntax", f"not a field: {line!r:.100}")
    if _CONTROL.search(line):
        yield Fault("syntax", f"a control character in {line!r:.100}")
    if _ENCODED_WORD.search(line):
        yield Fault("encoding", f"an RFC 2047 word in {line!r:.100}")
    try:
        line.decode()
    except UnicodeDecodeError:
        yield Fault("encoding", f"not UTF-8: {line!r:.100}")


def _presence(record: Record) -> Faults:
    for name in _REQUIRED:
        if not record.get(name):
            yield Fault("required-field", f"{name} is missing", name)
    if record.type in _WITH_URI and not record.target_uri:
        yield Fault("required-field", "WARC-Target-URI is missing", "WARC-Target-URI")
    if record.block_length and not record.get("Content-Type"):
        yield Fault("content-type", "Content-Type is missing")
    counts = Counter(name.lower() for name, _ in record.headers)
    for name in FIELDS:
        if counts[name.lower()] > 1 and name != "WARC-Concurrent-To":
            yield Fault("repeated-field", f"{name} stands {counts[name.lower()]} times", name)
    for name, types in _ALLOWED.items():
        if record.get(name) is not None and record.type in _TYPES - types:
            yield Fault("forbidden-field", f"{name} on a {record.type}", name)
    if record.type and record.type not in _TYPES:
        yield Fault("type", f"records of type {record.type!r} are not known")


def _values(record: Record) -> Faults:
    id = record.get("WARC-Record-ID")
    if id and not _ID.fullmatch(id):
        yield Fault("id", f"WARC-Record-ID is {id!r}")
    if record.date and not _is_date(record.date):
        yield Fault("date", f"WARC-Date is {record.date!r}")
    uri = record.get("WARC-Target-URI") or ""
    if uri.startswith("<"):
        yield Fault("target-uri-brackets", f"WARC-Target-URI is {uri!r:.200}")
    if uri and not _URI.fullmatch(bare(uri)):
        yield Fault("target-uri", f"WARC-Target-URI is {uri!r:.200}")
    if ip := record.get("WARC-IP-Address"):
        yield from _ip_address(ip)
    why = record.get("WARC-Truncated")
    if why is not None and why not in _TRUNCATED:
        yield Fault("truncated", f"WARC-Truncated is {why!r}")


def _is_date(date: str) -> bool:
    """Whether it is written as W3C's profile of ISO 8601 has it, and in the calendar."""
    if not _DATE.fullmatch(date):
        return False
    try:
        day, _, time = date.partition("T")
        clock = time.rstrip("Z").partition(".")[0]
        datetime.fromisoformat(f"{(day + '-01-01')[:10]}T{(clock + ':00')[:8] if clock else '00'}")
    except ValueError:
        return False
    return True


def _ip_address(value: str) -> Faults:
    try:
        canonical = str(ipaddress.ip_address(value))
    except ValueError:
        yield Fault("ip-address", f"WARC-IP-Address is {value!r}")
        return
    if value != canonical:
        yield Fault("ip-address", f"WARC-IP-Address is {value!r}, not {canonical!r} (RFC 5952)")


def _revisit(record: Record) -> Faults:
    profile = record.get("WARC-Profile")
    if not profile:
        yield Fault("required-field", "WARC-Profile is missing", "WARC-Profile")
    elif not _PROFILES.fullmatch(profile):
        yield Fault("profile", f"WARC-Profile is {profile!r}")
    elif profile.endswith("digest") and not record.get("WARC-Payload-Digest"):
        message = "an identical payload without WARC-Payload-Digest"
        yield Fault("required-field", message, "WARC-Payload-Digest")


def _our_head(record: Record) -> Faults:
    if record.type not in _OURS:
        yield Fault("type", f"a {record.type}")
    elif record.block_length and record.get("Content-Type") not in _OURS[record.type]:
        yield Fault("content-type", f"Content-Type is {record.get('Content-Type')!r}")
    known = {name.lower() for name in FIELDS} | _OUR_EXTENSIONS
    for name in (name for name, _ in record.headers if name.lower() not in known):
        yield Fault("unknown-field", name)
    yield from _our_ids(record)
    yield from _our_dates(record)
    yield from _our_uris(record)
    yield from _our_digests(record)
    if record.type == "conversion" and not record.get("WARC-Refers-To"):
        yield Fault("required-field", "WARC-Refers-To is missing", "WARC-Refers-To")
    if record.type in ("request", "response", "revisit"):
        protocols = record.values("WARC-Protocol")
        if protocols.count("http/1.1") != 1 or len(protocols) != len(set(protocols)):
            yield Fault("protocol", f"WARC-Protocol is {', '.join(protocols)!r}")


def _our_ids(record: Record) -> Faults:
    for name in ("WARC-Record-ID", "WARC-Concurrent-To", "WARC-Refers-To", "WARC-Warcinfo-ID"):
        for value in record.values(name):
            if not _OUR_ID.fullmatch(value) or UUID(bare(value)).version != 4:
                yield Fault("id", f"{name} is {value!r}", name)


def _our_dates(record: Record) -> Faults:
    for name in ("WARC-Date", "WARC-Refers-To-Date"):
        if (date := record.get(name)) and not (_OUR_DATE.fullmatch(date) and _is_date(date)):
            yield Fault("date", f"{name} is {date!r}", name)


def _our_uris(record: Record) -> Faults:
    for name in ("WARC-Target-URI", "WARC-Refers-To-Target-URI"):
        if (uri := record.get(name)) and not _OUR_URI.fullmatch(uri):
            yield Fault("target-uri", f"{name} is {uri!r:.200}", name)


def _our_digests(record: Record) -> Faults:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        digest = record.digest(name)
        if digest and (digest.algorithm != "sha1" or str(digest) != record.get(name)):
            yield Fault("digest-form", f"{name} is {record.get(name)!r}", name)
    if record.get("WARC-Block-Digest") is None:
        yield Fault("block-digest", "missing")


def _our_revisit(record: Record) -> Faults:
    """Both profiles name the original in full; only an identical payload has a digest."""
    if record.type != "revisit":
        return
    for name in ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"):
        if not record.get(name):
            yield Fault("required-field", f"{name} is missing", name)
    identical = record.get("WARC-Profile") == group.IDENTICAL
    if not identical and record.get("WARC-Profile") != group.NOT_MODIFIED:
        yield Fault("profile", f"WARC-Profile is {record.get('WARC-Profile')!r}")
    if (record.get("WARC-Truncated") == "length") != identical:
        yield Fault("truncated", f"a revisit with WARC-Truncated {record.get('WARC-Truncated')!r}")
    if not identical and record.get("WARC-Payload-Digest"):
        yield Fault("forbidden-field", "WARC-Payload-Digest on a 304", "WARC-Payload-Digest")


def _digests(record: Record, block: BinaryIO, *, ours: bool) -> Faults:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        value = record.get(name)
        if value is not None and record.digest(name) is None:
            yield Fault("digest", f"{name} cannot be read: {value!r}", name)
        elif value and not ours and _is_odd(value):
            yield Fault("digest-form", f"{name} is {value}", name)
    declared = record.digest("WARC-Block-Digest")
    block.seek(0)
    if declared and (found := recompute(declared, http.pieces(block))) != declared:
        yield Fault("block-digest", f"declared {declared}, found {found}")
    declared = record.digest("WARC-Payload-Digest")
    if record.type == "request" and ours:
        yield from _request_digest(block, declared)
    if declared and record.type in _PAYLOAD - {"revisit", "continuation"}:
        yield from _payload_digest(record, block, declared)


def _is_odd(value: str) -> bool:
    """SHA-1 in Base16 is read by few, and taken for another digest by the rest."""
    label, _, rest = value.partition(":")
    return label.lower() == "sha1" and len(rest) == 40


def _request_digest(block: BinaryIO, declared: Digest | None) -> Faults:
    """A payload is what a request with a body has, and no other (WARC 1.1 §5.9)."""
    block.seek(0)
    head = http.read_head(block)
    has_body = bool(head) and next(iter(http.pieces(block)), b"") != b""
    if has_body != (declared is not None):
        what = "without WARC-Payload-Digest" if has_body else "with a digest of no payload"
        yield Fault("payload-digest", f"a request {what}")


def _payload_digest(record: Record, block: BinaryIO, declared: Digest) -> Faults:
    block.seek(0)
    head = http.read_head(block) if record.is_http else None
    payload: Iterable[bytes]
    if head:
        payload = http.Payload(block, head)
    else:
        block.seek(0)
        payload = http.pieces(block)
    if (found := recompute(declared, payload)) == declared:
        return
    for convention, pieces in _conventions(block, head):
        if recompute(declared, pieces()) == declared:
            yield Fault("payload-digest-convention", f"the digest is of {convention}")
            return
    if record.get("WARC-Truncated"):
        yield Fault("payload-digest-convention", "the digest is not of what is left of the payload")
        return
    yield Fault("payload-digest", f"declared {declared}, found {found}; no known convention fits")


def _conventions(
    block: BinaryIO, head: http.Head | None
) -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
    """What else writers take the payload digest of, and its bytes."""

    def after(start: int) -> Callable[[], Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            block.seek(start)
            return http.pieces(block)

        return pieces

    if head:
        yield "the body with its chunk framing (wget up to 1.16)", after(head.length)
        yield "the whole block (warcio, for requests)", after(0)


def recompute(declared: Digest, pieces: Iterable[bytes]) -> Digest:
    """The digest by the declared algorithm."""
    state = hashlib.new(declared.algorithm, usedforsecurity=False)
    for piece in pieces:
        state.update(piece)
    return Digest(declared.algorithm, state.digest())


def _content(record: Record, block: BinaryIO, *, ours: bool) -> Faults:
    block.seek(0)
    if record.is_http and record.type in ("request", "response", "revisit"):
        yield from _http(record, block, ours=ours)
    elif (record.get("Content-Type") or "").startswith(writer.WARC_FIELDS):
        yield from _warc_fields(record, block, ours=ours)
    elif ours and record.type == "metadata" and journal.is_entry(record):
        try:
            journal.decode(block.read(journal.MAX_ENTRY + 1))
        except ValueError as error:
            yield Fault("journal", str(error))


def _http(record: Record, block: BinaryIO, *, ours: bool) -> Faults:
    head = http.read_head(block)
    if head is None and record.type == "revisit" and not ours:
        return
    line = head.start_line if head else b""
    expected = _REQUEST_LINE if record.type == "request" else _STATUS_LINE
    if head is None or not expected.match(line):
        yield Fault("http", f"the block of a {record.type} begins with {line!r:.80}")
        return
    if re.search(rb"HTTP/[23]", line):
        yield Fault("http-version", f"{line!r:.80}: a message of HTTP/1.1 cannot say so")
    if record.type == "response" and not ours and not record.get("WARC-Truncated"):
        yield from _framing(block, head)
    if ours and record.type == "revisit":
        yield from _our_revisit_head(record, head)


def _framing(block: BinaryIO, head: http.Head) -> Faults:
    payload = http.Payload(block, head)
    for _ in payload:
        pass
    if payload.note == f"chunk framing broken at byte {head.length}":
        yield Fault("framing", "the head says chunked over a body that is not (old pywb, LiveWeb)")
    elif payload.note and payload.size:  # of the answer to a HEAD nothing is missing
        yield Fault("framing", payload.note)


def _our_revisit_head(record: Record, head: http.Head) -> Faults:
    if head.length != record.block_length:
        yield Fault("revisit", "the block holds more than the head")
    if (head.status == 304) != (record.get("WARC-Profile") == group.NOT_MODIFIED):
        yield Fault("revisit", f"status {head.status} with profile {record.get('WARC-Profile')}")
    if (head.status or 0) >= 400:
        yield Fault("revisit", f"status {head.status}: an error is no payload to be repeated")


def _warc_fields(record: Record, block: BinaryIO, *, ours: bool) -> Faults:
    text = block.read(http.MAX_HEAD)
    lines = text.split(b"\r\n")
    if lines.pop() and record.block_length < http.MAX_HEAD:
        yield Fault("warc-fields", "the last line does not end with CR LF")
    names = set[str]()
    for line in filter(None, lines):
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(line):
            yield Fault("warc-fields", f"not a field: {line!r:.100}")
        elif value.strip():
            names.add(name.decode())
    for wanted in _INFO if ours and record.type == "warcinfo" else ():
        if wanted not in names:
            yield Fault("warcinfo", f"{wanted} is missing")


def payload_of(record: Record, block: BinaryIO) -> Digest | None:
    """What a response has, or a revisit says, as payload: as declared, else computed."""
    declared = record.digest("WARC-Payload-Digest")
    if declared or record.type != "response":
        return declared
    block.seek(0)
    head = http.read_head(block) if record.is_http else None
    return sha1(http.Payload(block, head)) if head else None
