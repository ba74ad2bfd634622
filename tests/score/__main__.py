"""`make score`: every corpus read by every reader, into docs/scores.md.

python -m tests.score --others .venv-score/bin/python [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.loopback_only import sitecustomize
from tests.score import board, table
from tests.score.board import ALL, Row
from tests.score.readers import STAGES


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.score", description=__doc__)
    arguments.add_argument("--others", type=Path, required=True, help="a Python that has them")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, default=table.FILE)
    asked = arguments.parse_args()
    sitecustomize.install()
    about, corpora, rows = table.versions(asked.others), board.all_corpora(asked.seed), list[Row]()
    for corpus in corpora:
        own = [*board.ours(corpus, STAGES, say), *board.theirs(corpus, asked.others, say)]
        order = [ALL, *(site.name for site in corpus.sites)]
        rows += sorted(own, key=lambda row: order.index(row.site))
        show(corpus.name, own)
    asked.out.write_text(table.markdown(corpora, rows, asked.seed, about), encoding="utf-8")
    print(f"{len(rows)} rows written to {asked.out.name}")


BEGAN = time.monotonic()


def say(step: str) -> None:
    """Where we are; on stderr, so that the tables can be piped."""
    print(f"{time.monotonic() - BEGAN:6.1f} s  {step}", file=sys.stderr, flush=True)


def show(name: str, rows: list[Row]) -> None:
    """The rows of ALL pages of a corpus, with the figures that fit on a terminal."""
    columns = [column for column in table.COLUMNS if column.name in BRIEF]
    shown = Table(
        title=name, title_justify="left", box=SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    shown.add_column("reader", no_wrap=True)
    for column in columns:
        shown.add_column(BRIEF[column.name], justify="right", no_wrap=True, min_width=6)
    for row in rows:
        if row.site == ALL:
            shown.add_row(row.reader, *table.cells(row.figures, columns))
    Console(width=WIDTH).print(shown, "")


WIDTH = 96
BRIEF = {
    "F1": "F1", "worst": "worst", "furniture": "furn.", "lost": "lost", "lead": "lead",
    "title": "title", "wrong": "date ✗", "author R": "author",
}  # fmt: skip
"""The columns that a terminal has room for, and their headings there."""


if __name__ == "__main__":
    main()
