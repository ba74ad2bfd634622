"""One stored record: its fields, and its block as a stream.

Reads what others wrote: any version of WARC, bare line feeds, `<...>` around URIs. Nothing is
read that the record did not announce: heads are bounded, blocks stream, a gzip member that holds
more than its record is an error. Whatever is wrong with the bytes is a CorruptRecord.
"""

from __future__ import annotations

import builtins
import io
import re
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, cast

from archive import http
from archive.digest import Digest, sha1
from archive.errors import CorruptRecord

SUFFIX = ".warc.gz"
OPEN = ".open"
"""What ends the name of a file while it is written."""
MAX_HEAD = 1024 * 1024
"""Bytes of a WARC record's own head."""
BLOCK_RATIO_FREE = 256 * 1024 * 1024
MAX_BLOCK_RATIO = 250
"""A block that inflates to more than BLOCK_RATIO_FREE bytes and this many times what is stored is a
bomb: reading it would fill the disk. Passing over it is harmless, and recovery does no more."""
GZIP_MAGIC = b"\x1f\x8b"
_READ = 16 * 1024
_IN_MEMORY = 1024 * 1024
_VERSION = re.compile(rb"WARC/(\d+\.\d+)\s*$")


class Source(Protocol):
    """Where a record's bytes come from, one record or several in a row."""

    path: Path
    offset: int

    @property
    def taken(self) -> int:
        """Bytes of the file that were read for this record, as stored."""

    def read(self, size: int) -> bytes: ...
    def end_record(self) -> tuple[int, bytes]: ...
    def close(self) -> None: ...


class Record:
    """One record. `block` can be read once, as long as the file is open.

    `headers` are (name, value) in order, `raw_head` the bytes they were read from. `length` counts
    the stored bytes (the gzip member; of an uncompressed file: head and block); asking for it
    passes over what was not read of the block. `trailer` is then what stood after the block.
    """

    def __init__(
        self,
        source: Source,
        offset: int,
        version: str,
        headers: tuple[tuple[str, str], ...],
        raw_head: bytes = b"",
    ) -> None:
        self.path, self.offset, self.version, self.headers = source.path, offset, version, headers
        self.raw_head, self.trailer = raw_head, b""
        self._values = dict[str, list[str]]()
        for name, value in headers:
            self._values.setdefault(name.lower(), []).append(value)
        self.block_length = self._declared_length()
        self.block: BinaryIO = io.BufferedReader(_Block(source, self), _READ)
        self._source, self._length = source, -1

    def get(self, name: str) -> str | None:
        """The first value of a field, or None; names compare without case."""
        found = self._values.get(name.lower())
        return found[0] if found else None

    def values(self, name: str) -> list[str]:
        return list(self._values.get(name.lower(), ()))

    @property
    def type(self) -> str:
        return self.get("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """The record's URI, without the angle brackets."""
        return bare(self.get("WARC-Record-ID"))

    @property
    def target_uri(self) -> str:
        return bare(self.get("WARC-Target-URI")).replace(" ", "%20")

    @property
    def date(self) -> str:
        return self.get("WARC-Date") or ""

    @property
    def is_http(self) -> bool:
        """Whether the block is an HTTP message."""
        return (self.get("Content-Type") or "").lower().startswith("application/http")

    def digest(self, name: str) -> Digest | None:
        """A digest field, or None when it is absent or cannot be read."""
        try:
            return Digest.parse(self.get(name) or "")
        except ValueError:
            return None

    @property
    def length(self) -> int:
        if self._length < 0:
            self.finish()
        return self._length

    def finish(self) -> None:
        """Pass over the rest of the record and check that it ends where it should."""
        while self.block.read(_READ):
            pass
        if self._length < 0:
            end, self.trailer = self._source.end_record()
            self._length = end - self.offset

    def spool(self, *, verify: bool = False) -> BinaryIO:
        """The block as a seekable stream, on disk when it is large; close it.

        Raises CorruptRecord for a bomb (see MAX_BLOCK_RATIO) and, with `verify`, for a block that
        does not fit WARC-Block-Digest.
        """
        stream = spool(self.block, self._source)
        declared = self.digest("WARC-Block-Digest") if verify else None
        if declared and declared.algorithm == "sha1":
            found = sha1(http.pieces(stream))
            stream.seek(0)
            if found != declared:
                stream.close()
                raise self.corrupt(f"a block of digest {declared}", str(found))
        return stream

    def corrupt(self, expected: str, found: str) -> CorruptRecord:
        return CorruptRecord(self.path, self.offset, expected, found)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: builtins.type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.close()

    def _declared_length(self) -> int:
        value = self.get("Content-Length") or ""
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            raise self.corrupt("a Content-Length", repr(value))
        return int(value)


def bare(uri: str | None) -> str:
    """A URI without the angle brackets that ids have and some writers put around all."""
    uri = (uri or "").strip()
    return uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri


def spool(stream: BinaryIO, source: Source) -> BinaryIO:
    """What is left of a stream, seekable and at its start. Raises CorruptRecord for a bomb."""
    kept, size = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY), 0  # noqa: SIM115 (the caller closes)
    try:
        for piece in http.pieces(stream):
            kept.write(piece)
            size += len(piece)
            if size > BLOCK_RATIO_FREE and size > MAX_BLOCK_RATIO * source.taken:
                most, stored = f"at most {MAX_BLOCK_RATIO} times", f"{source.taken} bytes as stored"
                raise CorruptRecord(source.path, source.offset, most, f"{size} of {stored}")
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return cast(BinaryIO, kept)


class FileSource:
    """The bytes of one gzip member, or of an uncompressed file from an offset on."""

    def __init__(self, file: BinaryIO, path: Path, offset: int, limit: int | None = None) -> None:
        self.file, self.path, self.offset = file, path, offset
        self._left, self._buffer = limit, b""
        file.seek(offset)
        compressed = file.read(2) == GZIP_MAGIC
        file.seek(offset)
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if compressed else None

    @property
    def is_gzip(self) -> bool:
        return self._inflate is not None

    @property
    def taken(self) -> int:
        return self.file.tell() - self.offset

    @property
    def position(self) -> int:
        """Where the next byte stands in an uncompressed file."""
        return self.file.tell() - len(self._buffer)

    def peek(self) -> bytes:
        """Some of what comes next; empty at the end."""
        if not self._buffer:
            self._buffer = self._more()
        return self._buffer

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        piece = self.peek()[:size]
        self._buffer = self._buffer[len(piece) :]
        return piece

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._buffer and len(self._buffer) < limit and (more := self._more()):
            self._buffer += more
        end = min(self._buffer.find(b"\n") + 1 or limit, limit)
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def end_record(self) -> tuple[int, bytes]:
        """Pass over the line ends after a block: where the record ends, and what they were.

        Raises CorruptRecord when anything else stands there.
        """
        end, trailer = self.position, b""
        while len(trailer) < _READ and (piece := self.peek()[:_READ]):
            line_ends = piece[: len(piece) - len(piece.lstrip(b"\r\n"))]
            trailer += line_ends
            self._buffer = self._buffer[len(line_ends) :]
            if line_ends != piece:
                break
        following = self.peek()
        if self._inflate is not None:
            end = self.file.tell() - len(self._inflate.unused_data)
        if following and (self.is_gzip or not b"WARC/".startswith(following[:5])):
            raise self._corrupt("the end of the record", repr(following[:40]))
        return end, trailer

    def close(self) -> None:
        self.file.close()

    def _more(self) -> bytes:
        if self._inflate is None:
            return self._read_file()
        try:
            while not self._inflate.eof:
                data = self._inflate.unconsumed_tail or self._read_file()
                if out := self._inflate.decompress(data, _READ):
                    return out
                if not data and not self._inflate.eof:
                    raise self._corrupt("a whole gzip member", "the end of the file")
        except zlib.error as error:
            raise self._corrupt("a gzip member", str(error)) from error
        return b""

    def _read_file(self) -> bytes:
        size = _READ if self._left is None else min(_READ, self._left)
        data = self.file.read(size)
        self._left = None if self._left is None else self._left - len(data)
        return data

    def _corrupt(self, expected: str, found: str) -> CorruptRecord:
        return CorruptRecord(self.path, self.offset, expected, found)


class _Block(io.RawIOBase):
    """Exactly the bytes that the record announced."""

    def __init__(self, source: Source, record: Record) -> None:
        self._source, self._record, self._left = source, record, record.block_length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._left)
        piece = self._source.read(wanted) if wanted else b""
        if wanted and not piece:
            length = self._record.block_length
            raise self._record.corrupt(f"a block of {length} bytes", str(length - self._left))
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)


def parse_record(source: FileSource, offset: int) -> Record:
    """The record whose head comes next in the source. `offset` is where it stands in the file."""
    source.offset = offset
    size, lines = 0, list[bytes]()
    while line := source.readline(MAX_HEAD - size):
        size += len(line)
        lines.append(line)
        if not line.strip(b"\r\n"):
            break
    raw = b"".join(lines)
    version = _VERSION.match(lines[0]) if lines else None
    if version is None:
        raise CorruptRecord(source.path, offset, "a WARC record", repr(raw[:60]))
    if line.strip(b"\r\n") or not line:
        raise CorruptRecord(source.path, offset, "the end of the record's head", repr(raw[-60:]))
    return Record(source, offset, version[1].decode(), tuple(_fields(lines[1:-1])), raw)


def _fields(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    for line in http.unfolded(lines):
        name, colon, value = http.text(line).partition(":")
        if colon:
            yield name.strip(), value.strip()
