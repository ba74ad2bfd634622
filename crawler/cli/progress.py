"""How a crawl stands while it runs: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from crawler.cli.output import Size, console, harmless, table

if TYPE_CHECKING:
    from crawler.run import RunState

LINE_SECONDS = 5.0
COLUMNS = ("site", "state", "pages", "articles", "new", "failures", "written", "pages/s")


class Progress:
    """Takes the live numbers of a crawl (`crawler.run.Watch`) and shows them on stderr."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._live: Live | None = None
        self._next_line = time.monotonic() + LINE_SECONDS

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, states: Sequence[RunState]) -> None:
        if self._live:
            self._live.update(table(COLUMNS, [_row(state) for state in states]))
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            for state in (each for each in states if each.outcome is None):
                print(_line(state), file=sys.stderr, flush=True)


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


def _row(state: RunState) -> tuple[str | int | float, ...]:
    counts = state.counts
    pages = counts.get("pages", 0)
    seconds = counts.get("milliseconds", 0) / 1000
    return (
        state.site,
        state.outcome or "running",
        pages,
        counts.get("articles", 0),
        counts.get("new", 0),
        counts.get("failures", 0),
        Size(counts.get("bytes_written", 0)),
        round(pages / seconds, 1) if seconds else 0.0,
    )


def _line(state: RunState) -> str:
    site, outcome, pages, articles, new, failures, written, rate = _row(state)
    told = Size(written).told()
    return (
        f"{site}: {outcome}, {pages} pages, {articles} articles, {new} new, "
        f"{failures} failures, {told}, {rate} pages/s"
    )
