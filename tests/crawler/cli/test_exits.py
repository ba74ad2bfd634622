"""Exit codes: one meaning each, and the gravest one wins."""

from __future__ import annotations

import errno
import itertools

import pytest

from archive import ArchiveError, Run, errors
from crawler.cli import exits
from crawler.outcome import EXIT_CODES, Outcome
from crawler.registry import UnknownSite


def run(outcome: Outcome) -> Run:
    return Run(id="1", site="s", started_at="", finished_at="", outcome=outcome, counts={})


def test_every_outcome_has_a_code_of_its_own() -> None:
    """A schedule can tell each outcome of a run from the others by the exit code alone."""
    codes = [exits.of_crawl([run(outcome)]) for outcome in Outcome]
    assert len(set(codes)) == len(Outcome)
    assert set(codes) <= set(exits.MEANINGS)
    assert set(EXIT_CODES.values()) <= set(exits.MEANINGS)


@pytest.mark.parametrize(
    ("worse", "better"),
    list(
        itertools.combinations(
            [
                Outcome.FAILED,
                Outcome.BLOCKED,
                Outcome.UNREACHABLE,
                Outcome.EMPTY,
                Outcome.INCOMPLETE,
                Outcome.OK,
            ],
            2,
        )
    ),
)
def test_the_gravest_run_decides(worse: Outcome, better: Outcome) -> None:
    """One bad run among good ones is not hidden by them, in whatever order they ended."""
    for runs in ([run(worse), run(better)], [run(better), run(worse)]):
        assert exits.of_crawl(runs) == EXIT_CODES[worse]


def test_a_crawl_without_a_run_has_failed() -> None:
    """Nothing having run is no success."""
    assert exits.of_crawl([]) == exits.FAILED


def test_every_error_of_the_archive_has_a_code() -> None:
    """No error that archive/ raises on purpose ends without a documented code."""
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ArchiveError)
    ]
    assert {exits.of_error(kind.__new__(kind)) for kind in kinds} <= set(exits.MEANINGS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownSite("x", []), exits.NOT_FOUND),
        (errors.NotACollection("c", "why"), exits.NOT_A_COLLECTION),
        (errors.CollectionLocked("c", "s"), exits.BUSY),
        (errors.StorageFailed("c", "full"), exits.STORAGE),
        (errors.CorruptRecord("f", 0, "a", "b"), exits.DAMAGED),
        (OSError(errno.ENOSPC, "No space left on device"), exits.STORAGE),
        (OSError(errno.EACCES, "Permission denied"), exits.FAILED),
    ],
)
def test_what_kind_of_error_has_which_code(error: Exception, code: int) -> None:
    """The code says what kind of error it was."""
    assert exits.of_error(error) == code
