"""A run judges itself."""

import pytest

from crawler.outcome import EXIT_CODES, Outcome, judge

ANSWERED = {"seeds_answered": 1}


@pytest.mark.parametrize(
    ("counts", "reason", "known", "outcome"),
    [
        (ANSWERED, "finished", 5, Outcome.OK),
        (ANSWERED, "finished", 0, Outcome.EMPTY),
        (ANSWERED | {"failures": 1}, "finished", 5, Outcome.INCOMPLETE),
        (ANSWERED | {"left_out": 1}, "finished", 5, Outcome.INCOMPLETE),
        (ANSWERED, "shutdown", 5, Outcome.INCOMPLETE),
        ({}, "finished", 5, Outcome.UNREACHABLE),
        (ANSWERED | {"seeds_refused": 1}, "finished", 5, Outcome.BLOCKED),
        (ANSWERED | {"errors": 1}, "finished", 5, Outcome.FAILED),
        (ANSWERED, "storage", 5, Outcome.FAILED),
    ],
)
def test_outcome(counts: dict[str, int], reason: str, known: int, outcome: Outcome) -> None:
    """Silence, refusal, loss and our own errors are told apart; only a whole run is ok."""
    assert judge(counts, reason, known) == outcome


def test_every_outcome_has_its_exit_code() -> None:
    """Monitors can tell outcomes apart by the exit code alone."""
    assert set(EXIT_CODES) == set(Outcome)
    assert len(set(EXIT_CODES.values())) == len(Outcome)
