"""What Prometheus is told is what diary and alarms hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from archive import Collection, Run
from crawler.alarms import Alarms, Trouble
from crawler.diary import Diary, Planned
from crawler.metrics import Numbers

BEGAN, ENDED = "2026-11-24T18:30:00Z", "2026-11-24T18:40:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


def scraped(home: Collection) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, as a scraper reads it."""
    registry = CollectorRegistry()
    registry.register(Numbers(home))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    samples = [sample for family in families for sample in family.samples]
    found = {(one.name, *one.labels.values()): one.value for one in samples}
    assert len(found) == len(samples)
    return found


def run(site: str, outcome: str, ended_at: str = ENDED, **counts: int) -> Run:
    return Run(
        id=f"{site} {outcome}", site=site, started_at=BEGAN, finished_at=ended_at, outcome=outcome,
        reason="", counts=counts,
    )  # fmt: skip


def test_an_empty_collection_has_zeros(home: Collection) -> None:
    """Nothing is missing before the first run, no file is made, and the disk is told."""
    found = scraped(home)
    assert found["tinhuy_readable",] == 1
    assert found["tinhuy_runs_planned",] == found["tinhuy_runs_running",] == 0
    assert found["tinhuy_disk_free_bytes",] > 0
    assert {path.name for path in home.path.iterdir()} == {"archive", "collection.json", "indexes"}


def test_the_diary_is_told(home: Collection) -> None:
    """Runs by what they came to, what waits, and of each site its last run and last success."""
    with Diary.of(home) as diary:
        diary.plan("nightly", [Planned(BEGAN, "one", BEGAN), Planned(BEGAN, "two", BEGAN)])
        first = diary.begin("one", BEGAN, "a")
        diary.end(first, run("one", "ok", milliseconds=1500, bytes_written=9, new=3))
        second = diary.begin("one", ENDED, "b")
        diary.end(second, run("one", "blocked", "2026-11-25T00:00:00Z", milliseconds=100))
        diary.begin("two", BEGAN, "c")
        diary.skip("three", BEGAN, "in use")
    found = scraped(home)
    assert found["tinhuy_runs_total", "ok"] == found["tinhuy_runs_total", "blocked"] == 1
    assert found["tinhuy_runs_total", "skipped"] == 1
    assert found["tinhuy_runs_planned",] == 2
    assert found["tinhuy_runs_running",] == 1
    assert found["tinhuy_site_last_run_seconds", "one"] == 0.1
    assert found["tinhuy_site_last_run_new_articles", "one"] == 0
    assert found["tinhuy_site_last_success_timestamp_seconds", "one"] == 1795545600
    assert not [key for key in found if "last_run" in key[0] and key[-1] in ("two", "three")]


def test_alarms_are_told_while_they_last(home: Collection) -> None:
    """One series for each, with rule and site, which goes with the alarm."""
    with Alarms.of(home) as alarms:
        alarms.settle([Trouble("disk", "", "full"), Trouble("silent", "one", "days")], BEGAN)
        assert scraped(home)["tinhuy_alarm", "silent", "one"] == 1
        alarms.settle([Trouble("disk", "", "full")], ENDED)
    assert [key[1:] for key in scraped(home) if key[0] == "tinhuy_alarm"] == [("disk", "")]


def test_there_are_as_many_series_as_sites(home: Collection) -> None:
    """A hundred runs of a site are told in as many series as one."""
    with Diary.of(home) as diary:
        counts = set[int]()
        for number in range(100):
            diary.end(diary.begin("one", BEGAN, str(number)), run("one", "ok"))
            counts.add(len(scraped(home)))
    assert len(counts) == 1


def test_what_cannot_be_read_is_told(home: Collection) -> None:
    """A diary that is none makes no traceback of a scrape, and no number that is made up."""
    (home.path / "diary.sqlite3").write_bytes(b"no database" * 1000)
    assert scraped(home) == {("tinhuy_readable",): 0}


def test_large_numbers_are_told_in_full(home: Collection) -> None:
    """A terabyte is no rounded figure."""
    with Diary.of(home) as diary:
        number = diary.begin("one", BEGAN, "a")
        diary.end(number, run("one", "ok", bytes_written=10**12 + 1))
    assert scraped(home)["tinhuy_site_last_run_bytes", "one"] == 10**12 + 1
