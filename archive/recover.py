"""A file that a dead process left behind: keep its whole records, set the rest aside.

The file is the truth and is believed as far as it is whole; nothing before the cut is touched.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from archive import http
from archive.disk import sync_directory
from archive.errors import CorruptRecord
from archive.reader import iter_records
from archive.record import OPEN

TAIL = ".tail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of one `.open` file: `path` is its final name, None when no record was whole.

    `tail` holds the `cut` bytes that were cut off. It stays beside the file even when it is empty:
    that it is there says that the file's last group may lack records. When a closed file has the
    name already, all of the open one goes there.
    """

    path: Path | None
    records: int
    tail: Path
    cut: int


def recover(open_path: Path, beyond: int | None = None) -> Recovered:
    """Give a dead process's `NAME.open` its final name, cut after its last whole record.

    What stands from `beyond` on, and may speak of what is lost, is cut off too. The caller makes
    sure, by the site's lock, that nobody is writing the file. Doing it twice, or being killed
    while doing it, is harmless: the tail is on the disk before anything is cut. Raises OSError.
    """
    final = open_path.with_name(open_path.name.removesuffix(OPEN))
    with open(open_path, "rb") as file:  # beside the site's lock, which somebody may delete
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if final.exists():
        return _doubled(open_path, final)
    records, end = _whole_records(open_path, beyond)
    tail = final.with_name(final.name + TAIL)
    cut = _set_aside(open_path, end, tail)
    if not records:
        open_path.unlink()
        sync_directory(final.parent)
        return Recovered(path=None, records=0, tail=tail, cut=cut)
    with open(open_path, "r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    os.rename(open_path, final)
    sync_directory(final.parent)
    return Recovered(path=final, records=records, tail=tail, cut=cut)


def _doubled(open_path: Path, final: Path) -> Recovered:
    """A copy of a collection may bring an older, unfinished state of a file that is closed here."""
    tail = final.with_name(open_path.name + TAIL)
    os.replace(open_path, tail)
    sync_directory(final.parent)
    return Recovered(path=None, records=0, tail=tail, cut=tail.stat().st_size)


def _whole_records(path: Path, beyond: int | None) -> tuple[int, int]:
    """How many records are whole, and where the last of them ends."""
    records = end = 0
    try:
        for record in iter_records(path):
            if record.offset == beyond:
                break
            end = record.offset + record.length
            records += 1
    except CorruptRecord:
        pass
    return records, end


def _set_aside(path: Path, start: int, tail: Path) -> int:
    """Keep what is about to be cut off; what was kept by one who was killed after cutting stays."""
    if path.stat().st_size > start or not tail.exists():
        with open(path, "rb") as file, open(tail, "wb") as kept:
            file.seek(start)
            for piece in http.pieces(file):
                kept.write(piece)
            kept.flush()
            os.fsync(kept.fileno())
        sync_directory(tail.parent)
    return tail.stat().st_size
