"""Runs `tinhuy` as a user does: another process, its exit code, its output."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def tinhuy(*arguments: str, timeout: float = 280) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def answer(*arguments: str, code: int = 0) -> Any:
    """The JSON that a command prints. Fails with what it said when its exit code is another."""
    done = tinhuy(*arguments, "--json")
    assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stderr[-4000:]}"
    return json.loads(done.stdout)
