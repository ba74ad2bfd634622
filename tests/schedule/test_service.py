"""`tinhuy schedule run`: the service, in real processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive import Catalog
from crawler.ending import CLOSING_SECONDS
from tests.cli import answer, tinhuy
from tests.schedule.support import PLATFORMS, Nights, is_over


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
