"""What the diary tells of runs, whoever died."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from archive import Catalog, Collection, NotACollection, Run
from crawler.diary import VERSION, Diary, State, find, history
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
        assert [one.number for one in diary.entries(state=State.RUNNING)] == [other, second]
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


def test_a_diary_of_a_newer_program_is_left_alone(
    home: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a newer version wrote is not emptied by an older one."""
    monkeypatch.setattr("crawler.diary.VERSION", VERSION + 1)
    with Diary.of(home) as diary:
        number = diary.begin("bao", stamp(1), "one")
    monkeypatch.undo()
    with pytest.raises(NotACollection, match="newer tinhuy"):
        Diary.of(home)
    monkeypatch.setattr("crawler.diary.VERSION", VERSION + 1)
    with Diary.of(home) as diary:
        assert diary.entry(number)


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
