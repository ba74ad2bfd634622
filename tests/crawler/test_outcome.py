"""A run judges itself."""

import pytest

from crawler.outcome import Diagnosis, Outcome, judge


@pytest.mark.parametrize(
    ("counts", "reason", "known", "outcome"),
    [
        ({}, "finished", True, Outcome.OK),
        ({}, "finished", False, Outcome.EMPTY),
        ({"failures": 1}, "finished", True, Outcome.INCOMPLETE),
        ({"left_out": 1}, "finished", True, Outcome.INCOMPLETE),
        ({"requisites_left_out": 1}, "finished", True, Outcome.INCOMPLETE),
        ({}, "shutdown", True, Outcome.INCOMPLETE),
        ({}, "hours", True, Outcome.INCOMPLETE),
        ({}, "told to wait", True, Outcome.BLOCKED),
        ({"errors": 1}, "finished", True, Outcome.FAILED),
        ({}, "storage", True, Outcome.FAILED),
    ],
)
def test_outcome(counts: dict[str, int], reason: str, known: bool, outcome: Outcome) -> None:
    """Silence, refusal, loss and our own errors are told apart; only a whole run is ok."""
    assert judge(counts, reason, known) == outcome


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.BLOCKED, Outcome.MOVED])
def test_what_ails_the_site_says_more_than_counts(outcome: Outcome) -> None:
    """A diagnosis goes before what was lost, but not before our own errors or a signal."""
    found = Diagnosis(outcome, "so it seems")
    assert judge({"failures": 1}, "finished", True, found) == outcome
    assert judge({"errors": 1}, "finished", True, found) == Outcome.FAILED
    assert judge({}, "shutdown", True, found) == Outcome.INCOMPLETE
