"""The runs of a service: their limits, and what becomes of them when something dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import Catalog, CollectionLocked
from crawler import children
from crawler.alarms import Alarms
from crawler.children import Limits
from crawler.diary import Diary
from crawler.outbox import Outbox
from crawler.printed import printed
from crawler.schedule import Schedule
from crawler.service import Service
from tests.cli import answer, tinhuy
from tests.schedule.support import Nights, is_over


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


def test_a_job_that_cannot_be_read_is_an_alarm(here: Nights) -> None:
    """The service plans nothing then; that it does not is told to whoever is to be told."""
    with Diary.of(here.home) as diary, Schedule.of(here.home) as schedule:
        schedule.add("nightly", "30 1 * * *", [], 0)
        schedule._database.do("UPDATE jobs SET sites = '['")
        schedule._database.commit()
        service = Service(here.home, Limits(), list[str]().append)
        service._turn(diary, schedule)
        service._post.stop()
    with Alarms.as_it_is(here.home) as alarms, Outbox.as_it_is(here.home) as outbox:
        (alarm,) = alarms.lasting()
        assert (alarm.rule, "remove nightly" in alarm.evidence) == ("watching", True)
        assert outbox.has_told("raised", alarm.number)


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
    monkeypatch.setattr(children, "PAUSES", (0.0, 0.0))
    assert attempt()
    attempt()
    (last,) = here.runs()
    assert (last.state, "runs_at_onse" in last.reason) == ("killed", True)


def test_what_was_ended_before_it_began_waits(here: Nights) -> None:
    """A service that is stopped just then, or a kernel without memory, costs no night: whoever
    comes after begins it.
    """
    here.now("my_chodon", "my_travinh")
    said = list[str]()
    killed, stopped = here.runs()
    runs = children.Children(here.home, children.Limits(), said.append)
    with Diary.of(here.home) as diary:
        runs.begin(killed)
        os.kill(runs._of_site["my_chodon"].process.pid, signal.SIGKILL)
        here.until(runs.over)
        runs.note_end("my_chodon", diary)
        runs.begin(stopped)
        runs.tell_all("the service was stopped")
        here.until(runs.over)
        runs.note_end("my_travinh", diary)
    assert not runs
    assert here.states() == [("my_chodon", "planned"), ("my_travinh", "planned")]
    assert [words.partition("waits: ")[2] for words in said if "begins" not in words] == [
        "gone without a word: signal 9",
        "ended by signal 15",
    ]


def test_a_run_has_its_site_until_its_end_is_noted(here: Nights) -> None:
    """Whoever looks between the two would call it killed, and the service repeat it."""
    words = ["crawl", "my_chodon", "--max-pages=1", here.where]
    with subprocess.Popen([sys.executable, "-m", "crawler.cli", *words]):
        here.until(lambda: here.states() == [("my_chodon", "running")])
        with Diary.of(here.home) as diary, Catalog(here.home.catalog_path) as catalog:
            diary._database.begin()
            here.until(lambda: catalog.runs("my_chodon"))
            time.sleep(1)  # it waits for the diary now
            with pytest.raises(CollectionLocked), here.home.hold_site("my_chodon"):
                pass
            diary._database.commit()
    assert [(run.state, run.outcome) for run in here.runs()] == [("ended", "incomplete")]


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
    first = here.runs()[0]
    assert (first.outcome, "the service is gone" in first.reason) == ("incomplete", True)
    with here.served():
        here.until(lambda: is_over(here, 2, 3))
    sites = ["my_chodon", "my_travinh", "my_chodon"]
    assert here.states() == [(site, "ended") for site in sites]
    assert here.runs()[2].outcome == "ok"
    assert answer("verify", here.where) == []
