"""Reading again what is kept, by the reader, the rules and the site models of today."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from archive import Catalog, Collection, CollectionLocked
from crawler.cli import exits
from crawler.cli.look import mended
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, moment
from crawler.cli.output import harmless, print_json, print_table
from crawler.cli.progress import Captures

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.differences import Report

COLUMNS = ("read", "same", "text", "metadata", "refused", "found", "unreadable")


def reread(
    site: Annotated[
        str | None, typer.Argument(metavar="[SITE]", help="Only this site; else every one.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="Only captures from then on: ISO 8601, +07:00."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change, and write nothing.")
    ] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Read what is kept again with today's reader; say what changes, then keep it as such.

    A site that is being crawled is told of and left out.
    """
    start, home, reports = moment(since), mended(collection), list["Report"]()
    with Catalog(home.catalog_path) as catalog:
        names = [site] if site else [one.site for one in catalog.counts()]
    locked = False
    for name in names:
        try:
            reports.append(_passed(home, name, start, dry_run=dry_run, quiet=as_json))
        except CollectionLocked as error:
            locked = True
            print(f"tinhuy: {harmless(str(error))}", file=sys.stderr, flush=True)
    if as_json:
        print_json([asdict(report) for report in reports])
    if locked or any(report.unreadable for report in reports):
        raise typer.Exit(exits.BUSY if locked else exits.DAMAGED)


def _passed(
    home: Collection, name: str, start: datetime | None, *, dry_run: bool, quiet: bool
) -> Report:
    """One pass over a site, told unless `quiet`. Raises CollectionLocked."""
    from crawler.reread import Rereading

    with Rereading(home, name, since=start, dry_run=dry_run) as again:
        with Captures(name) as progress:
            report = again.read(progress)
        if not quiet:
            print_report(report)
        if not dry_run:
            with Captures(name) as progress:
                again.keep(progress)
            if not quiet:
                print(f"{harmless(name)}: {report.written} readings were written", flush=True)
    return report


def print_report(report: Report) -> None:
    """What changes: how many captures, which fields, and some examples of each."""
    counts = [getattr(report, name) for name in COLUMNS]
    distance = round(report.distance, 3)
    print_table(
        ("site", "model", *COLUMNS, "distance"), [(report.site, report.model, *counts, distance)]
    )
    if report.fields:
        rows = [
            (name, counts.gained, counts.lost, counts.changed)
            for name, counts in sorted(report.fields.items())
        ]
        print_table(("field", "gained", "lost", "changed"), rows)
    for one in report.examples:
        told = f"{one.what}: {one.url}: {one.before or '-'} => {one.after or '-'}"
        print(harmless(" ".join(told.split())), flush=True)
