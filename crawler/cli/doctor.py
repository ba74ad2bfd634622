"""Whether this machine can crawl unattended, and what to do where it cannot."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from crawler.cli import exits
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json
from crawler.cli.output import console, harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.doctor import Finding

TOLD = {"ok": "ok", "warning": "warning", "no": "NO", "not needed": "-"}
STYLES = {"ok": "green", "warning": "yellow", "no": "bold red", "not needed": "dim"}


def doctor(
    sites: Annotated[
        bool, typer.Option("--sites", help="Ask the first seed of each site for a connection, too.")
    ] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Say whether this machine can crawl unattended, and what to do where it cannot."""
    from crawler.doctor import examine

    findings = examine(collection, asks_sites=sites)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    elif sys.stdout.isatty():
        _show(findings)
    else:
        rows = [(TOLD[one.verdict], one.what, one.detail, one.remedy) for one in findings]
        print_table(("verdict", "what", "detail", "remedy"), rows)
    if any(one.verdict == "no" for one in findings):
        raise typer.Exit(exits.DIFFERENT)


def _show(findings: Sequence[Finding]) -> None:
    """A table, the whole in one line, and what to type: unbroken, so that it can be copied."""
    out, table = console(), Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in findings:
        detail = Text(harmless(one.detail), style="dim" if one.verdict == "not needed" else "")
        table.add_row(Text(TOLD[one.verdict], STYLES[one.verdict]), Text(one.what), detail)
    out.print(table)
    out.print()
    out.print(_summary(findings))
    remedies = {one.remedy: one.what for one in reversed(findings) if one.remedy}
    width = max(map(len, remedies.values()), default=0)
    for remedy, what in reversed(remedies.items()):
        out.print(Text(f"  {what:{width}}  {harmless(remedy)}"), soft_wrap=True)


def _summary(findings: Sequence[Finding]) -> Text:
    counts = Counter(str(one.verdict) for one in findings)
    warnings = f"{counts['warning']} warning{'s' * (counts['warning'] != 1)}"
    if counts["no"]:
        return Text(
            f"This machine is not fit: {counts['no']} NO, {warnings}. What to do:", STYLES["no"]
        )
    more = f"; {warnings}. What to do:" if counts["warning"] else "."
    return Text(f"This machine can crawl unattended{more}", STYLES["ok"])
