"""How often a host may be asked, by the clock alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness import MAX_BACK_OFF, MAX_REST, Hours, Pace, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pace(delay: float = 2.0, patience: float = 600.0) -> Pace:
    made = Pace(patience)
    made.keep(delay)
    return made


def test_a_host_that_was_not_asked_yet_may_be_asked() -> None:
    """The first request waits for nothing."""
    assert pace().due_in(0.0) <= 0


def test_the_longest_delay_holds() -> None:
    """Of two sites on one host, and of its Crawl-delay, the longest delay is kept."""
    host = pace(2.0)
    host.keep(5.0)
    host.keep(1.0)
    host.asked(100.0)
    assert host.due_in(100.0) == 5.0


def test_failures_lengthen_the_delay_and_answers_shorten_it() -> None:
    """Every failure doubles the delay, every answer halves it, down to what was agreed."""
    host = pace(2.0)
    gaps = []
    for failed in (True, True, False, False, False):
        if failed:
            host.failed()
        else:
            host.answered(0.0, 0.1)
        gaps.append(host.gap)
    assert gaps == [4.0, 8.0, 4.0, 2.0, 2.0]


def test_back_off_has_an_end() -> None:
    """However often it fails, a host is asked once a minute, and is soon asked as before."""
    host = pace(2.0)
    for _ in range(1000):
        host.failed()
    assert host.gap == MAX_BACK_OFF
    for _ in range(6):
        host.answered(0.0, 0.1)
    assert host.gap == 2.0


def test_a_delay_longer_than_any_back_off_stays() -> None:
    """A site that wants two minutes between requests has them, also when it fails."""
    host = pace(120.0)
    host.failed()
    assert host.gap == 120.0


@pytest.mark.parametrize(("took", "rest"), [(0.5, 1.5), (1.5, 1.5), (5.0, 5.0), (300.0, MAX_REST)])
def test_a_slow_host_rests_as_long_as_it_worked(took: float, rest: float) -> None:
    """After a slow answer a host has as much time for others as it had for us, within bounds."""
    host = pace(2.0)
    host.asked(100.0)
    host.answered(100.0, 100.0 + took)
    assert host.due_in(100.0 + took) == pytest.approx(rest)


@given(st.lists(st.sampled_from(["failed", "answered", "wait"]), max_size=60), st.floats(0.01, 90))
def test_no_history_makes_a_host_be_asked_faster(events: list[str], delay: float) -> None:
    """Whatever happened before, never less than the delay lies between two requests."""
    host, now = pace(delay), 0.0
    for event in events:
        host.asked(now)
        if event == "wait":
            host.wait(3.0, now)
        elif event == "failed":
            host.failed()
        else:
            host.answered(now, now + 0.2)
        assert host.due_in(now) >= delay - 1e-6
        now += max(host.due_in(now), 0)


def test_patience_is_for_the_whole_run() -> None:
    """Waits are added up, but not one that another request was told already; then it is over."""
    host = pace(2.0, patience=100.0)
    host.wait(60.0, 0.0)
    host.wait(60.0, 1.0)
    assert (host.due_in(1.0), host.closed) == (60.0, "")
    host.wait(60.0, 61.0)
    assert "60 s" in host.closed


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=9), usegmt=True), 0.0),
        ("9" * 15, 999999999999999.0),
        ("9" * 16, None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Fri, 99 Foo 99999999 99:99:99 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds and dates are understood, anything else says nothing."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "hour", "open_"),
    [
        ("22:00-05:00", 23, True),
        ("22:00-05:00", 4, True),
        ("22:00-05:00", 5, False),
        ("22:00-05:00", 12, False),
        ("8:00-17:30", 8, True),
        ("8:00-17:30", 18, False),
    ],
)
def test_hours_are_those_of_vietnam(text: str, hour: int, open_: bool) -> None:
    """Hours may reach over midnight; they end when the clock in Vietnam shows their end."""
    hours = Hours.of(text)
    assert hours is not None
    moment = datetime(2026, 3, 1, hour, tzinfo=UTC) - timedelta(hours=7)
    assert (moment in hours) is open_


@pytest.mark.parametrize("text", ["22-5", "25:00-03:00", "night", "05:00-05:00", "22:00-05:60"])
def test_hours_that_are_none(text: str) -> None:
    """What is no time of day is an error, not a site that is never or always crawled."""
    with pytest.raises(ValueError, match="22:00-05:00"):
        Hours.of(text)


def test_no_hours_are_all_hours() -> None:
    """A site that names no hours is crawled at any time."""
    assert Hours.of("") is None
