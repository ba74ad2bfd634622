"""CDXJ: one line for each capture, and its lookup by URL and time."""

from __future__ import annotations

from dataclasses import dataclass

from archive.digest import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Where one fetch stands: one CDXJ line.

    `timestamp` has 14 digits (UTC). `length` and `offset` measure the gzip member in `filename`.
    `mime` is `warc/revisit` for a revisit. `record_id` and `date` (the exact WARC-Date) are known
    when the record was written or read by this process; an index line does not carry them.
    """

    urlkey: str
    timestamp: str
    url: str
    mime: str
    status: int | None
    digest: Digest | None
    length: int
    offset: int
    filename: str
    record_id: str = ""
    date: str = ""
