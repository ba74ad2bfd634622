"""What the levels of compression cost and save on pages of the practice web."""

from __future__ import annotations

import time
import zlib
from statistics import median

from tests.bench.keeping import material
from tests.bench.material import load

LEVELS = (1, 6, 9)


def deflate(blocks: list[bytes], level: int) -> tuple[float, int]:
    """Seconds and bytes for a gzip member of each block."""
    began, size = time.perf_counter(), 0
    for block in blocks:
        member = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        size += len(member.compress(block)) + len(member.flush())
    return time.perf_counter() - began, size


def main(rounds: int, seed: int) -> None:
    with material(200, seed) as path:
        blocks = [page.html.encode() for page in load(path)]
    found = {level: list[tuple[float, int]]() for level in LEVELS}
    for _ in range(rounds):
        for level in LEVELS:
            found[level].append(deflate(blocks, level))
    whole = sum(map(len, blocks)) / 1e6
    print(f"Compression of {len(blocks)} pages of {whole:.1f} MB, medians of {rounds} rounds")
    print(f"{'level':>8}{'MB/s':>8}{'stored':>10}{'beside 6':>10}")
    for level in LEVELS:
        seconds, size = median(seconds for seconds, _ in found[level]), found[level][0][1]
        beside = size / found[6][0][1]
        print(f"{level:>8}{whole / seconds:8.0f}{size / whole / 1e4:9.1f}%{beside:10.3f}")
