"""A run judges itself."""

import pytest

from crawler.outcome import Outcome, judge

ANSWERED = {"seeds_answered": 1}


@pytest.mark.parametrize(
    ("counts", "reason", "known", "outcome"),
    [
        (ANSWERED, "finished", True, Outcome.OK),
        (ANSWERED, "finished", False, Outcome.EMPTY),
        (ANSWERED | {"failures": 1}, "finished", True, Outcome.INCOMPLETE),
        (ANSWERED | {"left_out": 1}, "finished", True, Outcome.INCOMPLETE),
        (ANSWERED, "shutdown", True, Outcome.INCOMPLETE),
        ({}, "finished", True, Outcome.UNREACHABLE),
        (ANSWERED | {"seeds_refused": 1}, "finished", True, Outcome.BLOCKED),
        (ANSWERED | {"errors": 1}, "finished", True, Outcome.FAILED),
        (ANSWERED, "storage", True, Outcome.FAILED),
    ],
)
def test_outcome(counts: dict[str, int], reason: str, known: bool, outcome: Outcome) -> None:
    """Silence, refusal, loss and our own errors are told apart; only a whole run is ok."""
    assert judge(counts, reason, known) == outcome
