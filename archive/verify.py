"""Whether files and collections are what they say they are; and mending what can be mended.

`warcio check` passes a file that was cut inside its last member, and fails right digests of
chunked responses; this walks the members itself and knows what a payload is.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archive import cdxj, http, journal, reader, scan
from archive.collection import Collection, Progress, is_text
from archive.digest import Digest
from archive.errors import CorruptRecord
from archive.record import OPEN, SUFFIX, Record, bare
from archive.recover import TAIL
from archive.urlkey import target_uri

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
"""What each of our members begins with: no name, no time."""
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")
_ID = re.compile(r"<[a-z][a-z0-9+.-]*:[^\s<>]+>")
_REQUIRED = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_REPEATABLE = {"warc-concurrent-to", "warc-protocol"}
_EVENT = {"request", "response", "revisit", "resource", "metadata"}
_ALLOWED = {
    "WARC-Concurrent-To": _EVENT,
    "WARC-IP-Address": _EVENT,
    "WARC-Refers-To": {"metadata", "revisit", "conversion"},
    "WARC-Refers-To-Target-URI": {"revisit"},
    "WARC-Refers-To-Date": {"revisit"},
    "WARC-Profile": {"revisit"},
    "WARC-Filename": {"warcinfo"},
}
"""Fields that may stand on records of these types only (WARC 1.1 §5)."""
_WITH_URI = {"response", "resource", "request", "revisit", "conversion", "continuation"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be. `rule` is a short name that does not change."""

    file: str
    offset: int
    rule: str
    message: str


def verify(
    target: Collection | Iterable[Path | str], progress: Progress | None = None
) -> Iterator[Finding]:
    """Check a collection and everything in it, or single WARC files, also of other writers.

    Of a collection it is asked more: our own rules, whole groups, right indexes, revisits that
    lead somewhere. Nothing is changed.
    """
    if isinstance(target, Collection):
        yield from _verify_collection(target, progress)
        return
    paths = [Path(path) for path in target]
    for done, path in enumerate(paths, 1):
        yield from _FileCheck(path, ours=False).findings()
        if progress:
            progress(path, done, len(paths))


def repair(collection: Collection) -> list[Finding]:
    """Recover what dead processes left, and write missing or wrong indexes; what was done.

    Files of sites that are being written are left alone, and so is every sound byte of a record.
    """
    done = list[Finding]()
    for mended in collection.mend():
        done.append(Finding(str(mended.file), 0, "unfinished", mended.what))
    for path in collection.warcs():
        try:
            wrong = list(_check_index(collection, path, scan.captures(path)))
        except CorruptRecord:
            continue
        if wrong:
            collection.index(path)
            done.append(Finding(str(path), 0, "index", "index written anew"))
    return done


def _verify_collection(collection: Collection, progress: Progress | None) -> Iterator[Finding]:
    for path in sorted(collection.archive_dir.glob(f"*{SUFFIX}{OPEN}")):
        yield Finding(str(path), 0, "unfinished", "being written, or left by a dead process")
    paths = collection.warcs() + collection.warcs(text=True)
    checks = list[_FileCheck]()
    for done, path in enumerate(paths, 1):
        check = _FileCheck(path, ours=True)
        checks.append(check)
        yield from check.findings()
        if not is_text(path.name):
            yield from _index_findings(collection, path)
        if progress:
            progress(path, done, len(paths))
    for index in collection.stray_indexes():
        yield Finding(str(index), 0, "index", "of a file that is not there")
    yield from _dangling(checks)


def _index_findings(collection: Collection, path: Path) -> Iterator[Finding]:
    try:
        yield from _check_index(collection, path, scan.captures(path))
    except CorruptRecord:
        return  # said already, by the check of the file


def _check_index(
    collection: Collection, path: Path, captures: Iterable[cdxj.Capture]
) -> Iterator[Finding]:
    index = collection.index_path(path.name)
    expected = cdxj.index_of(captures)
    try:
        found = index.read_bytes()
    except FileNotFoundError:
        yield Finding(str(index), 0, "index", "missing")
        return
    if found != expected:
        yield Finding(str(index), 0, "index", "not what the file holds")


def _dangling(checks: list[_FileCheck]) -> Iterator[Finding]:
    """References from one file to another that lead nowhere."""
    responses = set[tuple[str, str, str]]().union(*(check.responses for check in checks))
    ids = {id for _, _, id in responses}
    for check in checks:
        for offset, reference in check.revisits:
            if reference not in responses:
                message = f"refers to {reference[0]} of {reference[1]}, which is not here"
                yield Finding(str(check.path), offset, "revisit", message)
        for offset, id in check.conversions:
            if id not in ids:
                message = f"refers to the response {id}, which is not here"
                yield Finding(str(check.path), offset, "refers-to", message)


@dataclass
class _FileCheck:
    """The check of one file. What leads to other files is kept for the end."""

    path: Path
    ours: bool
    responses: set[tuple[str, str, str]] = field(default_factory=set)
    """Target URI, date and id of each response."""
    revisits: list[tuple[int, tuple[str, str, str]]] = field(default_factory=list)
    conversions: list[tuple[int, str]] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _open_groups: dict[str, int] = field(default_factory=dict)
    """Offsets of responses that no metadata has spoken of yet."""
    _warcinfo: str = ""

    def findings(self) -> Iterator[Finding]:
        try:
            for number, record in enumerate(reader.iter_records(self.path)):
                yield from (self._finding(record, *found) for found in self._check(record, number))
        except CorruptRecord as error:
            message = f"expected {error.expected}, found {error.found}"
            yield Finding(str(self.path), error.offset, "record", message)
        if self.ours:
            yield from self._check_whole()

    def _finding(self, record: Record, rule: str, message: str) -> Finding:
        return Finding(str(self.path), record.offset, rule, message)

    def _check(self, record: Record, number: int) -> Iterator[tuple[str, str]]:
        if record.version == "ARC":
            record.finish()
            return
        yield from _check_head(record)
        yield from _check_block(record, ours=self.ours)
        record.finish()
        if record.trailer != b"\r\n\r\n":
            yield "syntax", f"after the block {record.trailer!r}, not two line ends"
        if record.record_id in self._ids:
            yield "id", f"{record.record_id} is also at byte {self._ids[record.record_id]}"
        self._ids[record.record_id] = record.offset
        if self.ours:
            yield from self._check_ours(record, number)

    def _check_ours(self, record: Record, number: int) -> Iterator[tuple[str, str]]:
        if record.version != "1.1":
            yield "version", f"WARC/{record.version}"
        with open(self.path, "rb") as file:
            file.seek(record.offset)
            if file.read(len(_GZIP_HEAD)) != _GZIP_HEAD:
                yield "gzip", "not the head of a member of ours"
        if record.digest("WARC-Block-Digest") is None:
            yield "block-digest", "missing"
        if record.get("WARC-Payload-Digest") and record.type not in _WITH_URI - {"conversion"}:
            yield "forbidden-field", f"WARC-Payload-Digest on a {record.type}"
        if number == 0:
            yield from self._check_warcinfo(record)
        elif bare(record.get("WARC-Warcinfo-ID")) != self._warcinfo:
            yield "warcinfo", f"WARC-Warcinfo-ID is not {self._warcinfo}"
        yield from self._follow(record)

    def _check_warcinfo(self, record: Record) -> Iterator[tuple[str, str]]:
        self._warcinfo = record.record_id
        if record.type != "warcinfo":
            yield "warcinfo", f"the first record is a {record.type}"
        if record.get("WARC-Filename") != self.path.name:
            yield "warcinfo", f"WARC-Filename is {record.get('WARC-Filename')}"

    def _follow(self, record: Record) -> Iterator[tuple[str, str]]:
        """Keep or settle what this record has to do with others."""
        if record.type == "response":
            self.responses.add((record.target_uri, record.date, record.record_id))
        if record.type == "revisit":
            url = target_uri(bare(record.get("WARC-Refers-To-Target-URI")))
            date, id = record.get("WARC-Refers-To-Date") or "", bare(record.get("WARC-Refers-To"))
            self.revisits.append((record.offset, (url, date, id)))
        if record.type == "conversion":
            self.conversions.append((record.offset, bare(record.get("WARC-Refers-To"))))
        if record.type in ("response", "revisit"):
            self._open_groups[record.record_id] = record.offset
        for other in map(bare, record.values("WARC-Concurrent-To")):
            if other not in self._ids:
                yield "concurrent-to", f"{other} is not in this file"
            if record.type == "metadata":
                self._open_groups.pop(other, None)

    def _check_whole(self) -> Iterator[Finding]:
        if not self._warcinfo:
            yield Finding(str(self.path), 0, "warcinfo", "the file has none")
        offsets = sorted(self._open_groups.values())
        if self.path.with_name(self.path.name + TAIL).exists():
            del offsets[-1:]
        for offset in offsets:
            yield Finding(str(self.path), offset, "group", "the capture has no metadata")


def _check_head(record: Record) -> Iterator[tuple[str, str]]:
    lines = record.raw_head.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines) or lines[-2:] != [b"", b""]:
        yield "syntax", "a line of the head does not end with CR LF"
    for name in _REQUIRED:
        if not record.get(name):
            yield "required-field", f"{name} is missing"
    counts = Counter(name.lower() for name, _ in record.headers)
    for name, count in counts.items():
        if count > 1 and name not in _REPEATABLE:
            yield "repeated-field", f"{name} stands {count} times"
    for name, types in _ALLOWED.items():
        if record.get(name) and record.type not in types:
            yield "forbidden-field", f"{name} on a {record.type}"
    if record.type in _WITH_URI and not record.target_uri:
        yield "required-field", "WARC-Target-URI is missing"
    if record.block_length and not record.get("Content-Type"):
        yield "required-field", "Content-Type is missing"
    if not _DATE.fullmatch(record.date):
        yield "date", f"WARC-Date is {record.date!r}"
    if not _ID.fullmatch(record.get("WARC-Record-ID") or ""):
        yield "id", f"WARC-Record-ID is {record.get('WARC-Record-ID')!r}"
    if record.type == "revisit" and not record.get("WARC-Profile"):
        yield "required-field", "WARC-Profile is missing"


def _check_block(record: Record, *, ours: bool) -> Iterator[tuple[str, str]]:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        if record.get(name) and record.digest(name) is None:
            yield "digest", f"{name} cannot be read: {record.get(name)}"
    with record.spool() as block:
        declared = record.digest("WARC-Block-Digest")
        if declared and (found := _recompute(declared, http.pieces(block))) != declared:
            yield "block-digest", f"declared {declared}, found {found}"
        block.seek(0)
        head = http.read_head(block) if record.is_http else None
        declared = record.digest("WARC-Payload-Digest")
        if head and declared and record.type in ("response", "request"):
            payload = http.Payload(block, head)
            if (found := _recompute(declared, payload)) != declared:
                yield "payload-digest", f"declared {declared}, found {found}"
        if ours and journal.is_entry(record):
            block.seek(0)
            yield from _check_entry(block)


def _check_entry(block: BinaryIO) -> Iterator[tuple[str, str]]:
    """An entry that a rebuild would pass over."""
    try:
        journal.decode(block.read(journal.MAX_ENTRY))
    except ValueError as error:
        yield "journal", str(error)


def _recompute(declared: Digest, pieces: Iterable[bytes]) -> Digest:
    """The digest by the declared algorithm."""
    state = hashlib.new(declared.algorithm, usedforsecurity=False)
    for piece in pieces:
        state.update(piece)
    return Digest(declared.algorithm, state.digest())
