"""The diary of a collection: every run that was planned or begun, and what became of it.

The catalog knows of a run what it wrote down at its end; one that was killed wrote nothing, and one
that never began could not. Here each has a row from the moment it is planned, or begins. The diary
is no archive, but it is not derived either: whoever deletes it loses what only it can tell.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from archive import ArchiveError, Catalog, Collection, CollectionLocked, Run
from crawler.database import Notebook

_SCHEMA = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    job TEXT,
    night TEXT,
    planned_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    run_id TEXT,
    pid INTEGER,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT '{}',
    cut_short INTEGER NOT NULL DEFAULT 0,
    limited INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job, night, site)
);
CREATE INDEX runs_of_site ON runs (site, number);
CREATE INDEX runs_by_id ON runs (run_id);
CREATE INDEX runs_by_state ON runs (state, night);
CREATE INDEX runs_begun ON runs (site, number) WHERE started_at IS NOT NULL;
CREATE INDEX runs_by_outcome ON runs (state, outcome);
"""
_ENTRIES = """
SELECT * FROM runs WHERE {} AND number >= :first
ORDER BY number DESC LIMIT :limit
"""


# One look into the index for each site: DISTINCT would walk over every run.
_FOUND = """
WITH RECURSIVE found (site) AS (
    SELECT min(site) FROM runs
    UNION ALL
    SELECT (SELECT min(site) FROM runs WHERE runs.site > found.site) FROM found
    WHERE found.site IS NOT NULL)
"""
_SITES = f"{_FOUND} SELECT site FROM found WHERE site IS NOT NULL"
_RUNNING = "SELECT * FROM runs WHERE state = 'running' ORDER BY number DESC"
_VISITS = """
SELECT * FROM runs WHERE site = :site AND state IN ('ended', 'killed')
    AND (:before IS NULL OR started_at < :before)
ORDER BY number DESC LIMIT :limit
"""
_PLANNED = """
SELECT * FROM runs WHERE site = :site AND night IS NOT NULL AND state <> 'planned'
    AND job NOT IN (:by_hand, :again)
ORDER BY number DESC LIMIT :limit
"""
_NEWEST = """
SELECT * FROM runs
WHERE site = :site AND state = 'ended' AND (:outcome IS NULL OR outcome = :outcome)
ORDER BY number DESC LIMIT 1
"""
_TALLY = """
SELECT coalesce(outcome, state) AS went, count(*) AS runs FROM runs GROUP BY state, outcome
"""
_DUE = """
SELECT * FROM runs
WHERE state = :planned AND (planned_at <= :now OR job IN (:by_hand, :again))
ORDER BY planned_at, number
"""


_PLAN = """
INSERT OR IGNORE INTO runs (job, night, site, planned_at, state, reason)
VALUES (:job, :night, :site, :at, :state, :reason)
"""


_AHEAD = """
FROM runs WHERE state IN (:planned, :missed) AND night > :now AND job NOT IN (:by_hand, :again)
"""


# What another run of its site has followed is not repeated, so a few of the newest are looked at:
# the cost is that of the sites, however many runs there were.
_CUT_SHORT = f"""
{_FOUND}
SELECT cut.night, cut.site FROM found CROSS JOIN runs AS cut ON cut.number IN (
    SELECT number FROM runs WHERE runs.site = found.site AND started_at IS NOT NULL
    ORDER BY number DESC LIMIT 10)
WHERE cut_short AND NOT limited AND job != :again AND night IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM runs WHERE site = cut.site AND number > cut.number
    AND started_at IS NOT NULL AND coalesce(ended_at >= cut.started_at, 1))
AND NOT EXISTS (SELECT 1 FROM runs WHERE job = :again AND night = cut.night AND site = cut.site)
"""


BY_HAND, AGAIN = "by hand", "again"
"""The jobs of what a person wants now, and of what was killed: due whatever the clock says."""

GONE = "gone without a word"
"""Why a run is called killed of which nobody knows why it is not there."""


class State(StrEnum):
    PLANNED = "planned"
    """Its time has come or will come; it has not begun."""
    RUNNING = "running"
    ENDED = "ended"
    """It judged itself: see its outcome."""
    KILLED = "killed"
    """It began, and ended without judging itself."""
    SKIPPED = "skipped"
    """It was not begun, for a reason: another run of the site was under way, or the clock that
    planned it was ahead."""
    MISSED = "missed"
    """Nobody was there at its time; a later run caught up for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run. Times are WARC dates. `number` is None for one that only the archive tells of: it was
    made before there was a diary, or stands in files that came from elsewhere. `night` is the time
    of its `job` that it was planned for; it is to begin, or was, some time after (`planned_at`).
    One that was `cut_short` had more to do, and was ended from outside: by a kill, a stop of the
    service. One that was `limited` went beyond its limits, and would once more: it is not repeated.
    """

    number: int | None
    site: str
    state: str
    job: str | None = None
    night: str | None = None
    planned_at: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    run_id: str | None = None
    pid: int | None = None
    outcome: str | None = None
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    cut_short: bool = False
    limited: bool = False

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


@dataclass(frozen=True, slots=True)
class Planned:
    """A run of a site for a night of a job, to begin `at` some time after it. WARC dates."""

    night: str
    site: str
    at: str


class NotPlanned(ArchiveError):
    """A run that was to begin has been begun, or skipped, by another process."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"run {number} is not waiting any more; see `tinhuy run show {number}`")


class Diary(Notebook):
    """The diary of a collection."""

    FILE = "diary.sqlite3"
    STEPS = (_SCHEMA,)

    # What is planned

    def plan(self, job: str, planned: Iterable[Planned], missed: Iterable[Planned] = ()) -> None:
        """Runs that are to begin at their times, and others that nobody was there to begin, all or
        none of them. A run is told once for each night of a job.
        """
        with self._writing():
            for state, told in ((State.PLANNED, planned), (State.MISSED, missed)):
                reason = "nobody was there" if state == State.MISSED else ""
                for one in told:
                    self._database.do(
                        _PLAN, job=job, state=state, reason=reason, **dataclasses.asdict(one)
                    )

    def withdraw(self, now: str) -> int:
        """Skip what was planned or told as missed for nights to come, by a clock that was ahead;
        how many runs that were. Their nights are free to be planned when they have come.
        """
        states = {"planned": State.PLANNED, "missed": State.MISSED}
        told = {**states, "now": now, "by_hand": BY_HAND, "again": AGAIN}
        row = self._database.one(f"SELECT count(*) AS number {_AHEAD}", **told)
        found = int(row["number"]) if row else 0
        if found:
            with self._writing():
                self._database.do(
                    "UPDATE runs SET state = :skipped, night = NULL, ended_at = :now, reason = :why"
                    f" WHERE number IN (SELECT number {_AHEAD})",
                    skipped=State.SKIPPED,
                    why="the clock that planned it was ahead",
                    **told,
                )
        return found

    def catch_up(self, job: str, night: str, now: str) -> None:
        """Plan what was told as missed of a night: with the clock set right it is the newest."""
        told = {"job": job, "night": night, "missed": State.MISSED}
        of_it = "WHERE job = :job AND night = :night AND state = :missed"
        if self._database.one(f"SELECT 1 FROM runs {of_it}", **told):
            with self._writing():
                self._database.do(
                    f"UPDATE runs SET state = :planned, planned_at = :now, reason = '' {of_it}",
                    planned=State.PLANNED,
                    now=now,
                    **told,
                )

    def once_more(self, now: str) -> None:
        """Plan again, as soon as can be, what is `to_be_repeated`."""
        if cut := self.to_be_repeated():
            self.plan(AGAIN, [Planned(night, site, now) for night, site in cut])

    def to_be_repeated(self) -> list[tuple[str, str]]:
        """Night and site of what was cut short within its limits: each once, and not if another
        run of its site has begun since.
        """
        rows = self._database.rows(_CUT_SHORT, again=AGAIN)
        return [(row["night"], row["site"]) for row in rows]

    def nights(self, job: str, since: str) -> set[str]:
        """The nights of a job from one on that were planned or missed."""
        rows = self._database.rows(
            "SELECT DISTINCT night FROM runs WHERE job = :job AND night >= :since",
            job=job,
            since=since,
        )
        return {row["night"] for row in rows}

    def due(self, now: str) -> list[Entry]:
        """What was planned for now or earlier and has not begun, in its order."""
        rows = self._database.rows(
            _DUE, planned=State.PLANNED, now=now, by_hand=BY_HAND, again=AGAIN
        )
        return [_entry(row) for row in rows]

    # What becomes of it

    def begin(self, site: str, at: str, run_id: str, number: int | None = None) -> int:
        """A run of a site begins, in this process, which holds the site's lock; its number.

        Whoever ran before it and said nothing of its end is dead. Raises NotPlanned for a number
        that another process has begun, or skipped.
        """
        self._bury(site, at)
        told = {"state": State.RUNNING, "started_at": at, "run_id": run_id, "pid": os.getpid()}
        if number is None:
            return self._add(site=site, **told)
        if not self._change(number, of=(State.PLANNED,), reason="", **told):
            raise NotPlanned(number)
        return number

    def end(self, number: int, run: Run, *, cut_short: bool = False) -> None:
        """A run has judged itself."""
        self._change(
            number,
            state=State.ENDED,
            ended_at=run.finished_at,
            outcome=run.outcome,
            reason=run.reason,
            counts=json.dumps(run.counts),
            cut_short=cut_short,
        )

    def skip(self, site: str, at: str, reason: str, number: int | None = None) -> int:
        """A run that was planned or asked for does not begin; its number. One that another process
        has begun meanwhile stays what it is.
        """
        if number is None:
            return self._add(site=site, state=State.SKIPPED, ended_at=at, reason=reason)
        told = {"ended_at": at, "reason": reason}
        self._change(number, of=(State.PLANNED,), state=State.SKIPPED, **told)
        return number

    def bury(self, number: int, pid: int, at: str, reason: str, *, cut_short: bool = False) -> bool:
        """The process that was to see to a run is gone; whether that is news: it may have said how
        it ended, or another may have begun it.
        """
        entry = self.entry(number)
        is_news = entry is not None and entry.pid in (pid, None)
        told = {"ended_at": at, "reason": reason, "cut_short": cut_short}
        living = (State.PLANNED, State.RUNNING)
        return is_news and self._change(number, of=living, state=State.KILLED, **told)

    def limit(self, number: int) -> None:
        """A run is to be ended for going beyond its limits: however it ends, it is not repeated."""
        self._change(number, limited=True)

    def remark(self, number: int, words: str) -> None:
        """Say more of why a run ended as it did."""
        if entry := self.entry(number):
            self._change(number, reason="; ".join(filter(None, (entry.reason, words))))

    def settle(self, collection: Collection, at: str) -> None:
        """Call killed what says that it runs, and holds no lock of its site.

        What runs on holds it; only who looks at the same moment may be in the way.
        """
        for site in sorted({entry.site for entry in self.running()}):
            with suppress(CollectionLocked), collection.hold_site(site):
                self._bury(site, at)

    def _bury(self, site: str, at: str) -> None:
        with self._writing():
            self._database.do(
                "UPDATE runs SET state = :killed, ended_at = :at, reason = :reason, cut_short = 1"
                " WHERE site = :site AND state = :running",
                killed=State.KILLED,
                running=State.RUNNING,
                reason=GONE,
                site=site,
                at=at,
            )

    def _change(self, number: int, *, of: Sequence[State] = tuple(State), **values: object) -> bool:
        """Whether the run was in one of these states."""
        changes = ", ".join(f"{name} = :{name}" for name in values)
        states = ", ".join(f"'{state}'" for state in of)
        with self._writing():
            row = self._database.one(
                f"UPDATE runs SET {changes} WHERE number = :number AND state IN ({states})"
                " RETURNING number",
                number=number,
                **values,
            )
        return row is not None

    def _add(self, **values: object) -> int:
        columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        with self._writing():
            row = self._database.one(
                f"INSERT INTO runs ({columns}) VALUES ({marks}) RETURNING number", **values
            )
        return int(row["number"]) if row else 0

    # What is read

    def entries(
        self, site: str | None = None, *, limit: int = -1, first: int = 0
    ) -> Iterator[Entry]:
        """The newest first, of those that are numbered from `first` on."""
        sql = _ENTRIES.format("site = :site" if site else "TRUE")
        rows = self._database.rows(sql, site=site, limit=limit, first=first)
        return map(_entry, rows)

    def running(self) -> list[Entry]:
        """What says that it runs, the newest first."""
        return [_entry(row) for row in self._database.rows(_RUNNING)]

    def entry(self, number: int) -> Entry | None:
        row = self._database.one("SELECT * FROM runs WHERE number = :number", number=number)
        return _entry(row) if row else None

    def newest(self, site: str, outcome: str | None = None) -> Entry | None:
        """The newest run of a site that has judged itself (so)."""
        row = self._database.one(_NEWEST, site=site, outcome=outcome)
        return _entry(row) if row else None

    def visits(self, site: str, limit: int, before: str | None = None) -> list[Entry]:
        """The newest runs of a site that have begun and are over (and had begun before a moment),
        the newest first.
        """
        told = {"site": site, "limit": limit, "before": before}
        return [_entry(row) for row in self._database.rows(_VISITS, **told)]

    def planned(self, site: str, limit: int) -> list[Entry]:
        """The newest nights of a site whose time has come, whatever became of them."""
        told = {"site": site, "limit": limit, "by_hand": BY_HAND, "again": AGAIN}
        return [_entry(row) for row in self._database.rows(_PLANNED, **told)]

    def tally(self) -> dict[str, int]:
        """How many runs there are by outcome, and by state of those without one."""
        found = Counter[str]()
        for row in self._database.rows(_TALLY):
            found[row["went"]] += row["runs"]
        return dict(found)

    def sites(self) -> list[str]:
        """All that it tells of, by name."""
        return [row["site"] for row in self._database.rows(_SITES)]

    def knows(self, run_id: str) -> bool:
        return bool(self._database.one("SELECT 1 FROM runs WHERE run_id = :id", id=run_id))


def history(collection: Collection, now: str, site: str | None, limit: int) -> list[Entry]:
    """The newest runs that the diary or the archive tells of, the newest first."""
    with _settled(collection, now) as diary, Catalog(collection.catalog_path) as catalog:
        told = list(diary.entries(site, limit=limit))
        runs = catalog.runs(site, newest=limit)
        told += [Entry.of(run) for run in runs if not diary.knows(run.id)]
    return sorted(told, key=lambda entry: entry.at, reverse=True)[:limit]


def find(collection: Collection, now: str, number: int) -> Entry | None:
    """A run by its number in the diary."""
    with _settled(collection, now) as diary:
        return diary.entry(number)


@contextmanager
def _settled(collection: Collection, now: str) -> Iterator[Diary]:
    """The diary for who looks, with the dead called killed, if the disk takes it."""
    with Diary.as_it_is(collection) as diary:
        if os.access(collection.path, os.W_OK):
            diary.settle(collection, now)
        yield diary


def _entry(row: sqlite3.Row) -> Entry:
    flags = {name: bool(row[name]) for name in ("cut_short", "limited")}
    return Entry(**{**dict(row), **flags, "counts": _counts(row["counts"])})


def _counts(told: str) -> dict[str, int]:
    """What cannot be read is no reason that nobody hears of the other runs."""
    try:
        return dict(json.loads(told))
    except (TypeError, ValueError):
        return {}
