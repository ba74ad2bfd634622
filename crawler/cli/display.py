"""How a crawl stands while it runs: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.cli.output import Size, console, harmless, leave_terminal, table
from crawler.cli.progress import LINE_SECONDS

if TYPE_CHECKING:
    from crawler.run import RunState

COLUMNS = ("site", "state", "pages", "pages/min", "new", "queue", "errors", "written")
NARROWEST = {"state": 10, "written": 8}
"""Characters, so that the table does not jump when a number or a word gets longer."""

AROUND_SITES = 5
"""Lines of a terminal that are not a site's: head, totals, foot, and two for what is printed."""

RATE_SECONDS = 60.0
"""A rate is that of the last minute."""

CHOICE_SECONDS = 5.0
"""Where not all sites have room, those that do are chosen anew so often."""

STDERR = 2
SHOW_CURSOR = "\x1b[?25h"

Row = tuple[str, str, int, float, int, int, int, Size]


class Display:
    """Takes the live numbers of a crawl (it is a `crawler.run.Watch`) and shows them on stderr."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._live: Live | None = None
        self._begun = time.monotonic()
        self._next_line = self._begun + LINE_SECONDS
        self._rates: dict[str, _Rate] = {}
        self._told = set[str]()
        self._choice = _Choice()

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=sys.stdout.isatty(),  # what goes to a file stays out of its way
            )
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
        now = time.monotonic()
        rows = [self._row(state, now) for state in states]
        with suppress(OSError):  # who reads it went away: that ends no crawl
            self._show(states, rows, now)

    def _show(self, states: Sequence[RunState], rows: Sequence[Row], now: float) -> None:
        if self._live:
            self._live.update(self._drawn(states, rows, now), refresh=True)
        elif now >= self._next_line:
            self._next_line = now + LINE_SECONDS
            for line in self._lines(states, rows):
                print(line, file=sys.stderr, flush=True)

    def told_to_end(self, by: signal.Signals) -> None:
        if by == signal.SIGHUP:
            leave_terminal()
        again = "again " if by == signal.SIGINT else ""
        words = f"tinhuy: ending in order; Ctrl-C {again}ends at once"
        with suppress(OSError):
            print(words, file=sys.stderr, flush=True)

    def ends_at_once(self) -> None:
        cursor = f"{SHOW_CURSOR}\n" if self._live else ""
        words = "tinhuy: ended at once; what was kept is safe, and the next crawl goes on\n"
        with suppress(OSError):
            os.write(STDERR, f"{cursor}{words}".encode())  # no lock that a thread may hold

    def _row(self, state: RunState, now: float) -> Row:
        count = state.counts.get
        rate = self._rates.setdefault(state.site, _Rate())
        return (
            state.site,
            state.state,
            count("pages", 0),
            round(rate.of(state, now), 1),
            count("new", 0),
            state.waiting,
            count("failures", 0) + count("errors", 0),
            Size(count("bytes_written", 0)),
        )

    def _drawn(self, states: Sequence[RunState], rows: Sequence[Row], now: float) -> Group:
        room = max(1, self._console.height - AROUND_SITES)
        chosen = self._choice.of(states, rows, room, now)
        shown = [row for row in rows if row[0] in chosen]
        foot = _told_states(rows)
        if hidden := len(rows) - len(shown):
            foot += f"; {hidden} not shown"
        foot += f"; {_told_time(now - self._begun)}"
        return Group(_table(shown, rows), Text(foot, style="dim", no_wrap=True))

    def _lines(self, states: Sequence[RunState], rows: Sequence[Row]) -> Iterator[str]:
        """Of each site that runs, and once of each that does not any more; and of them all."""
        for state, row in zip(states, rows, strict=True):
            if state.site not in self._told:
                yield f"{harmless(state.site)}: {_in_words(row)}"
            if state.is_over:
                self._told.add(state.site)
        if len(rows) > 1:
            yield _in_words(_total(rows, _told_states(rows)))


class _Rate:
    """Pages a minute of one site: of the last minute while it runs, then of the whole run."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def of(self, state: RunState, now: float) -> float:
        pages = state.counts.get("pages", 0)
        if state.is_over:
            return _per_minute(pages, state.counts.get("milliseconds", 0) / 1000)
        if not self._seen or now - self._seen[-1][0] >= 1:
            self._seen.append((now, pages))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        return _per_minute(pages - before, now - since)


class _Choice:
    """Which sites are shown where not all have room: those that run, the busiest of them first,
    then those that ended last.
    """

    def __init__(self) -> None:
        self._ended: dict[str, float] = {}
        self._chosen = frozenset[str]()
        self._room, self._next = 0, 0.0

    def of(
        self, states: Sequence[RunState], rows: Sequence[Row], room: int, now: float
    ) -> frozenset[str]:
        for state in states:
            if state.is_over:
                self._ended.setdefault(state.site, now)
        if now >= self._next or room != self._room:
            self._room, self._next = room, now + CHOICE_SECONDS
            ranked = sorted(rows, key=self._rank)
            self._chosen = frozenset(row[0] for row in ranked[:room])
        return self._chosen

    def _rank(self, row: Row) -> tuple[bool, float]:
        ended = self._ended.get(row[0])
        return (False, -row[3]) if ended is None else (True, -ended)


def _table(shown: Sequence[Row], rows: Sequence[Row]) -> Table:
    whole = [*shown, _total(rows, "")] if len(rows) > 1 else shown
    made = table(COLUMNS, whole)
    for column in made.columns:
        column.no_wrap, column.overflow = True, "ellipsis"  # a line for each, or it has no end
        column.min_width = NARROWEST.get(str(column.header))
    if len(rows) > 1:
        made.rows[-1].style = "bold"
    return made


def _total(rows: Sequence[Row], state: str) -> Row:
    _, _, pages, rates, new, queues, errors, written = zip(*rows, strict=True)
    rate = round(sum(rates), 1)
    return "total", state, sum(pages), rate, sum(new), sum(queues), sum(errors), Size(sum(written))


def _told_states(rows: Iterable[Row]) -> str:
    """How many sites there are, and how many in each state."""
    states = Counter(row[1] for row in rows)
    number = states.total()
    return f"{number} site{'s' * (number != 1)}: " + ", ".join(
        f"{n} {state}" for state, n in states.most_common()
    )


def _in_words(row: Row) -> str:
    _, state, pages, rate, new, queue, errors, written = row
    return (
        f"{state}, {pages} pages, {rate} pages/min, {new} new, {queue} in the queue, "
        f"{errors} errors, {written.told()}"
    )


def _told_time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _per_minute(pages: int, seconds: float) -> float:
    return pages / seconds * 60 if seconds > 0 else 0.0
