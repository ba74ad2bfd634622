"""How a run went, in one word. Scrapy exits 0 even when it fetched nothing: a run judges itself."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Every answer of the seeds was a refusal: 401, 403, 429 or 503."""
    FAILED = "failed"
    """Our own error, or the disk's: see the log."""


EXIT_CODES = {
    Outcome.OK: 0,
    Outcome.FAILED: 1,
    Outcome.EMPTY: 10,
    Outcome.INCOMPLETE: 11,
    Outcome.UNREACHABLE: 12,
    Outcome.BLOCKED: 13,
}
"""2 to 9 belong to the command line: bad usage, bad input, a busy or broken collection."""


def judge(counts: Mapping[str, int], reason: str, known: bool) -> Outcome:
    """The outcome of a run from its counts, why the spider closed, and if any article is known.

    A run that goes on with what another has begun may have no seed to ask.
    """
    if counts.get("errors") or reason in ("storage", "failed"):
        return Outcome.FAILED
    answered = counts.get("seeds_answered", 0)
    if not answered and counts.get("asked", 1) and not counts.get("pages"):
        return Outcome.UNREACHABLE
    if answered and counts.get("seeds_refused", 0) >= answered:
        return Outcome.BLOCKED
    if reason != "finished" or counts.get("failures") or counts.get("left_out"):
        return Outcome.INCOMPLETE
    return Outcome.OK if known else Outcome.EMPTY
