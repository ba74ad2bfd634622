"""Times as people in Vietnam read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
"""No daylight saving since 1975."""


def utc_now() -> datetime:
    """The time of day, aware, in UTC."""
    return datetime.now(UTC)


def vietnam_day(instant: datetime) -> date:
    """The day in Vietnam on which an instant falls."""
    return instant.astimezone(VIETNAM).date()


def local(warc_date: str, timespec: str = "auto") -> str:
    """A WARC-Date in Vietnam's time, ISO 8601 with +07:00; `timespec` is that of `isoformat`.

    One without a zone is taken for UTC, as WARC has it. A stranger's that names no instant that
    can be shown ("2016-12") stays as it is.
    """
    try:
        instant = datetime.fromisoformat(warc_date)
        return (
            instant.replace(tzinfo=instant.tzinfo or UTC)
            .astimezone(VIETNAM)
            .isoformat(timespec=timespec)
        )
    except (OverflowError, ValueError):
        return warc_date
