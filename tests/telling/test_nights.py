"""A night is told once, when it is over."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from archive import Collection
from archive.writer import warc_date
from crawler import settings, telling
from crawler.diary import AGAIN, BY_HAND, Diary, Planned
from crawler.outbox import Outbox
from crawler.schedule import Schedule
from tests.history import JOB, LAST, trouble
from tests.telling.support import subjects


def told_days(home: Collection) -> list[str]:
    return [subject.split()[2].rstrip(":") for subject in subjects(home)]


def test_a_night_is_told_when_its_last_run_is_over(told: Collection) -> None:
    """Not while a run of it waits, or runs, or is to be repeated; and a run by hand is no night."""
    at = warc_date(LAST)
    with Diary.of(told) as diary:
        diary.plan(BY_HAND, [Planned(at, "mine", at)])
        diary.skip("mine", at, "no", diary.due(at)[0].number)
        telling.see_to(told)
        assert subjects(told) == []
        later = warc_date(LAST + timedelta(hours=1))
        diary.plan(JOB, [Planned(at, "bao", at), Planned(at, "dang", later)])
        first, second = diary.due(later)
        diary.skip("bao", at, "in use", first.number)
        telling.see_to(told)
        diary.begin("dang", later, "one", second.number)
        telling.see_to(told)
        diary.bury(second.number or 0, os.getpid(), later, "ended by signal 9")
        diary.plan(AGAIN, [Planned(later, "dang", later)])
        telling.see_to(told)
        assert subjects(told) == []
        (again,) = diary.due(later)
        diary.skip("dang", later, "in use", again.number)
    telling.see_to(told)
    telling.see_to(told)
    assert told_days(told) == ["2026-11-26"]
    assert [len(site.runs) for site in telling.report_of(told, "2026-11-26").sites] == [2, 1, 1]


def test_who_wants_alarms_alone_has_no_other_letter(
    told: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night has its report in the collection; what is wrong has a letter of its own."""
    monkeypatch.setattr(settings, "TELL_NIGHTS", False)
    trouble(told, LAST, ("stale", "bao", "no news"))
    night(told, LAST)
    for _ in range(2):
        telling.see_to(told)
    with Outbox.as_it_is(told) as outbox:
        sent = [one.letter.subject for one in outbox.deliveries()]
    assert sent == ["tinhuy c: 1 new alarm"]
    assert list((told.path / "reports").glob("*.html"))


def test_a_night_is_not_over_while_a_run_is_to_be_repeated(told: Collection) -> None:
    """Also in the moment before it is planned again; and not for ever: a repetition that is cut
    short, too, and one whose site was crawled since, are not repeated.
    """
    at = warc_date(LAST)
    with Diary.of(told) as diary:
        diary.plan(JOB, [Planned(at, "bao", at), Planned(at, "dang", at)])
        for entry in diary.due(at):
            number = diary.begin(entry.site, at, entry.site, entry.number)
            diary.bury(number, os.getpid(), at, "ended by signal 9", cut_short=True)
        telling.see_to(told)
        assert subjects(told) == []
        by_hand = diary.begin("dang", at, "by hand")
        telling.see_to(told)
        assert subjects(told) == []
        diary.once_more(at)
        (again,) = diary.due(at)
        number = diary.begin("bao", at, "again", again.number)
        telling.see_to(told)
        assert subjects(told) == []
        diary.bury(number, os.getpid(), at, "ended by signal 9", cut_short=True)
        diary.bury(by_hand, os.getpid(), at, "ended by signal 9", cut_short=True)
        diary.once_more(at)
        assert diary.due(at) == []
    telling.see_to(told)
    assert told_days(told) == ["2026-11-26"]


def test_a_night_of_a_run_beyond_its_limits_is_told(told: Collection) -> None:
    """Such a run was cut short, and is not to be repeated: nothing of its night is open."""
    at = warc_date(LAST)
    with Diary.of(told) as diary:
        diary.plan(JOB, [Planned(at, "bao", at)])
        number = diary.begin("bao", at, "one", diary.due(at)[0].number)
        diary.limit(number)
        diary.bury(number, os.getpid(), at, "it took too long", cut_short=True)
    telling.see_to(told)
    assert told_days(told) == ["2026-11-26"]


def test_a_day_with_nights_to_come_is_not_over(
    told: Collection, at: Callable[[datetime], None]
) -> None:
    """Of jobs that come several times a day one report is told, after the last of them."""
    with Schedule.of(told) as schedule:
        coming = schedule.add("late", "0 22 * * *", ["baohatinh"], 0)
    assert coming.next_at is not None
    early = coming.next_at - timedelta(hours=12)
    night(told, early)
    at(early + timedelta(hours=1))
    telling.see_to(told)
    assert subjects(told) == []
    night(told, coming.next_at)
    at(coming.next_at + timedelta(minutes=1))
    with Schedule.of(told) as schedule:
        schedule.pause("late")
    telling.see_to(told)
    (day,) = told_days(told)
    assert day == f"{early:%Y-%m-%d}"
    assert [len(site.runs) for site in telling.report_of(told, day).sites] == [2]


def night(home: Collection, at: datetime) -> None:
    """One site, whose run is skipped."""
    moment = warc_date(at)
    with Diary.of(home) as diary:
        diary.plan(JOB, [Planned(moment, "bao", moment)])
        for entry in diary.due(moment):
            diary.skip("bao", moment, "in use", entry.number)


def test_every_night_is_told_once(told: Collection, at: Callable[[datetime], None]) -> None:
    """Ten nights that end after midnight, with a clock that is set back and forth: each run stands
    in one report.
    """
    begin = LAST - timedelta(hours=4)
    for day, shift in enumerate([0, 0, -3, 0, 2, -1, 0, 0, 5, 0]):
        at(begin + timedelta(days=day, hours=3 + shift))
        night(told, begin + timedelta(days=day))
        telling.see_to(told)
        telling.see_to(told)
    days = told_days(told)
    runs = [
        entry.number
        for day in days
        for site in telling.report_of(told, day).sites
        for entry in site.runs
    ]
    assert runs == list(range(1, 11))
    assert len(days) == len(set(days)) == 10


def test_a_clock_that_was_years_ahead_ends_no_reports(
    told: Collection, at: Callable[[datetime], None]
) -> None:
    """The night after it was set right is told."""
    at(LAST + timedelta(days=900))
    night(told, LAST + timedelta(days=900))
    telling.see_to(told)
    at(LAST + timedelta(hours=1))
    night(told, LAST)
    telling.see_to(told)
    assert told_days(told) == ["2029-05-14", "2026-11-26"]
