"""Whether an index says what its WARC file holds."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from archive import cdxj
from archive.cdxj import Capture
from archive.checks.finding import Fault


def check_index(index: Path, captures: Iterable[Capture]) -> Iterator[Fault]:
    """Compare an index with the captures that the file holds. Memory does not grow with them."""
    if not index.exists():
        yield Fault("index", "missing")
        return
    with closing(cdxj.Lines()) as lines, open(index, "rb") as file:
        for capture in captures:
            lines.add(capture)
        before = b""
        for line in file:
            if line <= before:
                yield Fault("index", f"not sorted, or a line twice: {line!r:.200}")
                return
            before = line
        file.seek(0)
        yield from _difference(lines.between(), file)


def _difference(wanted: Iterator[bytes], found: Iterable[bytes]) -> Iterator[Fault]:
    sides = (((line, "missing") for line in wanted), ((line, "not in the file") for line in found))
    counts, examples = dict[str, int](), dict[str, bytes]()
    for line, same in groupby(heapq.merge(*sides), key=itemgetter(0)):
        first, *others = (what for _, what in same)
        if not others:
            counts[first] = counts.get(first, 0) + 1
            examples.setdefault(first, line)
    for what, count in counts.items():
        message = f"not what the file holds: {count} {what}: {examples[what]!r:.200}"
        yield Fault("index", message)
