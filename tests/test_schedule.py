"""`tinhuy schedule`: jobs, the nights that they plan, and the service, in real processes."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive import Catalog, Collection
from archive.writer import warc_date
from crawler import children, settings
from crawler.children import Limits
from crawler.diary import BY_HAND, Diary, Entry, Planned, State
from crawler.ending import CLOSING_SECONDS
from crawler.printed import printed
from crawler.schedule import MOST_MISSED, BadJob, Job, Schedule, newest_nights, nights, now, plan
from crawler.service import Service, _Look
from tests.cli import answer, tinhuy
from tests.nights.clock import Clock
from tests.practice import PracticeWeb, Quirks

PLATFORMS = {"chodon": "tagdiv", "travinh": "aspnet_portal"}
PATIENCE = 60.0


class Nights:
    """A collection with a schedule, and two practice sites of its own on loopback."""

    def __init__(self, web: PracticeWeb, path: Path) -> None:
        self.web, self.home = web, Collection.create(path)
        self.where = f"--collection={path}"

    def runs(self) -> list[Entry]:
        """What the diary tells, the oldest first."""
        with Diary.as_it_is(self.home) as diary:
            return list(diary.entries())[::-1]

    def states(self) -> list[tuple[str, str]]:
        return [(run.site, run.state) for run in self.runs()]

    def now(self, *sites: str) -> None:
        """Have the service crawl sites, as `tinhuy schedule now` does."""
        at = warc_date(datetime.now(UTC))
        with Diary.of(self.home) as diary:
            diary.plan(BY_HAND, [Planned(at, site, at) for site in sites])

    @contextmanager
    def served(self, *options: str, days: float = 0) -> Iterator[subprocess.Popen[str]]:
        """The service runs; at the end it is told to stop, if it has not ended."""
        program = ["tests.later", str(days)] if days else ["crawler.cli"]
        command = [sys.executable, "-m", *program, "schedule", "run", self.where, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
            try:
                yield service
            finally:
                service.terminate()
                service.wait(timeout=30)

    @contextmanager
    def slowed_down(self, **seconds: float) -> Iterator[None]:
        """Practice sites take so long for each answer."""
        self.web.quirks.update({name: Quirks(delay=each) for name, each in seconds.items()})
        try:
            yield
        finally:
            self.web.quirks.update(dict.fromkeys(seconds, Quirks()))

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait for something to hold."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, self.runs()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=6, articles=12, only=tuple(PLATFORMS)) as serving:
        yield serving


@pytest.fixture
def here(web: PracticeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    sites = tmp_path / "sites"
    sites.mkdir()
    for name, platform in PLATFORMS.items():
        (sites / f"my_{name}.py").write_text(site_file(f"my_{name}", platform, web.sites[name].url))
    monkeypatch.setenv("TINHUY_SITES", str(sites))
    return Nights(web, tmp_path / "c")


def site_file(name: str, platform: str, url: str) -> str:
    return f"""
from crawler.site import Politeness, Site
from crawler.spider import SiteSpider


class Mine(SiteSpider):
    name = "{name}"
    site = Site(
        name="{name}",
        title="Mine",
        province="Bắc Kạn",
        level="huyện ủy",
        domains=("{url.partition("//")[2]}",),
        seeds=("{url}/",),
        platform="{platform}",
        politeness=Politeness(delay=0.05),
    )
"""


def is_over(here: Nights, *numbers: int) -> bool:
    over = {run.number for run in here.runs() if run.state not in (State.PLANNED, State.RUNNING)}
    return over >= set(numbers)


# Jobs


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


def test_a_job_that_cannot_be_read_is_kept(here: Nights) -> None:
    """A damaged row is told of, with its remedy, by whoever reads it; nothing is lost of it or the
    others, and the remedy helps.
    """
    for name in ("early", "late"):
        tinhuy("schedule", "add", "every 6 hours", f"--name={name}", here.where)
    with closing(sqlite3.connect(here.home.path / "schedule.sqlite3")) as database, database:
        cut = "UPDATE jobs SET sites = '[' WHERE name = 'late'"
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
                other.add("nightly", "every 2 hours", [], 0)

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


@pytest.mark.parametrize("words", ["list", "next", "pause j", "resume j", "remove j"])
def test_who_asks_for_jobs_makes_no_collection(tmp_path: Path, words: str) -> None:
    """A misspelt directory is told of, as by other commands, and is not made."""
    typo = tmp_path / "typo"
    done = tinhuy("schedule", *words.split(), f"--collection={typo}")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1), done.stderr
    assert not typo.exists()


# What is planned


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


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of the test's own, for this process too."""
    clock = Clock(tmp_path / "clock", at("2028-02-27T12:00:00+07:00"))
    for name, value in clock.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "CLOCK", clock.environment["TINHUY_CLOCK"])
    return clock


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


def test_a_clock_that_was_set_is_noticed_at_once(clock: Clock) -> None:
    """The jobs are looked at whether it was set forwards or back, or a night has come."""
    for hours in (-1, 1):
        look = _Look(next_at=None)
        assert not look.is_over()
        clock.step(timedelta(hours=hours))
        assert look.is_over()
    assert _Look(next_at=now()).is_over()


# The service


def test_what_is_wanted_now_is_crawled(here: Nights) -> None:
    """The service begins it, the run keeps its number, and both end in good order."""
    assert tinhuy("schedule", "now", "my_chodon", here.where).returncode == 0
    with here.served() as service:
        here.until(lambda: is_over(here, 1))
        service.terminate()
        assert service.wait(timeout=30) == 0
    (run,) = here.runs()
    assert (run.state, run.outcome, run.job) == ("ended", "ok", "by hand")
    assert run.counts["new"] == len(here.web.sites["chodon"].articles)
    shown = answer("run", "show", "1", here.where)
    assert (shown["number"], len(shown["logs"])) == (1, 2)


def test_nights_that_passed_are_caught_up_for_once(here: Nights) -> None:
    """A service that was away for days runs the newest night, and tells of the others."""
    tinhuy("schedule", "add", "every 1 day", "my_chodon", "my_travinh", here.where)
    with here.served(days=3.5):
        here.until(lambda: len(here.runs()) == 6 and is_over(here, *range(1, 7)))
    assert sorted(here.states()) == [
        ("my_chodon", "ended"),
        *[("my_chodon", "missed")] * 2,
        ("my_travinh", "ended"),
        *[("my_travinh", "missed")] * 2,
    ]


def test_the_service_answers_prometheus(here: Nights) -> None:
    """On loopback, with numbers of its runs and of itself; a port that is taken is told."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tinhuy("schedule", "run", f"--metrics={port}", here.where)
    assert (done.returncode, len(done.stderr.splitlines())) == (9, 1)
    assert f"port {port}" in done.stderr
    here.now("my_chodon")
    with here.served(f"--metrics={port}") as service:
        here.until(lambda: is_over(here, 1))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            families = list(text_string_to_metric_families(page.read().decode()))
        (listening,) = listeners(service.pid)
    found = {(one.name, *one.labels.values()): one.value for f in families for one in f.samples}
    assert found["tinhuy_runs_total", "ok"] == 1
    assert found["tinhuy_site_last_run_new_articles", "my_chodon"] == 12
    assert found["process_resident_memory_bytes",] > 10_000_000
    assert listening == ("127.0.0.1", port)


def listeners(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports at which a process listens (IPv4), as proc(5) tells them."""
    links = [os.path.realpath(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    places = [
        row[1].split(":")
        for row in rows
        if row[3] == "0A" and f"/proc/{pid}/fd/socket:[{row[9]}]" in links
    ]
    return {(socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16)) for host, port in places}


def test_there_is_one_service(here: Nights) -> None:
    """A second one says so and goes; the first goes on."""
    with here.served() as first:
        here.until(lambda: (here.home.path / "schedule.sqlite3").exists())
        done = tinhuy("schedule", "run", here.where)
        assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
        assert first.poll() is None


def test_a_site_has_one_run_at_a_time(here: Nights) -> None:
    """What comes while a run is under way is skipped, and says which run that was."""
    here.now("my_chodon")
    with here.served():
        here.until(lambda: here.states() == [("my_chodon", "running")])
        here.now("my_chodon")
        here.until(lambda: is_over(here, 1, 2))
    first, second = here.runs()
    assert (first.state, second.state) == ("ended", "skipped")
    assert "run 1" in second.reason


def test_runs_by_hand_and_of_the_service_pass_each_other(here: Nights) -> None:
    """Whichever of a crawl by hand and a run of the service comes second finds the site in use and
    is skipped, which is told; the first goes on.
    """
    words = ["crawl", "my_chodon", "--refresh", here.where]
    with here.served():
        with here.slowed_down(chodon=2):
            here.now("my_chodon")
            here.until(lambda: here.states() == [("my_chodon", "running")])
            done = tinhuy(*words)
        assert (done.returncode, "another run" in done.stderr) == (5, True), done.stderr
        assert [state for _, state in here.states()] == ["running", "skipped"]
        here.until(lambda: is_over(here, 1))
        with subprocess.Popen([sys.executable, "-m", "crawler.cli", *words]) as by_hand:
            with here.slowed_down(chodon=2):
                here.until(lambda: len(here.runs()) == 3)
                here.now("my_chodon")
                here.until(lambda: is_over(here, 4))
            assert by_hand.poll() is None
        assert by_hand.returncode == 0
    runs = answer("runs", here.where)
    assert [(run["job"], run["state"]) for run in reversed(runs)] == [
        ("by hand", "ended"),
        (None, "skipped"),
        (None, "ended"),
        ("by hand", "skipped"),
    ]
    assert all("another run" in run["reason"] for run in runs if run["state"] == "skipped")


def test_sigterm_stops_the_service_in_time(here: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its runs end in good order, also of a site that hangs, before it would have to kill them; the
    next service begins them once more, and they get what was cut off.
    """
    monkeypatch.setenv("TINHUY_ENDING_SECONDS", "3")
    here.now("my_chodon", "my_travinh")
    before = len(here.web.log)
    with here.served() as service:
        here.until(lambda: len(here.web.log) - before > 10)
        with here.slowed_down(chodon=300, travinh=1):
            here.until(lambda: sum(here.web.server.open.values()) > 1)
            began = time.monotonic()
            service.terminate()
            assert service.wait(timeout=30) == 0
            assert 3 <= time.monotonic() - began < 3 + CLOSING_SECONDS
    for run in here.runs():
        assert (run.state, run.outcome) == ("ended", "incomplete")
        assert run.reason.endswith("ended by SIGTERM; the service was stopped"), run.reason
    assert answer("verify", here.where) == []
    with here.served():
        here.until(lambda: is_over(here, 3, 4))
    assert [run.outcome for run in here.runs()[2:]] == ["ok", "ok"]
    with Catalog(here.home.catalog_path) as catalog:
        kept = Counter(known.site for known in catalog.articles())
    assert kept == {f"my_{name}": len(here.web.sites[name].articles) for name in PLATFORMS}


@pytest.mark.parametrize(
    ("limit", "said"), [("--memory=20", "20 MB of memory"), ("--hours=0.0005", "0.0005 hours")]
)
def test_a_run_has_limits(here: Nights, limit: str, said: str) -> None:
    """One that takes more memory or time than it may is ended, and that is told; that it may not be
    begun once more is known before it can end.
    """
    here.now("my_chodon")
    with here.served(limit):
        here.until(lambda: is_over(here, 1))
        assert here.runs()[0].limited
        here.until(lambda: said in here.runs()[0].reason)
    (run,) = here.runs()
    assert run.outcome != "ok"
    assert run.counts.get("new", 0) < len(here.web.sites["chodon"].articles)


def test_a_planned_run_is_not_made_without_the_diary(
    here: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot note its beginning asks for no page, and says why; by hand it goes on."""
    words, asked = ["crawl", "my_chodon", "--max-pages=1", here.where], len(here.web.log)
    (here.home.path / "diary.sqlite3").write_text("no database" * 1000)
    monkeypatch.setenv("TINHUY_RUN", "1")
    done = tinhuy(*words)
    assert (done.returncode, "diary.sqlite3" in done.stderr) == (4, True), done.stderr
    assert len(here.web.log) == asked
    monkeypatch.delenv("TINHUY_RUN")
    assert "not noted in the diary" in tinhuy(*words).stderr
    assert len(here.web.log) > asked


def test_a_disk_that_takes_no_note_unlimits_nobody(here: Nights) -> None:
    """While the diary refuses all that the service writes, runs that take too long are ended all
    the same, which is told once; when it takes notes again, their ends are noted, and none is
    repeated.
    """
    here.now("my_chodon", "my_travinh")
    said = list[str]()
    service = Service(here.home, Limits(), said.append)
    with Diary.of(here.home) as diary, Schedule.of(here.home) as schedule:

        def turn() -> None:
            service._looked = None
            service._turn(diary, schedule)

        turn()
        here.until(lambda: {state for _, state in here.states()} == {"running"})
        diary._database.one("PRAGMA query_only = ON")
        service._children._limits = Limits(hours=0)
        with here.slowed_down(chodon=1, travinh=1):
            turn()
            here.until(lambda: is_over(here, 1, 2) and len(service._children.over()) == 2)
        turn()
        assert [run.limited for run in here.runs()] == [False, False]
        assert len([words for words in said if "readonly" in words]) == 1, said
        diary._database.one("PRAGMA query_only = OFF")
        turn()
        assert not service._children
    for run in here.runs():
        assert (run.outcome, run.limited) == ("incomplete", True)
        assert "0 hours" in run.reason
    assert len(here.runs()) == 2


def test_what_a_run_prints_is_bounded(here: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20 MB the end is kept, with what came of the run; the oldest goes when there is more."""
    loud = Path(os.environ["TINHUY_SITES"]) / "loud.py"
    loud.write_text("import sys\nif 'crawl' in sys.argv: print('loud ' * 4_000_000)\n")
    here.now("my_chodon")
    with here.served():
        here.until(lambda: is_over(here, 1))
    loud.unlink()
    first, second = (printed(here.home, number) for number in (1, 2))
    assert 500_000 < first.stat().st_size <= 1_000_000
    assert "my_chodon\tok" in first.read_text().splitlines()[-1]
    here.now("my_travinh")
    monkeypatch.setenv("TINHUY_PRINTED_BYTES", "100_000")
    with here.served():
        here.until(lambda: is_over(here, 2))
    assert second.exists()
    assert not first.exists()
    assert "is removed" in tinhuy("run", "show", "1", here.where).stdout
    assert "is removed" not in tinhuy("run", "show", "2", here.where).stdout


def test_what_could_not_begin_waits(
    here: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration that was broken meanwhile costs no night, if it is mended in time; what it
    said is told.
    """
    (tmp_path / "tinhuy.toml").write_text("runs_at_onse = 4\n")
    monkeypatch.setenv("TINHUY_CONFIG", str(tmp_path / "tinhuy.toml"))
    here.now("my_chodon")
    said = list[str]()
    runs = children.Children(here.home, children.Limits(), said.append)
    (entry,) = here.runs()

    def attempt() -> bool:
        runs.begin(entry)
        here.until(runs.over)
        with Diary.of(here.home) as diary:
            runs.note_end("my_chodon", diary)
        return runs.may_begin(entry)

    assert not attempt()
    assert "runs_at_onse" in said[-1]
    assert here.states() == [("my_chodon", "planned")]
    monkeypatch.setattr(children, "PAUSE", 0)
    assert attempt()
    monkeypatch.setattr(children, "TRIES", 3)
    attempt()
    (last,) = here.runs()
    assert (last.state, "runs_at_onse" in last.reason) == ("killed", True)


def test_a_run_that_dies_is_told_of(here: Nights) -> None:
    """kill -9 of a child: the diary says so, it is begun once more, and the service goes on."""
    here.now("my_chodon")
    with here.served() as service:
        here.until(lambda: here.states() == [("my_chodon", "running")])
        os.kill(here.runs()[0].pid or 0, signal.SIGKILL)
        here.until(lambda: is_over(here, 1))
        here.until(lambda: is_over(here, 2))
        assert service.poll() is None
    first, second = here.runs()
    assert (first.state, "signal 9" in first.reason) == ("killed", True)
    assert (second.site, second.job, second.outcome) == ("my_chodon", "again", "ok")


def test_children_end_with_their_parent(here: Nights) -> None:
    """kill -9 of the service: its run ends in good order, and its successor goes on from there."""
    here.now("my_chodon", "my_travinh")
    before = len(here.web.log)
    with here.served("--at-once=1") as service:
        here.until(lambda: len(here.web.log) - before > 5)
        service.kill()
        here.until(lambda: is_over(here, 1))
    assert here.states() == [("my_chodon", "ended"), ("my_travinh", "planned")]
    assert here.runs()[0].outcome == "incomplete"
    with here.served():
        here.until(lambda: is_over(here, 2, 3))
    sites = ["my_chodon", "my_travinh", "my_chodon"]
    assert here.states() == [(site, "ended") for site in sites]
    assert here.runs()[2].outcome == "ok"
    assert answer("verify", here.where) == []
