"""Runs `tinhuy` as a user does: another process, its exit code, its output."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def tinhuy(
    *arguments: str, timeout: float = 280, days: float = 0
) -> subprocess.CompletedProcess[str]:
    """With `days`, as if so many had passed."""
    program = ["tests.later", str(days)] if days else ["crawler.cli"]
    command = [sys.executable, "-m", *program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def answer(*arguments: str, code: int | None = 0, days: float = 0) -> Any:
    """The JSON that a command prints. Fails with what it said when its exit code is another (None:
    any).
    """
    done = tinhuy(*arguments, "--json", days=days)
    assert code is None or done.returncode == code, (
        f"{arguments}: exit {done.returncode}\n{done.stderr[-4000:]}"
    )
    return json.loads(done.stdout)
