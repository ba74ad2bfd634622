"""HTTP/1.1 messages as they were stored: heads read leniently, bodies unframed and decoded.

What the live client took must be readable again, so nothing is refused here: a header line
without a colon is passed over, a reason phrase or a carriage return may be missing, and a body
whose framing is broken keeps its bytes. What was odd is said, in `Payload.note`.
"""

from __future__ import annotations

import importlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import BinaryIO, Protocol

from archive.errors import UndecodableContent

PIECE = 64 * 1024
"""Streams are read in pieces of at most this many bytes."""
MAX_HEAD = 1024 * 1024
"""A head is read no further than this; what follows counts as body."""
MAX_CHUNK_LINE = 16 * 1024
MAX_CONTENT_RATIO = 250
"""Content that inflates further than this is a bomb (deflate reaches 1032 at most) ..."""
CONTENT_RATIO_FREE = 10 * 1024 * 1024
"""... once it is larger than this: small pages of blanks are harmless."""
MAX_CODINGS = 5
"""Content codings over one another: each may multiply what must be inflated (as curl has it)."""
MAX_MEMBERS = 10_000
"""gzip members of one body: each costs more than the twenty bytes of an empty one."""

_STATUS_LINE = re.compile(rb"^\S+[ \t]+(\d{3})(?!\d)[ \t]*(.*)$")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r\n")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request or response. `length` counts its bytes, the blank line included.

    `headers` are (name, value) in the order and case received, repetitions kept, as bytes:
    HTTP does not say in which encoding they are.
    """

    start_line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    length: int

    @property
    def status(self) -> int | None:
        """The status code; None for a request or an unreadable status line."""
        match = _STATUS_LINE.match(self.start_line) if not self.is_request else None
        return int(match[1]) if match else None

    @property
    def reason(self) -> str:
        match = _STATUS_LINE.match(self.start_line)
        return text(match[2]) if match else ""

    @property
    def is_request(self) -> bool:
        return re.match(rb"[A-Za-z]+/\d", self.start_line) is None

    @property
    def method(self) -> str:
        """The method of a request, as sent."""
        return text(self.start_line.partition(b" ")[0])

    def values(self, name: str) -> list[str]:
        """Every value of a field, in order; names compare without case."""
        wanted = name.lower().encode()
        return [text(value) for key, value in self.headers if key.lower() == wanted]

    def get(self, name: str) -> str | None:
        """The first value of a field, or None."""
        return next(iter(self.values(name)), None)

    def codings(self, name: str) -> list[str]:
        """The members of a comma-separated field such as Content-Encoding, in lower case."""
        tokens = ",".join(self.values(name)).split(",")
        return [token.strip().lower() for token in tokens if token.strip()]


def text(value: bytes) -> str:
    """A header value as text: UTF-8 where it is, otherwise Latin-1 (RFC 9110 §5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def read_head(stream: BinaryIO) -> Head | None:
    """Read a head from where the stream stands; None when there is not one byte."""
    start_line = stream.readline(MAX_HEAD)
    if not start_line:
        return None
    length, lines = len(start_line), list[bytes]()
    while start_line.strip(b"\r\n") and length < MAX_HEAD:
        line = stream.readline(MAX_HEAD - length)
        length += len(line)
        if not line.strip(b"\r\n"):
            break
        lines.append(line)
    return Head(start_line.rstrip(b"\r\n"), tuple(_headers(lines)), length)


def unfolded(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a head, each with those that continue it, as the live client joins them."""
    whole = list[bytes]()
    for line in lines:
        if whole and line[:1] not in (b" ", b"\t"):
            yield b"".join(whole)
            whole.clear()
        whole.append(line.rstrip(b"\r\n"))
    if whole:
        yield b"".join(whole)


def _headers(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in unfolded(lines):
        name, colon, value = line.partition(b":")
        if colon:
            yield name.strip(), value.strip()


class Framing(Enum):
    """How the end of a body is told (RFC 9112 §6.3)."""

    NONE = "no body"
    CHUNKED = "chunked"
    LENGTH = "Content-Length"
    CLOSE = "until close"


def framing(head: Head, method: str = "GET") -> Framing:
    """How the body after `head` is framed; `method` is that of the request it answers."""
    status = head.status
    if method.upper() == "HEAD" or status in (204, 304) or (status is not None and status < 200):
        return Framing.NONE
    if head.codings("Transfer-Encoding")[-1:] == ["chunked"]:
        return Framing.CHUNKED
    if _content_length(head) is not None:
        return Framing.LENGTH
    return Framing.NONE if head.is_request else Framing.CLOSE


def _content_length(head: Head) -> int | None:
    lengths = set(head.codings("Content-Length"))
    length = lengths.pop() if len(lengths) == 1 else ""
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None


class Payload:
    """The payload of a stored message: transfer coding removed, content coding kept.

    Iterating yields pieces of at most 64 KiB of `stream`, a seekable stream that holds the whole
    message from its byte 0. Afterwards `size` counts them, and `note` says what was wrong with
    the framing, or is None.
    A head that says "chunked" over a body that is not (old pywb, LiveWeb) loses no bytes.
    """

    def __init__(self, stream: BinaryIO, head: Head, method: str = "GET") -> None:
        self.note: str | None = None
        self.size = 0
        self._stream, self._head = stream, head
        self._framing = framing(head, method)

    def __iter__(self) -> Iterator[bytes]:
        self.note, self.size = None, 0
        self._stream.seek(self._head.length)
        chunked = self._framing is Framing.CHUNKED
        for piece in self._chunks() if chunked else pieces(self._stream):
            self.size += len(piece)
            yield piece
        if not chunked:
            self._check_size()

    def _check_size(self) -> None:
        declared = _content_length(self._head) if self._framing is Framing.LENGTH else None
        if self._framing is Framing.NONE and self.size:
            self.note = f"{self.size} bytes where no body was to be expected"
        elif declared is not None and declared != self.size:
            self.note = f"Content-Length {declared}, but {self.size} bytes"

    def _chunks(self) -> Iterator[bytes]:
        while True:
            while small := self._small_chunks():
                yield small
            start = self._stream.tell()
            size = _chunk_size(self._stream)
            if size is None or not self._chunk_ends(size):
                yield from self._unframed(start)
                return
            if size == 0:
                self._skip_trailer()
                return
            yield from pieces(self._stream, size)
            self._stream.read(2)

    def _small_chunks(self) -> bytes:
        """The content of chunks that lie whole in the next 64 KiB, all at once.

        A stranger's chunks may hold one byte each, and a look ahead for each costs too much.
        """
        start, window = self._stream.tell(), self._stream.read(PIECE)
        position, found = 0, list[bytes]()
        while line := _CHUNK_LINE.match(window, position):
            begin, end = line.end(), line.end() + int(line[1], 16)
            long = begin - position > MAX_CHUNK_LINE
            if begin == end or long or window[end : end + 2] != b"\r\n":
                break
            found.append(window[begin:end])
            position = end + 2
        self._stream.seek(start + position)
        return b"".join(found)

    def _chunk_ends(self, size: int) -> bool:
        """Whether a line ends where the chunk does, or the stream before that."""
        start, end = self._stream.tell(), self._stream.seek(0, 2)
        self._stream.seek(min(start + size, end))
        terminator = self._stream.read(2)
        self._stream.seek(start)
        return size == 0 or terminator == b"\r\n" or b"\r\n".startswith(terminator)

    def _unframed(self, start: int) -> Iterator[bytes]:
        """What cannot be read as a chunk is passed on as it stands."""
        cut = self._stream.seek(0, 2) <= start
        self.note = f"chunk framing {'cut' if cut else 'broken'} at byte {start}"
        self._stream.seek(start)
        yield from pieces(self._stream)

    def _skip_trailer(self) -> None:
        while (line := self._stream.readline(MAX_HEAD)).strip(b"\r\n"):
            pass
        if not line:
            self.note = "chunk framing cut in its trailer"
        elif self._stream.read(1):
            self.note = "bytes after the last chunk"


def _chunk_size(stream: BinaryIO) -> int | None:
    match = _CHUNK_LINE.fullmatch(stream.readline(MAX_CHUNK_LINE))
    return int(match[1], 16) if match else None


def pieces(stream: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """The next `size` bytes of a stream (or all that is left), 64 KiB at a time."""
    left = size
    while left is None or left > 0:
        piece = stream.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


class _Decoder(Protocol):
    """One content coding. A call gives at most `limit` bytes; an empty result asks for more."""

    def feed(self, data: bytes, limit: int) -> bytes: ...


class _Zlib:
    """gzip of one or more members, or deflate with or without its zlib wrapper."""

    def __init__(self, wbits: int) -> None:
        self._wbits, self._inflate, self._rest = wbits, zlib.decompressobj(wbits), b""
        self._members = 1

    def feed(self, data: bytes, limit: int) -> bytes:
        data, out = self._rest + data, b""
        while not out and self._goes_on(data):
            out = self._inflate.decompress(data, limit)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            if not self._inflate.eof:
                break
        self._rest = data if out or not self._inflate.eof else data[:1]
        return out

    def _goes_on(self, data: bytes) -> bool:
        """Whether there is more to inflate: of this member, or of one that follows."""
        if self._inflate.eof and data[:2] == b"\x1f\x8b":
            self._inflate = zlib.decompressobj(self._wbits)
            self._members += 1
            if self._members > MAX_MEMBERS:
                raise UndecodableContent("gzip", f"it has more than {MAX_MEMBERS} members")
        return not self._inflate.eof


class _Brotli:
    def __init__(self, brotli: ModuleType) -> None:
        self._decoder = brotli.Decompressor()

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._decoder.is_finished():
            return b""
        out: bytes = self._decoder.process(data, output_buffer_limit=limit)
        return out


class _Zstd:
    def __init__(self, zstd: ModuleType) -> None:
        self._decoder = zstd.ZstdDecompressor()

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._decoder.eof:
            return b""
        out: bytes = self._decoder.decompress(data, max_length=limit)
        return out


def _decoder(coding: str, body: bytes) -> _Decoder:
    if coding in ("gzip", "x-gzip"):
        return _Zlib(zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _Zlib(zlib.MAX_WBITS if _has_zlib_wrapper(body) else -zlib.MAX_WBITS)
    if coding == "br" and (brotli := _library("brotli")):
        return _Brotli(brotli)
    if coding == "zstd" and (zstd := _library("compression.zstd", "backports.zstd")):
        return _Zstd(zstd)
    raise UndecodableContent(coding, "unknown here")


def _has_zlib_wrapper(body: bytes) -> bool:
    """RFC 1950 §2.2: method 8, and the first two bytes are a multiple of 31."""
    return len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0


def _library(*names: str) -> ModuleType | None:
    """The first of these optional libraries that is installed."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def decode_content(body: bytes, codings: list[str], max_bytes: int) -> bytes:
    """Undo content codings, given in the order of the Content-Encoding field.

    A body that is not in the coding its head names comes back as it is; one cut short gives what
    can be had. Raises UndecodableContent for a coding unknown here, for more than `max_bytes`,
    and for a bomb (see MAX_CONTENT_RATIO, MAX_CODINGS, MAX_MEMBERS).
    """
    if len(codings) > MAX_CODINGS:
        raise UndecodableContent(codings[-1], f"more than {MAX_CODINGS} codings over one another")
    for coding in reversed(codings):
        if coding != "identity":
            limit = min(max_bytes, max(CONTENT_RATIO_FREE, MAX_CONTENT_RATIO * len(body)))
            body = _decode(coding, body, limit)
    if len(body) > max_bytes:
        raise UndecodableContent("identity", f"it holds more than {max_bytes} bytes")
    return body


def _decode(coding: str, body: bytes, limit: int) -> bytes:
    decoder, out, size = _decoder(coding, body), list[bytes](), 0
    try:
        for piece in _fed(decoder, body):
            out.append(piece)
            size += len(piece)
            if size > limit:
                raise UndecodableContent(coding, f"it inflates to more than {limit} bytes")
    except _Damaged:
        return b"".join(out) or body
    return b"".join(out)


class _Damaged(Exception):
    """The content cannot be decoded from here on."""


def _fed(decoder: _Decoder, body: bytes) -> Iterator[bytes]:
    for data in pieces(io.BytesIO(body)):
        try:
            piece = decoder.feed(data, PIECE)
            while piece:
                yield piece
                piece = decoder.feed(b"", PIECE)
        except UndecodableContent:
            raise
        except Exception as error:  # zlib.error, brotli.error, ZstdError have no common base
            raise _Damaged from error
