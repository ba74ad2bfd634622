"""Letters to people: what became of them, and whether they arrive."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from archive import Collection
from archive.times import local
from crawler import settings
from crawler.cli import exits
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit
from crawler.cli.output import harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.telling import Sent

app = typer.Typer(help="Letters to people: reports and alarms.", no_args_is_help=True)


@app.command("list")
def list_letters(
    limit: Limit = 50, collection: CollectionPath = DEFAULT_COLLECTION, as_json: Json = False
) -> None:
    """The letters of the collection, the newest first, and which channel has taken which."""
    from crawler.outbox import Outbox

    with Outbox.as_it_is(Collection.open(collection)) as outbox:
        found = list(outbox.deliveries(limit))
    if as_json:
        print_json([asdict(one) | {"state": one.state} for one in found])
        return
    columns = ("letter", "at", "to", "state", "tries", "next", "subject", "said")
    rows = [
        (
            one.number,
            local(one.at, "seconds"),
            one.name,
            one.state,
            one.tries,
            local(one.next_at, "seconds") if one.next_at else "",
            one.letter.subject,
            one.said,
        )
        for one in found
    ]
    print_table(columns, rows)


@app.command()
def now(collection: CollectionPath = DEFAULT_COLLECTION) -> None:
    """Try all letters that wait, without waiting for their time."""
    from crawler import telling

    home = Collection.open(collection)
    _refuse_nobody()
    telling.see_to(home)
    say_sent(telling.send(home, tries_all=True))


@app.command()
def test() -> None:
    """Send a test letter to each channel, and say what came of it."""
    from crawler.telling import try_channels

    _refuse_nobody()
    failed = False
    for channel, why in try_channels():
        print(f"{harmless(channel.name)}: {why or 'taken'}")
        failed = failed or bool(why)
    if failed:
        raise typer.Exit(exits.DIFFERENT)


def say_sent(sent: Iterable[Sent], *, beside: bool = False) -> None:
    """What came of letters, a line for each, on stderr if stdout has something `beside` it that
    must stay whole; exits with DIFFERENT if one was not taken.
    """
    failed = False
    for delivery, why in sent:
        said = f"letter {delivery.number} to {delivery.name}: {why or 'taken'}"
        print(harmless(said), file=sys.stderr if beside else sys.stdout)
        failed = failed or bool(why)
    if failed:
        raise typer.Exit(exits.DIFFERENT)


def _refuse_nobody() -> None:
    if not settings.TELL:
        raise exits.Refused("nobody is to be told: set `tell`; see docs/settings.md")
