"""Times as people in Vietnam read them."""

from __future__ import annotations

import pytest

from archive.times import local


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2026-01-01T18:30:00Z", "2026-01-02T01:30:00+07:00"),
        ("2026-01-01T18:30:00.123456789Z", "2026-01-02T01:30:00.123456+07:00"),
        ("2026-01-01T18:30:00", "2026-01-02T01:30:00+07:00"),
        ("2026-01-01", "2026-01-01T07:00:00+07:00"),
        ("2026", "2026"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("", ""),
    ],
)
def test_local(date: str, shown: str) -> None:
    """A WARC-Date of any precision is shown in Vietnam's time, or as it is if it cannot be."""
    assert local(date) == shown


def test_as_exactly_as_asked() -> None:
    """Fractions of a second are left out when they are not wanted."""
    assert local("2026-01-01T18:30:00.9Z", "seconds") == "2026-01-02T01:30:00+07:00"
