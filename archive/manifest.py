"""The manifest: size and sha256 of every closed WARC file, so that a later cut does not go unseen.

`manifest.sha256` in the collection is what `sha256sum -c` reads: a line "HEX  archive/NAME" for
each file, with the size in a comment before it. Lines are only ever added. A copy of the
collection is checked without this program: `sha256sum -c manifest.sha256`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive import http
from archive.disk import sync_directory

_LONGEST_LINE = 4096
_ENTRY = re.compile(r"^# (\d{1,18}) bytes\n([0-9a-f]{64})  archive/([^/\n]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a file was when it was closed. `sha256` has 64 hex digits."""

    name: str
    size: int
    sha256: str


def seal(path: Path) -> Sealed:
    """What a file is now, all of it read. Raises OSError."""
    state, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for piece in http.pieces(file):
            state.update(piece)
            size += len(piece)
    return Sealed(path.name, size, state.hexdigest())


def add(manifest: Path, files: Iterable[Sealed]) -> None:
    """Add entries, and put them on the disk. Several programs may add at once. Raises OSError.

    A line that a power cut left half written is taken away first.
    """
    lines = "".join(f"# {f.size} bytes\n{f.sha256}  archive/{f.name}\n" for f in files)
    descriptor = os.open(manifest, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # until it is closed
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
        os.ftruncate(descriptor, size - len(tail.rpartition(b"\n")[2]))
        left = memoryview(lines.encode())
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not size:
        sync_directory(manifest.parent)


def read(manifest: Path) -> dict[str, Sealed]:
    """The entries by file name; of several the first, which was made when the file was closed."""
    try:
        text = manifest.read_text("utf-8", "replace")
    except FileNotFoundError:
        return {}
    found = dict[str, Sealed]()
    for size, sha256, name in _ENTRY.findall(text):
        found.setdefault(name, Sealed(name, int(size), sha256))
    return found
