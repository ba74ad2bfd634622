"""Runs that are killed, and go on: nothing is fetched twice, and nothing is missed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from archive import Catalog, Collection
from tests.cli import answer
from tests.practice import Hit, PracticeWeb

SITES = ("chodon", "travinh")
KILLS = 20
MOST_HITS = 25
"""A run is killed after so many requests at most."""


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """After 20 kills -9 at random moments two sites are archived whole, and the server was asked
    twice for nothing but what was under way at a kill.
    """
    seed = int(os.environ.get("PRACTICE_SEED", random.randrange(10**6)))
    print(f"PRACTICE_SEED={seed} makes it again")
    chance, ends = random.Random(seed), list[int]()
    with PracticeWeb(seed=seed, articles=120, only=SITES) as web:
        words = crawl_words(web, tmp_path)
        while len(ends) < KILLS:
            ends.append(killed(web, words, chance.randrange(1, MOST_HITS)))
        runs = answer(*words)
        hits = list(web.log)
        truths = {truth.url for name in SITES for truth in web.sites[name].articles}
        pictures = {url for name in SITES for t in web.sites[name].articles for url in t.pictures}
    assert {run["outcome"] for run in runs} == {"ok"}
    assert twice(hits, ends) == []
    with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
        assert {entry.url for entry in catalog.articles()} == truths
    assert pictures <= {f"http://{hit.host}{hit.target}" for hit in hits}
    assert answer("verify", f"--collection={tmp_path / 'c'}") == []


def crawl_words(web: PracticeWeb, directory: Path) -> list[str]:
    ats = [f"--at={name}={web.sites[name].start}" for name in SITES]
    return ["crawl", *SITES, *ats, "--delay=0.02", f"--collection={directory / 'c'}"]


def killed(web: PracticeWeb, words: list[str], after: int) -> int:
    """Crawl, kill -9 after so many requests; the number of hits when it was dead."""
    wanted = len(web.log) + after
    command = [sys.executable, "-m", "crawler.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while len(web.log) < wanted and run.poll() is None:
            time.sleep(0.002)
        assert run.poll() is None, "it ended before it could be killed"
        run.kill()
    time.sleep(0.1)  # the server may be writing to a socket that nobody reads
    return len(web.log)


def twice(hits: list[Hit], ends: list[int]) -> list[str]:
    """What was asked for again, though it was not the last request of its host at a kill."""
    seen, wrong, begin = set[tuple[str, ...]](), list[str](), 0
    for end in (*ends, len(hits)):
        last = dict[str, tuple[str, ...]]()
        for hit in hits[begin:end]:
            if hit.target == "/robots.txt":  # each run asks what it may
                continue
            one = asked(hit)
            if one in seen:
                wrong.append(" ".join(one))
            seen.add(one)
            last[hit.host] = one
        seen -= set(last.values())
        begin = end
    return wrong


def asked(hit: Hit) -> tuple[str, ...]:
    """What a request asks for; of a form, its event and not the state that it carries along."""
    body = hit.received.partition(b"\r\n\r\n")[2].decode()
    event = [part for part in body.split("&") if part.startswith("__EVENT")]
    event = [part for part in event if "VALIDATION" not in part]
    return (hit.method, hit.host, hit.target, *event)
