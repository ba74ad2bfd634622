"""What is seen is kept, and bounded."""

from __future__ import annotations

from pathlib import Path

from crawler.seen import MOST_DAYS, MOST_MEASURES, Certificate, Seen
from tests.crawler.test_ledger import stamp


def test_what_runs_have_seen_is_kept_within_bounds(tmp_path: Path) -> None:
    """Days are added up, the newest of them and of the measures stay; certificates are replaced."""
    days = [f"{1000 + year}-01-01" for year in range(MOST_DAYS + 9)]
    one, other = (Certificate(host, stamp(1), stamp(2)) for host in ("a.example", "b.example"))
    with Seen(tmp_path / "seen.sqlite3") as seen:
        seen.note("bao", dict.fromkeys(days, 2), [one])
        seen.note("bao", {days[-1]: 1}, [])
        seen.note("tinh", {days[0]: 7}, [one])
        assert [*seen.news("bao").items()][:2] == [(days[-1], 3), (days[-2], 2)]
        assert [*seen.news("bao")] == days[: -MOST_DAYS - 1 : -1]
        assert [*seen.news("bao", 1)] == days[-1:]
        assert seen.news("tinh") == {days[0]: 7}
        assert seen.certificates("bao") == [one]
        seen.note("bao", {}, [other])
        assert (seen.certificates("bao"), seen.certificates("tinh")) == ([other], [one])
        for place, day in enumerate(days[: MOST_MEASURES + 9]):
            seen.measure(day, place)
            seen.measure(day, place + 1)
        assert len(seen.measures()) == MOST_MEASURES
        assert [*seen.measures().values()][:2] == [MOST_MEASURES + 9, MOST_MEASURES + 8]


def test_the_service_was_there_last(tmp_path: Path) -> None:
    """The newest word counts, whoever asks for it."""
    with Seen(tmp_path / "seen.sqlite3") as seen:
        assert seen.heard_at() is None
        seen.hear(stamp(2))
        seen.hear(stamp(1))
    with Seen(tmp_path / "seen.sqlite3") as seen:
        assert seen.heard_at() == stamp(1)
