"""Short nights: what `make nights` does at length, with other numbers."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from crawler.diary import Entry, State
from tests.nights import flat, judge
from tests.nights.nightly import moment, told
from tests.nights.year import FEWEST, LAST


def nights(what: str, *options: str) -> str:
    """What `python -m tests.nights` says of a short one, at which nothing may be wrong."""
    words = [sys.executable, "-m", "tests.nights", what, *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=590, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.timeout(620)
def test_every_night_is_accounted_for() -> None:
    """Whatever becomes of clock, disk, machine and sites: no night is lost, and none run twice."""
    said = nights("year", f"--nights={FEWEST}")
    assert f"\n{FEWEST} nights, " in said
    assert "\n0 faults\n" in said


@pytest.mark.timeout(620)
def test_a_service_that_is_killed() -> None:
    """Whenever that is, its successor finds what was planned, and does it once."""
    said = nights("kills", "--kills=4", f"--seed={random.randrange(10**6)}")
    assert "kills of the service" in said


@pytest.mark.timeout(620)
def test_nights_leave_nothing_behind() -> None:
    """Neither memory nor open files nor threads grow by night, nor the store by more than a row."""
    assert "files_open" in nights("empty", "--nights=8")


# That the judges would tell

NIGHT = told("nightly", "bao", moment(LAST, 1, 30))


def entry(number: int = 1, **more: str | bool) -> Entry:
    told: dict[str, str | bool] = {
        "state": State.ENDED,
        "job": "nightly",
        "night": NIGHT.night,
        **more,
    }
    return Entry(number=number, site="bao", **told)  # type: ignore[arg-type]


def test_a_night_that_is_not_told_of_is_noticed() -> None:
    """One that the diary lacks, has no end of, or has though there was none."""
    assert list(judge.unaccounted([entry()], [NIGHT])) == []
    assert len(list(judge.unaccounted([], [NIGHT]))) == 1
    assert len(list(judge.unaccounted([entry()], []))) == 1
    assert len(list(judge.unaccounted([entry(state=State.RUNNING)], [NIGHT]))) == 1


def test_two_runs_at_once_are_noticed() -> None:
    """By what they say of their times, and by who asks the site in turn."""
    first = entry(1, started_at="2028-01-01T01:00:00Z", ended_at="2028-01-01T02:00:00Z")
    late = entry(2, started_at="2028-01-01T02:00:00Z", ended_at="2028-01-01T03:00:00Z")
    early = entry(2, started_at="2028-01-01T01:59:00Z", ended_at="2028-01-01T03:00:00Z")
    assert list(judge.overlapping([first, late])) == []
    assert len(list(judge.overlapping([first, early]))) == 1
    a, b, c = (1, "a"), (2, "b"), (1, "c")
    assert list(judge.Visits({"bao": [a, b]}).faults()) == []
    assert len(list(judge.Visits({"bao": [a, b, a]}).faults())) == 1
    assert len(list(judge.Visits({"bao": [a, b, c]}).faults())) == 1


def test_what_is_repeated_without_need_is_noticed() -> None:
    """And what was cut short, and was not repeated."""
    cut, again = entry(1, cut_short=True), entry(2, job="again")
    assert list(judge.once_more([cut, again])) == []
    assert len(list(judge.once_more([cut]))) == 1
    assert len(list(judge.once_more([entry(1), again]))) == 1


def test_what_grows_is_noticed() -> None:
    """A service that keeps a file open each tenth night, and one that keeps 5 kB a night; and a
    collection whose letters, measures or reports take more than a night is worth.
    """
    flat_one = dict.fromkeys(flat.Figures.__dataclass_fields__, 8)
    still = [flat.Figures(**flat_one | {"nights": n}) for n in range(100, 1100, 100)]
    assert list(flat.faults(still)) == []
    grows = {"files_open": 0.1, "memory": 5, "outbox": 3, "seen": 1, "reports": 40}
    for name, more in grows.items():
        grown = [replace(one, **{name: 8 + int(one.nights * more)}) for one in still]
        assert [fault.split()[0] for fault in flat.faults(grown)] == [name]
