"""The revisit policy."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.revisit import is_due

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (0, 0.5, False),
        (0, 1, True),
        (1, 2.9, False),
        (1, 3, True),
        (0, 3.5, True),
        (3.1, 6.9, False),
        (7.1, 400, False),
    ],
)
def test_an_article_is_due_once_for_each_day_of_the_policy(
    last: float, now: float, due: bool
) -> None:
    """A look is due when a day of the policy has come since the last look, and not otherwise."""
    assert is_due(FIRST, day(last), day(now), (1, 3, 7)) is due
