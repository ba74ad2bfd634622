"""`make nights`: the service through a year, fifty kills and a thousand nights; prints figures.

python -m tests.nights empty --nights 1000          exit code 1 if anything is not as it should be
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.nights import flat


def empty(home: Path, nights: int) -> list[str]:
    told, began = [], time.monotonic()
    for figures in flat.flat(home, nights, max(1, nights // 10)):
        told.append(figures)
        print([*flat.lines([figures])][-1], f"{time.monotonic() - began:6.0f} s", flush=True)
    for line in flat.lines(told):
        print(line)
    return list(flat.faults(told))


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.nights", description=__doc__)
    arguments.add_argument("what", choices=("empty",))
    arguments.add_argument("--nights", type=int, default=1000)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tinhuy-nights-") as directory:
        faults = empty(Path(directory), asked.nights)
    for fault in faults:
        print(f"WRONG: {fault}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
