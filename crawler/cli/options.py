"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crawler import settings
from crawler.cli import exits

DEFAULT_COLLECTION = Path(settings.COLLECTION)
"""Where a collection is when nothing says otherwise; TINHUY_COLLECTION is read by the settings."""

CollectionPath = Annotated[
    Path,
    typer.Option(
        "--collection",
        metavar="DIR",
        help="The collection; TINHUY_COLLECTION names another default.",
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
