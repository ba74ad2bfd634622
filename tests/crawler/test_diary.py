"""What the diary tells of runs, whoever died."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from archive import Catalog, Collection, NotACollection, Run, StorageFailed
from crawler.diary import (
    AGAIN,
    BY_HAND,
    GONE,
    Diary,
    NotPlanned,
    Planned,
    State,
    find,
    history,
)
from tests.crawler.test_ledger import stamp


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


def run(id: str, day: int = 1, site: str = "bao") -> Run:
    return Run(
        id=id,
        site=site,
        started_at=stamp(day),
        finished_at=stamp(day),
        outcome="ok",
        counts={"new": 3},
        reason="well",
    )


def test_a_run_is_told_of_from_its_beginning(home: Collection) -> None:
    """Whoever looks sees that it runs, and then how it went."""
    with Diary.of(home) as writing, home.hold_site("bao"):
        number = writing.begin("bao", stamp(1), "one")
        (entry,) = history(home, stamp(1), None, 10)
        assert (entry.number, entry.state, entry.started_at) == (number, State.RUNNING, stamp(1))
        writing.end(number, run("one", 2))
    (entry,) = history(home, stamp(3), "bao", 10)
    assert (entry.state, entry.outcome, entry.reason) == (State.ENDED, "ok", "well")
    assert (entry.ended_at, entry.counts) == (stamp(2), {"new": 3})
    assert history(home, stamp(3), "other", 10) == []


def test_who_died_is_called_killed(home: Collection) -> None:
    """One that says that it runs and holds no lock is dead; so is one that another comes after."""
    with Diary.of(home) as diary:
        first = diary.begin("bao", stamp(1), "one")
        second = diary.begin("bao", stamp(2), "two")
        other = diary.begin("tinh", stamp(2), "three")
        assert [one.number for one in diary.running()] == [other, second]
    with home.hold_site("tinh"):
        states = {one.number: one.state for one in history(home, stamp(3), None, 10)}
    assert states == {first: State.KILLED, second: State.KILLED, other: State.RUNNING}
    killed = find(home, stamp(3), second)
    assert killed
    assert (killed.state, killed.ended_at) == (State.KILLED, stamp(3))


def test_what_the_archive_alone_tells_of_is_told_apart(home: Collection) -> None:
    """Runs of before there was a diary, or of files from elsewhere, have no number."""
    with Catalog(home.catalog_path) as catalog:
        catalog.put_many([run("old", 1), run("new", 3), run("else", 2, "tinh")])
    with Diary.of(home) as diary:
        number = diary.begin("bao", stamp(3), "new")
        diary.end(number, run("new", 3))
        diary.skip("bao", stamp(4), "in use")
    told = [(one.number, one.run_id, one.state) for one in history(home, stamp(5), None, 10)]
    assert told == [
        (number + 1, None, State.SKIPPED),
        (number, "new", State.ENDED),
        (None, "else", State.ENDED),
        (None, "old", State.ENDED),
    ]
    assert [one.run_id for one in history(home, stamp(5), "bao", 2)] == [None, "new"]


def test_who_only_looks_makes_no_diary(home: Collection) -> None:
    """A collection without a diary has the runs of its archive, and still none."""
    with Catalog(home.catalog_path) as catalog:
        catalog.put(run("old"))
    assert [one.run_id for one in history(home, stamp(2), None, 10)] == ["old"]
    assert find(home, stamp(2), 1) is None
    assert not (home.path / "diary.sqlite3").exists()


def test_a_diary_of_a_newer_program_is_left_alone(home: Collection) -> None:
    """What a newer version wrote is not emptied by an older one."""
    with Diary.of(home) as diary:
        number = diary.begin("bao", stamp(1), "one")
    with closing(sqlite3.connect(home.path / "diary.sqlite3")) as newer:
        (version,) = newer.execute("PRAGMA user_version").fetchone()
        newer.execute("PRAGMA user_version = 99")
        with pytest.raises(NotACollection, match="newer tinhuy"):
            Diary.of(home)
        newer.execute(f"PRAGMA user_version = {version}")
    with Diary.of(home) as diary:
        assert diary.entry(number)


def test_a_run_by_hand_begins_in_one_step(home: Collection) -> None:
    """Whoever is killed meanwhile leaves none behind that nobody will ever begin."""
    with Diary.of(home) as diary:
        diary._database.one(
            "CREATE TRIGGER half AFTER INSERT ON runs WHEN NEW.state = 'planned'"
            " BEGIN SELECT RAISE(ABORT, 'begun by half'); END"
        )
        number = diary.begin("bao", stamp(1), "one")
        (entry,) = diary.entries()
    assert (entry.number, entry.state, entry.pid) == (number, State.RUNNING, os.getpid())


def test_numbers_are_not_given_twice(home: Collection) -> None:
    """A number stands for one run for ever."""
    numbers = []
    for day in range(1, 4):
        with Diary.of(home) as diary:
            numbers.append(diary.begin("bao", stamp(day), str(day)))
            diary.end(numbers[-1], replace(run(str(day)), finished_at=stamp(day)))
    assert numbers == sorted(set(numbers))


def test_many_may_open_it_first(home: Collection) -> None:
    """Runs that begin at once on a new collection make one diary, and all are in it."""
    with ThreadPoolExecutor(16) as crowd:
        numbers = list(crowd.map(partial(begin, home), range(64)))
    assert sorted(numbers) == list(range(1, 65))


def begin(home: Collection, number: int) -> int:
    with Diary.of(home) as diary:
        return diary.begin(f"site{number}", stamp(1), str(number))


def planned(home: Collection, *nights: int, job: str = "nightly") -> list[int]:
    """The numbers of runs that are planned for these nights."""
    with Diary.of(home) as diary:
        diary.plan(job, [Planned(stamp(night), "bao", stamp(night)) for night in nights])
        return sorted(entry.number or 0 for entry in diary.due(stamp(28)))


def test_a_run_is_begun_once(home: Collection) -> None:
    """Of two processes that were to see to one run the second is told so, and changes nothing."""
    (number,) = planned(home, 1)
    with Diary.of(home) as diary:
        assert diary.begin("bao", stamp(1), "one", number) == number
        diary.skip("bao", stamp(2), "in use", number)
        assert not diary.bury(number, os.getpid() + 1, stamp(2), "gone")
        diary.end(number, run("one", 2))
        with pytest.raises(NotPlanned):
            diary.begin("bao", stamp(3), "two", number)
        (entry,) = diary.entries()
    assert (entry.state, entry.run_id, entry.ended_at) == (State.ENDED, "one", stamp(2))


def test_what_is_gone_without_a_word_is_planned_once_more(home: Collection) -> None:
    """Whoever noticed it; once, and not if that is gone too."""
    (number,) = planned(home, 1)
    with Diary.of(home) as diary:
        diary.begin("bao", stamp(1), "one", number)
    assert [one.state for one in history(home, stamp(2), None, 10)] == [State.KILLED]
    with Diary.of(home) as diary:
        for _ in range(2):
            diary.once_more(stamp(2))
        (again,) = diary.due(stamp(2))
        assert (again.job, again.night) == (AGAIN, stamp(1))
        diary.begin("bao", stamp(2), "two", again.number)
        assert diary.bury(
            again.number or 0, os.getpid(), stamp(3), f"{GONE}: signal 9", cut_short=True
        )
        diary.once_more(stamp(3))
        assert diary.due(stamp(3)) == []


def test_what_another_run_has_followed_is_not_repeated(home: Collection) -> None:
    """A run that comes after goes on where the other was; what was ended on purpose is over."""
    first, second = planned(home, 1, 2)
    with Diary.of(home) as diary:
        diary.begin("bao", stamp(1), "one", first)
        diary.begin("bao", stamp(2), "two", second)
        diary.bury(second, os.getpid(), stamp(3), "ended by signal 9")
        diary.once_more(stamp(3))
        assert [entry.state for entry in diary.entries()] == [State.KILLED] * 2


def test_one_that_was_planned_later_and_over_before_has_not_followed(home: Collection) -> None:
    """A run by hand while another waits for its time says nothing of what becomes of that."""
    (first,) = planned(home, 1)
    with Diary.of(home) as diary:
        by_hand = diary.begin("bao", stamp(1), "by hand")
        diary.end(by_hand, run("by hand", 2))
        diary.begin("bao", stamp(3), "one", first)
        diary.bury(first, os.getpid(), stamp(4), f"{GONE}: signal 9", cut_short=True)
        assert diary.to_be_repeated() == [(stamp(1), "bao")]


def test_what_was_ended_in_order_before_its_time_is_planned_once_more(home: Collection) -> None:
    """By a stop of the service, or of the machine."""
    (first,) = planned(home, 1)
    with Diary.of(home) as diary:
        diary.begin("bao", stamp(1), "one", first)
        diary.end(first, run("one", 1), cut_short=True)
        diary.once_more(stamp(2))
        (again,) = (one for one in diary.due(stamp(2)) if one.job == AGAIN)
        diary.begin("bao", stamp(2), "two", again.number)
        diary.end(again.number or 0, run("two", 2))
        diary.once_more(stamp(4))
        assert diary.due(stamp(4)) == []


def test_what_went_beyond_its_limits_is_not_repeated(home: Collection) -> None:
    """Whoever looks before the service has seen its end, in order or not."""
    first, second = planned(home, 1, 2)
    with Diary.of(home) as diary:
        diary.begin("bao", stamp(1), "one", first)
        diary.limit(first)
        diary.end(first, run("one", 1), cut_short=True)
        diary.once_more(stamp(1))
        diary.begin("bao", stamp(2), "two", second)
        diary.limit(second)
        diary.settle(home, stamp(3))
        assert diary.running() == []
        diary.once_more(stamp(3))
        assert diary.due(stamp(28)) == []
        assert [entry.limited for entry in diary.entries()] == [True, True]


def test_a_look_costs_no_more_when_there_were_many_runs(home: Collection) -> None:
    """What the service asks for every 20 seconds walks over none of the runs that are over: in
    steps of SQLite, as many among 200,000 as among 2,000.
    """

    def steps(of: Diary, *runs: int) -> int:
        of._database.begin()
        for n in runs:
            of._database.do(OVER, n=n, site=f"site{n % 40:02}", night=f"2020-{n:06}")
        of._database.commit()
        taken = list[None]()
        of._database._connection.set_progress_handler(lambda: taken.append(None), 100)
        of.settle(home, stamp(1))
        of.once_more(stamp(1))
        of.withdraw(stamp(1))
        of.due(stamp(1))
        of._database._connection.set_progress_handler(None, 0)
        return len(taken)

    with Diary.of(home) as diary:
        few = steps(diary, *range(2_000))
        assert steps(diary, *range(2_000, 200_000)) < 2 * few


OVER = """
INSERT INTO runs (site, state, job, night, planned_at, started_at, ended_at, cut_short)
VALUES (:site, iif(:n % 3, 'ended', 'missed'), 'nightly', :night, :night,
    iif(:n % 3, :night, NULL), :night, :n % 3 = 1)
"""


def test_what_is_wanted_now_waits_for_no_clock(home: Collection) -> None:
    """A run by hand that was asked for under a clock that was ahead begins."""
    planned(home, 20, job=BY_HAND)
    with Diary.of(home) as diary:
        assert diary.withdraw(stamp(1)) == 0
        assert len(diary.due(stamp(1))) == 1


def test_a_disk_that_refuses_keeps_nobody_waiting(home: Collection) -> None:
    """What cannot be written is not half written, and others can write."""
    with Diary.of(home) as full, Diary.of(home) as other:
        full._database.one("PRAGMA max_page_count = 1")
        many = [Planned(stamp(1), f"site{n}", stamp(1)) for n in range(1000)]
        with pytest.raises(StorageFailed):
            full.plan("nightly", many)
        began = time.monotonic()
        other.plan("nightly", many[:1])
        assert time.monotonic() - began < 5
        assert [entry.site for entry in other.entries()] == ["site0"]


def test_what_is_not_told_to_its_end_is_not_written(home: Collection) -> None:
    """Who fails in the middle of planning has planned nothing, and keeps nobody waiting."""

    def broken() -> Iterator[Planned]:
        yield Planned(stamp(1), "bao", stamp(1))
        raise RuntimeError

    with Diary.of(home) as failing, Diary.of(home) as other:
        with pytest.raises(RuntimeError):
            failing.plan("nightly", broken())
        began = time.monotonic()
        other.plan("nightly", [Planned(stamp(1), "tinh", stamp(1))])
        assert time.monotonic() - began < 5
        assert [entry.site for entry in other.entries()] == ["tinh"]


def test_visits_and_nights_of_a_site(home: Collection) -> None:
    """Visits began and are over; nights were planned by a job, and their time has come."""
    with Diary.of(home) as diary:
        first = diary.begin("bao", stamp(1), "one")
        diary.end(first, run("one", 1))
        killed = diary.begin("bao", stamp(2), "two")
        running = diary.begin("bao", stamp(3), "three")
        diary.plan("nightly", [Planned(stamp(4), "bao", stamp(4))])
        diary.plan(BY_HAND, [Planned(stamp(4), "bao", stamp(4))])
        skipped = diary.skip("bao", stamp(4), "in use", running + 1)
        diary.skip("bao", stamp(4), "in use", running + 2)
        diary.plan("nightly", [Planned(stamp(5), "bao", stamp(5))])
        assert [one.number for one in diary.visits("bao", 9)] == [killed, first]
        assert [one.number for one in diary.visits("bao", 1)] == [killed]
        assert [one.number for one in diary.visits("bao", 9, before=stamp(2))] == [first]
        assert [one.number for one in diary.planned("bao", 9)] == [skipped]
        assert diary.planned("tinh", 9) == []


def test_what_a_wrong_clock_has_planned_is_no_night_of_a_site(home: Collection) -> None:
    """Who counts the nights that were skipped counts none that has not come."""
    planned(home, 1, 20, 21)
    with Diary.of(home) as diary:
        assert diary.withdraw(stamp(2)) == 2
        diary.skip("bao", stamp(2), "run 7 of it is under way", 1)
        assert [entry.number for entry in diary.planned("bao", 10)] == [1]
