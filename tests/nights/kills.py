"""kill -9 of the service at random moments: nothing is lost of what was planned, or done twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from crawler.diary import AGAIN, Entry, State
from tests.nights import judge
from tests.nights.ground import Ground, mine
from tests.nights.nightly import Night, days, moment, told

SITES = {"travinh": "aspnet_portal", "chodon": "tagdiv"}
FIRST = date(2028, 2, 25)
LIFE = 6.0
"""Seconds from the hour of a night to the end of its runs, more or less."""
START = 2.5
"""Seconds from the first instruction of the service to its first look, more or less."""


@dataclass
class Killed:
    """What is printed: how the runs of the nights came out, and what was wrong."""

    kills: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        ends = ", ".join(f"{number} {how}" for how, number in sorted(self.ends.items()))
        yield f"{self.kills} kills of the service, {self.requests} requests; runs: {ends}"
        yield f"{len(self.faults)} faults"


def kills(home: Path, count: int, seed: int) -> Killed:
    """Kill the service so often, each night at least once, then let one night pass in peace."""
    random, result = Random(seed), Killed()
    visits, nights = judge.Visits(), list[Night]()
    with Ground(home, moment(FIRST, 1, 0), SITES, seed) as ground:
        ground.tinhuy("schedule", "add", "30 1 * * *", *map(mine, SITES))
        ground.start()
        for day in days(FIRST, 10 * count):
            hour = moment(day, 1, 30)
            nights += [told("nightly", mine(site), hour) for site in SITES]
            is_calm = result.kills >= count
            ground.set_clock(hour)
            if not is_calm:
                result.kills += _disturb(ground, random)
            ground.until(partial(_is_over, ground, nights), f"{day}, {result.kills} kills")
            visits.read(ground)
            result.faults += _faults(ground, nights, visits)
            if is_calm or result.faults:
                break
        runs = ground.runs()
        result.faults += _calm(runs, ground)
        result.ends.update(_how(run) for run in runs)
        result.requests = visits.requests
        assert ground.stop() == 0
    return result


def _disturb(ground: Ground, random: Random) -> int:
    """One or two kills: while it works, and while the next one starts; how many."""
    time.sleep(random.uniform(0, LIFE))
    ground.kill()
    twice = random.random() < 0.4
    if random.random() < 0.5:
        time.sleep(random.uniform(0, START))  # what it had begun ends meanwhile
    ground.start()
    if twice:
        time.sleep(random.uniform(0, START + LIFE / 2))
        ground.kill()
        ground.start()
    return 1 + twice


def _is_over(ground: Ground, nights: list[Night]) -> bool:
    """Whether the service has seen to all, and what it begun is gone."""
    runs = ground.runs()
    return (
        not any(judge.unaccounted(runs, nights))
        and not any(judge.once_more(runs))
        and not ground.children()
    )


def _faults(ground: Ground, nights: list[Night], visits: judge.Visits) -> list[str]:
    runs = ground.runs()
    return [
        *judge.unaccounted(runs, nights),
        *judge.overlapping(runs),
        *judge.once_more(runs),
        *judge.unlike_the_archive(ground, runs, visits),
        *visits.faults(),
        *_dropped(runs),
    ]


def _dropped(runs: list[Entry]) -> Iterator[str]:
    """The service was killed, not its runs: each was begun, and has judged itself."""
    for run in runs:
        if run.state not in (State.ENDED, State.KILLED):
            yield f"run {run.number} was {run.state}: {run.reason}"


def _calm(runs: list[Entry], ground: Ground) -> Iterator[str]:
    """What comes after kills is a night like any other."""
    for run in runs[-len(SITES) :]:
        if run.outcome != "ok" or run.job == AGAIN:
            yield f"run {run.number} of a quiet night: {run.outcome} {run.reason}"
    verified = ground.tinhuy("verify", "--json")
    if verified.stdout.strip() != "[]":
        yield f"verify: {verified.stdout[:2000]}{verified.stderr[:2000]}"


def _how(run: Entry) -> str:
    return f"{run.job} {run.outcome or run.state}"
