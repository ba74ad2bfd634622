"""Which sites of a collection are crawled when: the jobs, and the nights that they plan.

APScheduler keeps the jobs (`schedule.sqlite3`) and knows their times; what is to be done and what
was stands in the diary. When the time of a job has come, a run of each of its sites is planned,
spread over the window; nights that passed while nobody was there are told as missed, and the newest
of them is caught up for. It may be told twice, or late, that the time has come: what is planned is
planned once.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.job import Job as Timer
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import ColumnElement, select
from sqlalchemy.pool import NullPool

from archive import Collection, NotACollection
from archive.writer import warc_date
from crawler import registry
from crawler.clock import now as now
from crawler.diary import AGAIN, BY_HAND, Diary, Planned

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

MOST_MISSED = 100
"""Nights that are told as missed: a clock that was years ahead has missed none."""

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
    next_at: datetime | None = None


class _Store(SQLAlchemyJobStore):  # type: ignore[misc]
    """APScheduler's own deletes every job that it cannot read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        options = {"poolclass": NullPool}  # else a closed one keeps the file until it is collected
        super().__init__(url=f"sqlite:///{path}", engine_options=options)

    def _get_jobs(self, *conditions: ColumnElement[bool]) -> list[Timer]:
        """Raises DamagedJob."""
        jobs = select(self.jobs_t.c.id, self.jobs_t.c.job_state).where(*conditions)
        with self.engine.begin() as connection:
            rows = connection.execute(jobs.order_by(self.jobs_t.c.next_run_time)).all()
        return [self._read(row.id, row.job_state) for row in rows]

    def _read(self, job: str, state: bytes) -> Timer:
        try:
            return self._reconstitute_job(state)
        except Exception as error:  # whatever damaged bytes make of unpickling
            raise DamagedJob(self._path, job) from error


class Schedule:
    """The jobs of a collection, to be looked at and changed, also while the service runs. Close it.
    Whoever reads a job that is damaged raises DamagedJob.

    Only the store of APScheduler is used, and its triggers: its timers would go by the machine's
    clock, and end when the disk is full.
    """

    def __init__(self, collection: Collection) -> None:
        store = _Store(collection.path.resolve() / "schedule.sqlite3")
        self._timers = BackgroundScheduler(jobstores={"default": store}, timezone=ZONE)
        self._timers.start(paused=True)

    def __enter__(self) -> Schedule:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._timers.shutdown()

    def jobs(self) -> list[Job]:
        """All jobs, by name."""
        return sorted(map(job_of, self._timers.get_jobs()), key=lambda job: job.name)

    def job(self, name: str) -> Job | None:
        return next((job for job in self.jobs() if job.name == name), None)

    def add(self, name: str, when: str, sites: Sequence[str], spread: int) -> Job:
        """A job, in the place of one of the same name. Raises BadJob, UnknownSite."""
        if not _NAME.fullmatch(name) or name in (BY_HAND, AGAIN):
            raise BadJob(f"{name!r} is no name of a job: write letters, digits, - and _")
        for site in sites:
            registry.site(site)
        made = Job(
            name=name,
            when=when,
            sites=tuple(sites),
            spread=spread,
            made_at=warc_date(now()),
        )
        if trigger_of(made).get_next_fire_time(None, now()) is None:
            raise BadJob(f"{when!r} never comes: write a day that its month has")
        self._replace(made)
        return made

    def remove(self, name: str) -> bool:
        """Whether there was such a job."""
        try:
            self._timers.remove_job(name)
        except JobLookupError:
            return False
        return True

    def pause(self, name: str) -> bool:
        """Let its times pass without a night. Whether there is such a job."""
        job = self.job(name)
        if job:
            self._replace(job, next_run_time=None)
        return job is not None

    def resume(self, name: str) -> bool:
        """From now on it has nights again. Whether there is such a job."""
        job = self.job(name)
        if job:
            self.add(job.name, job.when, job.sites, job.spread)
        return job is not None

    def _replace(self, job: Job, **more: Any) -> None:
        told = {"when": job.when, "sites": job.sites, "spread": job.spread, "made_at": job.made_at}
        self._timers.add_job(
            Job,
            trigger_of(job),
            id=job.name,
            replace_existing=True,
            kwargs={"name": job.name, **told},
            **more,
        )


def job_of(timer: Timer) -> Job:
    """A job as it stands in the store, with its next time from now on."""
    job: Job = timer.func(**timer.kwargs)
    is_paused = timer.next_run_time is None
    return (
        job if is_paused else replace(job, next_at=trigger_of(job).get_next_fire_time(None, now()))
    )


def trigger_of(job: Job) -> Any:
    """Raises BadJob for a time that is none.

    In a crontab 0 is Sunday, for APScheduler it is Monday: days are written by name.
    """
    if every := _EVERY.fullmatch(job.when):
        start = datetime.fromisoformat(job.made_at)
        return IntervalTrigger(**{f"{every[2]}s": int(every[1])}, start_date=start, timezone=ZONE)
    days = job.when.split()[-1:]
    if days and re.search(r"(?<!/)\b\d", days[0]):
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


@lru_cache(maxsize=1000)
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
            _plan(diary, job, due, job.sites or _all_others(jobs))
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


def _all_others(jobs: Sequence[Job]) -> tuple[str, ...]:
    """The known sites that no job names."""
    named = {site for job in jobs for site in job.sites}
    return tuple(site.name for site in registry.sites() if site.name not in named)
