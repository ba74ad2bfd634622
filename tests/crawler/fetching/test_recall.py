"""What is answered from the archive in the place of the network, and what never is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from scrapy import Request

from archive import Collection
from archive.writer import warc_date
from crawler.fetching.recall import Recall
from crawler.ledger import Round
from tests.archive.support import NOON, exchange, recorded, request, response

URL = "http://tinhuy.example/tin/1.html"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


def round_of(minutes: float, *, is_continued: bool = True) -> Round:
    """A round that was begun so long after NOON."""
    begun_at = warc_date(NOON + timedelta(minutes=minutes))
    return Round(
        number=1, begun_at=begun_at, ended_at=None, is_full=True, is_continued=is_continued
    )


def recalled(collection: Collection, asked: Request, round: Round | None = None) -> bytes | None:
    found = Recall(collection, round or round_of(-1)).answer(asked)
    return found.body if found else None


def test_what_a_run_that_was_cut_short_has_archived(collection: Collection) -> None:
    """It answers whenever in the round it was archived: before the last commit of a ledger too."""
    (capture,) = recorded(collection, exchange(URL, response(b"<p>one")))
    asked = Request(URL)
    assert recalled(collection, asked) == b"<p>one"
    assert asked.meta["capture"] == capture
    assert recalled(collection, Request(URL + "#part")) == b"<p>one"


def test_what_is_older_than_the_round_is_asked_for(collection: Collection) -> None:
    """An earlier round's answer says nothing of today; nor does one that is nowhere."""
    recorded(collection, exchange(URL))
    assert recalled(collection, Request(URL), round_of(1)) is None
    assert recalled(collection, Request(URL + "x")) is None


def test_a_run_of_its_own_recalls_what_it_has_fetched(collection: Collection) -> None:
    """In a round that begins with this run only what the run itself has fetched is known."""
    recorded(collection, exchange(URL))
    recall = Recall(collection, round_of(-1, is_continued=False))
    assert recall.answer(Request(URL)) is None
    recall.fetched(URL)
    assert recall.answer(Request(URL)) is not None


def test_a_person_who_asks_again_is_answered_by_the_site(collection: Collection) -> None:
    """What somebody wants to be asked for again is."""
    recorded(collection, exchange(URL))
    assert recalled(collection, Request(URL, meta={"again": True})) is None


@pytest.mark.parametrize(
    ("status", "is_answer"),
    [("404 Not Found", True), ("410 Gone", True), ("503 Busy", False), ("403 No", False)],
)
def test_a_failure_is_no_answer(collection: Collection, status: str, is_answer: bool) -> None:
    """A page that is gone is an answer; a refusal or an error is asked for again."""
    recorded(collection, exchange(URL, response(b"<p>no", status=status)))
    assert (recalled(collection, Request(URL)) is not None) == is_answer


def test_half_an_answer_is_none(collection: Collection) -> None:
    """What was cut off in the middle is asked for again."""
    recorded(collection, exchange(URL, truncated="disconnect"))
    assert recalled(collection, Request(URL)) is None


def test_a_form_is_recalled_by_what_was_sent(collection: Collection) -> None:
    """The same form answers, another page of it does not."""
    bodies = [b"__EVENTTARGET=pager&__EVENTARGUMENT=Page%24" + page for page in (b"2", b"3")]
    sent = request("/tin/1.html", "POST", bodies[0])
    recorded(collection, exchange(URL, response(b"<p>two"), sent=sent))
    asked = [Request(URL, method="POST", body=body, headers=FORM) for body in bodies]
    assert [recalled(collection, one) for one in asked] == [b"<p>two", None]
