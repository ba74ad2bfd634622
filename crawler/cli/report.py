"""What a night was, for people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from crawler.cli import exits
from crawler.cli.look import mended
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json
from crawler.cli.output import print_json
from crawler.cli.tell import say_sent


def report(
    day: Annotated[
        str | None,
        typer.Argument(
            metavar="DATE", help="A day in Vietnam, as 2026-11-26; without it, the time since."
        ),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Print one HTML document.")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Write it into the collection, and tell everybody.")
    ] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """What a night was: alarms, how each site went, what is new; as text, or for a browser."""
    wanted = _checked(day)
    from crawler import layout, telling

    home = mended(collection)
    made = (telling.put_report if send else telling.report_of)(home, wanted)
    if as_json:
        print_json(asdict(made) | {"headline": made.headline})
    else:
        print(layout.html(made) if html else layout.text(made), end="")
    if send:
        say_sent(telling.send(home), beside=html or as_json)


def _checked(day: str | None) -> str | None:
    try:
        return day and date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise exits.Refused(f"{day!r} is no day; write it as 2026-11-26") from error
