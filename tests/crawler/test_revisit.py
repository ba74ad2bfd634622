"""The revisit policy."""

from datetime import UTC, datetime, timedelta

import pytest

from archive import Known
from crawler.revisit import due, is_due, next_look, pace
from crawler.site import RevisitPolicy

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = RevisitPolicy()


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


def stamp(number: float) -> str:
    return day(number).strftime("%Y-%m-%dT%H:%M:%SZ")


def known(
    name: str,
    *,
    seen: float = 0,
    looked: float = 0,
    changed: float | None = None,
    gone: float | None = None,
    looks: int = 1,
    edits: int = 0,
) -> Known:
    return Known(
        url=name,
        first_seen=stamp(seen),
        last_seen=stamp(looked),
        looked_at=stamp(looked),
        looks=looks,
        edits=edits,
        changed_at=None if changed is None else stamp(changed),
        gone_at=None if gone is None else stamp(gone),
        addresses=(name,),
    )


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (0, 0.5, False),
        (0, 0.99, True),
        (0, 1, True),
        (0.99, 2, False),
        (1, 2.7, False),
        (1, 2.9, True),
        (0, 3.5, True),
        (3.1, 6.7, False),
        (7.1, 13.8, False),
        (7.1, 14.1, True),
    ],
)
def test_an_article_is_due_once_for_each_day_of_the_policy(
    last: float, now: float, expected: bool
) -> None:
    """A look is due when a day of the policy has come since the last look, or will in a few hours
    (nights do not begin to the minute); after the last of them as many days later.
    """
    assert is_due(FIRST, day(last), day(now), (1, 3, 7)) is expected


def test_looks_fall_on_the_days_of_the_policy() -> None:
    """In half a year of nights at about the same hour there is one look for each day."""
    looked, nights = day(0), []
    for night in range(1, 200):
        now = day(night - 0.01 * (night % 3))
        if is_due(FIRST, looked, now, POLICY.recheck_after):
            looked = now
            nights.append(night)
    assert nights == [1, 3, 7, 30, 180]


def test_what_was_edited_is_looked_at_like_new() -> None:
    """An edit begins the days of the policy anew."""
    quiet, edited = known("a", looked=30), known("b", looked=30, changed=30)
    assert due([quiet, edited], POLICY, day(31), ()) == [edited]


def test_pace() -> None:
    """Where looks again find edits often, articles come twice as early; where hardly, half so."""
    assert pace([known("a", looks=90, edits=50)]) == 1
    assert pace([known("a", looks=201, edits=30)]) == 0.5
    assert pace([known("a", looks=1001, edits=1)]) == 2
    assert next_look(FIRST, day(0.9), (2, 6), pace=0.5) == day(3)


def test_a_budget_takes_the_most_urgent() -> None:
    """Beyond the looks that a run may take, those wait that are late by least of their interval."""
    young, old = known("young", seen=10, looked=10), known("old", looked=8)
    policy = RevisitPolicy(looks_a_run=1)
    assert due([old, young], policy, day(30), ()) == [young]


def test_the_missing_come_first_and_cost_nothing() -> None:
    """What was not where it was is asked for again, whatever the budget and its days."""
    policy = RevisitPolicy(looks_a_run=0)
    assert due([known("a"), known("b")], policy, day(0.9), {"a"}) == [known("a")]


def test_what_is_gone_rests() -> None:
    """An article that is gone is asked for after a month and after half a year, then no more."""
    looked, nights = 0.0, []
    for night in range(1, 1000):
        if due([known("a", looked=looked, gone=0)], POLICY, day(night), ()):
            looked = night
            nights.append(night)
    assert nights == [30, 180]
