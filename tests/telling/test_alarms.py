"""Alarms, told as they come and go."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive import Collection
from crawler import settings, telling
from crawler.outbox import Outbox
from tests.history import LAST, trouble, usual
from tests.telling.support import clock, subjects


def test_alarms_are_told_as_they_come_and_go(told: Collection) -> None:
    """One letter for all that came or went together; nothing of what lasts; nothing twice."""
    stale, blocked = ("stale", "bao", "no news"), ("blocked", "dang", "403")
    for minute, troubles in enumerate(
        ([stale, blocked], [stale, blocked], [stale], [stale], [], [blocked])
    ):
        trouble(told, LAST + timedelta(minutes=minute), *troubles)
        telling.see_to(told)
        telling.see_to(told)
    assert subjects(told) == [
        "tinhuy c: 2 new alarms",
        "tinhuy c: 1 alarm over",
        "tinhuy c: 1 alarm over",
        "tinhuy c: 1 new alarm",
    ]
    with Outbox.as_it_is(told) as outbox:
        first = list(outbox.deliveries())[-1].letter.text
    assert first.splitlines()[:5] == [
        "2 new alarms",
        "",
        "new    bao: stale",
        "       no news",
        "       since 26 Nov, 01:30",
    ]


def test_two_who_look_at_once_tell_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night and the alarms of a collection are put into its outbox by one of them."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    for minute in range(40, 44):
        trouble(home, LAST + timedelta(minutes=minute), ("blocked", f"s{minute}", "403"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(telling.see_to, [home] * 4))
    letters = subjects(home)
    assert letters.pop(0).startswith("tinhuy c 2026-11-26: ")
    assert letters == ["tinhuy c: 1 new alarm, 1 alarm over"] * 3


def test_an_alarm_that_came_and_went_unseen_is_told(told: Collection) -> None:
    """Once, as over; one that was over a week before anybody looked is not."""
    trouble(told, LAST - timedelta(days=20), ("stale", "old", "long ago"))
    trouble(told, LAST - timedelta(days=19))
    trouble(told, LAST, ("stale", "bao", "no news"))
    trouble(told, LAST + timedelta(minutes=1))
    telling.see_to(told)
    telling.see_to(told)
    assert subjects(told) == ["tinhuy c: 1 alarm over"]


def test_a_report_tells_alarms_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a night's report is told by no other letter."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    for _ in range(3):
        telling.see_to(home)
    assert subjects(home) == ["tinhuy c 2026-11-26: 2 alarms: 5 sites, 35 new articles"]


def test_a_report_by_hand_is_no_other_than_its_letter(
    tmp_path: Path, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for its channel keeps its own HTML, whoever makes reports of that day since."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    telling.see_to(home)
    night = (home.path / "reports" / "2026-11-26.html").read_bytes()
    for minute in range(2):
        at(clock() + timedelta(minutes=1))
        telling.put_report(home, "2026-11-26" if minute else None)
    with Outbox.as_it_is(home) as outbox:
        paths = [one.letter.html for one in outbox.deliveries()]
    assert paths == [
        "reports/2026-11-26.20261125T203200Z.html",
        "reports/2026-11-26.20261125T203100Z.html",
        "reports/2026-11-26.html",
    ]
    assert all((home.path / path).exists() for path in paths)
    assert (home.path / paths[-1]).read_bytes() == night


def test_what_was_told_is_not_remembered_for_ever(
    told: Collection, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of alarms that are long over it is forgotten; what lasts, or was over just now, is not told
    again.
    """
    monkeypatch.setattr("crawler.outbox.MOST_ALARMS", 1)
    lasts = ("blocked", "dang", "403")
    for place in range(12):
        at(LAST + timedelta(days=3 * place))
        trouble(told, clock(), lasts, ("silent", f"s{place}", "quiet"))
        telling.see_to(told)
        telling.see_to(told)
    with Outbox.as_it_is(told) as outbox:
        remembered = [number for number in range(20) if outbox.has_told("raised", number)]
    assert remembered == [1, 10, 11, 12, 13]
    often = ["tinhuy c: 1 new alarm, 1 alarm over"] * 11
    assert subjects(told) == ["tinhuy c: 2 new alarms", *often]
