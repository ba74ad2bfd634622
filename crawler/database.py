"""Statements over one SQLite file, of which none is on the disk before the commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

from archive import NewerThanThis
from archive.sqlite import connected, explained, let_readers_pass

REMEDY = "move it away: another is begun, and what only this one could tell is lost"
"""What to do about a broken file: none of these can be derived from the archive."""


class Database:
    """The file at `path`, made if it is missing; without a path one in memory. An older one, whose
    `user_version` is less than `version`, is brought up by `schema`, which makes what is missing,
    or drops tables and makes them again. A power cut takes nothing that was committed from one that
    is `durable`, from others the newest commits.

    Raises NewerThanThis, and what `archive.sqlite.explained` does. Whoever reads does not wait for
    who writes.
    """

    def __init__(
        self, path: Path | None, schema: str, version: int, *, durable: bool = False
    ) -> None:
        self.path = path or Path(":memory:")
        with self._explained():
            self._connection = connected(path) if path else sqlite3.connect(":memory:")
            self._connection.isolation_level = None
            self._connection.row_factory = sqlite3.Row
            try:
                self._open(schema, version, "FULL" if durable else "NORMAL")
            except BaseException:
                self._connection.close()
                raise

    def _open(self, schema: str, version: int, synchronous: str) -> None:
        if self._version() > version:
            raise NewerThanThis(self.path)
        let_readers_pass(self._connection)
        self._connection.execute(f"PRAGMA synchronous = {synchronous}")
        if self._version() != version:
            self._make(schema, version)

    def _make(self, schema: str, version: int) -> None:
        """Unless another program has made it since."""
        self._connection.execute("BEGIN IMMEDIATE")
        if self._version() != version:
            for statement in schema.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {version}")
        self._connection.execute("COMMIT")

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.path, REMEDY)

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def one(self, sql: str, **values: object) -> sqlite3.Row | None:
        """The first row."""
        with self._explained():
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def rows(self, sql: str, **values: object) -> Iterator[sqlite3.Row]:
        """Rows as they are asked for: nothing may be written to their table meanwhile."""
        with self._explained():
            yield from self._connection.execute(sql, values)

    def begin(self) -> None:
        """From now on nothing is kept before the next `commit`, and no other may write."""
        with self._explained():
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")

    def do(self, sql: str, **values: object) -> None:
        """Write; it is kept at the next `commit`."""
        self.begin()
        with self._explained():
            self._connection.execute(sql, values)

    def commit(self) -> None:
        """Put on the disk what was written."""
        with self._explained():
            self._connection.commit()

    def forget(self) -> None:
        """Take back what was not committed."""
        with self._explained():
            self._connection.rollback()

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._connection.close()


def version_of(path: Path) -> int:
    """The `user_version` of a file, which is left as it is."""
    with explained(path, REMEDY), closing(connected(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
