"""What revisit records refer to: which committed response holds a payload. Derived, in SQLite.

A payload is repeated by reference until it has been so `MAX_REPEATS` times or for `MAX_AGE`; then
it is stored in full again and that response takes its place: pywb looks for what a revisit repeats
among the captures of a URL, and among no more than a limited number of them.

Beside it stands what a server said a payload could be asked for by (ETag, Last-Modified), for
conditional requests. Whatever is put in twice, or in another order, leaves the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from archive.digest import Digest
from archive.errors import NewerThanThis
from archive.http import Head
from archive.sqlite import connected, explained, let_readers_pass

MAX_REPEATS = 50
MAX_AGE = timedelta(days=180)
MIN_PAYLOAD = 512
"""Bytes below which a revisit record costs more than the payload that it saves."""
_AT_ONCE = 1000
MAX_VALIDATOR = 1000
"""Characters of an ETag or date that are sent back to a server."""

VERSION = 3
"""Kept in `user_version`. An older table is emptied, and filled again by mending."""
_SCHEMA = """
DROP TABLE IF EXISTS originals;
DROP TABLE IF EXISTS repeats;
DROP TABLE IF EXISTS validators;
DROP TABLE IF EXISTS files;
CREATE TABLE originals (
    record_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    url TEXT NOT NULL,
    date TEXT NOT NULL,
    filename TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE repeats (
    original TEXT NOT NULL,
    filename TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (original, filename)
) WITHOUT ROWID;
CREATE TABLE validators (
    url TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (name TEXT PRIMARY KEY) WITHOUT ROWID
"""
_COLUMNS = "record_id, digest, size, url, date, filename, offset, length"
_PUT_ORIGINAL = f"""
INSERT INTO originals ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) DO UPDATE SET (record_id, size, url, date, filename, offset, length)
    = (excluded.record_id, excluded.size, excluded.url, excluded.date, excluded.filename,
       excluded.offset, excluded.length)
WHERE (excluded.date, excluded.record_id) > (date, record_id)
"""
_PUT_REPEAT = """
INSERT INTO repeats (original, filename, count) VALUES (?, ?, 1)
ON CONFLICT DO UPDATE SET count = count + 1
"""
_PUT_VALIDATORS = """
INSERT INTO validators (url, date, etag, last_modified, digest) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET (date, etag, last_modified, digest)
    = (excluded.date, excluded.etag, excluded.last_modified, excluded.digest)
WHERE excluded.date > date
"""
_FIND = f"""
SELECT {_COLUMNS} FROM originals WHERE digest = ?
    AND (SELECT coalesce(sum(count), 0) FROM repeats WHERE original = record_id) < ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A response record that holds a payload of `size` bytes, as a revisit refers to it.

    `date` is its WARC-Date, digit for digit; `record_id` has no angle brackets. It stands in
    `filename`, `length` bytes from `offset` on.
    """

    record_id: str
    digest: Digest
    size: int
    url: str
    date: str
    filename: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A revisit in the file `filename` of the response with the id `original`."""

    original: str
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server said, on `date`, that the payload with this digest may be asked for by."""

    url: str
    date: str
    etag: str | None
    last_modified: str | None
    digest: Digest

    @classmethod
    def of(cls, head: Head, *, url: str, date: str, digest: Digest) -> Validators | None:
        """Those in the head of a whole response with status 200, if there are any."""
        etag, last_modified = _sendable(head.get("ETag")), _sendable(head.get("Last-Modified"))
        if head.status != 200 or not (etag or last_modified):
            return None
        return cls(url=url, date=date, etag=etag, last_modified=last_modified, digest=digest)

    def were_sent(self, request: Head) -> bool:
        """Whether a request asked by these."""
        return all(request.get(name) == value for name, value in self.headers().items())

    def headers(self) -> dict[str, str]:
        """The fields of a conditional request (RFC 9110 §13.1)."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in fields.items() if value}


Derived = Original | Repeat | Validators


def _sendable(value: str | None) -> str | None:
    """A validator that may be sent as it came: short, ASCII, no control character."""
    fit = value and len(value) <= MAX_VALIDATOR and value.isascii() and value.isprintable()
    return value if fit else None


def is_worth(status: int | None, size: int) -> bool:
    """Whether a payload of `size` bytes may be repeated by reference.

    An error or a 304 has no page to keep, and a small payload costs less than the reference.
    """
    return status is not None and status < 400 and status != 304 and size >= MIN_PAYLOAD


class Dedup:
    """The table at `path`, made if it is missing. For one thread; close it.

    Several programs may use one table at once. Raises NewerThanThis, and what `sqlite.explained`
    does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            self._database = connected(path)
            try:
                let_readers_pass(self._database)
                self._database.execute("PRAGMA synchronous = NORMAL")
                if self._version() > VERSION:
                    raise NewerThanThis(path)
                if self._version() != VERSION:
                    self._create()
            except BaseException:
                self._database.close()
                raise

    def find(self, digest: Digest, now: datetime) -> Original | None:
        """The original to refer to, unless it is time to store the payload in full again."""
        with explained(self._path):
            row = self._database.execute(_FIND, (str(digest), MAX_REPEATS)).fetchone()
        found = _original(row) if row else None
        is_old = found and now - datetime.fromisoformat(found.date) > MAX_AGE
        return None if is_old else found

    def validators(self, url: str) -> Validators | None:
        """The newest ones of a target URI."""
        with explained(self._path):
            row = self._database.execute(
                "SELECT date, etag, last_modified, digest FROM validators WHERE url = ?", (url,)
            ).fetchone()
        if row is None:
            return None
        date, etag, last_modified, digest = row
        return Validators(
            url=url,
            date=date,
            etag=etag,
            last_modified=last_modified,
            digest=Digest.parse(digest),
        )

    def commit(self, derived: Iterable[Derived]) -> None:
        """Take in what is on the disk now, in one transaction. The newest original wins."""
        with self._transaction():
            self._put(derived)

    def take_in(self, filename: str, derived: Iterable[Derived]) -> None:
        """Take in all that is derived from a closed file, whatever of it was taken in before.

        In several transactions, so that others need not wait; the file is noted in the last.
        """
        with self._transaction():
            self._database.execute("DELETE FROM repeats WHERE filename = ?", (filename,))
        left = iter(derived)
        while some := list(islice(left, _AT_ONCE)):
            self.commit(some)
        self.note_file(filename)

    def note_file(self, filename: str) -> None:
        """All of this file has been taken in."""
        with self._transaction():
            self._database.execute("INSERT OR IGNORE INTO files VALUES (?)", (filename,))

    def files(self) -> set[str]:
        """The closed files that have been taken in."""
        with explained(self._path):
            return {name for (name,) in self._database.execute("SELECT name FROM files")}

    def dump(self) -> Iterator[tuple[object, ...]]:
        """All that the table says, in an order of its own: equal for equal archives."""
        for table in ("originals", "repeats", "validators", "files"):
            with explained(self._path):
                for row in self._database.execute(f"SELECT * FROM {table} ORDER BY 1"):
                    yield (table, *row)

    def originals(self) -> Iterator[Original]:
        """Every original in the table, by digest."""
        with explained(self._path):
            sql = f"SELECT {_COLUMNS} FROM originals ORDER BY digest"
            yield from map(_original, self._database.execute(sql))

    def close(self) -> None:
        self._database.close()

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    def _create(self) -> None:
        with self._transaction():
            if self._version() != VERSION:  # nobody else was quicker
                for statement in _SCHEMA.split(";"):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                yield

    def _put(self, derived: Iterable[Derived]) -> None:
        execute = self._database.execute
        for one in derived:
            match one:
                case Original():
                    named, rest = (one.record_id, str(one.digest)), (one.filename, one.offset)
                    row = (*named, one.size, one.url, one.date, *rest, one.length)
                    execute(_PUT_ORIGINAL, row)
                case Validators(url=url, date=date, etag=etag, last_modified=modified):
                    execute(_PUT_VALIDATORS, (url, date, etag, modified, str(one.digest)))
                case Repeat(original=original, filename=filename):
                    execute(_PUT_REPEAT, (original, filename))


def _original(row: tuple[Any, ...]) -> Original:
    record_id, digest, size, url, date, filename, offset, length = row
    return Original(
        record_id=record_id,
        digest=Digest.parse(digest),
        size=size,
        url=url,
        date=date,
        filename=filename,
        offset=offset,
        length=length,
    )
