"""How a collection is: its facts gathered, what is wrong by the rules, and the alarms settled.

What is asked for grows with the number of sites, not with their runs or articles.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from archive import ArchiveError, Collection, StorageFailed
from archive.disk import free_bytes
from archive.times import vietnam_day
from archive.writer import warc_date
from crawler import settings, watch
from crawler.alarms import Alarm, Alarms, Trouble
from crawler.channels import channels
from crawler.clock import now
from crawler.diary import Diary
from crawler.outbox import KEPT, Delivery, Outbox
from crawler.schedule import Job, Schedule, sites_of
from crawler.seen import Seen
from crawler.watch import LOOK_BACK, Facts, House

SHOWN_DAYS = 30
"""Days of which it is told how many articles were published."""

MAX_EVIDENCE = 300
"""Characters of what went wrong with looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """A site at its newest visit. `news` are articles by day of publication, the oldest first, up
    to today. `is_watched`: a job that is not paused visits it, or the collection has no job at all;
    the alarms of others stay as they were.
    """

    site: str
    is_watched: bool
    is_ailing: bool
    visited_at: str | None = None
    outcome: str | None = None
    published_on: str | None = None
    news: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a collection is at a moment: the alarms that last, among them those that were `raised` by
    this look, and those that it has `cleared`. `is_recorded`: they are in the collection.
    """

    at: str
    sites: tuple[SiteState, ...]
    lasting: tuple[Alarm, ...]
    raised: tuple[Alarm, ...] = ()
    cleared: tuple[Alarm, ...] = ()
    is_recorded: bool = True


def settle(
    collection: Collection, site: str | None = None, jobs: Sequence[Job] | None = None
) -> Health:
    """Look at a collection (or at one site and the collection as such), raise and clear alarms.
    `jobs` are those of its schedule, from the service, which has that open, and so is there.

    What cannot be looked at is a trouble itself, and ends no alarm. On a disk that takes nothing it
    is told what would be raised, and nothing is. Raises what `archive.sqlite.explained` does where
    the alarms cannot be read or kept.
    """
    at, is_recorded = now(), os.access(collection.path, os.W_OK)
    with (Alarms.of if is_recorded else Alarms.as_it_is)(collection) as alarms:
        lasting = alarms.lasting()
        look = _Look(collection, at, lasting, jobs, is_recorded)
        look.at(site)
        found = Health(
            at=warc_date(at),
            sites=tuple(look.states),
            lasting=tuple(_as_alarms(look.troubles, lasting, warc_date(at))),
            is_recorded=is_recorded,
        )
        if not is_recorded:
            return found
        raised, cleared = alarms.settle(look.troubles, found.at)
        last = tuple(alarms.lasting())
        return replace(found, lasting=last, raised=tuple(raised), cleared=tuple(cleared))


def hear(collection: Collection) -> None:
    """The service is there, and looks: else there would be an alarm soon."""
    with Seen.of(collection) as seen:
        seen.hear(warc_date(now()))


def look_after(
    collection: Collection,
    site: str | None,
    say: Callable[[str], None],
    jobs: Sequence[Job] | None = None,
) -> None:
    """Settle, and say what is new and what is over. Whatever goes wrong with it is only said."""
    try:
        found = settle(collection, site, jobs)
    except Exception as error:
        say(f"nobody knows whether all is well: {error}")
        return
    for alarm in found.raised:
        say(f"alarm: {' '.join(filter(None, (alarm.site, alarm.rule)))}: {alarm.evidence}")
    for alarm in found.cleared:
        say(f"over: {' '.join(filter(None, (alarm.site, alarm.rule)))}: {alarm.evidence}")


class _Look:
    """One look: what it has found is in `states` and `troubles`; there, too, is as it was what it
    has not looked at.
    """

    def __init__(
        self,
        home: Collection,
        now: datetime,
        lasting: Sequence[Alarm],
        jobs: Sequence[Job] | None,
        is_recorded: bool,
    ) -> None:
        self._home, self._now, self._lasting, self._jobs = home, now, lasting, jobs
        self._is_recorded = is_recorded
        self.states, self.troubles = list[SiteState](), list[Trouble]()

    def at(self, site: str | None) -> None:
        """At all sites, or at one of them; and at the collection."""
        try:
            with Diary.as_it_is(self._home) as diary, self._opened() as seen:
                visited = _visited(_jobs(self._home) if self._jobs is None else self._jobs)
                for name in diary.sites():
                    if site in (name, None):
                        self._at_site(diary, seen, name, visited is None or name in visited)
                self.troubles += watch.of_house(self._house(diary, seen, bool(visited)))
        except Exception as error:
            told = {(one.rule, one.site) for one in self.troubles}
            self._keep(one for one in self._lasting if (one.rule, one.site) not in told)
            self._say(error, "")
        if site is not None:
            self._keep(alarm for alarm in self._lasting if alarm.site not in (site, ""))

    def _opened(self) -> Seen:
        return Seen.of(self._home) if self._is_recorded else Seen.as_it_is(self._home)

    def _at_site(self, diary: Diary, seen: Seen, site: str, is_watched: bool) -> None:
        its = [alarm for alarm in self._lasting if alarm.site == site]
        try:
            facts, news = _facts(diary, seen, site, its)
            self.states.append(_state(facts, news, self._now, is_watched))
            if is_watched:
                self.troubles += watch.of_site(facts)
            else:
                self._keep(its)
        except Exception as error:  # the others are to be looked at all the same
            self._keep(its)
            self._say(error, site)

    def _keep(self, alarms: Iterable[Alarm]) -> None:
        """What was not looked at may last."""
        self.troubles += [Trouble(one.rule, one.site, one.evidence) for one in alarms]

    def _say(self, error: Exception, site: str) -> None:
        told = str(error) if isinstance(error, (ArchiveError, OSError)) else repr(error)
        self.troubles.append(Trouble("watching", site, told[:MAX_EVIDENCE]))

    def _house(self, diary: Diary, seen: Seen, is_expected: bool) -> House:
        today, free = _day(self._now), free_bytes(self._home.path)
        if self._is_recorded:
            with suppress(ArchiveError):  # what refuses it may be the disk that is to be judged
                seen.measure(today, free)
        return House(
            now=self._now,
            is_expected=is_expected,
            heard_at=seen.heard_at() if self._jobs is None else warc_date(self._now),
            waiting=diary.due(warc_date(self._now)),
            unheard=self._unheard(),
            free=free,
            measures={day: left for day, left in seen.measures().items() if day < today},
            least_free=settings.MIN_FREE_BYTES,
        )

    def _unheard(self) -> list[Delivery]:
        """The letters that a channel does not take, of those that are set. A disk that is full is
        told of by itself.
        """
        keys = {channel.key for channel in channels(settings.TELL)}
        try:
            with Outbox.as_it_is(self._home) as outbox:
                unheard = outbox.unheard(warc_date(self._now - KEPT))
        except StorageFailed:
            self._keep(alarm for alarm in self._lasting if alarm.rule == "letters")
            return []
        return [one for one in unheard if one.channel in keys]


def _facts(
    diary: Diary, seen: Seen, site: str, lasting: Sequence[Alarm]
) -> tuple[Facts, dict[str, int]]:
    """What is known of a site, and how many articles were published on its newest days."""
    visits, news = diary.visits(site, LOOK_BACK), seen.news(site)
    if lasting:
        numbers = {visit.number for visit in visits}
        usual = diary.visits(site, LOOK_BACK, before=min(one.raised_at for one in lasting))
        visits += [visit for visit in usual if visit.number not in numbers]
    facts = Facts(
        site=site,
        visits=visits,
        nights=diary.planned(site, LOOK_BACK),
        days=[date.fromisoformat(day) for day in news],
        certificates=seen.certificates(site),
        lasting={one.rule: one.raised_at for one in lasting},
    )
    return facts, news


def _state(facts: Facts, news: Mapping[str, int], now: datetime, is_watched: bool) -> SiteState:
    newest = next(iter(facts.visits), None)
    days = [_day(now - timedelta(days=back)) for back in reversed(range(SHOWN_DAYS))]
    return SiteState(
        site=facts.site,
        is_watched=is_watched,
        is_ailing=watch.is_ailing(facts),
        visited_at=newest.at if newest else None,
        outcome=(newest.outcome or newest.state) if newest else None,
        published_on=next(iter(news), None),
        news=tuple(news.get(day, 0) for day in days),
    )


def _jobs(home: Collection) -> Sequence[Job]:
    with Schedule.as_it_is(home) as schedule:
        return schedule.jobs()


def _visited(jobs: Sequence[Job]) -> frozenset[str] | None:
    """The sites that a job visits which is not paused; None where there is no job."""
    active = (job for job in jobs if job.next_at)
    return frozenset(site for job in active for site in sites_of(job, jobs)) if jobs else None


def _as_alarms(troubles: Iterable[Trouble], lasting: Iterable[Alarm], at: str) -> Iterator[Alarm]:
    """Troubles as the alarms that they are, or would be."""
    known = {(alarm.rule, alarm.site): alarm for alarm in lasting}
    for one in troubles:
        new = Alarm(number=0, raised_at=at, **asdict(one))
        yield replace(known.get((one.rule, one.site), new), evidence=one.evidence)


def _day(at: datetime) -> str:
    return vietnam_day(at).isoformat()
