"""Keeping a collection: check it, mend it, derive again what is derived, hand it over."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from archive import Collection, Finding, wacz
from archive import export as exporting
from archive import rebuild as rebuilding
from archive import verify as verifying
from crawler.cli import exits
from crawler.cli.look import known, opened
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, OfSite
from crawler.cli.output import harmless, print_json, print_json_each, print_table
from crawler.cli.progress import Files


class Format(StrEnum):
    """What `tinhuy export` writes."""

    JSONL = "jsonl"
    CSV = "csv"
    WACZ = "wacz"


def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Only these WARC, ARC or WACZ files, whoever wrote them.",
            show_default=False,
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="First mend what a crash or a full disk left behind.")
    ] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Check every byte of the collection, or of files, against what they say of themselves."""
    if files and repair:
        raise exits.Refused("--repair mends a collection; files are only looked at")
    for path in files or ():
        if not path.is_file():
            raise exits.Refused(f"{path} is no file; a directory is named by --collection")
    target: Collection | list[Path] = files or Collection.open(collection)
    for one in verifying.repair(target) if repair and isinstance(target, Collection) else ():
        print(harmless(f"mended {one.file}: {one.rule}: {one.message}"), file=sys.stderr)
    with Files("verify") as progress:
        counts = Counter[str]()
        findings = _counted(verifying.verify(target, progress), counts)
        if as_json:
            print_json_each(map(asdict, findings))
        else:
            _print_findings(findings)
    if not as_json:
        errors, warnings = counts[verifying.ERROR], counts[verifying.WARNING]
        print(f"{errors} errors, {warnings} warnings" if counts else "nothing is wrong")
    if counts[verifying.ERROR]:
        raise typer.Exit(exits.DAMAGED)


def rebuild(collection: CollectionPath = DEFAULT_COLLECTION, as_json: Json = False) -> None:
    """Derive indexes, catalog and search again from the WARC files."""
    home = Collection.open(collection)
    with Files("rebuild") as progress:
        rejected = rebuilding.rebuild(home, progress)
    with opened(collection) as (_, catalog):
        counts = catalog.counts()
    if as_json:
        print_json([asdict(site) for site in counts])
    else:
        rows = [(one.site, one.articles, one.versions, one.gone) for one in counts]
        print_table(("site", "articles", "versions", "gone"), rows)
    for one in rejected:
        told = f"{one.path} at byte {one.offset}: passed over: {one.why}"
        print(harmless(told), file=sys.stderr)
    if rejected:
        raise typer.Exit(exits.DAMAGED)


def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="One object or row for each version; or the pages themselves, to be replayed.",
        ),
    ],
    site: OfSite = None,
    collection: CollectionPath = DEFAULT_COLLECTION,
) -> None:
    """Write every version of every article to one file."""
    if str(output) == "-" or not output.parent.is_dir():
        raise exits.Refused(f"--output {output}: name a file in a directory that is there")
    with opened(collection) as (home, catalog):
        known(catalog, site)
        if form is Format.WACZ:
            with Files("export") as progress:
                count = wacz.to_file(
                    home, catalog, output, created=datetime.now(UTC), site=site, progress=progress
                )
        else:
            count = exporting.to_file(catalog, output, format=form.value, site=site)
    print(f"{output}: {count} article versions")


def _counted(findings: Iterable[Finding], counts: Counter[str]) -> Iterator[Finding]:
    """The findings as they come, and how many there are of each severity."""
    for finding in findings:
        counts[finding.severity] += 1
        yield finding


def _print_findings(findings: Iterable[Finding]) -> None:
    for one in findings:
        place = f"{one.file} at byte {one.offset}"
        told = f"{place}: {one.severity}: {one.rule}: {one.message} ({one.standard})"
        print(harmless(told), flush=True)
