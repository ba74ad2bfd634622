"""CDXJ: one line for each capture, and its lookup by URL and time."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.digest import Digest
from archive.disk import written_whole

REVISIT = "warc/revisit"
"""The `mime` of a revisit's line (CDXJ practice)."""
_MAX_COUNT = 2**63 - 1
"""No file is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Where one fetch stands: one CDXJ line.

    `timestamp` has 14 digits (UTC). `length` and `offset` measure the gzip member in `filename`.
    `mime` is `warc/revisit` for a revisit. `method` and `request_body` are set for POST and PUT
    only: the method, and the query that the key was made with. `record_id` and `date` (the exact
    WARC-Date) are known when the record was written or read by this process; an index line does
    not carry them.
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
    method: str = ""
    request_body: str = ""
    record_id: str = ""
    date: str = ""

    @property
    def is_revisit(self) -> bool:
        return self.mime == REVISIT

    @property
    def captured_at(self) -> datetime:
        """The instant of the capture, as exactly as it is known."""
        if self.date:
            return datetime.fromisoformat(self.date)
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def timestamp(date: str) -> str:
    """The 14 digits of a WARC-Date, which may be as short as a year."""
    digits = "".join(filter(str.isdigit, date.partition(".")[0]))[:14]
    return digits + "00000101000000"[len(digits) :]


def to_line(capture: Capture) -> bytes:
    """The index line, with its newline. Numbers are strings, as every reader expects."""
    fields = {
        "url": capture.url,
        "mime": capture.mime or None,
        "status": None if capture.status is None else str(capture.status),
        "digest": str(capture.digest) if capture.digest else None,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": capture.filename,
    }
    if capture.method:
        fields |= {"requestBody": capture.request_body, "method": capture.method}
    known = json.dumps({name: value for name, value in fields.items() if value is not None})
    return f"{capture.urlkey} {capture.timestamp} {known}\n".encode()


def from_line(line: bytes) -> Capture:
    """Read an index line of ours, of pywb (bare digests) or of cdxj-indexer.

    Raises ValueError for anything else.
    """
    try:
        urlkey, stamp, rest = line.decode().split(" ", 2)
        fields = json.loads(rest)
        return Capture(
            urlkey=urlkey,
            timestamp=stamp[:14],
            url=_string(fields["url"]),
            mime=_string(fields.get("mime", "")),
            status=_number(fields.get("status")),
            digest=_digest(fields.get("digest")),
            length=_count(fields.get("length", 0)),
            offset=_count(fields["offset"]),
            filename=_string(fields["filename"]),
            method=_string(fields.get("method", "")),
            request_body=_string(fields.get("requestBody", "")),
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"not an index line: {line[:200]!r}") from error


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {value!r:.80}")
    value.encode()  # half a surrogate pair is no text: UnicodeEncodeError is a ValueError
    return value


def _count(value: object) -> int:
    """Bytes of a file, as a number or in digits."""
    count = _number(value)
    if count is None or count > _MAX_COUNT:
        raise ValueError(f"expected a number of bytes, found {value!r:.80}")
    return count


def _number(value: object) -> int | None:
    return int(str(value)) if str(value).isdecimal() else None


def _digest(value: str | None) -> Digest | None:
    try:
        return Digest.parse(value if ":" in value else f"sha1:{value}") if value else None
    except ValueError:
        return None


def index_of(captures: Iterable[Capture]) -> bytes:
    """The index of these captures: their lines, sorted, each once."""
    return b"".join(sorted(set(map(to_line, captures))))


def write_index(path: Path, captures: Iterable[Capture]) -> None:
    """Write the index of one WARC file: whole or not at all. Raises OSError."""
    with written_whole(path) as draft:
        draft.write_bytes(index_of(captures))


def lines_between(path: Path, first: bytes, beyond: bytes | None) -> Iterator[bytes]:
    """The lines of a sorted file from `first` on and below `beyond`.

    Finds the first by bisecting the file's bytes: some thirty reads in a file of gigabytes.
    """
    with open(path, "rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            line = _line_at(file, middle)
            low, high = (middle + 1, high) if line and line < first else (low, middle)
        line = _line_at(file, low)
        while line and (beyond is None or line < beyond):
            yield line
            line = file.readline()


def _line_at(file: io.BufferedReader, position: int) -> bytes:
    """The first line that starts at `position` or after it."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline()
    return file.readline()
