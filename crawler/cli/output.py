"""What commands print. Captured text is a stranger's: it never reaches a terminal as it came."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.plain import TURNS
from crawler.plain import Size as Size
from crawler.plain import harmless as harmless

Cell = str | int | float | None

_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{''.join(TURNS)}]")

_ANY_WIDTH = 10_000


def console(*, stderr: bool = False) -> Console:
    """A console that takes no markup, so that `[red]` in a title stays `[red]`."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def leave_terminal() -> None:
    """The terminal is closed, and would refuse what is still printed: that goes nowhere instead."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):  # isatty() does not know a closed one
            os.dup2(nowhere, stream)
    os.close(nowhere)


def print_json(value: Any) -> None:
    """One JSON document on stdout, NFC text as it is, control characters escaped."""
    print(_json(value))


def print_json_each(values: Iterable[Any]) -> None:
    """The same of an array, each value as it comes: none is held. The array is always ended."""
    print("[", end="")
    before = "\n"
    try:
        for value in values:
            print(before, textwrap.indent(_json(value), "  "), sep="", end="", flush=True)
            before = ",\n"
    finally:
        print("]" if before == "\n" else "\n]")


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """A table on a terminal; elsewhere a line for each row with tabs between the columns."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            print("\t".join(harmless(_plain(cell)) for cell in row))
        return
    console().print(table(columns, rows))


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    """The table itself; a column of numbers is aligned to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        is_number = any(isinstance(row[number], (int, float)) for row in rows)
        made.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(harmless(_told(cell))) for cell in row))
    return made


def fitting(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: Console) -> RenderableType:
    """The table. Where it is too wide for the console: with rows and columns exchanged; where that
    is too wide too: as several tables, which begin with the same first column.
    """
    made = table(columns, rows)
    if _fits(made, out):
        return made
    name, *names = zip(columns, *rows, strict=True)
    turned = table([str(cell) for cell in name], names)
    return turned if _fits(turned, out) else Group(*_parts(columns, rows, out))


def _parts(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: Console
) -> Iterator[Table | str]:
    """As many columns at a time as fit beside the first, with an empty line between."""
    name, *rest = zip(columns, *rows, strict=True)
    part = [name]
    for column in rest:
        if len(part) > 1 and not _fits(_of_columns([*part, column]), out):
            yield _of_columns(part)
            yield ""
            part = [name]
        part.append(column)
    yield _of_columns(part)


def _of_columns(columns: Sequence[Sequence[Cell]]) -> Table:
    heads, *rows = zip(*columns, strict=True)
    return table([str(head) for head in heads], rows)


def _fits(made: Table, out: Console) -> bool:
    measured = made.__rich_measure__(out, out.options.update(max_width=_ANY_WIDTH))
    return measured.maximum <= out.width


def _told(cell: Cell) -> str:
    return cell.told() if isinstance(cell, Size) else _plain(cell)


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)
