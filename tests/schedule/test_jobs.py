"""`tinhuy schedule`: jobs, kept and changed."""

from __future__ import annotations

import gc
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from crawler.health import hear
from crawler.schedule import Job, Schedule
from tests.cli import answer, tinhuy
from tests.schedule.support import Nights


def jobs(here: Nights) -> dict[str, Job]:
    with Schedule.of(here.home) as schedule:
        return {job.name: job for job in schedule.jobs()}


def test_jobs_are_kept_and_changed(here: Nights) -> None:
    """A job is there until it is removed; one that is paused has no next time."""
    job = ("30 1 * * *", "my_chodon", "--name=early", "--spread=30")
    assert "T01:30+07:00" in tinhuy("schedule", "add", *job, here.where).stdout
    assert tinhuy("schedule", "add", "every 6 hours", here.where).returncode == 0
    early, nightly = answer("schedule", "list", here.where)
    assert (early["name"], early["sites"], early["spread"]) == ("early", ["my_chodon"], 30)
    assert early["next_at"].endswith("T01:30+07:00")
    assert (nightly["name"], nightly["sites"]) == ("nightly", [])
    assert {one["job"] for one in answer("schedule", "next", here.where)} == {"early", "nightly"}
    tinhuy("schedule", "pause", "early", here.where)
    assert jobs(here)["early"].next_at is None
    assert {one["job"] for one in answer("schedule", "next", here.where)} == {"nightly"}
    tinhuy("schedule", "resume", "early", here.where)
    assert jobs(here)["early"].next_at
    tinhuy("schedule", "remove", "early", here.where)
    assert [*jobs(here)] == ["nightly"]


@pytest.mark.parametrize(
    "damage", ["sites = '['", "\"when\" = '30 1'", "made_at = '2026'", "spread = '1h'"]
)
def test_a_job_that_cannot_be_read_is_kept(here: Nights, damage: str) -> None:
    """A damaged row is told of, with its remedy, by whoever reads it; nothing is lost of it or the
    others, and the remedy helps.
    """
    for name in ("early", "late"):
        tinhuy("schedule", "add", "30 1 * * *", f"--name={name}", here.where)
    with closing(sqlite3.connect(here.home.path / "schedule.sqlite3")) as database, database:
        cut = f"UPDATE jobs SET {damage} WHERE name = 'late'"
        assert database.execute(cut).rowcount == 1
    for _ in range(2):
        done = tinhuy("schedule", "list", here.where)
        assert (done.returncode, len(done.stderr.splitlines())) == (4, 1), done.stderr
        assert "schedule.sqlite3" in done.stderr
        assert "`tinhuy schedule remove late`" in done.stderr
    assert tinhuy("schedule", "remove", "late", here.where).returncode == 0
    assert [*jobs(here)] == ["early"]


def test_a_job_is_replaced_in_one_step(here: Nights) -> None:
    """Of two who add the same job at once one has the last word, and nobody sees it missing."""

    def add() -> None:
        with Schedule.of(here.home) as other:
            for _ in range(50):
                other.add("nightly", "every 2 hours", [], 0, replaces=True)

    with Schedule.of(here.home) as one, ThreadPoolExecutor(1) as pool:
        one.add("nightly", "every 1 hour", [], 0)
        adding = pool.submit(add)
        while not adding.done():
            assert [job.name for job in one.jobs()] == ["nightly"]
        adding.result()
        one.pause("nightly")
    assert [(job.when, job.next_at) for job in jobs(here).values()] == [("every 2 hours", None)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "30 1 * * 0"), 2, "by name"),
        (("add", "0 25 * * *"), 2, "every 6 hours"),
        (("add", "every now and then"), 2, "every 6 hours"),
        (("add", "1:30"), 2, "30 1 * * *"),
        (("add", "every 0 hours"), 2, "every 6 hours"),
        (("add", "30 1 * * *", "--spread=1441"), 2, "0 to 1440"),
        (("add", "0 0 31 2 *"), 2, "never comes"),
        (("add", "30 1 * * *", "nobody"), 3, "nobody"),
        (("add", "30 1 * * *", "--name=a b"), 2, "letters"),
        (("run", "--hours=0"), 2, "--hours"),
        (("remove", "nobody"), 3, "schedule list"),
        (("pause", "nobody"), 3, "schedule list"),
        (("now", "nobody"), 3, "nobody"),
    ],
)
def test_what_is_no_job_is_told(
    here: Nights, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Each mistake has its line and its code, and changes nothing."""
    done = tinhuy("schedule", *arguments, here.where)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert jobs(here) == {}


def test_no_job_goes_without_a_word(here: Nights) -> None:
    """One of the same name is refused, and all is as it was, unless it is to be replaced."""
    every = ("every 6 hours", "my_chodon", here.where)
    tinhuy("schedule", "add", "30 1 * * *", here.where)
    done = tinhuy("schedule", "add", *every)
    assert (done.returncode, "--replace" in done.stderr) == (2, True), done.stderr
    assert jobs(here)["nightly"].sites == ()
    assert tinhuy("schedule", "add", *every, "--replace").returncode == 0
    assert jobs(here)["nightly"].sites == ("my_chodon",)


def test_who_wants_a_site_now_is_told_whether_it_is_begun(here: Nights) -> None:
    """Without a service it waits for one."""
    done = tinhuy("schedule", "now", "my_chodon", here.where)
    assert done.stdout == "my_chodon: planned; it waits for `tinhuy schedule run`\n"
    hear(here.home)
    assert "the service begins it" in tinhuy("schedule", "now", "my_chodon", here.where).stdout


@pytest.mark.parametrize("words", ["list", "next", "pause j", "resume j", "remove j"])
def test_who_asks_for_jobs_makes_no_collection(tmp_path: Path, words: str) -> None:
    """A misspelt directory is told of, as by other commands, and is not made."""
    typo = tmp_path / "typo"
    done = tinhuy("schedule", *words.split(), f"--collection={typo}")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1), done.stderr
    assert not typo.exists()


def test_a_schedule_that_is_closed_keeps_no_file_open(here: Nights) -> None:
    """Whoever looks at the jobs every few minutes for years runs out of none."""
    gc.disable()
    try:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            jobs(here)
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()
