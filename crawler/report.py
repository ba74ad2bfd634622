"""What a night was: its runs, what they found, what is wrong. Data only: `layout` has its forms.

A report tells of the runs that came to their end between two marks in the diary. Runs are told by
their numbers, not by the clock, which may be set: each is told in one report, and none in two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice

from archive import Catalog, Change, Collection
from archive.disk import free_bytes
from archive.times import VIETNAM, vietnam_day
from archive.writer import warc_date
from crawler import registry
from crawler.alarms import Alarm, Alarms
from crawler.diary import AGAIN, BY_HAND, Diary, Entry, State
from crawler.outcome import Outcome
from crawler.schedule import Schedule

HISTORY = 30
"""Nights in the charts."""

FAR = 5_000
"""So many runs in a row that were over before a moment: those before them were, too. A clock that
was wrong for a night or two has told fewer.
"""

NEWS = 7
"""Days: a night that was over before is not reported of its own accord, if none was before."""

PER_SITE, IN_ALL = 6, 60
"""Articles that are named, of one site for one reason and in all; the rest is counted."""

SHOWN = (Change.NEW, Change.CHANGED, Change.GONE)
"""What is told of articles: what a reader would call news."""

_DAY = timedelta(days=1)


class Grade(StrEnum):
    """How a run went, as seen from afar."""

    WELL = "well"
    PARTLY = "partly"
    """Something was left out, or another run was at it."""
    BADLY = "badly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in the diary, of one moment: of the runs that had been told of by then `top` has the
    highest number, and those that are `open` were not over.
    """

    at: str
    top: int = 0
    open: frozenset[int] = frozenset()

    @property
    def first(self) -> int:
        """The lowest number of a run that this mark does not have behind it."""
        return min(self.open, default=self.top + 1)

    def is_before(self, entry: Entry) -> bool:
        """Whether a run had not come to its end when the mark was set."""
        number = entry.number or 0
        return number > self.top or number in self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article that is news; `id` as `tinhuy show` takes it. Title and URL are the site's."""

    id: str
    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNight:
    """A site's night. `went` is the outcome of its last run, or what its state came to; `remark`
    says why, and what befell other runs of it, and may quote the site. `found` counts articles by
    what the looks of these runs say of them; `headlines` names the first of them.
    """

    name: str
    title: str
    went: str
    remark: str = ""
    runs: tuple[Entry, ...] = ()
    found: dict[Change, int]
    headlines: dict[Change, tuple[Headline, ...]]

    @property
    def grade(self) -> Grade:
        return grade_of(self.went)

    @property
    def news(self) -> int:
        """Articles that are new, changed or gone."""
        return sum(self.found.get(change, 0) for change in SHOWN)

    def count(self, name: str) -> int:
        """A count of its runs (see `Run.counts`)."""
        return sum(entry.counts.get(name, 0) for entry in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What stands in the charts of one day: new articles, bytes written, runs by their grade."""

    date: str
    new: int = 0
    written: int = 0
    runs: dict[Grade, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a night, named by the day in Vietnam on which it began. Times are WARC dates.

    `sites` have those first that went worst, then those with most news. `raised` and `cleared` are
    the alarms that came and went since the report before; `lasting` all that last. `nights` are the
    last HISTORY days and end with this one. `size` is what all WARC files take, `free` what their
    disk has left, in bytes. `undelivered` says in words which letters did not arrive.
    """

    collection: str
    date: str
    since: str
    until: str
    sites: tuple[SiteNight, ...]
    lasting: tuple[Alarm, ...]
    raised: tuple[Alarm, ...]
    cleared: tuple[Alarm, ...]
    nights: tuple[Night, ...]
    size: int
    free: int
    undelivered: tuple[str, ...] = ()

    def found(self, change: Change) -> int:
        """Articles of all sites that this was found of."""
        return sum(site.found.get(change, 0) for site in self.sites)

    def count(self, name: str) -> int:
        """A count of all runs (see `Run.counts`)."""
        return sum(site.count(name) for site in self.sites)

    @property
    def runs(self) -> Counter[str]:
        """How the runs went, the most frequent first."""
        words = [_word(entry) for site in self.sites for entry in site.runs]
        return Counter(dict(Counter(words).most_common()))

    def graded(self, grade: Grade) -> int:
        """Sites whose night went so."""
        return sum(site.grade is grade for site in self.sites)

    @property
    def headline(self) -> str:
        """What matters, in one line."""
        what = (
            f"{counted(len(self.sites), 'site')}, {counted(self.found(Change.NEW), 'new article')}"
        )
        bad, partly = self.graded(Grade.BADLY), self.graded(Grade.PARTLY)
        if self.lasting:
            return f"{counted(len(self.lasting), 'alarm')}: {what}"
        if not self.sites:
            return "nothing was crawled"
        if bad:
            return f"{bad} went badly: {what}"
        return f"{partly} not whole: {what}" if partly else f"all is well: {what}"


def counted(number: int, thing: str) -> str:
    """A number of things: "1 site", "24 sites"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def grade_of(word: str) -> Grade:
    """Of an outcome, or of a state."""
    if word == Outcome.OK:
        return Grade.WELL
    return Grade.PARTLY if word in (Outcome.INCOMPLETE, State.SKIPPED) else Grade.BADLY


def day_of(at: str) -> str:
    """The day in Vietnam of a WARC date, as ISO 8601 has it."""
    return vietnam_day(datetime.fromisoformat(at)).isoformat()


def back_to(at: str, newest_first: Iterable[Entry]) -> Iterator[Entry]:
    """The entries of a diary, of years perhaps, until all that is left was over before a moment."""
    row = 0
    for entry in newest_first:
        yield entry
        row = row + 1 if _is_over(entry, at) else 0
        if row == FAR:
            return


def mark_at(entries: Iterable[Entry], at: str, before: Mark | None = None) -> Mark:
    """The mark of a moment, from the entries of the diary `back_to` it, or from those behind an
    earlier mark.
    """
    behind = [entry for entry in entries if before is None or before.is_before(entry)]
    over = [entry.number or 0 for entry in behind if _is_over(entry, at)]
    top = max(over, default=0)
    top = max(top, before.top) if before else top
    numbers = {entry.number or 0 for entry in behind}
    return Mark(at=at, top=top, open=frozenset(n for n in numbers - {*over} if n <= top))


def marks_of(day: date, diary: Diary) -> tuple[Mark, Mark]:
    """Those between which stand the runs that ended on a day in Vietnam."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    begin, end = warc_date(midnight), warc_date(midnight + _DAY)
    entries = list(back_to(begin, diary.entries()))
    return mark_at(entries, begin), mark_at(entries, end)


def due(collection: Collection, today: str, last_day: str, behind: Mark | None) -> str | None:
    """The newest day whose night is over and not told: every run that was planned for it has come
    to its end, those too that take the place of what was cut short, and no job has another time on
    it.

    What was planned for days to come was planned by a clock that was ahead.
    """
    long_ago = f"{date.fromisoformat(today) - _DAY * NEWS}" if behind is None else ""
    with Diary.as_it_is(collection) as diary:
        entries = list(back_to(long_ago, diary.entries(first=behind.first if behind else 0)))
        is_unfinished = bool(diary.to_be_repeated())
    planned = [entry for entry in entries if entry.night and entry.job != BY_HAND]
    waiting = [entry for entry in planned if entry.state in (State.PLANNED, State.RUNNING)]
    open_days = {_night(entry) for entry in waiting if entry.job != AGAIN}
    days = {_night(entry) for entry in planned if entry.job != AGAIN}
    first_open = min(open_days, default="9999")
    over = {day for day in days if last_day < day <= today and day < first_open}
    if not over or is_unfinished or any(entry.job == AGAIN for entry in waiting):
        return None
    return max(over - _days_to_come(collection), default=None)


def gather(
    collection: Collection, day: str, begin: Mark, end: Mark, undelivered: tuple[str, ...] = ()
) -> Report:
    """The report on the runs between two marks."""
    with Diary.as_it_is(collection) as diary:
        told = [
            entry
            for entry in diary.entries(first=begin.first)
            if begin.is_before(entry) and not end.is_before(entry)
        ][::-1]
        nights = _history(diary, day)
    with Catalog(collection.catalog_path) as catalog, Alarms.as_it_is(collection) as alarms:
        sites = tuple(_named(catalog, sorted(_sites(catalog, told), key=_rank)))
        met = [alarm for alarm in alarms.since(begin.at) if alarm.raised_at <= end.at]
    report = Report(
        collection=collection.path.resolve().name,
        date=day,
        since=begin.at,
        until=end.at,
        sites=sites,
        lasting=tuple(a for a in met if a.cleared_at is None or a.cleared_at > end.at),
        raised=tuple(a for a in met if a.raised_at > begin.at),
        cleared=tuple(a for a in met if a.cleared_at and begin.at < a.cleared_at <= end.at),
        nights=nights,
        size=_size(collection),
        free=free_bytes(collection.path),
        undelivered=undelivered,
    )
    return replace(report, nights=(*nights[:-1], _tonight(report)))


def _sites(catalog: Catalog, entries: Iterable[Entry]) -> Iterator[SiteNight]:
    by_site = defaultdict[str, list[Entry]](list)
    for entry in entries:
        by_site[entry.site].append(entry)
    titles = {site.name: site.title for site in registry.sites()}
    for name, runs in by_site.items():
        began = [run for run in runs if run.state in (State.ENDED, State.KILLED)]
        last = (began or runs)[-1]
        yield SiteNight(
            name=name,
            title=titles.get(name, name),
            went=_word(last),
            remark="; ".join(filter(None, (last.reason, *_others(runs, last)))),
            runs=tuple(runs),
            found=_found(catalog, runs),
            headlines={},
        )


def _others(runs: Iterable[Entry], last: Entry) -> Iterator[str]:
    """What befell the other runs of a site, if not well."""
    words = Counter(_word(run) for run in runs if run is not last)
    for word, count in words.items():
        if grade_of(word) is not Grade.WELL:
            yield word if count == 1 else f"{count} times {word}"


def _found(catalog: Catalog, runs: Iterable[Entry]) -> dict[Change, int]:
    found = Counter[Change]()
    for run in runs:
        if run.started_at and run.ended_at:
            found.update(catalog.found_between(run.site, run.started_at, run.ended_at))
    return dict(found)


def _named(catalog: Catalog, sites: Iterable[SiteNight]) -> Iterator[SiteNight]:
    """The sites with headlines, as long as there is room for any."""
    room = IN_ALL
    for site in sites:
        headlines = dict[Change, tuple[Headline, ...]]()
        for change in SHOWN:
            if site.found.get(change) and room:
                news = _headlines(catalog, site, change)
                headlines[change] = tuple(islice(news, min(room, PER_SITE)))
                room -= len(headlines[change])
        yield replace(site, headlines=headlines)


def _headlines(catalog: Catalog, site: SiteNight, change: Change) -> Iterator[Headline]:
    for run in site.runs:
        if run.started_at and run.ended_at:
            span = (run.started_at, run.ended_at)
            for one in catalog.news(site.name, change, *span, limit=PER_SITE):
                yield Headline(id=one.id, url=one.url, title=one.title)


def _history(diary: Diary, day: str) -> tuple[Night, ...]:
    """The nights up to a day, as their runs counted themselves."""
    last = date.fromisoformat(day)
    days = [(last - _DAY * ago).isoformat() for ago in range(HISTORY)][::-1]
    new, written = Counter[str](), Counter[str]()
    runs = {day: Counter[Grade]() for day in days}
    for entry in back_to(f"{last - _DAY * (HISTORY + 1)}", diary.entries()):
        night = _night(entry)
        if night in runs and _is_over(entry):
            new[night] += entry.counts.get(Change.NEW, 0)
            written[night] += entry.counts.get("bytes_written", 0)
            runs[night][grade_of(_word(entry))] += 1
    return tuple(
        Night(date=day, new=new[day], written=written[day], runs=dict(runs[day])) for day in days
    )


def _tonight(report: Report) -> Night:
    grades = Counter[Grade]()
    for word, count in report.runs.items():
        grades[grade_of(word)] += count
    return Night(
        date=report.date,
        new=report.found(Change.NEW),
        written=report.count("bytes_written"),
        runs=dict(grades),
    )


def _size(collection: Collection) -> int:
    """Bytes of all WARC files; one may get its last name while they are counted."""
    size = 0
    for path in collection.archive_dir.iterdir():
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def _days_to_come(collection: Collection) -> set[str]:
    """The days of the next times of all jobs."""
    with Schedule.as_it_is(collection) as schedule:
        return {vietnam_day(job.next_at).isoformat() for job in schedule.jobs() if job.next_at}


def _is_over(entry: Entry, at: str | None = None) -> bool:
    """Whether a run has come to its end (by a moment)."""
    if entry.state in (State.PLANNED, State.RUNNING):
        return False
    return at is None or (entry.ended_at or entry.at) <= at


def _word(entry: Entry) -> str:
    return entry.outcome or entry.state


def _night(entry: Entry) -> str:
    return day_of(entry.night or entry.at)


def _rank(site: SiteNight) -> tuple[int, int, str]:
    """The worst first, then those with most news."""
    return -list(Grade).index(site.grade), -site.news, site.name
