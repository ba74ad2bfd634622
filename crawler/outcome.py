"""How a run went, in one word. Scrapy exits 0 even when it fetched nothing: a run judges itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    OK = "ok"
    """Everything found was fetched, and at least one article is known."""
    EMPTY = "empty"
    """The site answered, and no article was found on it."""
    INCOMPLETE = "incomplete"
    """Something was left out: failures, a limit on pages, or an early stop."""
    UNREACHABLE = "unreachable"
    """No seed gave an answer."""
    BLOCKED = "blocked"
    """It refuses us: by 401, 403, 429 or 503, by a captcha, by one page in the place of all."""
    MOVED = "moved"
    """Its front page, or nearly all of its pages, lead to one place elsewhere."""
    PARKED = "parked"
    """The site is gone; a hoster or dealer holds its name."""
    FAILED = "failed"
    """Our own error, or the disk's: see the log."""


EXIT_CODES = {
    Outcome.OK: 0,
    Outcome.FAILED: 1,
    Outcome.EMPTY: 10,
    Outcome.INCOMPLETE: 11,
    Outcome.UNREACHABLE: 12,
    Outcome.BLOCKED: 13,
    Outcome.MOVED: 14,
    Outcome.PARKED: 15,
}
"""2 to 9 belong to the command line: bad usage, bad input, a busy or broken collection."""

ENDED_AT_ONCE = 130
"""The exit code of a program that Ctrl-C ends at once: 128 and the number of SIGINT."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How a run went, and why, in words for people; `why` may quote the site."""

    outcome: Outcome
    why: str


LOSSES = ("failures", "left_out", "requisites_left_out")
"""Counts of what a run should have had."""

_STOPPED = {
    "hours": Outcome.INCOMPLETE,
    "shutdown": Outcome.INCOMPLETE,
    "told to wait": Outcome.BLOCKED,
}
"""Reasons to close a spider that say all."""


def judge(
    counts: Mapping[str, int], reason: str, known: bool, found: Diagnosis | None = None
) -> Outcome:
    """The outcome of a run from its counts, why the spider closed, if any article is known, and
    what its symptoms have in common.
    """
    if counts.get("errors") or reason in ("storage", "failed"):
        return Outcome.FAILED
    if reason in _STOPPED:
        return _STOPPED[reason]
    if found:
        return found.outcome
    if reason != "finished" or any(counts.get(name) for name in LOSSES):
        return Outcome.INCOMPLETE
    return Outcome.OK if known else Outcome.EMPTY
