"""Signals end a crawl: Ctrl-C once and SIGTERM in good order, Ctrl-C twice at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import Catalog, Collection
from crawler.ending import CLOSING_SECONDS
from tests.bench.sites import bad_sites
from tests.cli import Terminal, answer
from tests.crawler.fetching.origin import Origin, page
from tests.practice import PracticeWeb, Quirks
from tests.test_interrupted import twice
from tests.test_serve import BROWSER_NEEDED, CHROMIUM

SITES = ("chodon", "travinh")
IN_ORDER = "ending in order; Ctrl-C again ends at once"


@pytest.fixture
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(articles=20, only=SITES) as web:
        yield web


@pytest.fixture
def words(web: PracticeWeb, tmp_path: Path) -> list[str]:
    """A crawl of both sites, as it is written."""
    ats = [f"--at={name}={web.sites[name].start}" for name in SITES]
    return ["crawl", *SITES, *ats, "--delay=0.02", f"--collection={tmp_path}/c"]


def test_ctrl_c_once_ends_in_order(web: PracticeWeb, words: list[str], tmp_path: Path) -> None:
    """After one Ctrl-C the program says so at once and finishes what is under way: it is kept, the
    runs are incomplete, and the files sound.
    """
    with Terminal(*words) as terminal:
        until(lambda: len(web.log) > 20)
        slow_down(web, 2)
        terminal.process.send_signal(signal.SIGINT)
        began = time.monotonic()
        terminal.wait_for(IN_ORDER)
        assert time.monotonic() - began < 1.5
        assert terminal.end() == 11
    assert terminal.printed.count(IN_ORDER) == 1
    assert "Traceback" not in terminal.printed
    slow_down(web, 0)
    collection = f"--collection={tmp_path}/c"
    runs = answer("runs", collection)
    assert {run["outcome"] for run in runs} == {"incomplete"}
    assert all(run["reason"].startswith("ended by Ctrl-C") for run in runs)
    assert answer("verify", collection) == []
    answer(*words)
    assert twice(list(web.log), []) == []


def test_ctrl_c_twice_ends_at_once(web: PracticeWeb, words: list[str], tmp_path: Path) -> None:
    """After a second Ctrl-C the program is gone within two seconds, with exit code 130 and a usable
    terminal; the next run completes, and asks twice for nothing but what was under way.
    """
    with Terminal(*words) as terminal:
        until(lambda: len(web.log) > 25)
        slow_down(web, 4)
        until(lambda: sum(web.server.open.values()) > 0)
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for(IN_ORDER)
        began = time.monotonic()
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
        assert time.monotonic() - began < 2
    assert "ended at once; what was kept is safe" in terminal.printed
    assert terminal.printed.rfind("\x1b[?25h") > terminal.printed.rfind("\x1b[?25l")
    until(lambda: not sum(web.server.open.values()))
    end = len(web.log)
    slow_down(web, 0)
    assert {run["outcome"] for run in answer(*words)} == {"ok"}
    assert twice(list(web.log), [end]) == []
    assert entered(tmp_path) == articles(web)
    assert answer("verify", f"--collection={tmp_path}/c") == []


def test_a_closed_terminal_ends_in_order(
    web: PracticeWeb, words: list[str], tmp_path: Path
) -> None:
    """When its terminal is closed a crawl ends in order, though it can print nothing more."""
    with Terminal(*words) as terminal:
        until(lambda: len(web.log) > 20)
        terminal.close()
        assert terminal.end() == 11
    collection = f"--collection={tmp_path}/c"
    runs = answer("runs", collection)
    assert {run["reason"].partition(";")[0] for run in runs} == {"ended by SIGHUP"}
    assert answer("verify", collection) == []


def test_nohup_outlives_its_terminal(web: PracticeWeb, words: list[str]) -> None:
    """Where SIGHUP is ignored a crawl goes on."""
    command = ["nohup", sys.executable, "-m", "crawler.cli", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as crawl:
        until(lambda: len(web.log) > 20)
        crawl.send_signal(signal.SIGHUP)
        said, _ = crawl.communicate(timeout=60)
    assert crawl.returncode == 0, said


def test_sigterm_waits_for_nobody(web: PracticeWeb, words: list[str], tmp_path: Path) -> None:
    """A SIGTERM ends a crawl within 30 seconds, whatever hangs or drips; the runs are incomplete,
    the files sound, and the next run gets what was cut off.
    """
    collection = f"--collection={tmp_path}/c"
    with bad_sites() as bad, plain(*words, *bad) as crawl:
        until(lambda: len(web.log) > 20)
        slow_down(web, 300)
        until(lambda: sum(web.server.open.values()) > 0)
        began = time.monotonic()
        crawl.send_signal(signal.SIGTERM)
        _, said = crawl.communicate(timeout=40)
        seconds = time.monotonic() - began
    assert (crawl.returncode, seconds < 30) == (11, True), said
    assert "tinhuy: ending in order; Ctrl-C ends at once" in said
    assert "Traceback" not in said
    runs = answer("runs", collection)
    assert len(runs) == len(SITES) + len(bad)
    assert {run["outcome"] for run in runs} == {"incomplete"}
    assert answer("verify", collection) == []
    slow_down(web, 0)
    assert {run["outcome"] for run in answer(*words)} == {"ok"}
    assert entered(tmp_path) == articles(web)


DRAWN = """
from crawler.site import Site
from crawler.spider import SiteSpider


class VemaiSpider(SiteSpider):
    name = "vemai"
    site = Site(
        name="vemai", title="Vẽ mãi", province="Trà Vinh", level="báo tỉnh", rendered=True,
        domains=("vemai.example",), seeds=("http://vemai.example/",),
    )
"""


def test_a_page_that_is_drawn_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script without end keeps a browser from answering, and no crawl from ending in time."""
    if CHROMIUM is None:
        missing = "no chromium found: apt install chromium"
        pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)
    (tmp_path / "vemai.py").write_text(DRAWN)
    monkeypatch.setenv("TINHUY_SITES", str(tmp_path))
    endless = page(b"<p>trang</p><script>while (true) {}</script>")
    answers = {"/": endless, "/robots.txt": page(status=b"404 Not Found")}
    with Origin(answers) as origin:
        at, collection = f"--at={origin.url('/')}", f"--collection={tmp_path}/c"
        with plain("crawl", "vemai", at, "--delay=0.02", collection) as crawl:
            until(lambda: bool(origin.crossed["/"]))
            time.sleep(2)
            began = time.monotonic()
            crawl.send_signal(signal.SIGTERM)
            _, said = crawl.communicate(timeout=40)
    assert (crawl.returncode, time.monotonic() - began < 30) == (11, True), said
    assert "Traceback" not in said
    assert answer("verify", collection) == []


def test_a_signal_at_the_very_start(web: PracticeWeb, words: list[str]) -> None:
    """A crawl that is told to end before its sites have begun ends in order too."""
    for seconds in (0.0, 0.1, 0.3):
        with plain(*words) as crawl:
            until(lambda: is_taking_signals(crawl.pid))
            time.sleep(seconds)
            crawl.send_signal(signal.SIGTERM)
            _, said = crawl.communicate(timeout=30)
        assert crawl.returncode == 11, said
        assert "Traceback" not in said


def test_what_hangs_beyond_our_reach(tmp_path: Path) -> None:
    """A crawl that hangs in what nobody can cut off ends at once when its time is over."""
    program = (
        "import asyncio, os, signal, time; from crawler.ending import Ending\n"
        "async def hang():\n"
        "    with Ending({}, 0, lambda: print('the last word', flush=True)):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(100)\n"
        "asyncio.run(hang())"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (130, "the last word\n"), done.stderr
    assert CLOSING_SECONDS <= time.monotonic() - began < CLOSING_SECONDS + 10


def plain(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def slow_down(web: PracticeWeb, seconds: float) -> None:
    web.quirks.update({name: Quirks(delay=seconds) for name in SITES})


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.005)


def is_taking_signals(pid: int) -> bool:
    """Whether a handler of SIGTERM is in place (proc(5): SigCgt, a mask in hex)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (mask,) = (int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return bool(mask >> (signal.SIGTERM - 1) & 1)


def articles(web: PracticeWeb) -> set[str]:
    return {truth.url for name in SITES for truth in web.sites[name].articles}


def entered(directory: Path) -> set[str]:
    with Catalog(Collection.open(directory / "c").catalog_path) as catalog:
        return {entry.url for entry in catalog.articles() if entry.site in SITES}
