"""Exit codes: one meaning each, whatever the command."""

from __future__ import annotations

import errno
from collections.abc import Iterable

import typer

from archive import errors
from archive.article import Run
from crawler.clock import NoClock
from crawler.outcome import ENDED_AT_ONCE, Outcome
from crawler.outcome import EXIT_CODES as OUTCOME_CODES
from crawler.provinces import UnknownProvince
from crawler.registry import UnknownSite

DONE = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
NOT_A_COLLECTION = 4
BUSY = 5
DAMAGED = 6
DIFFERENT = 7
STORAGE = 8
NOT_INSTALLED = 9
ALARMS = 16
INTERRUPTED = ENDED_AT_ONCE
BROKEN_PIPE = 141

MEANINGS = {
    DONE: "done; after a crawl: every run is ok",
    FAILED: "our own error; after a crawl: a run failed, see the log",
    USAGE: "the command line or the configuration is wrong, or asks for what is refused",
    NOT_FOUND: "no such site, province, article, version or capture",
    NOT_A_COLLECTION: "the directory is not a collection",
    BUSY: "the collection is in use by another run",
    DAMAGED: "verify found, or a command met, a damaged file",
    DIFFERENT: (
        "a replay read something else than the catalog holds; "
        "a check did not find what it looked for; "
        "doctor found that this machine cannot crawl unattended; a letter was not taken"
    ),
    STORAGE: "the disk refused to take what was written",
    NOT_INSTALLED: "a program that the command needs is missing, or its port is taken",
    OUTCOME_CODES[Outcome.EMPTY]: "a site answered, and no article was found on it",
    OUTCOME_CODES[Outcome.INCOMPLETE]: "something was left out: failures, --max-pages, Ctrl-C",
    OUTCOME_CODES[Outcome.UNREACHABLE]: "a site gave no answer",
    OUTCOME_CODES[Outcome.BLOCKED]: "a site refused us",
    OUTCOME_CODES[Outcome.MOVED]: "a site sends all its pages, or its front page, elsewhere",
    OUTCOME_CODES[Outcome.PARKED]: "a site is gone, and its name for sale or with a hoster",
    ALARMS: "health tells of an alarm that lasts",
    INTERRUPTED: "Ctrl-C, twice in a crawl, once in a command that cannot end in good order",
    BROKEN_PIPE: "whoever read the output went away",
}
"""What README.md and `tinhuy --help` say about each code."""

_OF_ERROR: dict[type[Exception], int] = {
    UnknownSite: NOT_FOUND,
    UnknownProvince: NOT_FOUND,
    NoClock: USAGE,
    errors.ArticleNotFound: NOT_FOUND,
    errors.CaptureNotFound: NOT_FOUND,
    errors.NotACollection: NOT_A_COLLECTION,
    errors.NotAnArchive: USAGE,
    errors.CollectionLocked: BUSY,
    errors.CorruptRecord: DAMAGED,
    errors.UndecodableContent: DAMAGED,
    errors.StorageFailed: STORAGE,
    errors.ArchiveError: FAILED,
}

_GRAVEST_FIRST = (
    Outcome.FAILED,
    Outcome.PARKED,
    Outcome.MOVED,
    Outcome.BLOCKED,
    Outcome.UNREACHABLE,
    Outcome.EMPTY,
    Outcome.INCOMPLETE,
    Outcome.OK,
)

EXPECTED = (NoClock, UnknownSite, UnknownProvince, errors.ArchiveError, OSError)
"""Errors that are an answer: told in one line, without a traceback."""


class Refused(typer.TyperException):
    """A command that understood what it was asked and will not, or cannot, do it."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = code


def of_error(error: BaseException) -> int:
    """The exit code of one of the EXPECTED errors."""
    if isinstance(error, OSError):
        full = error.errno in (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
        return STORAGE if full else FAILED
    return next((code for kind, code in _OF_ERROR.items() if isinstance(error, kind)), FAILED)


def of_crawl(runs: Iterable[Run], troubles: Iterable[BaseException] = ()) -> int:
    """The exit code of a crawl: that of its first trouble, else of its gravest run.

    A crawl without a run has failed.
    """
    for trouble in troubles:
        return of_error(trouble)
    outcomes = {Outcome(run.outcome) for run in runs} or {Outcome.FAILED}
    return OUTCOME_CODES[min(outcomes, key=_GRAVEST_FIRST.index)]


def epilogue() -> str:
    """The table of exit codes, as `tinhuy --help` ends."""
    lines = (f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items())
    return "\n".join(("Exit codes:", *lines))
