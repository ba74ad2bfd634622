"""Runs `tinhuy` as a user does: another process, its exit code, its output."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, Self


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


def on_terminal(*arguments: str, **environment: str) -> str:
    """What a command that succeeds prints on a terminal, colours and all."""
    ours, theirs = pty.openpty()
    plain = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    done = subprocess.run(command, stdout=theirs, env=plain | environment, check=False)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        printed = b"".join(_pieces(terminal))
    assert done.returncode == 0
    return printed.decode()


def _pieces(terminal: IO[bytes]) -> Iterator[bytes]:
    with suppress(OSError):  # its other end is closed
        while piece := terminal.read(65536):
            yield piece


class Terminal:
    """A command on a terminal of its own, which it controls; all that it prints there is heard as
    it comes. It is killed at the end, if it has not ended.
    """

    def __init__(self, *arguments: str, rows: int = 24, columns: int = 80) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (rows, columns))
        other = {"NO_COLOR", "LINES", "COLUMNS"}  # of the terminal, or none, that the tests run on
        plain = {key: value for key, value in os.environ.items() if key not in other}
        self.process = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, "-m", "crawler.cli", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=plain | {"TERM": "xterm-256color"},
        )
        os.close(theirs)
        self._heard = bytearray()
        self._is_closed = threading.Event()
        self._ear = threading.Thread(target=self._hear, daemon=True)
        self._ear.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.end()

    def _hear(self) -> None:
        with os.fdopen(self._ours, "rb", buffering=0) as terminal:
            for piece in _pieces(terminal):
                self._heard += piece
                if self._is_closed.is_set():
                    return

    @property
    def printed(self) -> str:
        return self._heard.decode(errors="replace")

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Until it has printed this. Fails when it ends before, or takes longer."""
        self.wait_until(lambda printed: words in printed, seconds)

    def wait_until(self, is_so: Callable[[str], bool], seconds: float = 60) -> None:
        """Until what it has printed is so. Fails when it ends before, or takes longer."""
        deadline = time.monotonic() + seconds
        while not is_so(self.printed):
            assert time.monotonic() < deadline, self.printed[-4000:]
            assert self.process.poll() is None, self.printed[-4000:]
            time.sleep(0.02)

    def close(self) -> None:
        """Close the window, when it has printed once more."""
        self._is_closed.set()
        self._ear.join()

    def end(self, seconds: float = 60) -> int:
        """Wait until it ends; its exit code."""
        code = self.process.wait(seconds)
        self._ear.join(seconds)
        return code
