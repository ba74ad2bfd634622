"""Which records refer to which, over many files: packed for each file, compared on the disk.

Ids, URLs and dates are compared by 16 bytes of their digests; findings read the records again for
what they say. Some 120 bytes a record come from the worker that read a file, in a temporary file
when they are many; then they stand in a temporary database: memory does not grow with the records.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from types import TracebackType
from typing import NamedTuple, Self

from archive import journal
from archive.article import Look, Run
from archive.digest import Digest

_HELD = struct.Struct("<16sQB16s16s?")
_POINTER = struct.Struct("<QB16s16s16s16s")
_ENTRY = struct.Struct("<16s?")
_NOTHING = bytes(16)
_IN_MEMORY = 4096
"""Rows that wait in memory."""
TYPES = (
    "",
    "warcinfo",
    "response",
    "resource",
    "request",
    "metadata",
    "revisit",
    "conversion",
    "continuation",
)
_SCHEMA = """
CREATE TABLE held (id, file, offset, type, identity, payload, cut, place);
CREATE TABLE pointers (file, offset, kind, id, identity, payload, place);
CREATE TABLE entries (key, file, reads);
CREATE TABLE known (key);
"""
_INDEXES = """
CREATE INDEX held_by_id ON held (id);
CREATE INDEX held_by_identity ON held (identity);
CREATE INDEX held_by_payload ON held (payload) WHERE type = 'response';
CREATE INDEX entries_by_key ON entries (key);
CREATE INDEX known_by_key ON known (key);
"""


def key(*parts: str) -> bytes:
    """16 bytes that stand for these strings; no bits for none at all."""
    if not any(parts):
        return _NOTHING
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).digest()


def entry_key(entry: journal.Entry) -> bytes:
    """The same for what an entry of a journal is told by."""
    if isinstance(entry, Look):
        return key(entry.site, entry.url, entry.seen_at, entry.reread_at)
    if isinstance(entry, Run):
        return key("run", entry.id)
    return key("model", entry.site, entry.version, entry.learned_at)


def place(filename: str, offset: int) -> bytes:
    """The same for where a record stands."""
    return key(filename, str(offset))


def payload(digest: Digest | None) -> bytes:
    """The same for a digest: only those of one algorithm can be told apart or taken for equal."""
    if digest is None:
        return _NOTHING
    return digest.algorithm[-1:].encode() + blake2b(digest.value, digest_size=15).digest()


class Pointer(NamedTuple):
    """What one record says of another. What it does not say is sixteen zeros.

    `kind` is "revisit", "refers-to" (to a response), "journal" (to a capture) or "run" (of a run or
    a model, to a warcinfo).
    """

    offset: int
    kind: str
    id: bytes = _NOTHING
    identity: bytes = _NOTHING
    payload: bytes = _NOTHING
    place: bytes = _NOTHING


KINDS = ("revisit", "refers-to", "journal", "run")


@dataclass(slots=True)
class Rows:
    """Packed rows. With a directory `aside` only the last are in memory, those before in a file
    there. They can be pickled.
    """

    size: int
    aside: str
    _last: bytearray = field(default_factory=bytearray)
    _file: str = ""

    def add(self, row: bytes) -> None:
        self._last += row
        if self.aside and len(self._last) >= _IN_MEMORY * self.size:
            self._put_aside()

    def pieces(self) -> Iterator[bytes]:
        """Whole rows, many at a time."""
        if self._file:
            with open(self._file, "rb") as aside:
                while piece := aside.read(_IN_MEMORY * self.size):
                    yield piece
        yield bytes(self._last)

    def clear(self) -> None:
        self._last.clear()
        self._file = ""

    def _put_aside(self) -> None:
        if not self._file:
            descriptor, self._file = tempfile.mkstemp(dir=self.aside)
            os.close(descriptor)
        with open(self._file, "ab") as aside:
            aside.write(self._last)
        self._last.clear()


@dataclass(slots=True)
class Links:
    """The records of one file, and what they say of others; `aside` as for Rows."""

    file: str
    filename: str
    aside: str = ""
    held: Rows = field(init=False)
    pointers: Rows = field(init=False)
    entries: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.held = Rows(_HELD.size, self.aside)
        self.pointers = Rows(_POINTER.size, self.aside)
        self.entries = Rows(_ENTRY.size, self.aside)

    def hold(
        self, id: str, offset: int, type: str, identity: bytes, payload: bytes, *, cut: bool
    ) -> None:
        """`identity` is the key of target URI and date; `cut` says that it was truncated."""
        code = TYPES.index(type) if type in TYPES else 0
        row = _HELD.pack(key(id), offset, code, identity, payload, cut)
        self.held.add(row)

    def point(self, to: Pointer) -> None:
        code = KINDS.index(to.kind)
        self.pointers.add(_POINTER.pack(to.offset, code, *to[2:]))

    def enter(self, entry: bytes, *, reads: bool) -> None:
        """The key of an entry of the journal; `reads` one that the catalog must know of."""
        self.entries.add(_ENTRY.pack(entry, reads))


class Held(NamedTuple):
    """A record that is there."""

    file: str
    offset: int
    type: str
    identity: bytes
    payload: bytes
    cut: bool
    place: bytes


class References:
    """All records and what they say of each other. A context manager; for one thread.

    `directory` is where those who read files may put aside what they found, until exit.
    """

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="tinhuy-verify-")
        self.directory = self._directory.name
        self._db = sqlite3.connect("")  # a file of no name, which goes with the connection
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._indexed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._directory.cleanup()

    def add(self, links: Links) -> None:
        """Take in one file. All come before the first question."""
        held = (
            (
                id,
                links.file,
                offset,
                TYPES[type],
                identity,
                digest,
                cut,
                place(links.filename, offset),
            )
            for piece in links.held.pieces()
            for id, offset, type, identity, digest, cut in _HELD.iter_unpack(piece)
        )
        pointers = (
            (links.file, offset, KINDS[kind], *keys)
            for piece in links.pointers.pieces()
            for offset, kind, *keys in _POINTER.iter_unpack(piece)
        )
        entries = (
            (entry, links.filename, reads)
            for piece in links.entries.pieces()
            for entry, reads in _ENTRY.iter_unpack(piece)
        )
        with self._db:
            self._db.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?)", held)
            self._db.executemany("INSERT INTO pointers VALUES (?, ?, ?, ?, ?, ?, ?)", pointers)
            self._db.executemany("INSERT INTO entries VALUES (?, ?, ?)", entries)

    def twins(self) -> Iterator[tuple[str, int, str, int]]:
        """File and offset of each record whose id stands before, and where that is."""
        yield from self._all(
            "SELECT b.file, b.offset, a.file, a.offset"
            " FROM (SELECT id, min(rowid) AS first FROM held WHERE id <> ? GROUP BY id) t"
            " JOIN held b ON b.id = t.id AND b.rowid > t.first"
            " JOIN held a ON a.rowid = t.first ORDER BY b.rowid",
            _NOTHING,
        )

    def pointers(self) -> Iterator[tuple[str, Pointer]]:
        """Every pointer with its file, in the order in which they were added."""
        rows = self._all("SELECT * FROM pointers ORDER BY rowid")
        return ((file, Pointer(*found)) for file, *found in rows)

    def by_id(self, id: bytes) -> Held | None:
        return self._held("id = ?", id) if id != _NOTHING else None

    def captures(self, identity: bytes) -> list[Held]:
        """The captures of a target URI at a date."""
        rows = self._all(
            "SELECT file, offset, type, identity, payload, cut, place FROM held"
            " WHERE identity = ? AND type IN ('response', 'revisit', 'resource')",
            identity,
        )
        return [Held(*row) for row in rows]

    def by_payload(self, digest: bytes) -> Held | None:
        return self._held("payload = ? AND type = 'response'", digest)

    def has_entry(self, entry: bytes) -> bool:
        return next(self._all("SELECT 1 FROM entries WHERE key = ?", entry), None) is not None

    def know(self, entry: bytes) -> None:
        """That the catalog holds what this entry brings."""
        self._db.execute("INSERT INTO known VALUES (?)", (entry,))

    def unknown(self) -> Iterator[tuple[str, int]]:
        """Files of readings, and how many entries with a reading nobody knows of."""
        yield from self._all(
            "SELECT file, count(*) FROM entries WHERE reads"
            " AND NOT EXISTS (SELECT 1 FROM known WHERE known.key = entries.key)"
            " GROUP BY file ORDER BY file"
        )

    def _held(self, where: str, wanted: bytes) -> Held | None:
        columns = "file, offset, type, identity, payload, cut, place"
        row = next(self._all(f"SELECT {columns} FROM held WHERE {where} LIMIT 1", wanted), None)
        return Held(*row) if row else None

    def _all(self, sql: str, *values: bytes) -> sqlite3.Cursor:
        if not self._indexed:
            self._db.executescript(_INDEXES)
            self._indexed = True
        return self._db.execute(sql, values)


def said(found: bytes) -> bool:
    """Whether a key stands for anything."""
    return found != _NOTHING
