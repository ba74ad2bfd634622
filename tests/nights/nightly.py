"""The nights of a calendar, by the calendar: what the schedule must have thought of."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.times import VIETNAM
from archive.writer import warc_date


@dataclass(frozen=True, slots=True, order=True)
class Night:
    """A time of a job, at which a run of a site begins."""

    at: datetime
    job: str
    night: str
    site: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.job, self.night, self.site


def moment(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM).astimezone(UTC)


def told(job: str, site: str, night: datetime, late: timedelta = timedelta()) -> Night:
    return Night(night + late, job, warc_date(night), site)


def days(first: date, count: int) -> Iterator[date]:
    for number in range(count):
        yield first + timedelta(days=number)


def is_last_of_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]
