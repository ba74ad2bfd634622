"""Looking at a collection: what is watched, what an alarm becomes, and what cannot be looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import Collection, Run, sqlite
from archive.disk import free_bytes
from archive.writer import warc_date
from crawler import settings
from crawler.alarms import Alarm
from crawler.diary import Diary
from crawler.health import Health, look_after, settle
from crawler.schedule import Schedule
from crawler.seen import Seen


def ago(days: float) -> str:
    return warc_date(datetime.now(UTC) - timedelta(days=days))


def note(home: Collection, site: str, days: float, outcome: str) -> int:
    """A run of so many days ago."""
    with Diary.of(home) as diary:
        number = diary.begin(site, ago(days), f"{site} {days}")
        ended = Run(
            id=f"{site} {days}",
            site=site,
            started_at=ago(days),
            finished_at=ago(days),
            outcome=outcome,
            reason="there is no host",
        )
        diary.end(number, ended)
        return number


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    """Two sites whose hosts were gone for two nights."""
    home = Collection.create(tmp_path / "c")
    for site in ("baohatinh", "chodon"):
        for days in (2, 1):
            note(home, site, days, "unreachable")
    return home


def told(alarms: tuple[Alarm, ...]) -> list[tuple[str, str]]:
    return [(alarm.site, alarm.rule) for alarm in alarms]


BOTH = [("baohatinh", "unreachable"), ("chodon", "unreachable")]


def test_an_alarm_is_told_once(home: Collection) -> None:
    """It is new in the look that finds it, lasts in the next, and is over once."""
    first, second = settle(home), settle(home)
    assert told(first.raised) == told(first.lasting) == told(second.lasting) == BOTH
    assert (second.raised, second.cleared) == ((), ())
    note(home, "chodon", 0.1, "ok")
    third, fourth = settle(home), settle(home)
    assert (told(third.cleared), told(third.lasting)) == (BOTH[1:], BOTH[:1])
    assert (fourth.raised, fourth.cleared) == ((), ())


def test_a_look_at_one_site_ends_no_alarm_of_another(home: Collection) -> None:
    """After its run a site is looked at, and the others are as they were."""
    assert told(settle(home, "baohatinh").lasting) == BOTH[:1]
    assert told(settle(home, "chodon").lasting) == BOTH
    note(home, "baohatinh", 0.1, "ok")
    assert told(settle(home, "chodon").lasting) == BOTH
    found = settle(home, "baohatinh")
    assert (told(found.cleared), told(found.lasting)) == (BOTH[:1], BOTH[1:])


def heard(home: Collection, days: float = 0) -> None:
    with Seen.of(home) as seen:
        seen.hear(ago(days))


def watched(found: Health) -> dict[str, bool]:
    return {state.site: state.is_watched for state in found.sites}


def test_who_is_paused_is_not_watched(home: Collection) -> None:
    """Where there are jobs, those sites are watched that one of them visits; others are as well as
    they were: no alarm of theirs is raised, none is over, and none is told anew afterwards.
    """
    heard(home)
    with Schedule.of(home) as schedule:
        schedule.add("paper", "every 1 day", ["baohatinh"], 0)
        schedule.add("others", "every 1 day", [], 0)
        schedule.pause("paper")
        found = settle(home)
        assert watched(found) == {"baohatinh": False, "chodon": True}
        assert told(found.raised) == told(found.lasting) == BOTH[1:]
        schedule.pause("others")
        note(home, "chodon", 0.1, "ok")
        found = settle(home)
        assert watched(found) == {"baohatinh": False, "chodon": False}
        assert (told(found.cleared), told(found.lasting)) == ([], BOTH[1:])
        schedule.resume("paper")
        assert told(settle(home).raised) == BOTH[:1]
        schedule.pause("paper")
        schedule.resume("others")
        found = settle(home)
        assert (told(found.cleared), told(found.lasting)) == (BOTH[1:], BOTH[:1])
        schedule.remove("paper")
        found = settle(home)
        assert watched(found) == {"baohatinh": True, "chodon": True}
        assert (told(found.raised), told(found.lasting)) == ([], BOTH[:1])


def test_a_service_that_is_gone(home: Collection) -> None:
    """With a job it is missed after a while; without one nobody misses it."""
    heard(home, days=1)
    assert told(settle(home).lasting) == BOTH
    with Schedule.of(home) as schedule:
        schedule.add("nightly", "every 1 day", [], 0)
    assert told(settle(home).raised) == [("", "scheduler")]
    heard(home)
    assert told(settle(home).cleared) == [("", "scheduler")]


def test_what_cannot_be_looked_at(home: Collection) -> None:
    """It is a trouble of its own; the alarms that it hides last, and the other sites are looked at
    all the same.
    """
    settle(home)
    for site in ("chodon", "baohatinh"):
        note(home, site, 0.2, "ok")
    damage(home, "INSERT INTO news VALUES ('chodon', 'no day', 1)")
    found = settle(home)
    assert told(found.lasting) == [BOTH[1], ("chodon", "watching")]
    assert told(found.cleared) == BOTH[:1]
    damage(home, "DELETE FROM news")
    assert told(settle(home).cleared) == [BOTH[1], ("chodon", "watching")]


def damage(home: Collection, sql: str) -> None:
    with closing(sqlite3.connect(home.path / "seen.sqlite3")) as database, database:
        database.execute(sql)


def test_a_disk_that_takes_nothing_is_judged(
    home: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as low also where what it has left cannot be written down."""
    monkeypatch.setattr(settings, "MIN_FREE_BYTES", free_bytes(home.path))
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.1)
    with Seen.of(home) as seen:
        seen._database.begin()
        assert told(settle(home).lasting) == [*BOTH, ("", "disk")]
        seen._database.forget()
        assert seen.measures() == {}


def test_a_diary_that_is_none(home: Collection) -> None:
    """No alarm ends because its evidence is gone, and whoever looks after the site goes on."""
    settle(home)
    for path in home.path.glob("diary.sqlite3*"):
        path.unlink()
    (home.path / "diary.sqlite3").write_text("nothing of the kind, and of some length" * 100)
    said = list[str]()
    look_after(home, None, said.append)
    assert [line.partition(": ")[0] for line in said] == ["alarm"]
    assert told(settle(home).lasting) == [*BOTH, ("", "watching")]


def test_alarms_that_cannot_be_kept(home: Collection) -> None:
    """The service is told so, and lives."""
    (home.path / "alarms.sqlite3").write_text("nothing of the kind, and of some length" * 100)
    said = list[str]()
    look_after(home, "chodon", said.append)
    assert len(said) == 1
    assert "nobody knows" in said[0]
