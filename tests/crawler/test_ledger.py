"""The ledger: what was met, what waits, and what a death of the run leaves of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive import Collection
from crawler.ledger import BY_HAND, MAX_TRIES, Ledger, Visit
from crawler.waiting import Waiting

HOST = "h.example"
KEYS = ("lost", "waiting", "visited")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened(tmp_path) as ledger:
        yield ledger


def opened(directory: Path, day: int = 1) -> Ledger:
    ledger = Ledger(directory / "ledger.sqlite3")
    ledger.begin(stamp(day), oldest=stamp(day - 1), full_since=stamp(day - 30))
    return ledger


def stamp(day: int) -> str:
    return f"2026-02-{day:02}T00:00:00Z" if day > 0 else f"2026-01-{31 + day:02}T00:00:00Z"


def met(ledger: Ledger, key: str, kind: str = "article") -> None:
    assert ledger.meet(key, kind, f"https://{HOST}/{key}", stamp(1))


def waits(
    ledger: Ledger, key: str, *, host: str = HOST, priority: int = 0, page: bool = True
) -> None:
    met(ledger, key)
    ledger.queue.enqueue(
        Waiting(key=key, host=host, is_page=page, priority=priority, request=request(key))
    )


def request(url: str) -> dict[str, object]:
    return {"url": url, "method": "GET", "body": "", "meta": {"kind": "article"}}


def visit(key: str, status: int = 200, *, barren: bool = False) -> Visit:
    said = "article"
    return Visit(key=key, url=key, at=stamp(1), status=status, said=said, is_barren=barren)


def test_an_address_is_met_once_in_a_round(ledger: Ledger) -> None:
    """The second time in a round an address gives nothing, in the next round what is known."""
    met(ledger, "a")
    assert ledger.meet("a", "article", "A", stamp(1)) is None
    ledger.visited(visit("a"))
    ledger.end(stamp(1))
    ledger.begin(stamp(2), oldest=stamp(1), full_since=stamp(0))
    again = ledger.meet("a", "article", "A", stamp(2))
    assert again
    assert (again.found_at, again.fetched_at, again.status) == (stamp(1), stamp(1), 200)


def test_what_was_not_committed_is_forgotten(tmp_path: Path) -> None:
    """A ledger that was closed without a commit knows what it knew at the last one."""
    with opened(tmp_path) as ledger:
        waits(ledger, "a")
        ledger.commit()
        ledger.visited(visit("a"))
        waits(ledger, "b")
    with opened(tmp_path) as ledger:
        assert ledger.round.is_continued
        assert [ledger.queue.holds(key) for key in "ab"] == [True, False]
        assert ledger.find("b") is None


def test_a_round_is_gone_on_with_for_some_time(tmp_path: Path) -> None:
    """A round that was cut short goes on if it began not long ago; one that has ended never."""
    with opened(tmp_path, 1) as ledger:
        ledger.commit()
    with opened(tmp_path, 2) as ledger:
        assert ledger.round.number == 1
        ledger.commit()
    with opened(tmp_path, 5) as ledger:
        assert (ledger.round.number, ledger.round.is_continued) == (2, False)
        ledger.end(stamp(5))
        ledger.commit()
    with opened(tmp_path, 5) as ledger:
        assert ledger.round.number == 3


def test_every_month_a_round_is_full(tmp_path: Path) -> None:
    """The first round follows all lists to their ends, and one whose last such is long ago."""
    full = []
    for day in (1, 2, 28):
        with Ledger(tmp_path / "l.sqlite3") as ledger:
            ledger.begin(stamp(day), oldest=stamp(day), full_since=stamp(day - 20))
            full.append(ledger.round.is_full)
            ledger.end(stamp(day))
            ledger.commit()
    assert full == [True, False, True]


def test_the_most_urgent_first_and_then_in_order(ledger: Ledger) -> None:
    """What waits is handed out by priority, and as it came within one."""
    for key, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5)):
        waits(ledger, key, priority=priority)
    handed = []
    while waiting := ledger.queue.hand_out(at_once=1, pages=True):
        handed.append(waiting.key)
        ledger.visited(visit(waiting.key))
    assert handed == ["b", "d", "a", "c"]


def test_a_host_is_asked_once_at_a_time(ledger: Ledger) -> None:
    """A host that has not answered gets no further request; another host is not held up by it."""
    waits(ledger, "a", priority=9)
    waits(ledger, "b", priority=9)
    waits(ledger, "c", host="other.example")
    first, second = (ledger.queue.hand_out(at_once=1, pages=True) for _ in "12")
    assert [one and one.key for one in (first, second)] == ["a", "c"]
    assert ledger.queue.hand_out(at_once=1, pages=True) is None
    ledger.failed("a", "timeout")
    third = ledger.queue.hand_out(at_once=1, pages=True)
    assert third
    assert third.key == "b"


def test_without_pages_only_the_rest_is_handed_out(ledger: Ledger) -> None:
    """When the pages of a run are used up, what these need is still asked for."""
    waits(ledger, "a", priority=9)
    waits(ledger, "b", page=False)
    assert [ledger.queue.count(pages=pages) for pages in (True, False)] == [1, 1]
    only = ledger.queue.hand_out(at_once=1, pages=False)
    assert only
    assert only.key == "b"
    assert [ledger.queue.count(pages=pages) for pages in (True, False)] == [1, 0]


def test_what_is_enqueued_twice_waits_once(ledger: Ledger) -> None:
    """A request of a key that waits already takes its place, with its own words."""
    waits(ledger, "a")
    waits(ledger, "b")
    newer = Waiting(key="a", host=HOST, is_page=True, priority=0, request=request("newer"))
    ledger.queue.enqueue(newer)
    assert ledger.queue.hand_out(at_once=1, pages=True) == newer
    assert ledger.queue.count(pages=True) == 1


@pytest.mark.parametrize("status", [403, 429, 500])
def test_what_failed_is_tried_in_some_runs_more(ledger: Ledger, status: int) -> None:
    """What gave no answer, or a refusal, is told as unanswered until it was tried too often."""
    waits(ledger, "a")
    for number in range(MAX_TRIES):
        ledger.visited(visit("a", status)) if number % 2 else ledger.failed("a", "timeout")
        assert [address.key for address in ledger.unanswered()] == ["a"]
    ledger.failed("a", "timeout")
    assert list(ledger.unanswered()) == []
    ledger.ask_again("a")
    assert [address.error for address in ledger.unanswered()] == [BY_HAND]
    ledger.visited(visit("a"))
    assert list(ledger.unanswered()) == []


def test_barren_visits_are_counted_in_a_row(ledger: Ledger) -> None:
    """A visit that led to something new ends the row of those that did not."""
    met(ledger, "a", "page")
    for barren in (True, True):
        ledger.visited(visit("a", barren=barren))
    found = ledger.find("a")
    assert found
    assert found.barren == 2
    ledger.visited(visit("a"))
    found = ledger.find("a")
    assert found
    assert found.barren == 0


def test_missing_articles_are_remembered(ledger: Ledger) -> None:
    """What was not where it was is told until it is there."""
    met(ledger, "a")
    ledger.missed("a", stamp(1))
    assert [address.key for address in ledger.missing()] == ["a"]
    ledger.missed("a", None)
    assert list(ledger.missing()) == []


def test_numbers_that_are_learned_add_up(tmp_path: Path) -> None:
    """What was learned of a site in numbers outlives the run."""
    with opened(tmp_path) as ledger:
        ledger.add("told", 2)
        ledger.add("told", 3)
        ledger.commit()
    with opened(tmp_path) as ledger:
        assert (ledger.fact("told"), ledger.fact("never")) == (5, 0)


def test_what_waited_and_cannot_be_read_holds_up_nothing(tmp_path: Path) -> None:
    """A row that a disk has spoilt counts as a try that failed; what waits behind it goes on."""
    with opened(tmp_path) as ledger:
        for key in "abcd":
            waits(ledger, key)
        ledger.commit()
    spoilt = {"a": '{"url":', "b": "[]", "c": '{"url": 1, "method": "GET", "body": "", "meta": {}}'}
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database, database:
        for key, text in spoilt.items():
            database.execute("UPDATE waiting SET request = ? WHERE key = ?", (text, key))
    with opened(tmp_path) as ledger:
        first = ledger.queue.hand_out(at_once=1, pages=True)
        assert first
        assert first.key == "d"
        assert [address.key for address in ledger.unanswered()] == ["a", "b", "c"]


def test_requisites_that_failed_are_not_asked_for_as_pages(ledger: Ledger) -> None:
    """Only pages are told as unanswered: a picture is asked for again by the page that shows it."""
    met(ledger, "a")
    met(ledger, "requisite b", "requisite")
    ledger.failed("a", "timeout")
    ledger.failed("requisite b", "timeout")
    assert [address.key for address in ledger.unanswered()] == ["a"]


def test_what_was_met_and_never_waited_is_met_again(tmp_path: Path) -> None:
    """A run that was killed between meeting an address and letting it wait has lost nothing; what
    waits or was visited is not met a second time.
    """
    with opened(tmp_path) as ledger:
        met(ledger, "lost")
        waits(ledger, "waiting")
        met(ledger, "visited")
        ledger.visited(visit("visited"))
        ledger.commit()
    with opened(tmp_path) as ledger:
        assert ledger.round.is_continued
        again = [bool(ledger.meet(key, "article", key, stamp(1))) for key in KEYS]
        assert dict(zip(KEYS, again, strict=True)) == {
            "lost": True,
            "waiting": False,
            "visited": False,
        }


def test_what_is_no_ledger_is_set_aside(tmp_path: Path) -> None:
    """A file that a disk has spoilt is kept under another name, and an empty ledger takes its
    place: nothing but what waited is lost.
    """
    collection = Collection.create(tmp_path / "c")
    path = tmp_path / "c" / "ledgers" / "site.sqlite3"
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 500)
    with Ledger.of(collection, "site") as ledger:
        assert list(ledger.addresses()) == []
    assert path.with_suffix(".broken").read_bytes().startswith(b"no database")


def test_who_only_looks_makes_no_ledger(tmp_path: Path) -> None:
    """Where there is no ledger, or one of another version, a look finds an empty one and changes
    nothing.
    """
    collection = Collection.create(tmp_path / "c")
    with Ledger.as_it_is(collection, "site") as ledger:
        assert list(ledger.addresses()) == []
    assert not (tmp_path / "c" / "ledgers").exists()
    with Ledger.of(collection, "site") as ledger:
        ledger.begin(stamp(1), oldest=stamp(1), full_since=stamp(1))
        met(ledger, "a")
        ledger.commit()
    path = tmp_path / "c" / "ledgers" / "site.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA user_version = 99")
    with Ledger.as_it_is(collection, "site") as ledger:
        assert list(ledger.addresses()) == []
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM addresses").fetchone() == (1,)
