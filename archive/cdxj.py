"""CDXJ: one line for each capture, and its lookup by URL and time."""

from __future__ import annotations

import heapq
import json
import os
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from archive.digest import Digest
from archive.disk import written_whole
from archive.errors import CorruptRecord

REVISIT = "warc/revisit"
"""The `mime` of a revisit's line (CDXJ practice)."""
_MAX_COUNT = 2**63 - 1
"""No file is longer."""
_WINDOW = 32 * 1024
"""Bytes that are read at a step of a search: the whole index of an ordinary night."""
_AT_ONCE = 4096
"""Bytes of lines that are read on from where a search ended."""
_IN_MEMORY = 16 * 1024 * 1024
"""Bytes of lines that a merge holds, of however many files."""


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
    def is_listed(self) -> bool:
        """Whether an index has a line for it. A revisit that says 304 has nothing to show: players
        would show just that instead of the capture that it confirms.
        """
        return not (self.is_revisit and self.status == 304)

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


def captures(lines: Iterable[bytes], indexes: Path) -> Iterator[Capture]:
    """The captures of index lines. Raises CorruptRecord of `indexes`, where they stand."""
    for line in lines:
        try:
            yield from_line(line)
        except ValueError as error:
            found = f"{line[:80]!r}; `tinhuy verify --repair` makes indexes anew"
            raise CorruptRecord(indexes, 0, "an index line", found) from error


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


class Lines:
    """Index lines put in order, each once, however many. Only those of captures that are listed.

    They stand in a temporary database: memory does not grow with them. For one thread; close it.
    """

    def __init__(self) -> None:
        # A file of no name, which goes with the connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE lines (line BLOB PRIMARY KEY) WITHOUT ROWID")

    def add(self, capture: Capture) -> None:
        if capture.is_listed:
            self._database.execute("INSERT OR IGNORE INTO lines VALUES (?)", (to_line(capture),))

    def between(self, first: bytes = b"", beyond: bytes | None = None) -> Iterator[bytes]:
        """The lines from `first` on and below `beyond`, sorted bytewise."""
        found = self._database.execute(
            "SELECT line FROM lines WHERE line >= ?1 AND (?2 IS NULL OR line < ?2) ORDER BY line",
            (first, beyond),
        )
        return (line for (line,) in found)

    def write(self, path: Path) -> None:
        """Write the index of one WARC file: whole or not at all. Raises OSError."""
        with written_whole(path) as draft, open(draft, "wb") as index:
            index.writelines(self.between())

    def clear(self) -> None:
        self._database.execute("DELETE FROM lines")

    def close(self) -> None:
        self._database.close()


def write_index(path: Path, captures: Iterable[Capture]) -> None:
    """Write the index of these captures: whole or not at all. Raises OSError."""
    with closing(Lines()) as lines:
        for capture in captures:
            lines.add(capture)
        lines.write(path)


def lines_between(
    path: Path | str, first: bytes, beyond: bytes | None, at_once: int = _AT_ONCE
) -> Iterator[bytes]:
    """The lines of a sorted file from `first` on and below `beyond`.

    Finds the first by bisecting the file's bytes: a few reads in a file of gigabytes. Holds some
    `at_once` bytes of lines and, while the caller has the word, no file open: any number of
    indexes can be merged. Raises OSError.
    """
    with open(path, "rb", buffering=_WINDOW) as file:
        position, lines = _search(file, first) if first else (0, file.readlines(at_once))
    while lines:
        for line in lines:
            if beyond is not None and line >= beyond:
                return
            position += len(line)
            yield line
        with open(path, "rb", buffering=_AT_ONCE) as file:
            file.seek(position)
            lines = file.readlines(at_once)


def merged(
    paths: Sequence[Path | str], first: bytes = b"", beyond: bytes | None = None
) -> Iterator[bytes]:
    """The lines of sorted files from `first` on and below `beyond`, sorted bytewise.

    Needs one open file and little memory, however many files there are. Raises OSError.
    """
    at_once = min(_AT_ONCE, _IN_MEMORY // (len(paths) or 1)) or 1
    return heapq.merge(*(lines_between(path, first, beyond, at_once) for path in paths))


def _search(file: BinaryIO, first: bytes) -> tuple[int, list[bytes]]:
    """Where the first line begins that is not below `first`; it, and lines that follow it."""
    low, high = 0, os.fstat(file.fileno()).st_size
    while high - low > _WINDOW:
        middle = (low + high) // 2
        line = _line_at(file, middle)
        low, high = (middle + 1, high) if line and line < first else (low, middle)
    position = _start(file, low)
    file.seek(position)
    lines = file.readlines(max(1, high + 1 - position))
    below = bisect_left(lines, first)
    if below == len(lines):  # it is the one that begins behind the window
        lines += filter(None, [file.readline()])
    return position + sum(map(len, lines[:below])), lines[below:]


def _line_at(file: BinaryIO, position: int) -> bytes:
    """The first line that starts at `position` or after it."""
    file.seek(_start(file, position))
    return file.readline()


def _start(file: BinaryIO, position: int) -> int:
    """Where the first line starts that starts at `position` or after it."""
    file.seek(max(position - 1, 0))
    return position + len(file.readline()) - 1 if position else 0
