"""The crawl log of a run: JSON lines about each exchange that is kept, and each address refused.

`logs/SITE-TIME-RUN.jsonl`. A line about an exchange (`kind`) is a promise: it is written after the
records it speaks of are on the disk. One that says what an answer was `read` as comes behind it. An
address that was never asked for has no record, only its line here, with the reason (`refused`).
Nothing is derived from the log.
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.cdxj import timestamp
from archive.disk import stored, sync_directory
from archive.urlkey import target_uri
from archive.writer import one_line

MAX_REFUSALS = 100_000
"""A space without end is told of no further."""


def lines_about(
    directory: Path, prefix: str | None, urls: Collection[str]
) -> Iterator[dict[str, Any]]:
    """What the crawl logs of a site (of all, without a prefix) say of these URLs, by file and line.

    A line that a power cut left half is passed over.
    """
    wanted = {target_uri(url) for url in urls}
    sought = [json.dumps(url).encode() for url in wanted]
    for path in sorted(directory.glob(f"{glob.escape(prefix)}-*.jsonl" if prefix else "*.jsonl")):
        with open(path, "rb") as log:
            for line in log:
                told = _read(line) if any(one in line for one in sought) else None
                if told and told.get("url") in wanted:
                    yield told


def logs_of(directory: Path, prefix: str, run_id: str) -> list[Path]:
    """The crawl log of a run of a site, if it has one."""
    return sorted(directory.glob(f"{glob.escape(prefix)}-*-{_plain(run_id)}.jsonl"))


def _plain(run_id: str) -> str:
    """The beginning of a run's id, fit for a file name."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", run_id[:8])


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


@dataclass(kw_only=True)
class CrawlLog:
    """Lines wait in memory until `write_out`. The file is made with the first of them.

    Its name has the time of the first line, and the beginning of the run's id.
    """

    directory: Path
    prefix: str
    run_id: str
    _path: Path | None = field(default=None, init=False)
    _lines: list[tuple[bool, str]] = field(default_factory=list, init=False)
    _refusals: int = field(default=0, init=False)

    def keep(self, at: str, **facts: Any) -> None:
        """An exchange whose records are written, and will be on the disk at `write_out`."""
        self._add(at, {name: value for name, value in facts.items() if value is not None})

    def judge(self, at: str, url: str, said: str) -> None:
        """What the answer captured at this time was read as."""
        self._add(at, {"url": target_uri(url), "read": one_line(said)})

    def refuse(self, at: str, url: str, reason: str, via: str | None = None) -> None:
        """An address that was not asked for."""
        self._refusals += 1
        if self._refusals <= MAX_REFUSALS:
            told = {"via": target_uri(via)} if via else {}
            self._add(at, {"url": target_uri(url), "refused": one_line(reason), **told})

    def write_out(self) -> None:
        """Append what waits; the caller has synced the records. Raises StorageFailed."""
        if not self._lines or self._path is None:
            return
        with stored(self._path):
            self.directory.mkdir(exist_ok=True)
            is_new = not self._path.exists()
            with open(self._path, "ab", buffering=0) as log:  # a buffer would be written at close
                size = log.tell()
                left = memoryview("".join(line for _, line in self._lines).encode())
                try:
                    while left:
                        left = left[log.write(left) :]
                    os.fsync(log.fileno())
                except OSError:
                    os.ftruncate(log.fileno(), size)  # half a line would spoil the next
                    raise
            if is_new:
                sync_directory(self.directory)
        self._lines.clear()

    def forget(self) -> None:
        """Drop what waits of exchanges: their records did not reach the disk."""
        self._lines = [(promised, line) for promised, line in self._lines if not promised]

    def _add(self, at: str, facts: dict[str, Any]) -> None:
        if self._path is None:
            name = f"{self.prefix}-{timestamp(at)}-{_plain(self.run_id)}.jsonl"
            self._path = self.directory / name
        promised = "refused" not in facts
        self._lines.append((promised, json.dumps({"at": at, **facts}) + "\n"))
