"""The revisit policy: when a known article is due for another look, and which come first.

New articles are looked at again after the days of `RevisitPolicy.recheck_after`, counted from the
first look; an edit begins the count anew, since what was edited once is edited again. After the
last of these days the same time passes between looks for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import Known
from crawler.site import RevisitPolicy

SLACK = timedelta(hours=6)
"""A nightly run that begins a little earlier than the one before must not find nothing due."""

MAX_REST = 30
"""Days that a page of links is left alone at most, however often it led to nothing new."""

GONE_FOR = (30, 180)
"""Days after which an article that is gone is asked for once more: sites put some back."""

_LOOKS_TO_LEARN_FROM = 100
_OFTEN, _SELDOM = 0.1, 0.005


@dataclass(frozen=True, slots=True)
class Due:
    """An article that is due. `urgency`: how late it is, in times of the interval it waited for."""

    known: Known
    urgency: float


def pace(articles: Collection[Known]) -> float:
    """By what a site's days are multiplied: 0.5 where looks again find edits often, 2 where hardly.

    Often is more than one look in ten, hardly less than one in two hundred, of a hundred at least.
    """
    again = sum(max(0, known.looks - 1) for known in articles)
    if again < _LOOKS_TO_LEARN_FROM:
        return 1
    share = sum(known.edits for known in articles) / again
    return 0.5 if share > _OFTEN else 2 if share < _SELDOM else 1


def next_look(
    since: datetime, looked_at: datetime, days: Sequence[int], *, pace: float = 1
) -> datetime:
    """When what was found (or edited) at `since`, and looked at last at `looked_at`, is due."""
    steps = [timedelta(days=day * pace) for day in days]
    on_the_way = (since + step for step in steps if since + step - SLACK > looked_at)
    return min(on_the_way, default=looked_at + steps[-1])


def is_due(since: datetime, looked_at: datetime, now: datetime, days: Sequence[int]) -> bool:
    """Whether `next_look` has come."""
    return next_look(since, looked_at, days) - SLACK <= now


def due(
    articles: Collection[Known], policy: RevisitPolicy, now: datetime, missing: Collection[str]
) -> list[Known]:
    """The articles to look at now, those that were missed first and then the most urgent.

    No more than the policy's `looks_a_run`, of which those in `missing` (URLs) count none.
    """
    rate = pace(articles)
    again = [one for one in articles if one.url in missing and not one.gone_at]
    rest = (_due(one, policy, now, rate) for one in articles if one.url not in missing)
    late = sorted(filter(None, rest), key=lambda one: (-one.urgency, one.known.url))
    return again + [one.known for one in late[: policy.looks_a_run]]


def when(known: Known, policy: RevisitPolicy, rate: float = 1) -> datetime | None:
    """The moment at which a known article is due; None for one that is gone for good."""
    looked_at = datetime.fromisoformat(known.looked_at)
    if known.gone_at:
        gone_at = datetime.fromisoformat(known.gone_at)
        returns = (gone_at + timedelta(days=day) for day in GONE_FOR)
        return min((moment for moment in returns if moment - SLACK > looked_at), default=None)
    since = datetime.fromisoformat(known.changed_at or known.first_seen)
    return next_look(since, looked_at, policy.recheck_after, pace=rate)


def rest(barren: int) -> timedelta:
    """How long a page of links is left alone that has led to nothing new so many times in a row."""
    return timedelta(days=min(MAX_REST, 2**barren - 1))


def _due(known: Known, policy: RevisitPolicy, now: datetime, rate: float) -> Due | None:
    if datetime.fromisoformat(known.looked_at) > now + SLACK:  # by a clock that was wrong
        return Due(known, 1)
    moment = when(known, policy, rate)
    if moment is None or moment - SLACK > now:
        return None
    if known.gone_at:
        return Due(known, 0)
    looked_at = datetime.fromisoformat(known.looked_at)
    return Due(known, (now - looked_at) / max(moment - looked_at, timedelta(days=1)))
