"""The nights that jobs plan, whatever the clock shows."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.writer import warc_date
from crawler.clock import now
from crawler.diary import Diary
from crawler.schedule import MOST_MISSED, BadJob, Job, Schedule, newest_nights, nights, plan
from crawler.service import _Look
from tests.nights.clock import Clock
from tests.schedule.support import Nights


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_times_of_a_job_are_of_vietnam() -> None:
    """Whatever the machine's zone is; month ends and leap days are nights like others."""
    job = Job(name="nightly", when="30 1 * * *", made_at="2028-01-01T00:00:00Z")
    found = list(nights(job, at("2028-02-27T18:31:00+00:00"), at("2028-03-01T18:30:00+00:00")))
    assert [one.isoformat() for one in found] == [
        "2028-02-29T01:30:00+07:00",
        "2028-03-01T01:30:00+07:00",
        "2028-03-02T01:30:00+07:00",
    ]


def test_days_are_those_that_were_named() -> None:
    """Sunday is a Sunday."""
    job = Job(name="weekly", when="0 3 * * sun", made_at="2026-11-01T00:00:00Z")
    found = nights(job, at("2026-11-01T12:00:00+00:00"), at("2026-11-30T12:00:00+00:00"))
    assert {one.strftime("%A") for one in found} == {"Sunday"}


@pytest.mark.parametrize(
    "when", ["0 3 * * 0", "0 3 * * 1-5", "* * *", "every 0.5 hours", "every 0 days", ""]
)
def test_a_time_that_is_none(when: str) -> None:
    """It is refused before it is kept."""
    job = Job(name="j", when=when, made_at="2026-11-01T00:00:00Z")
    with pytest.raises(BadJob):
        list(nights(job, at("2026-11-01T12:00:00+00:00"), at("2026-11-30T12:00:00+00:00")))


def planned(here: Nights, days: float) -> None:
    """What a job plans that was made so many days ago, and never looked at."""
    made = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    job = Job(
        name="nightly",
        when="every 1 day",
        sites=("my_chodon", "my_travinh"),
        spread=60,
        made_at=warc_date(made - timedelta(days=days)),
        next_at=made + timedelta(days=1),
    )
    with Diary.of(here.home) as diary:
        plan(diary, [job])


def test_every_night_is_accounted_for(here: Nights) -> None:
    """The newest night is planned, once; those before it are told as missed, for each site."""
    planned(here, 3)
    planned(here, 3)
    assert here.states() == [
        ("my_chodon", "planned"),
        ("my_travinh", "planned"),
        *[("my_chodon", "missed"), ("my_travinh", "missed")] * 2,
    ]
    first, second = (at(run.planned_at or "") for run in here.runs()[:2])
    assert second - first == timedelta(minutes=30)
    assert here.runs()[0].night == here.runs()[1].night


def test_a_clock_that_was_ahead_plans_again(here: Nights) -> None:
    """Nights that a wrong clock has planned in the future hold up none of the present."""
    planned(here, 1)
    with Diary.of(here.home) as diary:
        diary._database.do("UPDATE runs SET night = '2090' || substr(night, 5)")
        diary._database.commit()
    planned(here, 1)
    assert len(here.runs()) == 4


def test_a_job_that_a_clock_ahead_has_made_has_nights(here: Nights, clock: Clock) -> None:
    """When the clock is right again the job is one that was made then."""
    right = clock.now()
    with Schedule.of(here.home) as schedule, Diary.of(here.home) as diary:
        clock.step(timedelta(days=400))
        schedule.add("daily", "30 1 * * *", ["chodon"], 0)
        clock.set(right)
        schedule.correct()
        clock.step(timedelta(days=1))
        plan(diary, schedule.jobs())
    assert here.states() == [("chodon", "planned")]


def test_a_job_that_is_resumed_though_it_goes_on_loses_no_night(here: Nights, clock: Clock) -> None:
    """Only what was paused begins anew: nights of before it was resumed are none of it."""
    with Schedule.of(here.home) as schedule, Diary.of(here.home) as diary:
        schedule.add("daily", "30 1 * * *", ["chodon"], 0)
        clock.step(timedelta(days=1))
        schedule.resume("daily")
        plan(diary, schedule.jobs())
        assert here.states() == [("chodon", "planned")]
        schedule.pause("daily")
        clock.step(timedelta(days=2))
        schedule.resume("daily")
        plan(diary, schedule.jobs())
    assert here.states() == [("chodon", "planned")]


def told(here: Nights) -> list[tuple[str, str]]:
    """Night by night, as the schedule would tell it now."""
    job = Job(
        name="nightly",
        when="30 1 * * *",
        sites=("my_chodon",),
        made_at="2028-02-27T00:00:00Z",
        next_at=now(),
    )
    with Diary.of(here.home) as diary:
        plan(diary, [job])
    return [((run.night or "")[5:10], run.state) for run in here.runs()]


def test_what_a_clock_that_was_ahead_has_planned_is_taken_back(here: Nights, clock: Clock) -> None:
    """Its missed nights have not passed: each is planned when it comes, and told of once."""
    clock.step(timedelta(days=3))
    assert told(here) == [("02-29", "planned"), ("02-27", "missed"), ("02-28", "missed")]
    clock.step(timedelta(days=-3))
    assert told(here) == [("", "skipped")] * 3
    assert "was ahead" in here.runs()[0].reason
    clock.step(timedelta(days=1))
    assert told(here)[3:] == [("02-27", "planned")]


def test_the_newest_night_is_no_missed_one(here: Nights, clock: Clock) -> None:
    """A clock is set back to behind a night that it had let pass: that night is made up for."""
    clock.step(timedelta(days=3))
    assert told(here)[1:] == [("02-27", "missed"), ("02-28", "missed")]
    clock.step(timedelta(days=-2))
    assert told(here) == [("", "skipped"), ("02-27", "planned"), ("", "skipped")]


def test_nights_before_one_that_was_run_too_early(here: Nights, clock: Clock) -> None:
    """They are told of too, though nobody was there when they came; it is not run again."""
    clock.step(timedelta(days=4))
    assert told(here)[0] == ("03-01", "planned")
    with Diary.of(here.home) as diary:
        diary.begin("my_chodon", warc_date(now()), "early", 1)
    clock.step(timedelta(days=-4))
    assert told(here) == [("03-01", "running"), *[("", "skipped")] * 3]
    clock.step(timedelta(days=4))
    assert told(here)[4:] == [("02-27", "missed"), ("02-28", "missed"), ("02-29", "missed")]


def test_a_job_of_every_minute_that_was_away_for_years() -> None:
    """Its newest nights are found without a walk through all of them, and are the same."""
    began, until = time.monotonic(), at("2028-03-01T00:00:30+00:00")
    made = {"made_at": "2018-01-01T00:00:00Z", "next_at": until}
    job = Job(name="j", when="* * * * *", **made)  # type: ignore[arg-type]
    found = newest_nights(job)
    assert time.monotonic() - began < 2
    assert list(found) == list(nights(job, until - timedelta(minutes=MOST_MISSED), until))
    yearly = replace(job, when="0 3 1 jan *")
    assert len(newest_nights(yearly)) == 10


def test_a_clock_that_was_set_is_noticed_at_once(clock: Clock) -> None:
    """The jobs are looked at whether it was set forwards or back, or a night has come."""
    for hours in (-1, 1):
        look = _Look(next_at=None)
        assert not look.is_over()
        clock.step(timedelta(hours=hours))
        assert look.is_over()
    assert _Look(next_at=now()).is_over()
