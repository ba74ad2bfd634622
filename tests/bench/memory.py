"""The most memory that each step takes, for archives of one, ten and a hundred thousand records."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.keeping import material, measure

RECORDS_OF_A_CAPTURE = 5
"""Response or revisit, request and metadata; the text and its entry in the journal."""
STEPS = {
    "write-all": "written",
    "verify": "verified",
    "rebuild": "rebuilt",
    "export-jsonl": "exported: JSON Lines",
    "export-wacz": "exported: WACZ",
}


def peaks(pages: Path, records: int) -> dict[str, float]:
    """MB by step, each in a process of its own, over one archive of so many records."""
    captures = records // RECORDS_OF_A_CAPTURE
    with tempfile.TemporaryDirectory(prefix="tinhuy-bench-", dir=pages.parent) as directory:
        return {
            step: measure(step, pages, Path(directory) / "c", captures, "small")["peak_mb"]
            for step in STEPS
        }


def table(found: dict[int, dict[str, float]]) -> str:
    least, most = min(found), max(found)
    sizes = "".join(f"{records:>12,}" for records in found)
    lines = [
        "Peak memory in MB by the number of records, small ones, one capture in ten a revisit",
        f"{'':28}{sizes}{'bytes more for a record':>26}",
    ]
    for step, title in STEPS.items():
        row = "".join(f"{found[records][step]:12.0f}" for records in found)
        growth = (found[most][step] - found[least][step]) * 1024**2 / (most - least)
        lines.append(f"{title:28}{row}{growth:26.0f}")
    return "\n".join(lines)


def main(sizes: list[int], seed: int) -> None:
    with material(50, seed) as pages:
        found = dict[int, dict[str, float]]()
        for records in sizes:
            found[records] = peaks(pages, records)
            print(f"memory: {records} records", file=sys.stderr)
    print(table(found))
