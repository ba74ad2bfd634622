"""`make nights`: the service through a year, fifty kills and a thousand nights; prints figures.

python -m tests.nights year [--nights 365] [--seed 1]
python -m tests.nights kills [--kills 50] [--seed 1]
python -m tests.nights empty [--nights 1000]        exit code 1 if anything is not as it should be
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.nights import flat, kills, year
from tests.torture.disk import enter_own_namespace


def empty(home: Path, asked: argparse.Namespace) -> list[str]:
    told, began = list[flat.Figures](), time.monotonic()
    nights = asked.nights or 1000
    for figures in flat.flat(home, nights, max(1, nights // 10)):
        told.append(figures)
        print(f"{figures.nights} nights, {time.monotonic() - began:.0f} s", flush=True)
    for line in flat.lines(told):
        print(line)
    return list(flat.faults(told))


def killed(home: Path, asked: argparse.Namespace) -> list[str]:
    result = kills.kills(home, asked.kills, asked.seed)
    for line in result.lines():
        print(line)
    return result.faults


def lived(home: Path, asked: argparse.Namespace) -> list[str]:
    told = year.year(home, asked.nights or 365, asked.seed, partial(print, flush=True))
    for line in told.lines():
        print(line)
    return told.faults


WHAT = {"empty": empty, "kills": killed, "year": lived}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.nights", description=__doc__)
    arguments.add_argument("what", choices=sorted(WHAT))
    arguments.add_argument("--nights", type=int)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    enter_own_namespace("tests.nights", sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="tinhuy-nights-") as directory:
        faults = WHAT[asked.what](Path(directory), asked)
    for fault in faults:
        print(f"WRONG: {fault}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
