"""What the SQLite files of a collection have in common: opening, and errors.

Catalog and dedup table are derived; whoever keeps others says what to do about a broken one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import CollectionLocked, NotACollection, StorageFailed

BUSY_TIMEOUT = 30.0
"""Seconds to wait for another program's transaction."""

REMEDY = "delete it and run `tinhuy rebuild`"
"""What to do about a derived file that cannot be used."""

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
}


@contextmanager
def explained(path: Path, remedy: str = REMEDY) -> Iterator[None]:
    """Errors of the database at `path`, as errors of archive/.

    Raises CollectionLocked when another program keeps it locked, NotACollection when its bytes are
    no database (with the `remedy`), StorageFailed when the disk refuses. Any other is an error of
    ours and stays.
    """
    try:
        yield
    except sqlite3.Error as error:
        kind = _kind(error)
        if kind in _LOCKED:
            raise CollectionLocked(path.parent, path.name) from error
        if kind in _BROKEN:
            raise NotACollection(path, f"it is no database; {remedy}") from error
        if kind in _DISK:
            raise StorageFailed(path, str(error)) from error
        raise


def connected(path: Path) -> sqlite3.Connection:
    """A connection without transactions of its own. On a disk that takes nothing it only reads."""
    if os.access(path.parent, os.W_OK):
        return sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
    where = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(where, uri=True, isolation_level=None)


def let_readers_pass(database: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, in which who reads does not wait for who writes.

    The switch is for good, and alone among statements does not wait for a lock: who is refused
    has somebody beside him who switches, or leaves it to the next who opens.
    """
    try:
        database.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if _kind(error) not in _LOCKED | {sqlite3.SQLITE_READONLY}:
            raise


def _kind(error: sqlite3.Error) -> int:
    """The primary result code; the higher bits tell its variants apart."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
