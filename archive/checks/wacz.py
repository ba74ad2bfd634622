"""Whether a WACZ file is one, whoever wrote it: its zip, its lists, its indexes, its records.

No name in it is ever used as a path: entries are read as streams, within bounds, and the WARC files
in it where they stand. Only a WARC that was deflated, which it must not be, is inflated once, to a
temporary file: to seek backwards in it would inflate it from its beginning, for each record.
"""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

from archive import http
from archive.cdxj import Capture, from_line
from archive.checks import collection as collection_checks
from archive.checks.file import FileReport, check_stream
from archive.checks.finding import Fault, Finding, bounded
from archive.checks.references import Links, References
from archive.errors import CorruptRecord, StorageFailed
from archive.reader import record_in
from archive.urlkey import target_uri

MAX_ENTRIES = 100_000
MAX_JSON = 64 * 1024 * 1024
"""Bytes of datapackage.json and its digest, which are held in memory."""
MAX_LINE = 16 * 1024 * 1024
_LOCAL = struct.Struct("<4s22xHH")
_PACKAGE, _DIGEST, _PAGES = "datapackage.json", "datapackage-digest.json", "pages/pages.jsonl"
_WARC = re.compile(r"archive/[^/]+\.warc(\.gz)?")
_INDEX = re.compile(r"indexes/[^/]+\.(cdxj?|cdxj?\.gz|idx)")
_PAGE_LIST = re.compile(r"pages/[^/]+\.jsonl")
_DIRECTORIES = ("archive/", "indexes/", "pages/")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(^|/)\.{1,2}(/|$)|//")


def check_wacz(path: Path) -> FileReport:
    """Check a WACZ file and every record in it; a revisit must find its original in it."""
    findings = list[Finding]()
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as package, Inflated() as inflated:
            findings += bounded(_Wacz(path, file, package, inflated).findings())
    except (zipfile.BadZipFile, NotImplementedError, struct.error, UnicodeError) as error:
        findings.append(Fault("zip", f"not a zip file that can be read: {error}").at(str(path), 0))
    return FileReport(findings, Links(str(path), path.name))


@dataclass
class _Wacz:
    """One pass over a package that is open."""

    path: Path
    file: BinaryIO
    package: zipfile.ZipFile
    inflated: Inflated
    digests: dict[str, tuple[str, int]] = field(default_factory=dict)
    """SHA-256 and size of each entry that could be read."""

    def findings(self) -> Iterator[Finding]:
        entries = self.package.infolist()
        if len(entries) > MAX_ENTRIES:
            yield self._at(Fault("zip", f"{len(entries)} entries; {MAX_ENTRIES} may be"))
            return
        for info in entries:
            yield from self._each(info, _entry(info))
        sound = [info for info in entries if self._is_safe(info)]
        for info in sound:
            yield from self._each(info, self._read(info))
        yield from map(self._at, self._layout())
        yield from map(self._at, self._datapackage())
        yield from map(self._at, self._pages())
        yield from self._records(sound)
        yield from map(self._at, self._indexes(sound))

    def _at(self, fault: Fault) -> Finding:
        return fault.at(str(self.path), 0, ours=False)

    def _each(self, info: zipfile.ZipInfo, faults: Iterator[Fault]) -> Iterator[Finding]:
        name = f"{self.path}!{info.filename}"
        yield from (fault.at(name, max(0, info.header_offset), ours=False) for fault in faults)

    def _is_safe(self, info: zipfile.ZipInfo) -> bool:
        return not info.is_dir() and not any(True for _ in _dangers(info))

    def _read(self, info: zipfile.ZipInfo) -> Iterator[Fault]:
        """Read all of an entry, and keep its digest. Its CRC is checked at its end."""
        if info.filename in self.digests:
            yield Fault("zip-name", "the name stands twice")
        state, size = hashlib.sha256(), 0
        keep = _WARC.fullmatch(info.filename) and info.compress_type != zipfile.ZIP_STORED
        try:
            with self.package.open(info) as stream:
                for piece in http.pieces(stream):  # type: ignore[arg-type]
                    state.update(piece)
                    size += len(piece)
                    if keep:
                        self.inflated.add(info.header_offset, piece)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, zlib.error) as error:
            yield Fault("zip", f"the entry cannot be read: {error}")
            return
        self.digests[info.filename] = state.hexdigest(), size

    def _layout(self) -> Iterator[Fault]:
        names = set(self.digests)
        for name in sorted(names):
            known = _WARC.fullmatch(name) or _INDEX.fullmatch(name) or _PAGE_LIST.fullmatch(name)
            if name.startswith(_DIRECTORIES) and not known:
                yield Fault("wacz-layout", f"{name} does not belong there")
        if not any(map(_WARC.fullmatch, names)):
            yield Fault("wacz-archive", "there is no WARC file in archive/")
        if not any(map(_INDEX.fullmatch, names)):
            yield Fault("wacz-index", "there is no index in indexes/")
        if _PAGES not in names:
            yield Fault("wacz-pages", f"there is no {_PAGES}")

    def _json(self, name: str) -> Any:
        """Raises ValueError, KeyError for none, and what zipfile raises."""
        info = self.package.getinfo(name)
        if info.file_size > MAX_JSON:
            raise ValueError(f"{info.file_size} bytes; {MAX_JSON} may be")
        found = json.loads(self.package.read(info))
        if not isinstance(found, dict):
            raise ValueError(f"{type(found).__name__}, not an object")
        return found

    def _datapackage(self) -> Iterator[Fault]:
        if _PACKAGE not in self.digests:
            yield Fault("datapackage", f"there is no {_PACKAGE} that can be read")
            return
        try:
            package = self._json(_PACKAGE)
        except (ValueError, RecursionError) as error:
            yield Fault("datapackage", f"{_PACKAGE}: {error}")
            return
        if package.get("profile") != "data-package":
            yield Fault("datapackage", f"profile is {package.get('profile')!r:.80}")
        version = package.get("wacz_version")
        if not isinstance(version, str) or not re.fullmatch(r"1\.\d+\.\d+", version):
            yield Fault("wacz-version", f"wacz_version is {version!r:.80}")
        yield from self._resources(package.get("resources"))
        yield from self._datapackage_digest()

    def _resources(self, resources: Any) -> Iterator[Fault]:
        if not isinstance(resources, list):
            yield Fault("datapackage", "there is no list of resources")
            return
        named = set[str]()
        for resource in resources:
            if not isinstance(resource, dict) or not isinstance(resource.get("path"), str):
                yield Fault("datapackage", f"a resource without a path: {resource!r:.100}")
                continue
            named.add(resource["path"])
            yield from self._resource(resource["path"], resource)
        for name in sorted(set(self.digests) - named - {_PACKAGE, _DIGEST}):
            yield Fault("resource", f"{name} is not among the resources")

    def _resource(self, name: str, resource: dict[str, Any]) -> Iterator[Fault]:
        """Since 1.1 `hash` and `bytes`; before, `stats` and `hashing`."""
        if name not in self.digests:
            yield Fault("resource", f"{name!r:.200} is not there, or cannot be read")
            return
        stats = resource.get("stats")
        if isinstance(stats, dict):
            declared, size = f"{resource.get('hashing')}:{stats.get('hash')}", stats.get("bytes")
        else:
            declared, size = str(resource.get("hash")), resource.get("bytes")
        digest, found = self.digests[name]
        if size != found:
            yield Fault("resource", f"{name}: {size!r:.40} bytes are declared, {found} are there")
        if declared.lower() != f"sha256:{digest}":
            yield Fault("resource", f"{name}: declared {declared:.100}, found sha256:{digest}")

    def _datapackage_digest(self) -> Iterator[Fault]:
        if _DIGEST not in self.digests:
            yield Fault("datapackage-unsigned", f"there is no {_DIGEST}")
            return
        try:
            digest = self._json(_DIGEST)
        except (ValueError, RecursionError) as error:
            yield Fault("datapackage-digest", f"{_DIGEST}: {error}")
            return
        if digest.get("path") != _PACKAGE:
            yield Fault("datapackage-digest", f"path is {digest.get('path')!r:.80}")
        found = f"sha256:{self.digests[_PACKAGE][0]}"
        if digest.get("hash") != found:
            declared = digest.get("hash")
            yield Fault("datapackage-digest", f"declared {declared!r:.100}, found {found}")

    def _lines(self, name: str) -> Iterator[bytes]:
        """Raises ValueError for an endless line."""
        with self.package.open(name) as raw:
            gzipped = name.endswith(".gz")
            stream = _Inflating(raw) if gzipped else raw  # type: ignore[arg-type]
            with io.BufferedReader(stream) as lines:  # type: ignore[type-var]
                while line := lines.readline(MAX_LINE):
                    if len(line) == MAX_LINE:
                        raise ValueError(f"a line of more than {MAX_LINE} bytes")
                    yield line

    def _pages(self) -> Iterator[Fault]:
        for name in sorted(filter(_PAGE_LIST.fullmatch, self.digests)):
            try:
                for number, line in enumerate(self._lines(name), 1):
                    if why := _page(line, is_header=number == 1):
                        yield Fault("wacz-pages", f"{name}, line {number}: {why}")
            except (ValueError, zipfile.BadZipFile) as error:
                yield Fault("wacz-pages", f"{name}: {error}")
            if not self.digests[name][1]:
                yield Fault("wacz-pages", f"{name} is empty")

    def _records(self, entries: list[zipfile.ZipInfo]) -> Iterator[Finding]:
        with References() as references:
            for info in entries:
                if not _WARC.fullmatch(info.filename) or info.filename not in self.digests:
                    continue
                with self._stream(info) as stream:
                    name = f"{self.path}!{info.filename}"
                    report = check_stream(stream, Path(info.filename), name)
                yield from report.findings
                references.add(report.links)
            yield from collection_checks.check_references(references, complete=True)

    def _stream(self, info: zipfile.ZipInfo) -> BinaryIO:
        """An entry as a file that can be read from anywhere: where it stands, if it is stored."""
        if info.compress_type == zipfile.ZIP_STORED:
            self.file.seek(info.header_offset)
            _, name, extra = _LOCAL.unpack(self.file.read(_LOCAL.size))
            start = info.header_offset + _LOCAL.size + name + extra
            return io.BufferedReader(Window(self.path, start, info.file_size))
        return self.inflated.open(info.header_offset)

    def _indexes(self, entries: list[zipfile.ZipInfo]) -> Iterator[Fault]:
        streams = {
            posixpath.basename(info.filename): info
            for info in entries
            if _WARC.fullmatch(info.filename) and info.filename in self.digests
        }
        lines = 0
        for name in sorted(filter(_INDEX.fullmatch, self.digests)):
            if name.endswith(".idx"):
                continue  # it leads into an index of blocks, which is read whole
            before = b""
            try:
                for line in self._lines(name):
                    if line.startswith((b"!meta", b" CDX")):
                        continue
                    lines += 1
                    if line < before:
                        yield Fault("wacz-index", f"{name} is not sorted: {line!r:.100}")
                    before = line
                    if why := self._index_line(line, streams):
                        yield Fault("wacz-index", f"{name}: {why}: {line!r:.200}")
            except (ValueError, zlib.error, zipfile.BadZipFile) as error:
                yield Fault("wacz-index", f"{name}: {error}")
        if not lines and any(map(_INDEX.fullmatch, self.digests)):
            yield Fault("wacz-index", "the indexes have no line")

    def _index_line(self, line: bytes, streams: dict[str, zipfile.ZipInfo]) -> str | None:
        try:
            capture = from_line(line)
        except ValueError:
            return "not an index line"
        info = streams.get(posixpath.basename(capture.filename))
        if info is None:
            return "it names a file that is not in archive/"
        if not 0 <= capture.offset < info.file_size:
            return "there is no such place in the file"
        return self._at_place(capture, info)

    def _at_place(self, capture: Capture, info: zipfile.ZipInfo) -> str | None:
        with self._stream(info) as stream:
            try:
                record = record_in(stream, Path(info.filename), capture.offset, capture.length)
                found, length = record.target_uri, record.length
            except CorruptRecord as error:
                return f"no record stands there ({error.found:.80})"
        if target_uri(found) != target_uri(capture.url):
            return f"a record of {found:.200} stands there"
        if capture.length and length != capture.length:
            return f"the record has {length} bytes"
        return None


def _entry(info: zipfile.ZipInfo) -> Iterator[Fault]:
    yield from _dangers(info)
    stored = info.compress_type == zipfile.ZIP_STORED
    compressed = info.filename.endswith(".gz") or info.filename.startswith("archive/")
    if compressed and not stored and not info.is_dir():
        yield Fault("zip-stored", "compressed again: it cannot be read from its middle")


def _dangers(info: zipfile.ZipInfo) -> Iterator[Fault]:
    """Why an entry is not read."""
    if _UNSAFE.search(info.orig_filename) or info.orig_filename != info.filename:
        yield Fault("zip-name", f"not the name of a file in a package: {info.orig_filename!r:.200}")
    if info.flag_bits & 1:
        yield Fault("zip", "encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield Fault("zip", f"compressed by method {info.compress_type}; only deflate is read")
    if info.file_size > max(http.CONTENT_RATIO_FREE, http.MAX_CONTENT_RATIO * info.compress_size):
        yield Fault("zip", f"{info.compress_size} bytes inflate to {info.file_size}: a bomb")


def _page(line: bytes, *, is_header: bool) -> str | None:
    """What is wrong with a line of a list of pages."""
    try:
        page = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(page, dict):
        return "not an object"
    if is_header:
        right = str(page.get("format", "")).startswith("json-pages-")
        return None if right else "not the header with its format"
    if not isinstance(page.get("url"), str) or not page["url"]:
        return "a page without url"
    ts = page.get("ts")
    try:
        instant = datetime.fromisoformat(ts) if isinstance(ts, str) else None
    except ValueError:
        instant = None
    return None if instant and instant.tzinfo else f"ts is {ts!r:.40}, not a time of RFC 3339"


class Inflated:
    """Entries that were deflated, one after another in a temporary file. A context manager.

    `entry` is what tells one from another. They are within the bounds of `_dangers`.
    """

    def __init__(self) -> None:
        self._places = dict[int, tuple[int, int]]()
        self._open = ExitStack()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *about: object) -> None:
        self._open.close()

    def add(self, entry: int, piece: bytes) -> None:
        """Add to an entry; all of one before the next. Raises StorageFailed."""
        try:
            if self._file is None:
                temporary = tempfile.NamedTemporaryFile(buffering=0)  # noqa: SIM115
                self._file = self._open.enter_context(temporary)
            start, size = self._places.get(entry, (self._file.tell(), 0))
            left = memoryview(piece)
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            where = self._file.name if self._file else tempfile.gettempdir()
            raise StorageFailed(where, error.strerror or str(error)) from error
        self._places[entry] = start, size + len(piece)

    def open(self, entry: int) -> BinaryIO:
        """An entry as a file; an empty one if nothing was added to it."""
        if self._file is None or entry not in self._places:
            return io.BytesIO()
        return io.BufferedReader(Window(Path(self._file.name), *self._places[entry]))


class Window(io.RawIOBase):
    """Some bytes of a file, as a file of their own."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 (closed by close)
        self._start, self._size, self._position = start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._position))
        self._file.seek(self._start + self._position)
        piece = self._file.read(wanted)
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Inflating(io.RawIOBase):
    """A gzip stream of many members, inflated piece by piece. Raises ValueError for a bomb."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._read, self._made = stream, 0, 0
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = b""
        while not piece and (data := self._next()):
            piece = self._inflate.decompress(data, len(buffer))
        self._made += len(piece)
        if self._made > max(http.CONTENT_RATIO_FREE, http.MAX_CONTENT_RATIO * self._read):
            raise ValueError("a bomb")
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self) -> bytes:
        """Compressed bytes; empty at the end."""
        pending = self._inflate.unused_data or self._inflate.unconsumed_tail
        if self._inflate.eof:
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        data = pending or self._stream.read(http.PIECE)
        self._read += 0 if pending else len(data)
        return data
