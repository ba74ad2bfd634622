"""`tinhuy runs` and `tinhuy run show`: every run has its place, however it ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import Collection
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb

SITE = "chodon"


def words(web: PracticeWeb, where: str, *more: str) -> list[str]:
    return ["crawl", SITE, f"--at={web.sites[SITE].start}", "--delay=0", where, *more]


def test_every_run_is_told_of(tmp_path: Path) -> None:
    """One that ended well, one that was killed, one that found the site in use, one under way."""
    home, where = tmp_path / "c", f"--collection={tmp_path / 'c'}"
    with PracticeWeb(seed=4, articles=40, only=(SITE,)) as web:
        (well,) = answer(*words(web, where, "--max-pages=9"), code=11)
        kill(web, words(web, where))
        with Collection.open(home).hold_site(SITE):
            assert tinhuy(*words(web, where)).returncode == 5
            (running, *_) = answer("runs", where)
        last = answer(*words(web, where))
    found = answer("runs", SITE, where)
    assert [(one["state"], one["outcome"]) for one in found] == [
        ("ended", "ok"),
        ("skipped", None),
        ("killed", None),
        ("ended", "incomplete"),
    ]
    assert running["state"] == "skipped"
    assert [found[0]["run_id"], found[-1]["run_id"]] == [last[0]["id"], well["id"]]
    assert found[-1]["counts"] == well["counts"]
    assert SITE in found[1]["reason"]
    lines = tinhuy("runs", "--limit=2", where).stdout.splitlines()
    assert [line.split("\t")[3] for line in lines] == ["went", "ok", "skipped"]


def kill(web: PracticeWeb, words: list[str]) -> None:
    """Crawl, and kill -9 in the middle."""
    wanted = len(web.log) + 8
    command = [sys.executable, "-m", "crawler.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while len(web.log) < wanted and run.poll() is None:
            time.sleep(0.01)
        assert run.poll() is None
        run.kill()


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> str:
    where = f"--collection={tmp_path_factory.mktemp('runs') / 'c'}"
    with PracticeWeb(seed=4, articles=5, only=(SITE,)) as web:
        answer(*words(web, where))
    return where


def test_one_run_is_shown_whole(where: str) -> None:
    """Its times, its outcome, all its counts, and its crawl log, which is there."""
    (entry,) = answer("runs", where)
    shown = answer("run", "show", str(entry["number"]), where)
    assert {name: shown[name] for name in entry} == entry
    (log,) = shown["logs"]
    assert json.loads(Path(log).read_text().splitlines()[0])["kind"] == "response"
    told = tinhuy("run", "show", str(entry["number"]), where).stdout
    for expected in (SITE, "ended", "ok", log, entry["run_id"], "bytes_written"):
        assert expected in told


def test_what_is_not_there_is_told(where: str) -> None:
    """A number that no run has."""
    done = tinhuy("run", "show", "99", where)
    assert (done.returncode, done.stdout) == (3, "")
    assert "tinhuy runs" in done.stderr


def test_a_replay_is_no_run(where: str) -> None:
    """What asks nobody for anything is not in the history."""
    before = answer("runs", where)
    answer("replay", SITE, where)
    assert answer("runs", where) == before
