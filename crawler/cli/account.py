"""Giving account: why an address is in the collection or not, and what of a site is missing."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from archive.times import local
from crawler.cli import exits
from crawler.cli.look import mended
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit
from crawler.cli.output import Cell, console, harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.coverage import Coverage, Month
    from crawler.why import Why

BAR = 40
"""Columns of a terminal for the largest month."""

_PARTS = (
    ("archived", "\u2588", "green"),
    ("no article", "\u2591", "bright_black"),
    ("missing", "\u00d7", "red"),
)
"""Of a bar, each with its sign and colour."""


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="Any address.")],
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Every decision about one address: found where, asked for when, read as what, due when."""
    from crawler.scope import address
    from crawler.why import why as ask

    if address(url) is None:
        raise exits.Refused(f"{url!r} is not an http or https address; write http://host/path")
    found = ask(mended(collection), url)
    if as_json:
        print_json(asdict(found))
        return
    for name, value in _about(found):
        print(f"{name:12} {harmless(value)}")
    if found.events:
        print()
        via = (f", found on {event.via}" if event.via else "" for event in found.events)
        rows = [
            (local(event.at, "seconds"), event.what, event.detail + how)
            for event, how in zip(found.events, via, strict=True)
        ]
        print_table(("when", "what", "detail"), rows)


def coverage(
    site: Annotated[str, typer.Argument(metavar="SITE", help="A site that was crawled.")],
    missing: Annotated[
        bool, typer.Option("--missing", help="List what is missing instead, with the reason.")
    ] = False,
    others: Annotated[
        bool,
        typer.Option("--others", help="List what was no article instead, with what it was."),
    ] = False,
    queue: Annotated[
        bool, typer.Option("--queue", help="Let the next crawl ask for what is missing.")
    ] = False,
    limit: Limit = 100,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """What is known of a site's articles, archived, and missing, by month."""
    from crawler.coverage import coverage as measure
    from crawler.coverage import queue_again

    home = mended(collection)
    found = measure(home, site)
    if not found.months:
        raise exits.Refused(
            f"nothing is known of a site called {site!r}; see `tinhuy sites`", exits.NOT_FOUND
        )
    if as_json:
        print_json(asdict(found))
    elif missing or others:
        listed = [*(found.missing if missing else ()), *(found.others if others else ())]
        rows = [
            (one.reason, local(one.found_at, "seconds"), one.url, one.via) for one in listed[:limit]
        ]
        print_table(("reason", "found", "url", "on"), rows)
    else:
        _print_months(found)
    if queue:
        added = queue_again(home, site, found.missing)
        waiting = len(found.missing) - added
        told = f"{added} added to the {waiting} that wait for it already"
        print(f"the next crawl of {site} asks for what is missing: {told}", file=sys.stderr)


def _about(found: Why) -> list[tuple[str, str]]:
    about = [("address", found.url), ("site", found.site), ("taken for", _taken_for(found))]
    if found.identity != found.url:
        about.append(("known as", found.identity))
    if address := found.address:
        on = f" on {address.via}" if address.via else ""
        about.append(("found", local(address.found_at, "seconds") + on))
        if address.listed_at:
            about.append(("on a list", local(address.listed_at, "seconds") + ", last"))
        if address.missed_at:
            about.append(("missing", "since " + local(address.missed_at, "seconds")))
    when = local(found.next_look, "seconds") + ": " if found.next_look else ""
    return [*about, ("next", when + found.because)]


def _taken_for(found: Why) -> str:
    if found.kind is None:
        return f"nothing: {found.rule}"
    if found.kind == "page":
        return "a page of any kind: the site has no rules for addresses"
    return f"{found.kind}, by the rule {found.rule}"


def _print_months(found: Coverage) -> None:
    reasons = sorted({reason for month in found.months for reason in month.missing})
    if sys.stdout.isatty():
        _draw(found, reasons)
        return
    columns = ("month", "known", "archived", "gone", "no article", *map(harmless, reasons))
    rows: list[list[Cell]] = [
        [
            m.month,
            m.known,
            m.archived,
            m.gone,
            m.others,
            *(m.missing.get(reason, 0) for reason in reasons),
        ]
        for m in found.months
    ]
    print_table(columns, rows)


def _draw(found: Coverage, reasons: list[str]) -> None:
    """A bar for each month: what is archived, what was no article, what is missing."""
    out, most = console(), max((month.known for month in found.months), default=1)
    for month in found.months:
        out.print(_bar(month, most))
    out.print(Text("  ").join(Text(f"{sign} {what}", colour) for what, sign, colour in _PARTS))
    for reason in reasons:
        count = sum(month.missing.get(reason, 0) for month in found.months)
        out.print(Text(f"{count} missing: {harmless(reason)}"))


def _bar(month: Month, most: int) -> Text:
    bar = Text(f"{month.month or '-':8}")
    missing = sum(month.missing.values())
    counts = (month.archived, month.others, missing)
    for count, (_, sign, colour) in zip(counts, _PARTS, strict=True):
        bar.append(sign * (-(-count * BAR // most)), colour)
    return bar.append(f" {month.archived} of {month.archived + missing}")
