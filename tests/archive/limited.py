"""`python -m tests.archive.limited READER FILE`: read it with little memory; the cost."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from archive import reader, scan, verify
from archive.errors import CorruptRecord, UndecodableContent
from archive.record import Record
from tests.fuzz.targets import capture_of

MEMORY = 768 << 20
"""Bytes of address space, those of the interpreter and its libraries too."""
MAX_CONTENT = 64 << 20


def records(path: Path) -> int:
    return sum(_read(record) for record in reader.iter_records(path))


def _read(record: Record) -> int:
    """1 for a record that was read, also if what it holds is refused."""
    if record.type in reader.CAPTURES:
        try:
            reader.read_response(record, capture_of(record)).content(MAX_CONTENT)
        except UndecodableContent as error:
            print(error, file=sys.stderr)
    return 1


def scanned(path: Path) -> int:
    return sum(1 for _ in scan.captures(path))


def verified(path: Path) -> int:
    return sum(1 for _ in verify.verify([path]))


READERS: dict[str, Callable[[Path], int]] = {
    "records": records,
    "scanned": scanned,
    "verified": verified,
}


def main() -> None:
    """Print seconds of CPU, KiB at the peak, and what was counted: -1 for a CorruptRecord."""
    _, name, path = sys.argv
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    began = time.process_time()
    try:
        count = READERS[name](Path(path))
    except CorruptRecord as error:
        count = -1
        print(str(error)[:500], file=sys.stderr)
    status = Path("/proc/self/status").read_text()  # ru_maxrss would count who started us
    peak = status.partition("VmHWM:")[2].split()[0]
    print(f"{time.process_time() - began:.1f} {peak} {count}")


if __name__ == "__main__":
    main()
