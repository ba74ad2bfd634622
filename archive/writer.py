"""WarcWriter: groups of records into `.warc.gz` files, whole or not at all.

Blocks go through warcio verbatim; fields and digests are ours. A file is called
`NAME.warc.gz.open` until it is closed. Bytes are handed to the kernel before `write` returns
(they survive kill -9) and are on the disk after `sync` or `close` (they survive a power cut).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import ipaddress
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import http
from archive.digest import sha1
from archive.disk import sync_directory
from archive.errors import ForbiddenField, StorageFailed
from archive.manifest import Sealed
from archive.record import OPEN, SUFFIX

WARC_FIELDS = "application/warc-fields"
VERSION = "WARC/1.1"
COMPRESSION = 6
"""On 3 MB of newspaper pages 1.4 times as fast as 9, and 0.6 % larger."""

Fields = Sequence[tuple[str, str]]
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_WARCIO_ADDS_NOTHING = "warcinfo"
"""warcio adds payload digests to every type but warcinfo, and drops the block of a revisit."""


def checked(fields: Fields) -> list[tuple[str, str]]:
    """The fields, if they may stand in a WARC head or in a warc-fields block.

    Raises ForbiddenField for anything that would end its line or could not be read back: every
    field that this project writes passes here (WARC 1.1 §4).
    """
    for name, value in fields:
        if not _NAME.fullmatch(name):
            raise ForbiddenField(name, "it is not a token")
        if control := _CONTROL.search(value):
            raise ForbiddenField(name, f"its value holds the control character {control[0]!r}")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ForbiddenField(name, "its value is not Unicode text") from error
    return list(fields)


def one_line(text: str, limit: int = 2000) -> str:
    """Free text (an error, a remark) made fit for a field."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line.encode("utf-8", "replace").decode()[:limit]


def warc_fields(fields: Fields) -> bytes:
    """A block of type application/warc-fields."""
    return "".join(f"{name}: {value}\r\n" for name, value in checked(fields)).encode()


def warc_date(instant: datetime) -> str:
    """A WARC-Date: UTC with six digits of a second, for the whole collection."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ip_field(address: str | None) -> list[tuple[str, str]]:
    """WARC-IP-Address in the form of RFC 5952, or nothing when it is not known."""
    try:
        ip = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return []
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return [("WARC-IP-Address", str(mapped or ip))]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record to be written. `block` is a seekable stream, written whole.

    `fields` are those beside WARC-Type, WARC-Record-ID, WARC-Warcinfo-ID, WARC-Date,
    WARC-Block-Digest, Content-Type and Content-Length, which are made from the rest.
    """

    type: str
    id: UUID
    date: str
    content_type: str
    block: BinaryIO
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Where a record stands now: its gzip member in the file that will be called `filename`."""

    filename: str
    offset: int
    length: int
    id: str


@dataclass(kw_only=True)
class WarcWriter:
    """Writes one series of files into `directory`; the first is opened when there is need of it.

    Files are called PREFIX-TIME-SERIAL-HOST-TOKEN (WARC 1.1 Annex C, and a token of 8 digits).
    `info` are the warcinfo fields of every file. A group never spans two files: a new one is begun
    before a group when the last holds `max_bytes` or more. `on_closed` is told of each file
    once it has its final name. The clock and the ids come from outside.
    """

    directory: Path
    prefix: str
    host: str
    info: Fields
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    max_bytes: int
    on_closed: Callable[[Sealed], None] = lambda file: None
    bytes_written: int = field(default=0, init=False)
    warcinfo_ids: list[str] = field(default_factory=list, init=False)
    _file: _File | None = field(default=None, init=False)
    _serial: int = field(default=0, init=False)
    _failure: StorageFailed | None = field(default=None, init=False)

    def write(self, group: Sequence[NewRecord]) -> list[Written]:
        """Write the records of one event, side by side in one file.

        Raises StorageFailed when the disk refuses: then the file was cut back to where the group
        began and closed, and a later group goes to a new file. Raises ForbiddenField, and leaves
        nothing of the group, for a field that may not be written. After a sync or a cut that
        failed, whatever is asked raises that failure: the kernel forgets what it could not write,
        and a later sync would say that all is well.
        """
        file = self._ready()
        try:
            written = [file.append(record) for record in group]
        except OSError as error:
            self._give_up(file)
            raise _storage_failed(file.path, error) from error
        except BaseException:
            with self._no_more(file):
                file.roll_back()
            raise
        self.bytes_written += file.keep()
        return written

    def warcinfo_id(self) -> str:
        """The record id of the open file's warcinfo."""
        self._ready()
        return self.warcinfo_ids[-1]

    def sync(self) -> None:
        """Put what was written on the disk. Raises StorageFailed."""
        self._check()
        if self._file:
            with self._no_more(self._file):
                os.fsync(self._file.descriptor)

    def close(self) -> None:
        """Sync, give the file its final name, and make the name last. Raises StorageFailed."""
        self._check()
        file, self._file = self._file, None
        if file:
            with self._no_more(file):
                self.on_closed(file.close())

    def _check(self) -> None:
        if self._failure:
            raise self._failure

    @contextmanager
    def _no_more(self, file: _File) -> Iterator[None]:
        """What fails here is the end: the file is left `.open`, for recovery."""
        try:
            yield
        except OSError as error:
            self._file = None
            file.leave()
            self._failure = _storage_failed(file.path, error)
            raise self._failure from error

    def _ready(self) -> _File:
        self._check()
        if self._file and self._file.size >= self.max_bytes:
            self.close()
        if self._file is None:
            self._file = self._new_file()
        return self._file

    def _new_file(self) -> _File:
        now, token, id = self.clock(), self.new_id(), self.new_id()
        name = f"{self.prefix}-{now.astimezone(UTC):%Y%m%d%H%M%S}-{self._serial:05}-{self.host}"
        path = self.directory / f"{name}-{token.hex[:8]}{SUFFIX}"
        warcinfo = NewRecord(
            type="warcinfo",
            id=id,
            date=warc_date(now),
            content_type=WARC_FIELDS,
            block=io.BytesIO(warc_fields(self.info)),
            fields=[("WARC-Filename", path.name)],
        )
        try:
            file = _File(path, warcinfo)
        except OSError as error:
            raise _storage_failed(path, error) from error
        self.bytes_written += file.size
        self._serial += 1
        self.warcinfo_ids.append(urn(id))
        return file

    def _give_up(self, file: _File) -> None:
        """Roll back and close."""
        self._file = None
        with self._no_more(file):
            file.roll_back()
            self.on_closed(file.close())


def _storage_failed(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(path, error.strerror or str(error))


def urn(id: UUID) -> str:
    """A record id as it is written, without its angle brackets."""
    return f"urn:uuid:{id}"


class _File:
    """One open file. What is appended after `keep` can be rolled back."""

    def __init__(self, path: Path, warcinfo: NewRecord) -> None:
        self.path, self._warcinfo = path, warcinfo
        self._open_path = path.with_name(path.name + OPEN)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.descriptor = os.open(self._open_path, flags, 0o644)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)  # so that nobody recovers it meanwhile
        self.size = self._kept = 0
        self._sha256 = self._kept_sha256 = hashlib.sha256()
        try:
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
            self.append(warcinfo)
            sync_directory(path.parent)  # what is synced in the file must have a name
        except BaseException:
            self.leave()
            self._open_path.unlink()
            raise
        self.keep()

    def append(self, record: NewRecord) -> Written:
        offset = self.size
        writer = WARCWriter(_Member(self), gzip=False, warc_version=VERSION)
        writer.write_record(self._for_warcio(record))
        return Written(self.path.name, offset, self.size - offset, urn(record.id))

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            count = os.write(self.descriptor, view)
            self._sha256.update(view[:count])
            self.size += count
            view = view[count:]

    def keep(self) -> int:
        """Make what was appended permanent; its size."""
        added, self._kept = self.size - self._kept, self.size
        self._kept_sha256 = self._sha256.copy()
        return added

    def roll_back(self) -> None:
        """Cut the file on the descriptor in hand: it is never opened again for writing."""
        os.ftruncate(self.descriptor, self._kept)
        os.lseek(self.descriptor, self._kept, os.SEEK_SET)
        self.size, self._sha256 = self._kept, self._kept_sha256.copy()

    def leave(self) -> None:
        """Hold it open no longer."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def close(self) -> Sealed:
        os.fsync(self.descriptor)
        self.leave()
        os.rename(self._open_path, self.path)
        sync_directory(self.path.parent)
        return Sealed(self.path.name, self.size, self._sha256.hexdigest())

    def _for_warcio(self, record: NewRecord) -> ArcWarcRecord:
        length = record.block.seek(0, io.SEEK_END)
        record.block.seek(0)
        fields = [("WARC-Type", record.type), ("WARC-Record-ID", f"<{urn(record.id)}>")]
        if record is not self._warcinfo:
            fields.append(("WARC-Warcinfo-ID", f"<{urn(self._warcinfo.id)}>"))
        fields += [("WARC-Date", record.date), *record.fields]
        fields.append(("WARC-Block-Digest", str(sha1(http.pieces(record.block)))))
        if length:
            fields.append(("Content-Type", record.content_type))
        fields.append(("Content-Length", str(length)))
        record.block.seek(0)
        head = StatusAndHeaders("", checked(fields), protocol=VERSION)
        kind = record.content_type if length else None
        return ArcWarcRecord("warc", _WARCIO_ADDS_NOTHING, head, record.block, None, kind, length)


class _Member:
    """One gzip member. warcio calls `flush` once, at the end of the record."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._deflate = zlib.compressobj(COMPRESSION, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def write(self, data: bytes) -> None:
        self._file.write(self._deflate.compress(data))

    def flush(self) -> None:
        self._file.write(self._deflate.flush())
