"""Statements over one SQLite file, of which none is on the disk before the commit; and such files
as the crawler's own in a collection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import ClassVar, Self

from archive import Collection, NewerThanThis
from archive.sqlite import connected, explained, let_readers_pass

REMEDY = "move it away: another is begun, and what only this one could tell is lost"
"""What to do about a broken file: none of these can be derived from the archive."""


class Database:
    """The file at `path`, made if it is missing; without a path one in memory. `steps` are scripts
    of which the n-th brings a file of version n - 1 to version n (its `user_version`), the first
    an empty one: an older file goes through those that it lacks, all or none of them. A power cut
    takes nothing that was committed from one that is `durable`, from others the newest commits.

    Raises NewerThanThis, and what `archive.sqlite.explained` does. Whoever reads does not wait for
    who writes.
    """

    def __init__(self, path: Path | None, steps: Sequence[str], *, durable: bool = False) -> None:
        self.path = path or Path(":memory:")
        with self._explained():
            self._connection = connected(path) if path else sqlite3.connect(":memory:")
            self._connection.isolation_level = None
            self._connection.row_factory = sqlite3.Row
            try:
                self._open(steps, "FULL" if durable else "NORMAL")
            except BaseException:
                self._connection.close()
                raise

    def _open(self, steps: Sequence[str], synchronous: str) -> None:
        if self._version() > len(steps):
            raise NewerThanThis(self.path)
        let_readers_pass(self._connection)
        self._connection.execute(f"PRAGMA synchronous = {synchronous}")
        if self._version() != len(steps):
            self._bring_up(steps)

    def _bring_up(self, steps: Sequence[str]) -> None:
        """From where it stands: another program may have done it since."""
        self._connection.execute("BEGIN IMMEDIATE")
        for script in steps[self._version() :]:
            for statement in script.split(";"):
                self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version = {len(steps)}")
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


class Notebook:
    """One of the crawler's own files in a collection, with what nothing else can tell, made if it
    is missing. Close it.

    What is written by a method is on the disk when it returns, all of it or nothing, and seen by
    every other program. Raises what `Database` does.
    """

    FILE: ClassVar[str]
    STEPS: ClassVar[Sequence[str]]

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path, self.STEPS, durable=True)

    @classmethod
    def of(cls, collection: Collection) -> Self:
        return cls(collection.path / cls.FILE)

    @classmethod
    def as_it_is(cls, collection: Collection) -> Self:
        """For who only looks: an empty one where there is none."""
        path = collection.path / cls.FILE
        return cls(path if path.exists() else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def hurry(self) -> None:
        """From now on wait for whoever writes for a second only: who is to end has no more time."""
        self._database.one("PRAGMA busy_timeout = 1000")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What is written stands when this ends; if the disk refuses it, nobody waits for it."""
        try:
            self._database.begin()
            yield
            self._database.commit()
        except BaseException:
            self._database.forget()
            raise


def version_of(path: Path) -> int:
    """The `user_version` of a file, which is left as it is."""
    with explained(path, REMEDY), closing(connected(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
