"""Why a page reads as it does, and what was learned of its site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive import Article, Catalog, Gone
from archive.article import says_the_same
from crawler.cli import exits
from crawler.cli.look import at_second, opened
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit, moment
from crawler.cli.output import harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.reading import Reading, SiteModel

_SHOWN = 120
"""Characters of a line that a table shows."""


def explain(
    page: Annotated[
        str,
        typer.Argument(
            metavar="URL|ARTICLE",
            help="A page that is in the collection, or an article by the beginning of its id.",
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As it was then: ISO 8601, +07:00."),
    ] = None,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Every line of a captured page: was it kept, as what, and by which rule or frequency not."""
    from crawler.readers import reading_of
    from crawler.reading import explain as explained

    with opened(collection) as (home, catalog):
        capture = home.find(_url_of(catalog, page), at=moment(at))
        reading = reading_of(home, catalog, capture)
        facts = _found(reading) | _stored(catalog, reading)
    lines = list(explained(reading))
    if as_json:
        print_json(
            {"url": capture.url, "captured_at": capture.captured_at.isoformat()}
            | facts
            | {"lines": [asdict(line) for line in lines]}
        )
        return
    captured = {"url": capture.url, "captured": at_second(capture.captured_at.isoformat())}
    for name, value in (captured | facts).items():
        print(harmless(f"{name}: {value}"))
    print()
    print_table(("became", "why", "line"), [(o.became, o.why, o.text[:_SHOWN]) for o in lines])


def model(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its name, as `tinhuy list` has it.")],
    limit: Limit = 50,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """What was learned across a site: where the text of its articles stands, and what does not."""
    from crawler.session import newest_model

    with opened(collection) as (_, catalog):
        stored, learned = catalog.model(site), newest_model(catalog, site)
    if stored is None or not learned.version:
        raise exits.Refused(
            f"nothing was learned of {site}; crawl it, or `tinhuy reread {site}`", exits.NOT_FOUND
        )
    facts = {
        "site": site,
        "version": learned.version,
        "learned": at_second(stored.learned_at),
        "articles": len(learned.pages),
        "titles": len(learned.titles),
    }
    if as_json:
        print_json(facts | {"texts": list(_texts(learned)), "furniture": list(_furniture(learned))})
        return
    for name, value in facts.items():
        print(harmless(f"{name}: {value}"))
    print()
    print_table(("template", "the text stands in", "on"), [_cells(t) for t in _texts(learned)])
    print()
    found = list(_furniture(learned))
    print_table(("furniture", "on", "first seen", "last seen"), list(map(_row, found[:limit])))
    if len(found) > limit:
        print(f"and {len(found) - limit} more: --limit {len(found)}", file=sys.stderr)


def _url_of(catalog: Catalog, page: str) -> str:
    if "://" in page:
        return page
    entry = catalog.article(page)
    return entry.article.capture.url if entry.article.capture else entry.url


def _stored(catalog: Catalog, reading: Reading) -> dict[str, str]:
    """What the catalog holds of the article beside what is read now."""
    if not isinstance(reading.found, Article):
        return {}
    stored = catalog.reading(reading.found.site, reading.found.url)
    if stored is None:
        return {"catalog": "no such article"}
    is_same = says_the_same(stored, reading.found)
    return {"catalog": "the same reading" if is_same else f"another, by {stored.extractor}"}


def _found(reading: Reading) -> dict[str, str]:
    found = reading.found
    if isinstance(found, Article):
        return {"found": "article", "title": found.title, "extractor": found.extractor}
    if isinstance(found, Gone):
        return {"found": "gone"}
    return {"found": "not an article", "reason": found.reason}


def _texts(learned: SiteModel) -> Iterator[dict[str, Any]]:
    for template, (path, count, pages) in learned.bodies().items():
        yield {"template": template, "path": path, "count": count, "pages": pages}


def _cells(text: dict[str, Any]) -> tuple[str, str, str]:
    return text["template"], text["path"] or "(not agreed)", f"{text['count']} of {text['pages']}"


def _furniture(learned: SiteModel) -> Iterator[dict[str, Any]]:
    return map(asdict, learned.learned())


def _row(found: dict[str, Any]) -> tuple[str, str, str, str]:
    on = f"{found['count']} of {found['pages']}"
    seen = (at_second(found[name]) for name in ("first_seen", "last_seen"))
    return (found["sample"], on, *seen)
