"""What runs of the schedule print: a file each, in logs/runs, within bounds.

A run writes to its file itself, so that nothing is lost with the service; the service looks how
long it has grown. What is said elsewhere too (the diary, the crawl log) has no such bounds.
"""

from __future__ import annotations

import os
from collections.abc import Collection as Among
from contextlib import suppress
from pathlib import Path

from archive import Collection

OF_ONE = 1_000_000
"""Bytes that are kept of what one run prints: how it began, and how it ended."""

_LEAST = 4096
"""What a file takes of the disk, however little is in it."""


def printed(collection: Collection, number: int) -> Path:
    """Where that stands which a run of the schedule prints, by its number in the diary."""
    return _directory(collection) / f"{number}.log"


def cut(log: Path, most: int = OF_ONE) -> None:
    """Keep the beginning and the end of a file that is longer than `most` bytes.

    Who appends to it in just that moment goes on behind the end, and may lose a few lines.
    """
    with suppress(FileNotFoundError):
        if log.stat().st_size <= most:
            return
        with open(log, "a+b", buffering=0) as file:
            file.seek(-(most // 4), os.SEEK_END)
            end = file.read(most // 2)
            file.truncate(most // 2)
            file.write(b"\n[... a part of what was printed is left out ...]\n" + end)


def last_line(log: Path) -> str:
    """What a run has printed last, 300 characters at the most; "" if that cannot be read."""
    with suppress(OSError), open(log, "rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LEAST))
        lines = file.read().decode("utf-8", "replace").split("\n")
        return next((line[:300] for line in reversed(lines) if line.strip()), "")
    return ""


def make_room(collection: Collection, most: int, under_way: Among[int]) -> None:
    """Remove the oldest files, until all take `most` bytes of the disk; none of a run under way.

    One that is gone meanwhile, or cannot be removed, keeps no other.
    """
    taken = 0
    for number in sorted(_numbers(collection), reverse=True):
        log = printed(collection, number)
        with suppress(OSError):
            taken += max(_LEAST, log.lstat().st_blocks * 512)
            if taken > most and number not in under_way:
                log.unlink()


def _numbers(collection: Collection) -> list[int]:
    with suppress(FileNotFoundError), os.scandir(_directory(collection)) as entries:
        names = (entry.name.removesuffix(".log") for entry in entries)
        return [int(name) for name in names if name.isdecimal() and name == str(int(name))]
    return []


def _directory(collection: Collection) -> Path:
    return collection.logs_dir / "runs"
