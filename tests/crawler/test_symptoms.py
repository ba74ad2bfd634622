"""What many answers say together that none of them says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from crawler.outcome import Outcome
from crawler.symptoms import FEW, MANY, MAX_KEYS, STREAK, Answer, Symptoms

FRONT = Answer(asked="http://a.example/", came="http://a.example/", status=200, seed=True)


def page(number: int, **facts: Any) -> Answer:
    url = f"http://a.example/{number}"
    plain: dict[str, Any] = {
        "asked": url,
        "came": url,
        "status": 200,
        "digest": f"sha256:{number}",
        "size": 9000,
    }
    return Answer(**(plain | facts))


def symptoms(answers: Iterable[Answer], seeds: Iterable[Answer] = (FRONT,)) -> Symptoms:
    found = Symptoms()
    for answer in (*seeds, *answers):
        found.answered(answer)
    return found


def outcome(found: Symptoms) -> Outcome | None:
    diagnosis = found.diagnosis()
    return diagnosis.outcome if diagnosis else None


def test_a_sound_site_has_no_symptoms() -> None:
    """Different pages under different addresses are no symptom, some lost ones among them."""
    mixed = [page(n, status=404 if n % 3 == 0 else 200) for n in range(200)]
    found = symptoms(mixed)
    assert (found.must_stop(), found.diagnosis(), found.is_trusted()) == (None, None, True)


HOME = {"came": "http://a.example/"}
SAME = {"digest": "sha256:0", "size": 99}


@pytest.mark.parametrize(
    ("facts", "expected", "why"),
    [
        (HOME, Outcome.MOVED, "lead to http://a.example/"),
        (SAME, Outcome.BLOCKED, "of 99 bytes"),
        ({"status": 403}, Outcome.BLOCKED, "refused"),
        ({"status": 429}, Outcome.BLOCKED, "refused"),
        ({"notice": "blocked"}, Outcome.BLOCKED, "refused"),
    ],
)
def test_pages_that_are_alike(facts: dict[str, Any], expected: Outcome, why: str) -> None:
    """Nearly all pages sent to one place, the same or refused: a few are told of at the end, many
    end the run, and none of them makes an article gone.
    """
    few = symptoms(page(n, **facts) for n in range(FEW))
    assert outcome(few) == expected
    assert why in few.diagnosis().why  # type: ignore[union-attr]
    assert not few.is_trusted()
    assert few.must_stop() is None
    many = symptoms([page(1000), *(page(n, **facts) for n in range(MANY))])
    stopped = many.must_stop()
    assert stopped is not None
    assert stopped.outcome == expected


@pytest.mark.parametrize("facts", [HOME, SAME, {"status": 403}])
def test_a_part_of_the_pages_proves_nothing(facts: dict[str, Any]) -> None:
    """Half of the pages redirected home, the same or forbidden is no reason to stop or to doubt."""
    found = symptoms(page(n, **(facts if n % 2 else {})) for n in range(400))
    assert (found.must_stop(), found.diagnosis(), found.is_trusted()) == (None, None, True)


def test_a_site_that_begins_to_refuse_us_is_left() -> None:
    """Refusals in a row end a run, however well it began; fewer do not."""
    found = symptoms(page(n) for n in range(500))
    for number in range(STREAK - 1):
        found.answered(page(number, status=403))
    assert found.must_stop() is None
    found.answered(page(0, status=403))
    stopped = found.must_stop()
    assert stopped is not None
    assert (stopped.outcome, outcome(found)) == (Outcome.BLOCKED, Outcome.BLOCKED)


def test_a_site_that_falls_silent_is_left() -> None:
    """Pages in a row without an answer end a run that had begun; it is incomplete, and says why."""
    found = symptoms(page(n) for n in range(50))
    for _ in range(STREAK):
        found.failed("no answer in time")
    stopped = found.must_stop()
    assert stopped is not None
    assert stopped.outcome == Outcome.INCOMPLETE
    assert "no answer in time" in stopped.why


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ({"status": 403}, Outcome.BLOCKED),
        ({"status": 503}, Outcome.BLOCKED),
        ({"notice": "blocked"}, Outcome.BLOCKED),
        ({"notice": "parked"}, Outcome.PARKED),
        ({"notice": "maintenance"}, Outcome.INCOMPLETE),
        ({"notice": "script"}, Outcome.INCOMPLETE),
        ({"came": "http://b.example/", "away": True}, Outcome.MOVED),
        ({"came": "https://a.example/"}, None),
        ({"notice": "listing"}, None),
    ],
)
def test_what_the_front_page_says(front: dict[str, Any], expected: Outcome | None) -> None:
    """A front page that refuses, is parked, out of order, empty without scripts or elsewhere."""
    assert outcome(symptoms((), [page(0, seed=True, **front)])) == expected


def test_one_front_page_of_two_is_enough() -> None:
    """A site with two front pages, one of which refuses us, is not blocked."""
    assert outcome(symptoms((), [FRONT, page(0, seed=True, status=403)])) is None


def test_a_login_box_on_the_front_page_does_no_harm() -> None:
    """A front page that looks like a login is one only if nothing else could be read."""
    front = page(0, seed=True, notice="login")
    assert outcome(symptoms((page(n) for n in range(9)), [front])) is None


def test_a_captcha_before_an_open_door() -> None:
    """Where only the front page asks for a captcha, the run is incomplete, and nothing is gone."""
    found = symptoms((page(n) for n in range(FEW)), [page(0, seed=True, notice="blocked")])
    assert outcome(found) == Outcome.INCOMPLETE
    assert not found.is_trusted()


def test_no_answer_of_any_front_page() -> None:
    """Without an answer of a front page the site is unreachable, and the last failure says why."""
    found = Symptoms()
    found.failed("the connection is refused", seed=True)
    told = found.diagnosis()
    assert told is not None
    assert (told.outcome, told.why) == (Outcome.UNREACHABLE, "the connection is refused")


def test_articles_do_not_go_all_at_once() -> None:
    """Nearly all articles gone in one run are believed of none; a few among many are believed."""
    broken, tidy = symptoms(()), symptoms(())
    for number in range(FEW):
        broken.looked(gone=True)
        tidy.looked(gone=number < 2)
    assert not broken.is_trusted()
    assert "seem gone" in broken.diagnosis().why  # type: ignore[union-attr]
    assert tidy.is_trusted()


def test_memory_is_bounded() -> None:
    """A million different pages and places are counted in little memory, and a crowd still seen."""
    found = symptoms(())
    for number in range(20 * MAX_KEYS):
        found.answered(page(number, **(HOME if number % 20 else {"came": f"http://x/{number}"})))
        found.note(f"trouble {number}")
    assert len(found.notes) <= MAX_KEYS
    assert len(found._targets._counts) <= MAX_KEYS
    assert outcome(found) == Outcome.MOVED
