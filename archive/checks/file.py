"""Whether one WARC or ARC file is whole and right, and what it leads to in other files."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archive import cdxj, http, journal
from archive.article import Look
from archive.checks import record as record_checks
from archive.checks.finding import Fault, Finding, bounded
from archive.checks.references import Links, Pointer, entry_key, key, payload, place
from archive.collection import is_text
from archive.errors import CorruptRecord
from archive.manifest import Sealed
from archive.reader import records_in
from archive.record import MAX_HEAD, OPEN, FileSource, Record, bare
from archive.recover import TAIL
from archive.urlkey import RENDERED, target_uri

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
"""What each of our members begins with: no name, no time."""
_ARC_DATE = re.compile(rb"\d{14}")
_NAME = re.compile(r"[^-]+(-text)?-(?P<time>\d{14})-\d{5}-[^/]+\.warc\.gz")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in one file, and what is to be compared with others.

    `sealed` is what a file of ours would be sealed as in the manifest now.
    """

    findings: list[Finding]
    links: Links
    sealed: Sealed | None = None


def check_file(path: Path, *, ours: bool = False, aside: str = "") -> FileReport:
    """Check a file of ours, or of anybody. `aside`: where links may be put if they are many."""
    with _Digested(path) as raw, io.BufferedReader(raw, http.PIECE) as file:
        report = check_stream(file, path, str(path), ours=ours, aside=aside)
        return replace(report, sealed=raw.sealed(path.name)) if ours else report


def check_stream(
    file: BinaryIO, path: Path, name: str, *, ours: bool = False, aside: str = ""
) -> FileReport:
    """The same of an open, seekable file that findings call `name`."""
    check = _FileCheck(file, path, name, ours, aside)
    return FileReport(list(bounded(check.findings())), check.links)


def unfinished_links(path: Path) -> Links | None:
    """The whole records of a file that is being written, or was left by a dead process.

    If it has been closed meanwhile, those of the closed file; None when there is neither: a file
    without a whole record goes when it is recovered.
    """
    for name in (path, path.with_name(path.name.removesuffix(OPEN))):
        with suppress(FileNotFoundError), open(name, "rb") as file:
            check = _FileCheck(file, name, str(name), True)
            for _ in check.findings():
                pass
            check.links.pointers.clear()  # who checks the rest comes when it is closed
            return check.links
    return None


class _Digested(io.FileIO):
    """A file whose bytes are digested when they are read for the first time, in their order."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._state, self._until = hashlib.sha256(), 0

    def readinto(self, buffer: WriteableBuffer) -> int:
        begin = self.tell()
        count = super().readinto(buffer)
        if begin <= self._until < begin + count:
            self._state.update(memoryview(buffer)[self._until - begin : count])
            self._until = begin + count
        return count

    def sealed(self, name: str) -> Sealed:
        """What the file is sealed as; whatever was not read yet is read now."""
        self.seek(self._until)
        piece = bytearray(http.PIECE)
        while self.readinto(piece):
            pass
        return Sealed(name, self._until, self._state.hexdigest())


@dataclass
class _FileCheck:
    """One pass over the records of a file."""

    file: BinaryIO
    path: Path
    name: str
    ours: bool
    aside: str = ""
    links: Links = field(init=False)
    _group: _Group | None = None
    _text: Record | None = None
    """The conversion that no entry of the journal has spoken of yet."""
    _entry: journal.Entry | None = None
    _warcinfo: str = ""
    _count: int = 0
    _is_torn: bool = False
    """Whether the records that come next may belong to a group whose beginning is damaged."""
    _arc: list[tuple[int, int]] = field(default_factory=list)
    """Where ARC records stand, and how long their blocks are."""

    def __post_init__(self) -> None:
        self.links = Links(self.name, self.path.name.removesuffix(OPEN), self.aside)

    def findings(self) -> Iterator[Finding]:
        place, damage = 0, list[CorruptRecord]()
        for record in records_in(self.file, self.path, damage):
            yield from self._damaged(damage)
            place = record.offset
            with suppress(CorruptRecord):  # who gives the records meets it too
                for fault in self._check(record):
                    yield fault.at(self.name, record.offset, ours=self.ours)
            self._count += 1
        yield from self._damaged(damage)
        yield from (fault.at(self.name, place) for fault in self._check_arc())
        if self.ours:
            yield from (fault.at(self.name, place) for fault in self._check_whole())

    def _damaged(self, damage: list[CorruptRecord]) -> Iterator[Finding]:
        """Tell of what could not be read, once; the records round it are not whole groups."""
        for error in damage:
            message = f"expected {error.expected}, found {error.found}"
            yield Fault("record", message).at(self.name, error.offset)
            self._group = self._text = self._entry = None
            self._is_torn = True
        damage.clear()

    def _check(self, record: Record) -> Iterator[Fault]:
        if record.version == "ARC":
            record.finish()
            self._arc.append((record.offset, record.block_length))
            return
        with record.spool() as block:
            yield from record_checks.check(record, block, ours=self.ours)
            self._follow(record, block)
        record.finish()
        yield from record_checks.trailer(record)
        if self.ours:
            yield from self._check_place(record)

    def _follow(self, record: Record, block: BinaryIO) -> None:
        """Keep what this record has to do with others."""
        captured = record.type in ("response", "revisit", "resource")
        found = record_checks.payload_of(record, block) if captured else None
        self.links.hold(
            record.record_id,
            record.offset,
            record.type,
            key(target_uri(record.target_uri), record.date) if captured else bytes(16),
            payload(found),
            cut=record.get("WARC-Truncated") is not None,
        )
        referred = key(bare(record.get("WARC-Refers-To")))
        if record.type == "revisit":
            url = target_uri(bare(record.get("WARC-Refers-To-Target-URI")))
            date = record.get("WARC-Refers-To-Date") or ""
            identity = key(url, date) if url and date else bytes(16)
            self.links.point(Pointer(record.offset, "revisit", referred, identity, payload(found)))
        elif record.type == "conversion" and any(referred):
            self.links.point(Pointer(record.offset, "refers-to", referred))
        elif self.ours and journal.is_entry(record):
            self._follow_entry(record, block)

    def _follow_entry(self, record: Record, block: BinaryIO) -> None:
        block.seek(0)
        try:
            entry = journal.decode(block.read(journal.MAX_ENTRY))
        except ValueError:
            return  # said already, by the check of the record
        self._entry = entry
        if isinstance(entry, Look):
            seen = entry.capture
            at = place(seen.filename, seen.offset)
            identity = key(target_uri(seen.url), seen.date)
            pointer = Pointer(record.offset, "journal", key(seen.record_id), identity, place=at)
            self.links.point(pointer)
            reads = entry.article is not None
            self.links.enter(entry_key(entry), reads=reads)
            if entry.article is None:
                referred = key(bare(record.get("WARC-Refers-To")))
                self.links.point(Pointer(record.offset, "refers-to", referred))
        else:
            self.links.point(Pointer(record.offset, "run", key(bare(record.get("WARC-Refers-To")))))
            self.links.enter(entry_key(entry), reads=True)

    def _check_place(self, record: Record) -> Iterator[Fault]:
        """What our own files keep: the head of each member, the warcinfo, the order of records."""
        self.file.seek(record.offset)
        if self.file.read(len(_GZIP_HEAD)) != _GZIP_HEAD:
            yield Fault("gzip", "not the head of a member of ours")
        if self._count == 0:
            yield from self._check_warcinfo(record)
            return
        if bare(record.get("WARC-Warcinfo-ID")) != self._warcinfo:
            yield Fault("warcinfo", f"WARC-Warcinfo-ID is not {self._warcinfo}")
        if is_text(self.path.name):
            yield from self._check_reading(record)
        else:
            yield from self._check_group(record)

    def _check_warcinfo(self, record: Record) -> Iterator[Fault]:
        self._warcinfo = record.record_id
        name = self.path.name.removesuffix(OPEN)
        if record.type != "warcinfo":
            yield Fault("warcinfo", f"the first record is a {record.type}")
        if record.get("WARC-Filename") != name:
            yield Fault("warcinfo", f"WARC-Filename is {record.get('WARC-Filename')}")
        named = _NAME.fullmatch(name)
        if named is None:
            yield Fault("name", "not PREFIX-14 DIGITS-SERIAL-HOST-TOKEN.warc.gz")
        elif cdxj.timestamp(record.date) != named["time"]:
            yield Fault("name", f"begun {record.date}, by the warcinfo")

    def _check_group(self, record: Record) -> Iterator[Fault]:
        if record.get("WARC-Concurrent-To") is not None and self._group:
            yield from self._group.take(record)
            return
        if record.get("WARC-Concurrent-To") is not None:
            if self._is_torn:
                return
            yield Fault("concurrent-to", "there is no group that it could belong to")
        self._is_torn = False
        if self._group:
            yield from self._group.incomplete()
        self._group = _Group(record)

    def _check_reading(self, record: Record) -> Iterator[Fault]:
        """A text is followed by the entry that speaks of it."""
        before, self._text = self._text, None
        entry, self._entry = self._entry, None
        if record.type == "conversion":
            self._text = record
        elif not journal.is_entry(record):
            yield Fault("journal", f"a {record.type} that is no entry")
        if isinstance(entry, Look):
            yield from _check_look(record, entry, before)
        if before is None:
            return
        if record.type != "metadata" or bare(record.get("WARC-Refers-To")) != before.record_id:
            yield Fault("journal", f"it does not speak of the text before it, {before.record_id}")
        if (record.target_uri, record.date) != (before.target_uri, before.date):
            yield Fault("journal", "URI or date are not those of the text before it")

    def _check_arc(self) -> Iterator[Fault]:
        """The heads of ARC records once more, as they stand: a date, and the length of the block.

        The first record's block was taken apart by the reader.
        """
        for number, (offset, length) in enumerate(self._arc):
            source = FileSource(self.file, self.path, offset)
            while (line := source.readline(MAX_HEAD)) and not line.strip():
                pass
            words = line.split()
            declared = words[-1].decode("latin-1") if words else ""
            if not any(_ARC_DATE.fullmatch(word) for word in words):
                yield Fault("arc", f"no date of 14 digits: {line!r:.200}", offset=offset)
            if not declared.isdecimal() or (number and int(declared) != length):
                message = f"the length is {declared!r}, and {length} bytes are there"
                yield Fault("arc", message, offset=offset)

    def _check_whole(self) -> Iterator[Fault]:
        if not self._warcinfo:
            yield Fault("warcinfo", "the file has none")
        if self.path.with_name(self.path.name + TAIL).exists() or self.path.name.endswith(OPEN):
            return  # the last group was cut short, and that is known
        if self._group:
            yield from self._group.incomplete()
        if self._text:
            yield Fault("journal", f"no entry speaks of the text {self._text.record_id}")


def _check_look(record: Record, look: Look, before: Record | None) -> Iterator[Fault]:
    """An entry against its own record, and against the text that it brought."""
    if record.target_uri != target_uri(look.capture.url):
        yield Fault("journal", f"WARC-Target-URI is not that of its capture, {look.capture.url}")
    if look.article is None:
        return
    if look.conversion_id != bare(record.get("WARC-Refers-To")):
        yield Fault("journal", f"WARC-Refers-To is not its text, {look.conversion_id}")
    if before is None or before.record_id != look.conversion_id:
        yield Fault("journal", f"the text {look.conversion_id} does not stand before it")


class _Group:
    """The records of one event, side by side: response or revisit, request, metadata."""

    def __init__(self, first: Record) -> None:
        self._first, self._types = first, [first.type]

    def take(self, record: Record) -> Iterator[Fault]:
        first = self._first
        if [bare(other) for other in record.values("WARC-Concurrent-To")] != [first.record_id]:
            named = record.get("WARC-Concurrent-To")
            yield Fault("concurrent-to", f"{named} does not begin this group")
        self._types.append(record.type)
        for name in ("WARC-Target-URI", "WARC-Date", "WARC-IP-Address"):
            if record.get(name) != first.get(name):
                yield Fault("group", f"{name} is not that of the {first.type}", name)
        for name in ("WARC-Protocol", "WARC-Cipher-Suite") if record.type == "request" else ():
            if record.values(name) != first.values(name):
                yield Fault("group", f"{name} is not that of the {first.type}", name)

    def incomplete(self) -> Iterator[Fault]:
        """What this group lacks or has too much of. A failed fetch may have sent no request."""
        if self._types == ["resource"] and self._first.target_uri.startswith(RENDERED):
            return  # a page as a browser drew it: no event of its own
        begins = self._types[:1] if self._types[0] in ("response", "revisit") else []
        rest = self._types[len(begins) :]
        if rest != ["request", "metadata"] and (begins or rest != ["metadata"]):
            found = ", ".join(self._types)
            message = f"not a response or revisit with request and metadata, but {found}"
            yield Fault("group", message, offset=self._first.offset)
