"""What a crawl shows while it runs: on terminals of several sizes, and elsewhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from tests.cli import Terminal

HEAD = "site state pages pages/min new queue errors written"
LINE_AGAIN, ESCAPE = re.compile(r"\x1b\[\d*[AK]|\r"), re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def villages(count: int, articles: int) -> Iterator[list[str]]:
    """The front pages of so many small sites."""
    command = [sys.executable, "-m", "tests.bench.villages", str(count), str(articles), "1"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as serving:
        assert serving.stdout is not None
        yield json.loads(serving.stdout.readline())
        serving.communicate()


def drawn(printed: str) -> list[list[str]]:
    """The tables that a terminal was shown one after another, each as its lines."""
    plain = ESCAPE.sub("", LINE_AGAIN.sub("\n", printed))
    lines = [" ".join(line.split()) for line in plain.splitlines() if line.strip()]
    heads = [number for number, line in enumerate(lines) if line.startswith(HEAD)]
    return [lines[a:b] for a, b in pairwise([*heads, len(lines)])]


def test_a_terminal_shows_every_site_and_the_totals(tmp_path: Path) -> None:
    """The table has a line for each site and one of totals, which are their sums; rate and queue
    among them.
    """
    with villages(3, 40) as urls:
        words = ["crawl", *urls, "--delay=0.2", f"--collection={tmp_path}/c"]
        with Terminal(*words) as terminal:
            terminal.wait_until(lambda printed: len(drawn(printed)) > 20)
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.end() == 11
    tables = drawn(terminal.printed)
    shown = next(table for table in reversed(tables) if "3 running" in table[5])
    assert len(tables) > 15
    *sites, total = (line.split() for line in shown[1:5])
    assert [site[1] for site in sites] == ["running"] * 3
    assert total[0] == "total"
    for column, place in (("pages", 2), ("rate", 3), ("queue", 5)):
        values = [float(site[place]) for site in sites]
        assert min(values) > 0, (column, shown)
        assert abs(float(total[place - 1]) - sum(values)) < 0.2, (column, shown)
    assert any("3 ending" in table[5] or "incomplete" in table[5] for table in tables)


def test_more_sites_than_a_terminal_has_lines(tmp_path: Path) -> None:
    """On a terminal of twelve lines twelve sites are never drawn beyond it: five are not shown."""
    with villages(12, 40) as urls:
        words = ["crawl", *urls, "--delay=0.5", f"--collection={tmp_path}/c"]
        with Terminal(*words, rows=12) as terminal:
            terminal.wait_for("12 running; 5 not shown")
            terminal.wait_until(lambda printed: len(drawn(printed)) > 11)
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.end() == 11
    *tables, _last = drawn(terminal.printed)
    assert len(tables) > 10
    for table in tables:
        *sites, total, foot = [line for line in table[1:] if not line.startswith("tinhuy: ")]
        assert len({line.split()[0] for line in sites}) == 7, table
        assert total.startswith("total "), table
        assert re.fullmatch(r"12 sites: .*; 5 not shown; 0:00:\d\d", foot), table


def test_a_pipe_gets_plain_lines(tmp_path: Path) -> None:
    """Where there is no terminal a site has a line now and then, with the same facts and without
    escape codes, and all of them one.
    """
    with villages(2, 40) as urls:
        words = ["crawl", *urls, "--delay=0.4", f"--collection={tmp_path}/c"]
        with subprocess.Popen(
            [sys.executable, "-m", "crawler.cli", *words], stderr=subprocess.PIPE, text=True
        ) as crawl:
            assert crawl.stderr is not None
            lines = [crawl.stderr.readline() for _ in "123"]
            crawl.send_signal(signal.SIGINT)
            rest = crawl.stderr.read()
    facts = (
        r"\d+ pages, [\d.]+ pages/min, \d+ new, [1-9]\d* in the queue, 0 errors, [\d.]+ (B|kB|MB)\n"
    )
    for line in lines[:2]:
        assert re.fullmatch(rf"127\.0\.1\.\d-\d+: running, {facts}", line), line
    assert re.fullmatch(rf"2 sites: 2 running, {facts}", lines[2]), lines[2]
    assert "tinhuy: ending in order; Ctrl-C again ends at once\n" in rest
    assert "\x1b" not in "".join(lines) + rest
