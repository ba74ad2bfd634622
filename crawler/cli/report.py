"""What a night was, for people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from archive import Collection
from crawler.cli import exits
from crawler.cli.look import mended
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json
from crawler.cli.output import print_json

if TYPE_CHECKING:
    from crawler.report import Report


def report(
    day: Annotated[
        str | None,
        typer.Argument(metavar="DATE", help="A day in Vietnam, as 2026-11-26; without it, today."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Print one HTML document.")] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """What a night was: alarms, how each site went, what is new; as text, or for a browser."""
    from crawler import layout

    made = _report(mended(collection), day)
    if as_json:
        print_json(asdict(made) | {"headline": made.headline})
    else:
        print(layout.html(made) if html else layout.text(made), end="")


def _report(home: Collection, day: str | None) -> Report:
    from archive.writer import warc_date
    from crawler.diary import Diary
    from crawler.report import day_of, gather, marks_of
    from crawler.schedule import now

    try:
        wanted = date.fromisoformat(day or day_of(warc_date(now())))
    except ValueError as error:
        raise exits.Refused(f"{day!r} is no day; write it as 2026-11-26") from error
    with Diary.as_it_is(home) as diary:
        begin, end = marks_of(wanted, list(diary.entries()))
    return gather(home, wanted.isoformat(), begin, end)
