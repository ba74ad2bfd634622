"""What is wrong with a site, or with the collection: rules over facts. Pure.

Each site is judged by its own history. A visit is a run that began and is over; one that failed is
bad, every other is sound. One bad night is weather: two in a row are the site's ailment, and raise
one alarm, named after it. Every other rule of a site looks at sound visits only, and as of the
newest of them: so a failure explains whatever it keeps from being seen, raises no second alarm and
ends none, and a site that nobody visits is as well as it was.

What is usual is told by the visits before an alarm was raised: a trouble does not become usual by
lasting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import dropwhile, pairwise, takewhile
from math import sqrt
from statistics import median

from archive.times import local, vietnam_day
from crawler.alarms import Trouble
from crawler.diary import Entry, State
from crawler.outbox import Delivery
from crawler.outcome import Outcome
from crawler.seen import MOST_DAYS, MOST_MEASURES, Certificate

RULES = {
    "unreachable": "the host gives no answer, or hardly any of its pages comes",
    "blocked": "the site refuses us",
    "identical": "all pages of the site are one and the same",
    "moved": "the site sends everything elsewhere",
    "parked": "the site is gone, and its name for sale or with a hoster",
    "failing": "its runs end by an error of ours, or are killed",
    "listing-empty": "no list of the site leads to an article any more",
    "silent": "nothing new was published for much longer than it ever takes",
    "field-lost": "something that was read of its articles no longer is",
    "many-changes": "many of its articles were edited at once",
    "many-vanished": "many of its articles are not where they were",
    "certificate": "a certificate of the site is about to end",
    "overlong": "its nights are skipped, because a run is still under way",
    "disk": "the disk of the collection is full, or soon will be",
    "letters": "nobody can be told: a letter waits for a day, or was given up",
    "scheduler": "the service was not heard of, or does not begin what is due",
    "watching": "this could not be looked at",
}
"""Every rule, and what it says."""

LOOK_BACK = 60
"""Visits, and nights, of a site that are looked at: two months, and what is asked for at a time."""

APART = timedelta(hours=20)
"""Bad visits are two nights if there is so much between the first and the last: a run that is
made again at once, or by hand, is no second night.
"""

FAR_TOO_FEW = 0.1
"""Less than this of what should have come is as good as nothing."""

LEAST_FAILURES = 3
LEAST_READ, LEAST_READ_BEFORE = 10, 30
"""Readings that tell how often a field is there, now and before."""

OFTEN = 0.2
"""What is there in a smaller share is not missed."""

LEAST_LOOKS, LEAST_LOOKS_BEFORE = 20, 50
"""Looks at known articles that tell how often these are edited, or gone, now and before."""

SOONER = 4
"""So much fewer of either tell that an alarm is over: nobody waits for that to be sure."""

SUDDEN = 3
"""So many times the usual is sudden; and never less than MANY of all."""

MANY = 0.2
CHANCE = 4
"""Standard deviations. Of 500 sites with eight shares each one is so far off on its bad side in one
night of eight, if these stray normally; not all of these are far from the usual as well.
"""

LEAST_DAYS = 5
"""Days of publication that make a rhythm."""

KNOWN_FOR = 2
LONGER = 1.5
GRACE_DAYS = 2
"""A silence is one that lasts so many times the longest pause, and so many days more."""

RENEWED_BEFORE, LEFT_EXPIRED = timedelta(days=14), timedelta(days=30)
"""Certificates are renewed a month before their end, short ones when a third is left; who has let
one end for so long does not mind, and nor do we.
"""

SKIPPED_NIGHTS = 2
"""In a row: one is a crawl by hand that was in the way."""

RESERVE = 5
"""A disk is low at so many times the bytes at which runs end."""

FULL_WITHIN, LEAST_MEASURES = 14, 5
"""Days in which a full disk is near enough to be told; and days that say how fast it fills."""

HEARD_WITHIN, BEGUN_WITHIN = timedelta(minutes=15), timedelta(hours=24)
"""The service looks every 20 seconds; what is due waits for a free place, but not for a day."""

TAKEN_WITHIN = timedelta(days=1)
"""A mail server that is down for a night is no news."""

_OF_OUTCOME = {
    Outcome.UNREACHABLE: "unreachable",
    Outcome.BLOCKED: "blocked",
    Outcome.MOVED: "moved",
    Outcome.PARKED: "parked",
    Outcome.FAILED: "failing",
}
_FIELDS = ("author", "lead", "published", "section", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a site: the newest first in all of it.

    `visits` are runs that are over; before those of the last LOOK_BACK nights come some that were
    there before its oldest alarm. `nights` are runs that a job had planned, whatever became of
    them; `days` those on which articles were published; `lasting` its alarms, by rule, with the
    WARC date at which each was raised.
    """

    site: str
    visits: Sequence[Entry] = ()
    nights: Sequence[Entry] = ()
    days: Sequence[date] = ()
    certificates: Sequence[Certificate] = ()
    lasting: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is known of a collection. `heard_at` is when its service was there last; `is_expected`:
    there are jobs that are not paused. `waiting` are runs whose time has come, the oldest first.
    `unheard` are letters that were not taken by a channel that is set, nor was one after them.
    `free` are bytes of its disk, now and (`measures`, the newest first) at the end of earlier days;
    a run ends when `least_free` are left.
    """

    now: datetime
    is_expected: bool = False
    heard_at: str | None = None
    waiting: Sequence[Entry] = ()
    unheard: Sequence[Delivery] = ()
    free: int | None = None
    measures: Mapping[str, int] = field(default_factory=dict)
    least_free: int = 0


def of_site(facts: Facts) -> list[Trouble]:
    """What is wrong with a site."""
    found = [rule(facts) for rule in _OF_SITE]
    troubles = {trouble.rule: trouble for trouble in found if trouble}
    if "field-lost" in troubles:  # that a field is gone from all articles is no edit of each
        troubles.pop("many-changes", None)
    return list(troubles.values())


def of_house(house: House) -> list[Trouble]:
    """What is wrong with a collection."""
    return [trouble for rule in (disk, letters, scheduler) if (trouble := rule(house))]


# The ailment of a site


def ailment(facts: Facts) -> Trouble | None:
    """Raised when all visits since the last sound one were bad, and are two nights at least; over
    with the next sound visit. It is the way of being bad that was seen twice in a row last.
    """
    streak = list(_bad_since(facts))
    if len(streak) < 2 or _between(streak[-1][0], streak[0][0]) < APART:
        return None
    rule = _seen_twice([rule for _, rule in streak])
    visit = next(visit for visit, its in streak if its == rule)
    since = local(streak[-1][0].at, "minutes")
    return Trouble(rule, facts.site, f"{len(streak)} visits since {since}: {_why(visit, rule)}")


def is_ailing(facts: Facts) -> bool:
    """Whether the newest visit was bad, which one may be without an alarm."""
    return any(_bad_since(facts))


def _bad_since(facts: Facts) -> Iterator[tuple[Entry, str]]:
    """The visits since the last sound one, the newest first, and how each was bad."""
    seen = ((one, _badness(one, facts)) for one in facts.visits if not _saw_nothing(one))
    return takewhile(lambda each: each[1], seen)


def _seen_twice(newest_first: Sequence[str]) -> str:
    for one, before in pairwise(newest_first):
        if one == before:
            return one
    return newest_first[-1]


def _badness(visit: Entry, facts: Facts) -> str:
    """The rule by which a visit was bad; "" for a sound one."""
    counts = visit.counts
    if visit.state == State.KILLED:
        return "failing"
    if visit.outcome == Outcome.BLOCKED and _is_one_page(counts):
        return "identical"
    if rule := _OF_OUTCOME.get(Outcome(visit.outcome or Outcome.OK)):
        return rule
    if _nothing_came(counts):
        return "unreachable"
    is_mute = _lists_nothing(visit) and _lists_usually(visit, facts)
    return "listing-empty" if is_mute or visit.outcome == Outcome.EMPTY else ""


def _saw_nothing(visit: Entry) -> bool:
    """Whether a run was ended before it met anything: by a stop of the service, by its hours."""
    met = ("pages", "failures", "feeds", "refused", "forbidden")
    is_cut = visit.outcome == Outcome.INCOMPLETE
    return is_cut and not any(visit.counts.get(name) for name in met)


def _is_one_page(counts: Mapping[str, int]) -> bool:
    return counts.get("alike", 0) > counts.get("pages", 0) / 2


def _nothing_came(counts: Mapping[str, int]) -> bool:
    """Whether hardly a page came but failures, though the front page may have."""
    failures, pages = counts.get("failures", 0), counts.get("pages", 0)
    is_most = failures >= max(LEAST_FAILURES, (1 - FAR_TOO_FEW) * pages)
    return is_most and not counts.get("articles")


def _lists_nothing(visit: Entry) -> bool:
    lists, empty = visit.counts.get("listings", 0), visit.counts.get("listings_empty", 0)
    return empty > 0 and empty >= (1 - FAR_TOO_FEW) * lists


def _lists_usually(visit: Entry, facts: Facts) -> bool:
    """Whether the lists of a site led to articles before."""
    if "listing-empty" in facts.lasting:
        return True
    listing = [one for one in facts.visits if one.counts.get("listings") and one.at < visit.at]
    before = list(dropwhile(_lists_nothing, listing))
    return sum(map(_lists_nothing, before)) < len(before) / 2


def _why(visit: Entry, rule: str) -> str:
    lists = visit.counts.get("listings_empty", 0)
    if rule != "listing-empty":
        return visit.reason or visit.outcome or visit.state
    shown = f"of {visit.counts.get('listings', 0)} lists {lists} led to no article"
    return "; ".join(filter(None, (visit.reason, shown)))


# What sound visits say


def silent(facts: Facts) -> Trouble | None:
    """Raised when nothing was published, up to the newest sound visit, for LONGER than the longest
    pause between the days of publication and GRACE_DAYS more; over when something is. Nobody knows
    its rhythm without LEAST_DAYS of them, over KNOWN_FOR times as long.
    """
    sound, days = _sound(facts), facts.days[:MOST_DAYS]
    if not sound or len(days) < LEAST_DAYS:
        return None
    quiet = (vietnam_day(_time(sound[0].at)) - days[0]).days
    longest = max((later - earlier).days for later, earlier in pairwise(days))
    patience = LONGER * longest + GRACE_DAYS
    if quiet <= patience or (days[0] - days[-1]).days < KNOWN_FOR * patience:
        return None
    told = f"nothing new in {quiet} days, since {days[0]}"
    return Trouble("silent", facts.site, f"{told}; the longest pause was {longest} before")


def field_lost(facts: Facts) -> Trouble | None:
    """Raised when a part of the readings that had always, or mostly, been there is there in less
    than half as many, beyond chance; over when it is there again. So are readings themselves, in
    the place of pages that are not understood. A first walk through a site says nothing: what is
    old was printed otherwise.
    """
    lost = [_fall(facts, f"with_{name}", "articles", name) for name in _FIELDS]
    lost.append(_fall(facts, "articles", "read", "article"))
    told = "; ".join(filter(None, lost))
    return Trouble("field-lost", facts.site, told) if told else None


def many_changes(facts: Facts) -> Trouble | None:
    """Raised when more known articles were found edited than is usual, by far and beyond chance;
    over when it are no more than usual.
    """
    return _rise(facts, "many-changes", "edited", "were found edited")


def many_vanished(facts: Facts) -> Trouble | None:
    """Raised when more known articles were not where they were than is usual, by far and beyond
    chance; over when it are no more than usual: those that came back, or are believed gone.
    """
    return _rise(facts, "many-vanished", "vanished", "were not where they were")


def certificate(facts: Facts) -> Trouble | None:
    """Raised when, at the newest sound visit, a certificate was to end within RENEWED_BEFORE, and
    had less than a third of its time left; over when there is another, or LEFT_EXPIRED after its
    end.
    """
    sound = _sound(facts)
    ending = [one for one in facts.certificates if sound and _ends_soon(one, _time(sound[0].at))]
    if not ending:
        return None
    first = min(ending, key=lambda one: one.not_after)
    at = local(first.not_after, "minutes")
    return Trouble("certificate", facts.site, f"the certificate of {first.host} ends at {at}")


def overlong(facts: Facts) -> Trouble | None:
    """Raised when SKIPPED_NIGHTS in a row were skipped, as another run was under way; over when a
    night's run begins.
    """
    nights = [one for one in facts.nights if one.state != State.MISSED]
    skipped = list(takewhile(lambda one: one.state == State.SKIPPED, nights))
    if len(skipped) < SKIPPED_NIGHTS:
        return None
    since = local(skipped[-1].at, "minutes")
    told = f"{len(skipped)} nights were skipped since {since}: {skipped[0].reason}"
    return Trouble("overlong", facts.site, told)


_OF_SITE: tuple[Callable[[Facts], Trouble | None], ...] = (
    ailment,
    silent,
    field_lost,
    many_changes,
    many_vanished,
    certificate,
    overlong,
)


def _ends_soon(one: Certificate, now: datetime) -> bool:
    begins, ends = _time(one.not_before), _time(one.not_after)
    soon = min(RENEWED_BEFORE, (ends - begins) / 3)
    return ends - soon < now < ends + LEFT_EXPIRED


# Shares, now and before


@dataclass(frozen=True, slots=True)
class _Share:
    """How many of how many, in a visit or in several of them."""

    part: int
    whole: int

    def told(self) -> str:
        return f"{self.part} of {self.whole}"

    def usual(self) -> float:
        """What is to be expected of others, as far as so few tell (the rule of succession)."""
        return (self.part + 1) / (self.whole + 2)

    def is_off(self, usual: float) -> bool:
        """Whether it differs from the usual by more than chance."""
        strays = sqrt(usual * (1 - usual) / self.whole)
        return abs(self.part / self.whole - usual) > CHANCE * strays


def _fall(facts: Facts, part: str, whole: str, name: str) -> str:
    raised_at = facts.lasting.get("field-lost")
    told = [one for one in _comparable(facts) if part in one.counts]
    now, before = _now_and_before(told, part, whole, LEAST_READ, raised_at)
    usual = before.usual()
    if not now or before.whole < LEAST_READ_BEFORE or usual < OFTEN:
        return ""
    if now.part / now.whole >= usual / 2:
        return ""
    is_sure = raised_at or now.is_off(usual)
    return f"{name}: {now.told()}, before {before.told()}" if is_sure else ""


def _rise(facts: Facts, rule: str, part: str, words: str) -> Trouble | None:
    raised_at = facts.lasting.get(rule)
    now, before = _now_and_before(_comparable(facts), part, "looks", LEAST_LOOKS, raised_at)
    usual = before.usual()
    most = max(SUDDEN * usual, MANY)
    if not now or before.whole < LEAST_LOOKS_BEFORE or now.part / now.whole <= most:
        return None
    told = f"{now.told()} articles {words}, before {before.told()}"
    return Trouble(rule, facts.site, told) if raised_at or now.is_off(usual) else None


def _now_and_before(
    visits: Sequence[Entry], part: str, whole: str, least: int, raised_at: str | None
) -> tuple[_Share | None, _Share]:
    """The newest visits, as many as make up the least, and those before them. While an alarm lasts
    a few tell that it is over, and those before are the ones before the visit that raised it.
    """
    shares = [_Share(_count(one, part), _count(one, whole)) for one in visits]
    least = least // SOONER if raised_at else least
    size, total = 0, 0
    while total < least and size < len(shares):
        total += shares[size].whole
        size += 1
    begin = max(size, 1 + sum(one.at >= raised_at for one in visits)) if raised_at else size
    return _sum(shares[:size]) if total >= least else None, _sum(shares[begin:])


def _sum(shares: Iterable[_Share]) -> _Share:
    shares = list(shares)
    return _Share(sum(one.part for one in shares), sum(one.whole for one in shares))


def _count(visit: Entry, name: str) -> int:
    get = visit.counts.get
    match name:
        case "read":
            return get("articles", 0) + get("not_articles", 0)
        case "edited":
            return get("changed", 0) + get("orthography", 0) + get("metadata", 0)
        case "looks":
            return max(0, get("articles", 0) - get("new", 0)) + get("vanished", 0)
    return get(name, 0)


def _comparable(facts: Facts) -> list[Entry]:
    """Sound visits, without those that walked through what had been there before them."""
    return [one for one in _sound(facts) if not _is_first_walk(one.counts)]


def _is_first_walk(counts: Mapping[str, int]) -> bool:
    is_mostly_new = counts.get("new", 0) * 2 > counts.get("articles", 0)
    return bool(counts.get("full_round")) and is_mostly_new


def _sound(facts: Facts) -> list[Entry]:
    return [one for one in facts.visits if not (_saw_nothing(one) or _badness(one, facts))]


# The collection


def disk(house: House) -> Trouble | None:
    """Raised when less is free than RESERVE times what ends a run, or when the disk is full within
    FULL_WITHIN days if it goes on filling as on most days of two weeks; over when neither is so.
    """
    if house.free is None:
        return None
    told = f"{house.free / 1e9:.1f} GB are free"
    if house.free < RESERVE * house.least_free:
        return Trouble("disk", "", f"{told}, and runs end at {house.least_free / 1e9:.1f}")
    free = [house.free, *house.measures.values()][:MOST_MEASURES]
    if len(free) < LEAST_MEASURES:
        return None
    daily = median(earlier - later for later, earlier in pairwise(free))
    if daily <= 0 or house.free / daily >= FULL_WITHIN:
        return None
    days = house.free / daily
    return Trouble("disk", "", f"{told}, {daily / 1e9:.1f} less every day: full in {days:.0f} days")


def letters(house: House) -> Trouble | None:
    """Raised when a letter waits for longer than TAKEN_WITHIN, or was given up; over when its
    channel has taken it or a later one, or is set no more.
    """
    late = [one for one in house.unheard if _is_late(one, house.now)]
    if not late:
        return None
    told = f"{late[0].name} has not taken what was sent since {local(late[0].at, 'minutes')}"
    return Trouble("letters", "", f"{told}: {late[-1].said or 'nobody sends it'}")


def _is_late(one: Delivery, now: datetime) -> bool:
    return one.next_at is None or now - _time(one.at) > TAKEN_WITHIN


def scheduler(house: House) -> Trouble | None:
    """Raised when there is something to do and the service was not heard of for HEARD_WITHIN, or
    what is due did not begin for BEGUN_WITHIN; over when it is heard of, and begins it.
    """
    oldest = next(iter(house.waiting), None)
    if not (house.is_expected or oldest):
        return None
    if house.heard_at is None:
        return Trouble("scheduler", "", "the service was never there; see `tinhuy schedule run`")
    if abs(house.now - _time(house.heard_at)) > HEARD_WITHIN:
        since = local(house.heard_at, "minutes")
        return Trouble("scheduler", "", f"the service was there last at {since}")
    if oldest and house.now - _time(oldest.at) > BEGUN_WITHIN:
        since = local(oldest.at, "minutes")
        told = f"{len(house.waiting)} runs wait, the first ({oldest.site}) since {since}"
        return Trouble("scheduler", "", told)
    return None


def _between(one: Entry, other: Entry) -> timedelta:
    return abs(_time(one.at) - _time(other.at))


def _time(warc_date: str) -> datetime:
    return datetime.fromisoformat(warc_date)
