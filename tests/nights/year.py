"""A year of nights, in which everything goes wrong that can: each of them is accounted for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from archive.times import VIETNAM
from archive.writer import warc_date
from crawler.alarms import Alarm, Alarms
from crawler.diary import AGAIN, Entry, State
from tests.nights import judge
from tests.nights.ground import OVER, Ground, mine
from tests.nights.nightly import Night, days, is_last_of_month, moment, told
from tests.torture.disk import Disk

SITES = {"travinh": "aspnet_portal", "chodon": "tagdiv", "baohatinh": "cms_paper"}
STEADY, SLOW, SELDOM = map(mine, SITES)
LAST = date(2028, 3, 20)
"""The last night: a leap day lies shortly before it, and the ends of two months."""
ROOM = 6_000_000_000
"""Bytes that are free while the disk is not full; nothing is set aside for them."""
LITTLE = 300_000_000
"""Bytes that are too few for the nights to come, and enough for the next."""
SPREAD = timedelta(minutes=15)
HOLD = 4.0
"""Seconds that each answer of a site takes whose run goes on and on."""


@dataclass
class Told:
    """What is printed of a year."""

    nights: int = 0
    requests: int = 0
    disk: str = ""
    ends: Counter[str] = field(default_factory=Counter)
    alarms: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        ends = ", ".join(f"{number} {how}" for how, number in sorted(self.ends.items()))
        yield f"{self.nights} nights, {self.requests} requests; the disk was {self.disk}"
        yield f"runs: {ends}"
        yield from self.alarms
        yield f"{len(self.faults)} faults"


def of_day(day: date) -> list[Night]:
    """What is to begin from noon to noon: at ten to midnight two sites, the second a quarter of an
    hour later; and one on Sundays, and on the last of the month.
    """
    night, next_day = moment(day, 23, 50), day + timedelta(days=1)
    found = [told("nightly", STEADY, night), told("nightly", SLOW, night, SPREAD)]
    if is_last_of_month(next_day):
        found.append(told("month-end", SELDOM, moment(next_day, 2, 30)))
    if next_day.weekday() == 6:
        found.append(told("weekly", SELDOM, moment(next_day, 3, 0)))
    return found


class Year:
    """The nights from one day on, lived through one after another."""

    def __init__(self, ground: Ground, disk: Disk, first: date, count: int) -> None:
        self.ground, self.disk = ground, disk
        self.days = days(first, count)
        self.nights = list[Night]()
        self.ends = dict[tuple[str, str, str], str]()
        """How a night must come out that is not simply run: the outcome, or the state."""
        self.again = set[tuple[str, str]]()
        """Nights and sites of which a run was cut short."""
        self.alarms = list[tuple[str, str]]()
        """Those that were to be raised, by rule and site, and cleared."""
        self.visits = judge.Visits()
        self.out_of_order = set[int]()
        """Runs that the clock was set under: when they were, it does not tell."""

    def next_day(self) -> date:
        """Its noon."""
        day = next(self.days)
        self.nights += of_day(day)
        self.ground.set_clock(noon(day))
        return day

    def quiet(self) -> None:
        """A night on which nothing happens."""
        self.pass_nights(of_day(self.next_day()))

    def pass_nights(self, nights: list[Night]) -> None:
        """Let their times come, one after another, and wait until all of them are over."""
        for place, night in enumerate(nights):
            if before := [one for one in nights[:place] if one.site == night.site]:
                self.until_over(before)  # in the hours between the two it would be
            self.ground.set_clock(night.at + timedelta(seconds=1))
            self.until_begun(night)
        self.until_over(nights)

    def pass_beside(self, nights: list[Night]) -> None:
        """Let their times come, beside a run that goes on."""
        for place, night in enumerate(nights):
            if before := [one for one in nights[:place] if one.site == night.site]:
                self.until_over(before)  # in the hours between the two it would be
            self.ground.set_clock(night.at + timedelta(seconds=1))
            self.ground.until(partial(self.is_over, night), f"{night} is over")

    def is_over(self, night: Night) -> bool:
        run = self.entry(night)
        return run is not None and run.state in OVER

    def until_begun(self, night: Night) -> None:
        self.ground.until(partial(self.entry, night, begun=True), f"{night} begins")

    def until_over(self, nights: list[Night]) -> None:
        def are_over() -> bool:
            return all(map(self.is_over, nights)) and not self.is_busy()

        self.ground.until(are_over, f"{nights} are over")
        self.visits.read(self.ground)

    def is_busy(self) -> bool:
        return bool(self.ground.children()) or any(
            run.state == State.PLANNED and run.job == AGAIN for run in self.ground.runs()
        )

    def entry(self, night: Night, *, begun: bool = False) -> Entry | None:
        for run in self.ground.runs():
            if (run.job, run.night, run.site) == night.key:
                return None if begun and run.state == State.PLANNED else run
        return None

    def running(self, site: str) -> Entry | None:
        living = (run for run in self.ground.runs() if run.state == State.RUNNING)
        return next((run for run in living if run.site == site), None)

    def expect(self, nights: list[Night], how: str) -> None:
        self.ends |= dict.fromkeys((night.key for night in nights), how)

    def catch_up(self, nights: list[Night]) -> None:
        """Nobody was there: the newest night of each job is run now, the others are missed."""
        newest = self.expect_newest(nights)
        early = [night for night in nights if self.entry(night)]
        self.expect([one for one in nights if one not in (*newest, *early)], "missed")
        self.until_caught_up(newest)
        self.until_over(nights)

    def until_caught_up(self, newest: list[Night]) -> None:
        """They are planned from now on, spread as in any night."""
        self.ground.until(lambda: all(map(self.entry, newest)), f"{newest} are planned")
        self.ground.set_clock(self.ground.clock.now() + SPREAD)
        self.until_over(newest)

    def expect_newest(self, nights: list[Night]) -> list[Night]:
        """The newest night of each job, which are begun at once, by the names of the jobs: of two
        that are of one site the second is skipped.
        """
        newest = {night.job: night.night for night in sorted(nights)}
        found = [each for each in nights if each.night == newest[each.job]]
        found.sort(key=lambda night: (night.job, night.at))
        sites = [each.site for each in found]
        self.expect([one for n, one in enumerate(found) if one.site in sites[:n]], "skipped")
        return found

    def raises(self, rule: str, site: str) -> None:
        """The service tells of this trouble, and of no other."""
        self.alarms.append((rule, site))
        self.ground.until(lambda: self.lasting() == [(rule, site)], f"{rule} {site} is told")

    def clears(self) -> None:
        """Nothing is wrong any more."""
        self.ground.until(lambda: not self.lasting(), "all is well")

    def lasting(self) -> list[tuple[str, str]]:
        with Alarms.of(self.ground.home) as alarms:
            return [(alarm.rule, alarm.site) for alarm in alarms.lasting()]

    def told_alarms(self) -> list[Alarm]:
        with Alarms.of(self.ground.home) as alarms:
            return alarms.since("")

    def check(self) -> list[str]:
        """What is wrong so far."""
        runs = self.ground.runs()
        in_order = [run for run in runs if run.number not in self.out_of_order]
        return [
            *judge.unaccounted(runs, self.nights, warc_date(self.ground.clock.now())),
            *judge.overlapping(in_order),
            *judge.unlike_the_archive(self.ground, runs, self.visits),
            *self.visits.faults(),
            *self._otherwise(runs),
            *self._unlike_the_troubles(),
        ]

    def _unlike_the_troubles(self) -> Iterator[str]:
        told = [(alarm.rule, alarm.site) for alarm in self.told_alarms()]
        if told != self.alarms:
            yield f"alarms: {told}, and not {self.alarms}"
        for alarm in self.told_alarms():
            if alarm.cleared_at is None:
                yield f"{alarm} lasts"

    def _otherwise(self, runs: list[Entry]) -> Iterator[str]:
        """Nights that came out otherwise than they should have."""
        keys = {night.key for night in self.nights}
        for run in runs:
            key = (run.job or "", run.night or "", run.site)
            wanted = self.ends.get(key, "ok")
            if key in keys and wanted not in (run.state, run.outcome):
                yield f"{run}: not {wanted}"
        again = {(run.night or "", run.site) for run in runs if run.job == AGAIN}
        for one in again ^ self.again:
            yield f"{one}: {'repeated' if one in again else 'not repeated'}"


def noon(day: date) -> datetime:
    return moment(day, 12, 0)


# What goes wrong


def a_clock_set_forwards(year: Year) -> None:
    """Three days are gone at a stroke: their nights are missed, the newest is caught up for."""
    lost = [year.next_day() for _ in range(3)]
    nights = [night for day in lost for night in of_day(day)]
    year.ground.set_clock(noon(lost[-1] + timedelta(days=1)) - timedelta(minutes=1))
    year.catch_up(nights)


def a_clock_set_back(year: Year) -> None:
    """A day comes twice, and its runs do not."""
    nights = of_day(year.next_day())
    year.pass_nights(nights)
    year.out_of_order |= {run.number or 0 for run in year.ground.runs()[-len(nights) :]}
    before = len(year.ground.runs())
    for at in (nights[0].at - timedelta(hours=10), *(night.at for night in nights)):
        year.ground.set_clock(at + timedelta(seconds=1))
        time.sleep(1)
    assert len(year.ground.runs()) == before


def a_clock_that_was_ahead(year: Year) -> None:
    """It shows a day to come; when it is right again, the days between have their nights."""
    day = year.next_day()
    ahead = [night for n in range(4) for night in of_day(day + timedelta(days=n))]
    year.ground.set_clock(max(ahead).at + timedelta(minutes=1))
    year.until_caught_up(year.expect_newest(ahead))
    year.out_of_order |= {run.number or 0 for run in year.ground.runs()}
    year.ground.set_clock(noon(day))
    missed = {night.key for night in ahead}
    year.ground.until(
        lambda: (
            not any(
                run.state == State.MISSED and (run.job, run.night, run.site) in missed
                for run in year.ground.runs()
            )
        ),
        "the clock is noticed",
    )
    year.pass_nights(of_day(day))


def a_power_cut(year: Year) -> None:
    """Service and runs are gone at once; what they were at is done once more."""
    nights = of_day(year.next_day())
    ground, first = year.ground, nights[0]
    asked = sum(ground.web.server.hits.values())
    ground.set_clock(first.at + timedelta(seconds=1))
    ground.until(lambda: sum(ground.web.server.hits.values()) > asked, "a first request")
    ground.kill_all()
    year.expect([first], "killed")
    year.again.add((first.night, first.site))
    ground.clock.step(timedelta(minutes=5))
    ground.start()
    year.pass_nights(nights)


def nobody_there(year: Year) -> None:
    """The service is away for two nights and a half."""
    gone = [night for _ in range(2) for night in of_day(year.next_day())]
    assert year.ground.stop() == 0
    last = year.next_day()
    year.ground.set_clock(noon(last))
    assert year.ground.tinhuy("health").returncode != 0
    year.raises("scheduler", "")
    year.ground.start()
    year.catch_up(gone)
    year.clears()
    year.pass_nights(of_day(last))


def a_run_without_end(year: Year) -> None:
    """It takes longer than a night: those that come meanwhile are skipped, and say why."""
    ground, (steady, slow, *others) = year.ground, of_day(year.next_day())
    ground.set_clock(steady.at + timedelta(seconds=1))
    year.until_over([steady])
    ground.slow("chodon", HOLD)
    ground.set_clock(slow.at + timedelta(seconds=1))
    ground.until(lambda: year.running(SLOW), "the slow run")
    year.pass_beside(others)
    for _ in range(2):
        nights = of_day(year.next_day())
        year.expect([night for night in nights if night.site == SLOW], "skipped")
        year.pass_beside(nights)
    assert year.running(SLOW), "it was to go on"
    year.raises("overlong", SLOW)
    ground.slow("chodon", 0)
    year.until_over([slow])
    year.quiet()
    year.clears()


def two_services(year: Year) -> None:
    """The second says that there is one, and goes."""
    nights = of_day(year.next_day())
    year.ground.set_clock(nights[0].at + timedelta(seconds=1))
    done = year.ground.tinhuy("schedule", "run")
    assert done.returncode == 5, done.stderr
    year.pass_nights(nights)


def a_site_that_hangs(year: Year) -> None:
    """It takes every request, and answers none."""
    year.ground.slow("travinh", 3600)
    for _ in range(2):
        nights = of_day(year.next_day())
        year.expect(nights[:1], "unreachable")
        year.pass_nights(nights)
    year.raises("unreachable", STEADY)
    year.ground.slow("travinh", 0)
    year.quiet()
    year.clears()


def a_site_that_dies(year: Year) -> None:
    """Nobody listens at its address."""
    year.ground.silence("travinh")
    for _ in range(2):
        nights = of_day(year.next_day())
        year.expect(nights[:1], "unreachable")
        year.pass_nights(nights)
    year.raises("unreachable", STEADY)
    year.ground.wake("travinh")
    year.quiet()
    year.clears()


def a_full_disk(year: Year) -> None:
    """Less and less is free; then not a byte is taken, from the middle of a run to the hour after
    the next night.
    """
    year.disk.leave_room(LITTLE)
    year.quiet()
    if year.disk.is_mounted:
        year.raises("disk", "")
    ground, (steady, *others) = year.ground, of_day(year.next_day())
    ground.slow("travinh", 0.3)
    ground.set_clock(steady.at + timedelta(seconds=1))
    ground.until(lambda: year.running(STEADY), "a run")
    year.disk.leave_room(0)
    ground.limit_files(year.disk.file_limit)
    ground.until(lambda: not ground.children(), "the run ends")
    ground.slow("travinh", 0)
    said = ground.said.stat().st_size
    ground.set_clock(others[-1].at + timedelta(hours=1))

    def has_met_the_disk() -> bool:
        words = ground.said.read_bytes()[said:]
        return b"trying again" in words or b"could not begin" in words

    ground.until(lambda: has_met_the_disk() or all(map(year.is_over, others)), "the disk is met")
    year.disk.leave_room(ROOM)
    ground.limit_files(None)
    year.until_over([steady, *others])
    for night in (steady, *others):
        run = year.entry(night)
        assert run
        how = run.outcome or run.state
        assert how in ("ok", "failed", "killed"), run
        year.expect([night], how)
    year.quiet()
    year.clears()


FAULTS: tuple[Callable[[Year], None], ...] = (
    a_clock_set_forwards,
    a_clock_set_back,
    a_clock_that_was_ahead,
    a_power_cut,
    nobody_there,
    a_run_without_end,
    two_services,
    a_site_that_hangs,
    a_site_that_dies,
    a_full_disk,
)
FEWEST = 23
"""Nights that these take; more are quiet."""


def year(home: Path, count: int, seed: int, say: Callable[[str], None]) -> Told:
    """So many nights, FEWEST at least: all that can go wrong does, evenly spread over them."""
    result, disk = Told(), Disk(home / "disk")
    result.disk = disk.kind
    disk.leave_room(ROOM)
    first = LAST - timedelta(days=count - 1)
    try:
        with Ground(home, noon(first), SITES, seed, disk.path, patient="chodon") as ground:
            lived = Year(ground, disk, first, count)
            _schedule(ground)
            ground.start()
            for fault in _script(count):
                began = time.monotonic()
                fault(lived)
                result.faults = lived.check()
                say(_line(fault, lived, time.monotonic() - began))
                if result.faults:
                    break
            assert ground.stop() == 0
            result.nights = count
            result.requests = lived.visits.requests
            result.ends.update(_how(run) for run in ground.runs())
            result.alarms += map(_span, lived.told_alarms())
    finally:
        disk.close()
    return result


def _script(count: int) -> Iterator[Callable[[Year], None]]:
    """Every fault, and behind each its share of the quiet nights."""
    calm = count - FEWEST
    assert calm >= 0, f"{FEWEST} nights at least"
    for place, fault in enumerate(FAULTS):
        yield fault
        begin, end = (calm * (place + n) // len(FAULTS) for n in (0, 1))
        for _ in range(end - begin):
            yield Year.quiet


def _schedule(ground: Ground) -> None:
    spread = f"--spread={2 * SPREAD // timedelta(minutes=1)}"
    for words in (
        ("50 23 * * *", STEADY, SLOW, spread),
        ("30 2 last * *", SELDOM, "--name=month-end"),
        ("0 3 * * sun", SELDOM, "--name=weekly"),
    ):
        done = ground.tinhuy("schedule", "add", *words)
        assert done.returncode == 0, done.stderr


def _line(fault: Callable[[Year], None], lived: Year, seconds: float) -> str:
    day = lived.ground.clock.now().astimezone(VIETNAM).date()
    name = fault.__name__.replace("_", " ")
    return f"{day} {name:24} {len(lived.nights):4} nights {seconds:6.1f} s"


def _span(alarm: Alarm) -> str:
    about = f"{alarm.rule} {alarm.site}".strip()
    return f"alarm: {about}, {alarm.raised_at} to {alarm.cleared_at}: {alarm.evidence}"


def _how(run: Entry) -> str:
    return f"{run.job}: {run.outcome or run.state}"
