"""An alarm is raised once, and cleared when what it tells of is over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive import NotACollection
from crawler.alarms import Alarms, Trouble

SILENT = Trouble("silent", "one", "nothing new for 9 days")
FULL = Trouble("disk", "", "12 MB are free")


def _day(number: int) -> str:
    return f"2026-01-{number:02}T01:00:00Z"


def test_a_trouble_is_told_once_until_it_is_over(tmp_path: Path) -> None:
    with Alarms(tmp_path / "alarms.sqlite3") as alarms:
        raised, cleared = alarms.settle([SILENT, FULL], _day(1))
        assert [(one.rule, one.site) for one in raised] == [("silent", "one"), ("disk", "")]
        assert cleared == []
        longer = Trouble("silent", "one", "nothing new for 10 days")
        assert alarms.settle([longer, FULL], _day(2)) == ([], [])
        assert [one.evidence for one in alarms.lasting()] == [longer.evidence, FULL.evidence]
        raised, cleared = alarms.settle([FULL], _day(3))
        assert raised == []
        assert [(one.rule, one.raised_at, one.cleared_at) for one in cleared] == [
            ("silent", _day(1), _day(3))
        ]
        assert [one.rule for one in alarms.lasting()] == ["disk"]


def test_what_comes_again_is_another_alarm(tmp_path: Path) -> None:
    with Alarms(tmp_path / "alarms.sqlite3") as alarms:
        for day in (1, 3):
            raised, _ = alarms.settle([SILENT], _day(day))
            assert [one.raised_at for one in raised] == [_day(day)]
            alarms.settle([], _day(day + 1))
        assert [one.cleared_at for one in alarms.since(_day(1))] == [_day(2), _day(4)]
        assert [one.cleared_at for one in alarms.since(_day(3))] == [_day(4)]


def test_alarms_outlive_their_program(tmp_path: Path) -> None:
    with Alarms(tmp_path / "alarms.sqlite3") as alarms:
        alarms.settle([SILENT], _day(1))
    with Alarms(tmp_path / "alarms.sqlite3") as alarms:
        assert alarms.settle([SILENT], _day(2)) == ([], [])


def test_a_file_of_a_newer_tinhuy_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "alarms.sqlite3"
    Alarms(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(NotACollection, match="newer tinhuy"):
        Alarms(path)
