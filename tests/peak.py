"""`python -m tests.peak FILE ...`: `tinhuy ...`, and its peak resident size in KiB into FILE."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from crawler.cli import main

if __name__ == "__main__":
    told = Path(sys.argv.pop(1))
    try:
        main()
    finally:
        [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        told.write_text(peak)
