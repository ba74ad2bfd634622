"""How far long work is: a bar on a terminal, elsewhere nothing or a line now and then."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from crawler.cli.output import console, harmless

LINE_SECONDS = 5.0


class _Shown:
    """A bar on a terminal for work of one kind; elsewhere it is not there."""

    def __init__(self, what: str, unit: str) -> None:
        self._console = console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
            redirect_stdout=sys.stdout.isatty(),  # what goes to a file stays out of the bar's way
        )
        self._task = self._bar.add_task(what)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


class Files(_Shown):
    """Takes the progress of work on the files of a collection and shows it on a terminal."""

    def __init__(self, verb: str) -> None:
        super().__init__(verb, "files")

    def __call__(self, path: Path, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)


class Captures(_Shown):
    """Takes the progress of work on the captures of a site: a bar on a terminal, elsewhere a line
    now and then.
    """

    def __init__(self, site: str) -> None:
        self._site = harmless(site)
        super().__init__(self._site, "captures")
        self._next_line = time.monotonic() + LINE_SECONDS

    def __call__(self, what: str, done: int, total: int) -> None:
        self._bar.update(
            self._task, description=f"{self._site}: {what}", completed=done, total=total
        )
        if not self._console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            print(f"{self._site}: {what}, {done} of {total} captures", file=sys.stderr, flush=True)
