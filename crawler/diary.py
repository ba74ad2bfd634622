"""The diary of a collection: every run that was planned or begun, and what became of it.

The catalog knows of a run what it wrote down at its end; one that was killed wrote nothing, and one
that never began could not. Here each has a row from the moment it is planned, or begins. The diary
is no archive, but it is not derived either: whoever deletes it loses what only it can tell.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from archive import Catalog, Collection, CollectionLocked, NotACollection, Run
from crawler.database import Database, version_of

VERSION = 1
"""Kept in `user_version`."""

_SCHEMA = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    job TEXT,
    planned_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    run_id TEXT,
    pid INTEGER,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX runs_of_site ON runs (site, number);
CREATE INDEX runs_by_id ON runs (run_id);
"""
_ENTRIES = """
SELECT * FROM runs WHERE (:site IS NULL OR site = :site) AND (:state IS NULL OR state = :state)
ORDER BY number DESC LIMIT :limit
"""


class State(StrEnum):
    PLANNED = "planned"
    """Its time has come or will come; it has not begun."""
    RUNNING = "running"
    ENDED = "ended"
    """It judged itself: see its outcome."""
    KILLED = "killed"
    """It began, and was gone without a word."""
    SKIPPED = "skipped"
    """It was not begun, for a reason: another run of the site was under way."""
    MISSED = "missed"
    """Nobody was there at its time; a later run caught up for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run. Times are WARC dates. `number` is None for one that only the archive tells of: it was
    made before there was a diary, or stands in files that came from elsewhere.
    """

    number: int | None
    site: str
    state: str
    job: str | None = None
    planned_at: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    run_id: str | None = None
    pid: int | None = None
    outcome: str | None = None
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """When it began, or would have."""
        return self.started_at or self.planned_at or self.ended_at or ""

    @classmethod
    def of(cls, run: Run) -> Entry:
        """A run as the archive tells of it."""
        return cls(
            number=None,
            site=run.site,
            state=State.ENDED,
            started_at=run.started_at,
            ended_at=run.finished_at,
            run_id=run.id,
            outcome=run.outcome,
            reason=run.reason,
            counts=run.counts,
        )


class Diary:
    """The diary of a collection, made if it is missing. Close it.

    What a method writes is on the disk when it returns, and seen by every other program. Raises
    what `archive.sqlite.explained` does.
    """

    def __init__(self, path: Path | None) -> None:
        if path and path.exists() and version_of(path) > VERSION:
            raise NotACollection(path, "a newer tinhuy has written it: use that one")
        self._database = Database(path, _SCHEMA, VERSION)

    @classmethod
    def of(cls, collection: Collection) -> Diary:
        return cls(_path_of(collection))

    @classmethod
    def as_it_is(cls, collection: Collection) -> Diary:
        """The diary for who only looks: an empty one where there is none."""
        path = _path_of(collection)
        return cls(path if path.exists() else None)

    def __enter__(self) -> Diary:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    # What is written

    def begin(self, site: str, at: str, run_id: str) -> int:
        """A run of a site begins, in this process, which holds the site's lock; its number.

        Whoever ran before it and said nothing of its end is dead.
        """
        self._bury(site, at)
        return self._add(
            site=site, state=State.RUNNING, started_at=at, run_id=run_id, pid=os.getpid()
        )

    def end(self, number: int, run: Run) -> None:
        """A run has judged itself."""
        self._database.do(
            "UPDATE runs SET state = :state, ended_at = :at, outcome = :outcome, reason = :reason,"
            " counts = :counts WHERE number = :number",
            state=State.ENDED,
            at=run.finished_at,
            outcome=run.outcome,
            reason=run.reason,
            counts=json.dumps(run.counts),
            number=number,
        )
        self._database.commit()

    def skip(self, site: str, at: str, reason: str) -> int:
        """A run that was asked for does not begin; its number."""
        return self._add(
            site=site, state=State.SKIPPED, started_at=None, ended_at=at, reason=reason
        )

    def settle(self, collection: Collection, at: str) -> None:
        """Call killed what says that it runs, and holds no lock of its site."""
        for site in sorted({entry.site for entry in self.entries(state=State.RUNNING)}):
            try:
                with collection.hold_site(site):
                    self._bury(site, at)
            except CollectionLocked:
                continue

    def _bury(self, site: str, at: str) -> None:
        self._database.do(
            "UPDATE runs SET state = :killed, ended_at = :at"
            " WHERE site = :site AND state = :running",
            killed=State.KILLED,
            running=State.RUNNING,
            site=site,
            at=at,
        )
        self._database.commit()

    def _add(self, **values: object) -> int:
        columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        row = self._database.one(
            f"INSERT INTO runs ({columns}) VALUES ({marks}) RETURNING number", **values
        )
        self._database.commit()
        return int(row["number"]) if row else 0

    # What is read

    def entries(
        self, site: str | None = None, *, state: State | None = None, limit: int = -1
    ) -> Iterator[Entry]:
        """The newest first."""
        rows = self._database.rows(_ENTRIES, site=site, state=state, limit=limit)
        return map(_entry, rows)

    def entry(self, number: int) -> Entry | None:
        row = self._database.one("SELECT * FROM runs WHERE number = :number", number=number)
        return _entry(row) if row else None

    def knows(self, run_id: str) -> bool:
        return bool(self._database.one("SELECT 1 FROM runs WHERE run_id = :id", id=run_id))


def history(collection: Collection, now: str, site: str | None, limit: int) -> list[Entry]:
    """The newest runs that the diary or the archive tells of, the newest first.

    What died since somebody looked is called killed first, if the disk takes it.
    """
    with Diary.as_it_is(collection) as diary, Catalog(collection.catalog_path) as catalog:
        if os.access(collection.path, os.W_OK):
            diary.settle(collection, now)
        told = list(diary.entries(site, limit=limit))
        runs = catalog.runs(site, newest=limit)
        told += [Entry.of(run) for run in runs if not diary.knows(run.id)]
    return sorted(told, key=lambda entry: entry.at, reverse=True)[:limit]


def find(collection: Collection, now: str, number: int) -> Entry | None:
    """A run by its number in the diary."""
    with Diary.as_it_is(collection) as diary:
        if os.access(collection.path, os.W_OK):
            diary.settle(collection, now)
        return diary.entry(number)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(**{**dict(row), "counts": json.loads(row["counts"])})


def _path_of(collection: Collection) -> Path:
    return collection.path / "diary.sqlite3"
