"""A collection with a schedule, the service that sees to it, and practice sites that it crawls."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive import Collection
from crawler.diary import Diary, Entry, State
from tests.mine import site_file
from tests.nights.clock import Clock
from tests.practice import PracticeWeb, Quirks

NO_SEEDS = Path(__file__).parent
ARTICLES = 2
PATIENCE = 240.0
"""Seconds for what takes a few on a machine that nobody else uses."""
OVER = (State.ENDED, State.KILLED, State.SKIPPED, State.MISSED)

_SETTINGS = """
        "DOWNLOAD_TIMEOUT": {timeout},
        "MIN_FREE_BYTES": 1_000_000,
        "REQUISITES": False,
        "RETRY_TIMES": 1,
        "USER_AGENT": f"practice run={{os.environ.get('TINHUY_RUN')}} process={{uuid4().hex}}",
    """


class Ground:
    """From `__enter__` to `__exit__` the sites answer; the service runs between start and end."""

    def __init__(
        self,
        home: Path,
        at: datetime,
        sites: Mapping[str, str],
        seed: int = 1,
        disk: Path | None = None,
        patient: str = "",
    ) -> None:
        """`sites` names practice sites, each with its platform; `disk` is where the collection is
        made, if not at home; of the site `patient` an answer is waited for longer.
        """
        self.patient = patient
        self.platforms = dict(sites)
        self.web = PracticeWeb(
            seed=seed, articles=ARTICLES, seeds_dir=NO_SEEDS, only=tuple(sites), start=at
        )
        self.sites = home / "sites"
        self.sites.mkdir()
        self.clock = Clock(home / "clock", at)
        self.path = (disk or home) / "collection"
        self.said = home / "said.txt"
        self.service: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.web.__enter__()
        for name, platform in self.platforms.items():
            url = self.web.sites[name].url
            settings = _SETTINGS.format(timeout=60 if name == self.patient else 3)
            code = site_file(mine(name), platform, url, delay=0.0, settings=settings)
            (self.sites / f"{mine(name)}.py").write_text(code, encoding="utf-8")
        self.home = Collection.create(self.path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill_all()
        self.web.__exit__(kind, error, trace)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.clock.environment, "TINHUY_SITES": str(self.sites)}

    # The clock

    def set_clock(self, at: datetime) -> None:
        """Of all programs, and of what pages print."""
        self.clock.set(at)
        self.web.clock.start += at - self.web.clock.now()

    # The sites

    def slow(self, site: str, seconds: float) -> None:
        """From now on each answer of a site takes so long."""
        self.web.quirks[site] = Quirks(delay=seconds)

    def silence(self, site: str) -> None:
        """Nobody listens at a site's address any more."""
        self._in_web(self._close(self._port(site)))

    def wake(self, site: str) -> None:
        """It is as it was."""
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self._port(site)))
        of = self.web.sites[site]
        self._in_web(self.web.server.listen(of, of.url, bound))

    def _port(self, site: str) -> int:
        return int(self.web.sites[site].url.rpartition(":")[2])

    async def _close(self, port: int) -> None:
        for listener in self.web.server.listeners[:]:
            if any(bound.getsockname()[1] == port for bound in listener.sockets):
                listener.close()
                self.web.server.listeners.remove(listener)

    def _in_web(self, done: Coroutine[Any, Any, None]) -> None:
        assert self.web.loop
        asyncio.run_coroutine_threadsafe(done, self.web.loop).result(timeout=10)

    # Programs

    def tinhuy(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._program(*words)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=self.environment,
            check=False,
        )

    def start(self, *options: str) -> None:
        """Begin the service."""
        with open(self.said, "ab") as out:
            self.service = subprocess.Popen(
                [*self._program("schedule", "run", *options)],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                env=self.environment,
            )

    def _program(self, *words: str) -> Iterator[str]:
        yield from (sys.executable, "-m", "crawler.cli", *words, f"--collection={self.path}")

    def stop(self) -> int:
        """End the service in good order; its exit code."""
        assert self.service
        self.service.terminate()
        return self.service.wait(timeout=60)

    def kill(self) -> None:
        """kill -9 of the service alone."""
        assert self.service
        self.service.kill()
        self.service.wait(timeout=60)

    def kill_all(self) -> None:
        """What a power cut does to the service and all that it has begun."""
        if self.service is None or self.service.poll() is not None:
            return
        self.service.send_signal(signal.SIGSTOP)  # it begins no more
        for child in self.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.kill()

    def limit_files(self, size: int | None) -> None:
        """Let no file of the service and its runs grow beyond a size, from now on; None: any."""
        assert self.service
        for pid in (self.service.pid, *self.children()):
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    def children(self) -> list[int]:
        """Process ids of the runs that the service has begun."""
        assert self.service
        tasks = Path(f"/proc/{self.service.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    # What is told

    def runs(self) -> list[Entry]:
        """What the diary tells, the oldest first."""
        with Diary.as_it_is(self.home) as diary:
            return list(diary.entries())[::-1]

    def run(self, number: int) -> Entry | None:
        with Diary.as_it_is(self.home) as diary:
            return diary.entry(number)

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait for something to hold. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                told = "\n".join(map(str, self.runs()[-12:]))
                raise TimeoutError(f"{what}\n{told}\n{self.said.read_text()[-2000:]}")
            time.sleep(0.05)


def mine(name: str) -> str:
    """The site of the test that stands for a practice site."""
    return f"my_{name}"
