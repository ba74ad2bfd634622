"""The ledger of a site: every address that was met, what became of it, and what waits to be asked.

One SQLite file for each site, written by the run that holds the site's lock. It is no archive and
nothing in the archive refers to it: whoever deletes it loses no page, only what was found and not
yet asked for, and the next run walks the site again.

Nothing of it is on the disk before `commit`, which the caller calls when the records of what was
visited are: after a kill, an address that was visited since then waits again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType

from archive import Collection, NewerThanThis, NotACollection
from crawler import waiting
from crawler.database import Database, version_of
from crawler.reading.page import GONE
from crawler.waiting import Queue

logger = logging.getLogger(__name__)

VERSION = 3
"""Kept in `user_version`. An older ledger is emptied: the site is walked anew."""

MAX_TRIES = 5
"""Runs in a row that ask for an address which fails; then it must be found again."""

BY_HAND = "asked for again by hand"
"""The `error` of an address that is to be asked for in the next run."""

PAGES = ("article", "listing", "page")
"""Kinds that count against a limit on pages."""

_SCHEMA = f"""{waiting.SCHEMA}
DROP TABLE IF EXISTS addresses;
DROP TABLE IF EXISTS rounds;
DROP TABLE IF EXISTS facts;
CREATE TABLE addresses (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    via TEXT,
    found_at TEXT NOT NULL,
    listed_at TEXT,
    modified TEXT,
    round INTEGER NOT NULL,
    fetched_at TEXT,
    status INTEGER,
    said TEXT,
    barren INTEGER NOT NULL DEFAULT 0,
    missed_at TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at TEXT,
    error TEXT
) WITHOUT ROWID;
CREATE TABLE rounds (
    number INTEGER PRIMARY KEY,
    begun_at TEXT NOT NULL,
    ended_at TEXT,
    is_full INTEGER NOT NULL
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID
"""
_MEET = """
INSERT INTO addresses (key, kind, url, via, found_at, listed_at, modified, round)
VALUES (:key, :kind, :url, :via, :now, :listed, :modified, :round)
ON CONFLICT (key) DO UPDATE SET
    kind = excluded.kind, url = excluded.url, round = excluded.round,
    listed_at = coalesce(excluded.listed_at, listed_at),
    modified = coalesce(excluded.modified, modified)
"""
# Between the moment in which a request is made and that in which it waits a run may be killed: what
# was met and neither waits nor was visited in the round must be met once more.
_UNMEET = """
UPDATE addresses SET round = 0 WHERE round = :number AND error IS NULL
    AND (fetched_at IS NULL OR fetched_at < :begun_at) AND key NOT IN (SELECT key FROM waiting)
"""
_VISITED = """
UPDATE addresses SET fetched_at = :at, status = :status, said = :said, round = :round,
    barren = CASE WHEN :is_barren THEN barren + 1 ELSE 0 END,
    (tries, error) = (
        CASE WHEN :is_refused THEN tries + 1 ELSE 0 END,
        CASE WHEN :is_refused THEN 'status ' || :status END)
WHERE key = :key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What is known of an address. Times are WARC dates.

    `via` is where it was found first; `listed_at` when a listing, feed or sitemap named it last,
    and `modified` what such a one said of its last change. `said` is what its newest answer was
    read as, `status` with what it came; `error` is why the newest of `tries` failed or what forbade
    it. `barren` counts the visits in a row that led to nothing new. `missed_at`: a known article
    has not been where it was since.
    """

    key: str
    kind: str
    url: str
    via: str | None = None
    found_at: str = ""
    listed_at: str | None = None
    modified: str | None = None
    round: int = 0
    fetched_at: str | None = None
    status: int | None = None
    said: str | None = None
    barren: int = 0
    missed_at: str | None = None
    tries: int = 0
    tried_at: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An answer that has been made use of: whatever it led to has been said before this."""

    key: str
    url: str
    at: str
    status: int
    said: str
    is_barren: bool = False
    is_told: bool = False
    """It was asked for because a list told of a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One pass over the site, by one run or by several of which each but the last was cut short.

    A round is `full` if it follows every list to its end.
    """

    number: int
    begun_at: str
    ended_at: str | None
    is_full: bool
    is_continued: bool = False


class Ledger:
    """The ledger at `path`, made if it is missing; without a path one in memory. Close it.

    Raises what `archive.sqlite.explained` does. `queue` is what of it waits.
    """

    def __init__(self, path: Path | None) -> None:
        self.round = Round(number=0, begun_at="", ended_at=None, is_full=True)
        self._database = Database(path, [*[""] * (VERSION - 1), _SCHEMA])
        self.queue = Queue(self._database, self.failed)

    @classmethod
    def of(cls, collection: Collection, site: str) -> Ledger:
        """The ledger of a site, for the run that holds the site's lock."""
        path = _path_of(collection, site)
        path.parent.mkdir(exist_ok=True)
        try:
            return cls(path)
        except NewerThanThis:
            raise
        except NotACollection:
            aside = path.with_suffix(".broken")
            path.replace(aside)
            logger.warning("%s is no ledger: it is %s now, the site is walked anew", path, aside)
            return cls(path)

    @classmethod
    def as_it_is(cls, collection: Collection, site: str) -> Ledger:
        """The ledger of a site for who only looks: an empty one where there is none of today."""
        path = _path_of(collection, site)
        is_ours = path.exists() and version_of(path) == VERSION
        return cls(path if is_ours else None)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._database.close()

    # Rounds

    def begin(self, now: str, *, oldest: str, full_since: str) -> Round:
        """Go on with the round that was cut short, if it has begun since `oldest`; or begin one.

        A new round is full if no full one has ended since `full_since`. What failed waits again.
        """
        last = self._database.one("SELECT * FROM rounds ORDER BY number DESC LIMIT 1")
        if last and last["ended_at"] is None and oldest <= last["begun_at"] <= now:
            self.round = Round(
                **{**dict(last), "is_full": bool(last["is_full"])}, is_continued=True
            )
            self._database.do(_UNMEET, number=self.round.number, begun_at=self.round.begun_at)
            return self.round
        ended = self._database.one(
            "SELECT 1 FROM rounds WHERE is_full AND ended_at BETWEEN :since AND :now",
            since=full_since,
            now=now,
        )
        number = (last["number"] if last else 0) + 1
        self._database.do(
            "INSERT INTO rounds (number, begun_at, is_full) VALUES (:number, :now, :is_full)",
            number=number,
            now=now,
            is_full=ended is None,
        )
        self.round = Round(number=number, begun_at=now, ended_at=None, is_full=ended is None)
        return self.round

    def end(self, now: str) -> None:
        """The round has done all that it was to do."""
        self._database.do(
            "UPDATE rounds SET ended_at = :now WHERE number = :number",
            now=now,
            number=self.round.number,
        )

    def commit(self) -> None:
        """Put on the disk what was said so far."""
        self._database.commit()

    # Addresses

    def meet(
        self,
        key: str,
        kind: str,
        url: str,
        now: str,
        *,
        via: str | None = None,
        is_listed: bool = False,
        modified: str | None = None,
    ) -> Address | None:
        """What was known of an address before this round; None if it was met in this round."""
        before = self.find(key)
        if before and before.round == self.round.number:
            return None
        self._database.do(
            _MEET,
            key=key,
            kind=kind,
            url=url,
            via=via,
            now=now,
            listed=now if is_listed else None,
            modified=modified,
            round=self.round.number,
        )
        return before or Address(key=key, kind=kind, url=url, via=via, found_at=now)

    def find(self, key: str) -> Address | None:
        """What is known of an address."""
        row = self._database.one("SELECT * FROM addresses WHERE key = :key", key=key)
        return Address(**dict(row)) if row else None

    def addresses(self, kind: str | None = None) -> Iterator[Address]:
        """All that were met (of one kind), by key."""
        rows = self._database.rows(
            "SELECT * FROM addresses WHERE :kind IS NULL OR kind = :kind ORDER BY key", kind=kind
        )
        return (Address(**dict(row)) for row in rows)

    def release(self, key: str) -> None:
        """Let an address be met again in this round, in another form."""
        self._database.do("UPDATE addresses SET round = 0 WHERE key = :key", key=key)

    def visited(self, visit: Visit) -> None:
        """The answer came, and all that it led to was noted. It waits no more."""
        values = {field.name: getattr(visit, field.name) for field in fields(visit)}
        is_refused = visit.status >= 400 and visit.status not in GONE
        self._database.do(_VISITED, **values, is_refused=is_refused, round=self.round.number)
        self.queue.settle(visit.key)

    def failed(self, key: str, why: str, at: str | None = None) -> None:
        """No answer came. It is not asked again in this round."""
        self._database.do(
            "UPDATE addresses SET tries = tries + 1, tried_at = :at, error = :why WHERE key = :key",
            key=key,
            at=at,
            why=why,
        )
        self.queue.settle(key)

    def ask_again(self, key: str) -> None:
        """Let the next run ask for an address, whatever came of it before."""
        self._database.do(
            "UPDATE addresses SET tries = 1, error = :why, round = 0 WHERE key = :key",
            key=key,
            why=BY_HAND,
        )

    def missed(self, key: str, at: str | None) -> None:
        """Since when a known article is not where it was; None: it is there."""
        self._database.do("UPDATE addresses SET missed_at = :at WHERE key = :key", key=key, at=at)

    def fact(self, name: str) -> int:
        """A number that was learned of the site; 0 if it was not."""
        row = self._database.one("SELECT value FROM facts WHERE name = :name", name=name)
        return int(row["value"]) if row else 0

    def add(self, name: str, number: int) -> None:
        """Add to such a number."""
        self._database.do(
            "INSERT INTO facts VALUES (:name, :number)"
            " ON CONFLICT (name) DO UPDATE SET value = value + :number",
            name=name,
            number=number,
        )

    def missing(self) -> Iterator[Address]:
        """Known articles that were not where they were, when they were asked for last."""
        rows = self._database.rows(
            "SELECT * FROM addresses WHERE missed_at IS NOT NULL ORDER BY missed_at"
        )
        return (Address(**dict(row)) for row in rows)

    def unanswered(self) -> Iterator[Address]:
        """Pages that were asked for in vain, not too often, and do not wait."""
        rows = self._database.rows(
            "SELECT key FROM addresses WHERE tries BETWEEN 1 AND :most"
            " AND kind IN (SELECT value FROM json_each(:pages))"
            " AND key NOT IN (SELECT key FROM waiting) ORDER BY key",
            most=MAX_TRIES,
            pages=json.dumps(PAGES),
        )
        for key in [row["key"] for row in rows]:
            if address := self.find(key):
                yield address


def _path_of(collection: Collection, site: str) -> Path:
    return collection.path / "ledgers" / f"{collection.file_prefix(site)}.sqlite3"
