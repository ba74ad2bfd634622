"""Which committed response holds a payload: what revisit records refer to. Derived, in SQLite.

A payload is repeated by reference until it has been so `MAX_REPEATS` times or for `MAX_AGE`; then
it is stored in full again and that response takes its place: pywb looks for what a revisit repeats
among the captures of a URL, and among no more than a limited number of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive.digest import Digest
from archive.sqlite import BUSY_TIMEOUT, explained, let_readers_pass

MAX_REPEATS = 50
MAX_AGE = timedelta(days=180)
MIN_PAYLOAD = 512
"""Bytes below which a revisit record costs more than the payload that it saves."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS originals (
    digest TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    date TEXT NOT NULL,
    record_id TEXT NOT NULL,
    filename TEXT NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_REPLACE = """
INSERT INTO originals (digest, url, date, record_id, filename) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (digest) DO UPDATE SET (url, date, record_id, filename, repeats)
    = (excluded.url, excluded.date, excluded.record_id, excluded.filename, 0)
WHERE (excluded.date, excluded.filename) > (date, filename)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A response record that holds a payload, as a revisit refers to it.

    `date` is its WARC-Date, digit for digit; `record_id` has no angle brackets.
    """

    digest: Digest | None
    url: str
    date: str
    record_id: str
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """That a revisit of the original with this digest and date was written."""

    digest: Digest
    date: str


def is_worth(status: int | None, size: int) -> bool:
    """Whether a payload of `size` bytes may be repeated by reference.

    An error or a 304 has no page to keep, and a small payload costs less than the reference.
    """
    return status is not None and status < 400 and status != 304 and size >= MIN_PAYLOAD


class Dedup:
    """The table of originals at `path`, made if it is missing. For one thread; close it.

    Several programs may use one table at once. Raises what `sqlite.explained` does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            self._database = sqlite3.connect(path, timeout=BUSY_TIMEOUT)
            try:
                let_readers_pass(self._database)
                self._database.execute("PRAGMA synchronous = NORMAL")
                self._database.execute(_SCHEMA)
            except BaseException:
                self._database.close()
                raise

    def find(self, digest: Digest, now: datetime) -> Original | None:
        """The original to refer to, unless it is time to store the payload in full again."""
        with explained(self._path):
            row = self._database.execute(
                "SELECT url, date, record_id, filename FROM originals"
                " WHERE digest = ? AND repeats < ?",
                (str(digest), MAX_REPEATS),
            ).fetchone()
        if row is None or now - datetime.fromisoformat(row[1]) > MAX_AGE:
            return None
        url, date, record_id, filename = row
        return Original(digest=digest, url=url, date=date, record_id=record_id, filename=filename)

    def commit(self, originals: Iterable[Original], repeats: Iterable[Repeat]) -> None:
        """Take in what is on the disk now, in one transaction. The newest original wins."""
        rows = [(str(o.digest), o.url, o.date, o.record_id, o.filename) for o in originals]
        with explained(self._path), self._database:
            self._database.executemany(_REPLACE, rows)
            self._database.executemany(
                "UPDATE originals SET repeats = repeats + 1 WHERE digest = ? AND date = ?",
                [(str(repeat.digest), repeat.date) for repeat in repeats],
            )

    def close(self) -> None:
        self._database.close()
