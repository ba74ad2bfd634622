"""What the diary tells, beside the calendar, the access log of the sites and the archive."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from archive import Catalog
from crawler.diary import AGAIN, Entry, State
from crawler.outcome import Outcome
from tests.nights.ground import OVER, Ground, mine
from tests.nights.nightly import Night

_WHO = re.compile(rb"practice run=(\d+) process=([0-9a-f]{32})")


@dataclass
class Visits:
    """Who came to each site, in the order of the answers: the run, and the process that ran it."""

    by_site: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    requests: int = 0

    def read(self, ground: Ground) -> None:
        """Take the access log so far."""
        log = ground.web.log
        done = log[: len(log)]
        del log[: len(done)]
        for hit in done:
            who = _WHO.search(hit.received)
            assert who, hit.received
            seen = self.by_site[mine(hit.site)]
            visitor = int(who[1]), who[2].decode()
            if not seen or seen[-1] != visitor:
                seen.append(visitor)
        self.requests += len(done)

    def faults(self) -> Iterator[str]:
        """Two runs of a site at once, and runs that two processes have made."""
        for site, visitors in self.by_site.items():
            for visitor, times in Counter(visitors).items():
                if times > 1:
                    yield f"{site}: others came between the requests of run {visitor[0]}"
            for run, of in groupby(sorted(set(visitors)), key=lambda visitor: visitor[0]):
                if (processes := len(list(of))) > 1:
                    yield f"{site}: run {run} was run by {processes} processes"

    def runs(self) -> set[int]:
        return {run for visitors in self.by_site.values() for run, _ in visitors}


def unaccounted(runs: list[Entry], nights: Iterable[Night], now: str = "9") -> Iterator[str]:
    """Nights of the calendar that the diary does not tell of, and others up to now."""
    wanted = {night.key for night in nights}
    found = {
        (run.job or "", run.night, run.site)
        for run in runs
        if run.night and run.night <= now and run.job != AGAIN
    }
    for key in sorted(wanted - found):
        yield f"{key}: not told of"
    for key in sorted(found - wanted):
        yield f"{key}: no such night"
    for run in runs:
        if run.state not in OVER:
            yield f"{run}: what became of it?"


def overlapping(runs: list[Entry]) -> Iterator[str]:
    """Runs of a site that say that they began before the one before them was over."""
    for site in sorted({run.site for run in runs}):
        spans = sorted(
            (run.started_at, run.ended_at or "", run.number or 0)
            for run in runs
            if run.site == site and run.started_at
        )
        for one, other in pairwise(spans):
            if other[0] < one[1]:
                yield f"{site}: run {other[2]} began before run {one[2]} was over"


def unlike_the_archive(ground: Ground, runs: list[Entry], visits: Visits) -> Iterator[str]:
    """What the archive or the access log knows of runs, and the diary does not, or the reverse."""
    with Catalog(ground.home.catalog_path) as catalog:
        kept = {run.id for site in ground.platforms for run in catalog.runs(mine(site))}
    told = [run.run_id for run in runs if run.run_id]
    whole = [run for run in runs if run.state == State.ENDED and run.outcome != Outcome.FAILED]
    ended = {run.run_id for run in whole if run.run_id}  # a full disk has refused the others
    if len(told) != len(set(told)):
        yield "two numbers of the diary stand for one run"
    for id in sorted(kept - set(told)):
        yield f"run {id} is in the archive, and not in the diary"
    for id in sorted(ended - kept):
        yield f"run {id} ended by the diary, and is not in the archive"
    begun = {run.number for run in runs if run.started_at}
    for number in sorted(visits.runs() - begun):
        yield f"run {number} has asked for pages, and never begun"


def once_more(runs: list[Entry]) -> Iterator[str]:
    """Runs that were cut short and not made up for, and others that were repeated."""
    numbers = {(run.night, run.site): run for run in runs if run.job == AGAIN}
    cut_short = (run for run in runs if run.cut_short and not run.limited)
    cut = {(run.night, run.site) for run in cut_short if run.job != AGAIN}
    for key in sorted(numbers.keys() - cut, key=str):
        yield f"{key}: repeated, and was not cut short"
    for key in sorted(cut - numbers.keys(), key=str):
        yield f"{key}: cut short, and not repeated"
