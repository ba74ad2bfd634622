"""Which sites of a collection are crawled when: the jobs, and the nights that they plan.

The jobs stand in `schedule.sqlite3`, and APScheduler knows their times; what is to be done and what
was stands in the diary. When the time of a job has come, a run of each of its sites is planned,
spread over the window; nights that passed while nobody was there are told as missed, and the newest
of them is caught up for. It may be told twice, or late, that the time has come: what is planned is
planned once.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from archive import NotACollection
from archive.writer import warc_date
from crawler import registry
from crawler.clock import now
from crawler.database import Notebook
from crawler.diary import AGAIN, BY_HAND, Diary, Planned

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

MOST_MISSED = 100
"""Nights that are told as missed: a clock that was years ahead has missed none."""

LONGEST_SPREAD = 24 * 60
"""Minutes: by then the next night has come."""

_SCHEMA = """
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    "when" TEXT NOT NULL,
    sites TEXT NOT NULL,
    spread INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    is_paused INTEGER NOT NULL
) WITHOUT ROWID
"""
_PUT = """
INSERT OR REPLACE INTO jobs VALUES (:name, :when, :sites, :spread, :made_at, :is_paused)
"""
_EVERY = re.compile(r"every ([1-9]\d{0,3}) (minute|hour|day|week)s?")
_NAME = re.compile(r"[\w-]{1,60}")


class BadJob(ValueError):
    """A job that cannot be; the message says why and what to write instead."""


class DamagedJob(NotACollection):
    """What the schedule has of a job cannot be read. It is left as it is."""

    def __init__(self, path: Path | str, job: str) -> None:
        self.job = job
        remedy = f"`tinhuy schedule remove {job}`, then add it again"
        super().__init__(path, f"what it has of the job {job} cannot be read: {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`when` is a crontab line's time ("30 1 * * *", days by name) in Vietnam, or "every 6 hours".

    Without `sites` it is for all that have no job of their own. Their runs begin within `spread`
    minutes of its time. `next_at` is None while it is paused.
    """

    name: str
    when: str
    sites: tuple[str, ...] = ()
    spread: int = 0
    made_at: str = ""
    is_paused: bool = False
    next_at: datetime | None = None


class Schedule(Notebook):
    """The jobs of a collection. Whoever reads a job that is damaged raises DamagedJob.

    The times of a job are APScheduler's; its store and its timers are not used (see
    ARCHITECTURE.md).
    """

    FILE = "schedule.sqlite3"
    STEPS = (_SCHEMA,)

    def jobs(self) -> list[Job]:
        """All jobs, by name."""
        rows = list(self._database.rows("SELECT * FROM jobs ORDER BY name"))
        return [self._read(row) for row in rows]  # one that is damaged leaves no question open

    def add(
        self, name: str, when: str, sites: Sequence[str], spread: int, *, replaces: bool = False
    ) -> Job:
        """A job, in the place of one of the same name if it `replaces` that. Raises BadJob, also
        where there is one of that name; UnknownSite.
        """
        made = Job(
            name=name, when=when, sites=tuple(sites), spread=spread, made_at=warc_date(now())
        )
        _check(made)
        with self._writing():
            if not replaces:
                self._refuse_second(name)
            self._database.do(_PUT, **asdict(made) | {"sites": json.dumps(sites)})
        return _with_next_time(made)

    def _refuse_second(self, name: str) -> None:
        if self._database.one("SELECT 1 FROM jobs WHERE name = :name", name=name):
            raise BadJob(
                f"there is a job {name} already: give this one another --name, or --replace that"
            )

    def remove(self, name: str) -> bool:
        """Whether there was such a job."""
        return self._change("DELETE FROM jobs WHERE name = :name RETURNING name", name=name)

    def pause(self, name: str) -> bool:
        """Let its times pass without a night. Whether there is such a job."""
        return self._change(
            "UPDATE jobs SET is_paused = 1 WHERE name = :name RETURNING name", name=name
        )

    def resume(self, name: str) -> bool:
        """From now on it has nights again. Whether there is such a job."""
        return self._change(
            "UPDATE jobs SET made_at = iif(is_paused, :now, made_at), is_paused = 0"
            " WHERE name = :name RETURNING name",
            name=name,
            now=warc_date(now()),
        )

    def correct(self) -> None:
        """A job that was made by a clock that was ahead is made now, or it would have no nights."""
        told = {"now": warc_date(now())}
        if self._database.one("SELECT 1 FROM jobs WHERE made_at > :now", **told):
            self._change("UPDATE jobs SET made_at = :now WHERE made_at > :now", **told)

    def _change(self, sql: str, **values: object) -> bool:
        """Whether it had to do with any job."""
        with self._writing():
            return self._database.one(sql, **values) is not None

    def _read(self, row: sqlite3.Row) -> Job:
        try:
            job = Job(
                name=row["name"],
                when=row["when"],
                sites=tuple(json.loads(row["sites"])),
                spread=int(row["spread"]),
                made_at=warc_date(datetime.fromisoformat(row["made_at"])),
                is_paused=bool(row["is_paused"]),
            )
            return _with_next_time(job)
        except (BadJob, TypeError, ValueError) as error:
            raise DamagedJob(self._database.path, row["name"]) from error


def _check(job: Job) -> None:
    """Raises BadJob, UnknownSite."""
    if not _NAME.fullmatch(job.name) or job.name in (BY_HAND, AGAIN):
        raise BadJob(f"{job.name!r} is no name of a job: write letters, digits, - and _")
    if not 0 <= job.spread <= LONGEST_SPREAD:
        raise BadJob(f"a spread of {job.spread} minutes: write 0 to {LONGEST_SPREAD}")
    for site in job.sites:
        registry.site(site)
    if trigger_of(job).get_next_fire_time(None, now()) is None:
        raise BadJob(f"{job.when!r} never comes: write a day that its month has")


def _with_next_time(job: Job) -> Job:
    next_at = None if job.is_paused else trigger_of(job).get_next_fire_time(None, now())
    return replace(job, next_at=next_at)


def trigger_of(job: Job) -> Any:
    """Raises BadJob for a time that is none.

    In a crontab 0 is Sunday, for APScheduler it is Monday: days are written by name.
    """
    if every := _EVERY.fullmatch(job.when):
        start = datetime.fromisoformat(job.made_at)
        return IntervalTrigger(**{f"{every[2]}s": int(every[1])}, start_date=start, timezone=ZONE)
    parts = job.when.split()
    if len(parts) == 5 and re.search(r"(?<!/)\b\d", parts[4]):
        raise BadJob(f"{job.when!r}: write days of the week by name: mon-fri, sat, sun")
    try:
        return CronTrigger.from_crontab(job.when, timezone=ZONE)
    except ValueError as error:
        raise BadJob(
            f"{job.when!r} is no time: write '30 1 * * *' as in a crontab, or 'every 6 hours'"
        ) from error


def nights(job: Job, after: datetime, until: datetime) -> Iterator[datetime]:
    """The times of a job after one moment, up to another and with it."""
    trigger = trigger_of(job)
    night = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
    while night and night <= until:
        if night > after:
            yield night
        night = trigger.get_next_fire_time(night, night)


@lru_cache(maxsize=100)  # of each some 6 kB, and every night is another
def newest_nights(job: Job) -> tuple[datetime, ...]:
    """The newest times of a job before its next, MOST_MISSED at the most: for that as little of the
    time since it was made is walked through as need be, since it may have one every minute.
    """
    made, span = datetime.fromisoformat(job.made_at), timedelta(minutes=MOST_MISSED)
    until = (job.next_at or made) - timedelta(microseconds=1)
    while True:
        begin = max(made, until - span)
        found = deque(nights(job, begin, until), maxlen=MOST_MISSED)
        if begin == made or len(found) == MOST_MISSED:
            return tuple(found)
        span *= 4


def plan(diary: Diary, jobs: Sequence[Job]) -> datetime | None:
    """Plan what has become due of each job, and tell of nights that passed; when the next will be.

    A second call changes nothing. What a clock that was ahead has planned is taken back.
    """
    diary.withdraw(warc_date(now()))
    active = [job for job in jobs if job.next_at]
    for job in active:
        if due := newest_nights(job):
            _plan(diary, job, due, sites_of(job, jobs))
    return min((job.next_at for job in active if job.next_at), default=None)


def _plan(diary: Diary, job: Job, due: Sequence[datetime], sites: Sequence[str]) -> None:
    """Whichever of these nights the diary does not know: others may have gone before, or after.

    The newest has the whole of its window from now on if that is over: all at once would be too
    many.
    """
    newest = due[-1]
    known = diary.nights(job.name, warc_date(due[0]))
    fresh = [night for night in due if warc_date(night) not in known]
    passed = [night for night in fresh if night != newest]
    missed = [one for night in passed for one in _runs(night, night, sites, job.spread)]
    at = now()
    begin = newest if at <= newest + timedelta(minutes=job.spread) else at
    if fresh:
        diary.plan(job.name, _runs(newest, begin, sites, job.spread), missed)
    diary.catch_up(job.name, warc_date(newest), warc_date(at))


def _runs(night: datetime, begin: datetime, sites: Sequence[str], spread: int) -> list[Planned]:
    """A run of each site for a night, spread over so many minutes from `begin` on."""
    step = timedelta(minutes=spread) / max(1, len(sites))
    return [
        Planned(warc_date(night), site, warc_date(begin + step * place))
        for place, site in enumerate(sites)
    ]


def sites_of(job: Job, jobs: Sequence[Job]) -> tuple[str, ...]:
    """The sites that a job visits: those that it names, or the known ones that none of the jobs
    does.
    """
    named = {site for one in jobs for site in one.sites}
    return job.sites or tuple(site.name for site in registry.sites() if site.name not in named)
