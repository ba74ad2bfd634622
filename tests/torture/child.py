"""`tinhuy` as a process that may be ended at any moment, or that the disk refuses to serve."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.torture.faults import sitecustomize

TIMEOUT = 120
PROGRAMS = ("scrapy", "tests.later")
"""What is run as it is; all other words are those of a tinhuy command."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended: `code` is below zero for a signal."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Moment:
    """So many seconds after something has come true: at once, if nothing is said."""

    seconds: float
    after: Callable[[], bool] = lambda: True


class Child:
    """One run of `tinhuy` from the command line, or of `scrapy`."""

    def __init__(
        self, *words: str, fault: dict[str, Any] | None = None, file_limit: int | None = None
    ) -> None:
        environment = os.environ | {"PYTHONPATH": str(Path(sitecustomize.__file__).parent)}
        if fault:
            environment["TORTURE"] = json.dumps(fault)

        def limit() -> None:
            if file_limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

        self.words = words
        self.process = subprocess.Popen(
            [sys.executable, "-m", *(words if words[0] in PROGRAMS else ("crawler.cli", *words))],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
        )

    def end_at(self, moment: Moment, how: signal.Signals) -> None:
        """Send the signal at that moment, unless it has ended by itself."""
        while not moment.after() and self.process.poll() is None:
            time.sleep(0.005)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(moment.seconds)
        self.process.send_signal(how)

    def done(self) -> Done:
        """Wait for the end. Its output fits into the pipes that nobody reads till then."""
        try:
            out, err = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += "\nit hung, and was killed"
        return Done(self.words, self.process.returncode, out, err)


def run(*words: str, fault: dict[str, Any] | None = None) -> Done:
    return Child(*words, fault=fault).done()


def deadly(random: Random, under: Path, calls: int, first: int = 1) -> dict[str, Any]:
    """A kill -9 at one of so many calls: before it, in the middle of it or after it."""
    how = random.choice(("kill", "torn", "after"))
    return {"under": str(under), "call": random.randint(first, calls), "how": how}


def refusal(random: Random, under: Path, calls: int) -> dict[str, Any]:
    """A disk that refuses one of so many calls, or that and all later ones."""
    fault = {"under": str(under), "call": random.randint(1, calls)}
    how = random.choice(("refuse", "refuse", "full", "short"))
    if how != "refuse":
        return fault | {"how": how}
    number = random.choice((5, 28))  # EIO, ENOSPC
    return fault | {"how": how, "errno": number, "for_good": random.random() < 0.5}
