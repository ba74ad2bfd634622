"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.times import VIETNAM
from crawler import settings
from crawler.cli import exits

DEFAULT_COLLECTION = Path(settings.COLLECTION)
"""Where a collection is when the command does not say."""

CollectionPath = Annotated[
    Path,
    typer.Option(
        "--collection",
        metavar="DIR",
        help="The collection; `collection` in the configuration names another default.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OfSite = Annotated[str | None, typer.Option("--site", metavar="SITE", help="Only this site.")]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]
At = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        metavar="URL|SITE=URL",
        help="Crawl a site on this host: a moved domain, a mirror, a practice server."
        " Once for each of its domains; with the site's name when several are crawled.",
    ),
]
Delay = Annotated[
    float | None,
    typer.Option("--delay", metavar="SECONDS", help="Pause between requests to one host."),
]
_NAMED = re.compile(r"([\w-]+)=(.+)")


def standing(at: Sequence[str] | None, names: Sequence[str]) -> dict[str, list[str]]:
    """By site, the URLs that stand for its domains, from `--at` as it was given."""
    found: dict[str, list[str]] = {}
    for given in at or ():
        named = _NAMED.fullmatch(given)
        if not named and len(names) != 1:
            raise exits.Refused(f"which site is at {given}? write --at SITE={given}")
        name, url = named.groups() if named else (names[0], given)
        if name not in names:
            raise exits.Refused(f"--at {given}: {name} is not among the sites to crawl")
        found.setdefault(name, []).append(url)
    return found


def moment(text: str | None) -> datetime | None:
    """A time as it was given: ISO 8601, of Vietnam if no zone is given."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise exits.Refused(
            f"{text!r} is not a time; write 2026-11-24 or 2026-11-24T08:00+07:00"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
