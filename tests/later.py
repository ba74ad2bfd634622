"""`python -m tests.later DAYS ARGUMENTS...`: a command of tinhuy as if so many days had passed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from crawler import settings
from crawler.cli.app import run


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(days=float(sys.argv[1]))


if __name__ == "__main__":
    settings.CLOCK = "tests.later.clock"
    sys.exit(run(sys.argv[2:]))
