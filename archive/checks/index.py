"""Whether an index says what its WARC file holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from archive import cdxj
from archive.cdxj import Capture
from archive.checks.finding import Fault

_MODULUS = 2**256


def check_index(index: Path, captures: Callable[[], Iterable[Capture]]) -> Iterator[Fault]:
    """Compare an index with the captures that the file holds, which may be asked for twice.

    Memory does not grow with them: sets of lines are compared by the sum of their digests. Only
    when these differ are the lines themselves.
    """
    if not index.exists():
        yield Fault("index", "missing")
        return
    total, before = 0, b""
    with open(index, "rb") as file:
        for line in file:
            if line <= before:
                yield Fault("index", f"not sorted, or a line twice: {line!r:.200}")
                return
            total, before = total + _number(line), line
    total -= sum(_number(cdxj.to_line(capture)) for capture in captures())
    if total % _MODULUS:
        yield from _difference(index, cdxj.index_of(captures()).splitlines(keepends=True))


def _number(line: bytes) -> int:
    return int.from_bytes(blake2b(line, digest_size=32).digest())


def _difference(index: Path, expected: list[bytes]) -> Iterator[Fault]:
    found, wanted = set(index.read_bytes().splitlines(keepends=True)), set(expected)
    for lines, what in ((wanted - found, "missing"), (found - wanted, "not in the file")):
        if lines:
            example = min(lines)
            yield Fault("index", f"not what the file holds: {len(lines)} {what}: {example!r:.200}")
