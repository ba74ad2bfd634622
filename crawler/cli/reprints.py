"""Articles that tell the same story in the same words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any

import typer

from archive import Entry, Group
from archive.times import local
from crawler.cli.exits import Refused
from crawler.cli.look import beside, known, named, opened, reprint_json
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit, OfSite
from crawler.cli.output import Cell, print_json, print_table

_COLUMNS = ("group", "article", "site", "published", "first seen", "is", "earliest", "title", "url")


def reprints(
    article: Annotated[
        str | None,
        typer.Argument(
            metavar="[ARTICLE]",
            help="Its URL, or the beginning of its id; without it, all that have reprints.",
            show_default=False,
        ),
    ] = None,
    site: OfSite = None,
    limit: Limit = 20,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Articles that were printed again, elsewhere or on the same site: the newest groups first."""
    if article and site:
        raise Refused("--site chooses among all articles, and an article is named")
    with opened(collection) as (_, catalog):
        if article:
            found = [_cut(catalog.reprints(catalog.article(article)), limit)]
        else:
            found = list(islice(catalog.reprint_groups(known(catalog, site)), limit))
    if as_json:
        documents = [_group_json(group) for group in found]
        print_json(documents[0] if article else documents)
    elif any(group.reprints for group in found):
        print_table(_COLUMNS, list(_rows(found)))
    else:
        print("no reprints were found", file=sys.stderr)


def _cut(group: Group, limit: int) -> Group:
    left = len(group.reprints) - limit
    if left > 0:
        print(f"{left} more are left out: --limit allows {limit}", file=sys.stderr)
    return replace(group, reprints=group.reprints[:limit])


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "article": named(group.article),
        "earliest": {"id": group.earliest.id, "by": group.by.value},
        "reprints": [reprint_json(one) for one in group.reprints],
    }


def _rows(groups: Iterable[Group]) -> Iterator[tuple[Cell, ...]]:
    for number, group in enumerate(groups, 1):
        members = [(group.article, ""), *((one.entry, beside(one)) for one in group.reprints)]
        for entry, kind in members:
            earliest = group.by.value if entry.id == group.earliest.id else ""
            yield number, *_cells(entry, kind, earliest)


def _cells(entry: Entry, kind: str, earliest: str) -> tuple[Cell, ...]:
    seen, article = local(entry.first_seen, "seconds"), entry.article
    return entry.id, entry.site, article.published, seen, kind, earliest, article.title, entry.url
