"""Looking into a collection: its articles, one of them, and those that say something."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from archive import Article, Capture, Catalog, Change, Collection
from archive.answers import Entry, Hit, Version
from archive.article import to_json
from archive.reprints import Reprint
from archive.times import local
from crawler.cli.exits import NOT_FOUND, Refused
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit, OfSite
from crawler.cli.output import console, harmless, print_json, print_table

_ALSO_AT = 10
"""Reprints that `show` names."""


_MOST_REMOVED = 20
"""Lines left out of a text that are shown with it."""


def list_articles(
    site: OfSite = None,
    change: Annotated[
        Change | None, typer.Option("--change", help="Only those whose last look found this.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many.")
    ] = None,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """The articles of the collection."""
    with opened(collection) as (_, catalog):
        entries = list(catalog.articles(known(catalog, site), change=change, limit=limit))
    if as_json:
        print_json([_entry_json(entry) for entry in entries])
        return
    rows = [(e.id, e.site, e.article.published, e.change, e.article.title, e.url) for e in entries]
    print_table(("article", "site", "published", "change", "title", "url"), rows)


def show(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="Its URL, or the beginning of its id.")
    ],
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """One article: its text, its versions, and where it stands in the WARC files."""
    with opened(collection) as (home, catalog):
        entry = catalog.article(article)
        versions = catalog.versions(entry)
        reprints = catalog.reprints(entry).reprints
    if as_json:
        print_json(
            _entry_json(entry)
            | {"versions": [_version_json(one) for one in versions]}
            | {"reprints": [reprint_json(one) for one in reprints]}
        )
        return
    _print_article(entry, reprints)
    print()
    _print_versions(versions)
    if entry.article.capture:
        print()
        _print_capture(entry.article.capture, home.file(entry.article.capture.filename))


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS", help='With or without diacritics; "words in quotes" stand together.'
        ),
    ],
    site: OfSite = None,
    limit: Limit = 20,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """The articles that have all the words, the best first."""
    with opened(collection) as (_, catalog):
        hits = catalog.search(" ".join(words), site=known(catalog, site), limit=limit)
    if as_json:
        print_json([_entry_json(hit.entry) | {"snippet": hit.snippet} for hit in hits])
        return
    for hit in hits:
        _print_hit(hit)
    if not hits:
        print("no article has all of these words", file=sys.stderr)


def mended(path: Path) -> Collection:
    """The collection at `path`. What dead processes left half done in it is mended, and told."""
    collection = Collection.open(path)
    for one in collection.mend():
        print(harmless(f"mended {one.file}: {one.what}"), file=sys.stderr)
    return collection


@contextmanager
def opened(path: Path) -> Iterator[tuple[Collection, Catalog]]:
    """The collection at `path`, mended, and its catalog. Raises NotACollection."""
    collection = mended(path)
    with Catalog(collection.catalog_path) as catalog:
        yield collection, catalog


def known(catalog: Catalog, site: str | None) -> str | None:
    """The site that was asked for. Raises Refused when the collection has nothing of it."""
    names = [counts.site for counts in catalog.counts()] if site else []
    if site and site not in names:
        told = ", ".join(names) or "none"
        raise Refused(f"the collection has no site {site}; it has {told}", NOT_FOUND)
    return site


def at_second(date: str) -> str:
    """A WARC-Date in Vietnam's time, to the second."""
    return local(date, "seconds")


def _entry_json(entry: Entry) -> dict[str, Any]:
    names = ("id", "change", "first_seen", "last_seen", "gone_at", "looks")
    return {name: getattr(entry, name) for name in names} | to_json(entry.article)


def _version_json(version: Version) -> dict[str, Any]:
    names = ("number", "change", "first_seen", "last_seen", "text_digest", "conversion_id")
    values = {name: getattr(version, name) for name in names}
    return values | {"reread_at": version.reread_at or None} | to_json(version.article)


def reprint_json(reprint: Reprint) -> dict[str, Any]:
    """What is said of a reprint in JSON: how it differs, and which article it is."""
    entry = reprint.entry
    return {
        "kind": reprint.kind.value,
        "same_site": reprint.same_site,
        "jaccard": round(reprint.jaccard, 3),
        "containment": round(reprint.containment, 3),
        **named(entry),
    }


def named(entry: Entry) -> dict[str, str | None]:
    """Which article an entry is, without its text."""
    return {
        "id": entry.id,
        "site": entry.site,
        "url": entry.url,
        "title": entry.article.title,
        "published": entry.article.published,
        "first_seen": entry.first_seen,
    }


def beside(reprint: Reprint) -> str:
    """What a reprint is beside the article, in a word or three."""
    return f"{reprint.kind}, same site" if reprint.same_site else reprint.kind.value


def _print_article(entry: Entry, reprints: Sequence[Reprint]) -> None:
    article = entry.article
    out = console()
    out.print(Text(harmless(article.title), style="bold"), soft_wrap=True)
    for name, value in (*_described(entry), *_reprinted(entry, reprints)):
        if value:
            print(f"{name:<11} {harmless(value)}")
    for part in (article.lead, article.text):
        if part:
            print()
            out.print(Text(harmless(part, keep="\n")), soft_wrap=not out.is_terminal)


def _described(entry: Entry) -> Iterator[tuple[str, str | None]]:
    article = entry.article
    yield "article", entry.id
    for name in ("url", "site", "section", "author", "published", "updated"):
        yield name, getattr(article, name)
    yield from (("caption", caption) for caption in article.captions)
    yield from (("attachment", f"{link.title} {link.url}") for link in article.attachments)
    yield from _neighbours(article)
    yield from (("finding", finding) for finding in article.findings)
    for one in article.removed[:_MOST_REMOVED]:
        yield "left out", f"{one.line} ({one.rule})"
    if more := len(article.removed) - _MOST_REMOVED:
        yield "left out", f"and {more} lines more: see `tinhuy explain`" if more > 0 else None
    yield "first seen", at_second(entry.first_seen)
    yield "last seen", at_second(entry.last_seen)
    yield "gone at", entry.gone_at and at_second(entry.gone_at)


def _neighbours(article: Article) -> Iterator[tuple[str, str]]:
    for name, link in (("previous", article.previous), ("next", article.next)):
        if link:
            yield name, f"{link.title} {link.url}"


def _reprinted(entry: Entry, reprints: Sequence[Reprint]) -> Iterator[tuple[str, str]]:
    """Where else the article stands; of very many the first that were captured."""
    for one in reprints[:_ALSO_AT]:
        yield "also at", f"{one.entry.url} ({beside(one)}, {one.entry.id})"
    if len(reprints) > _ALSO_AT:
        left = len(reprints) - _ALSO_AT
        yield "also at", f"{left} more: tinhuy reprints {entry.id} --limit {len(reprints)}"


def _print_versions(versions: list[Version]) -> None:
    rows = [
        (
            one.number,
            told(one),
            at_second(one.first_seen),
            at_second(one.last_seen),
            one.article.title,
        )
        for one in versions
    ]
    print_table(("version", "change", "first seen", "last seen", "title"), rows)


def told(version: Version) -> str:
    """What a version is to whoever reads it: what the site did, or that we read the page again."""
    if version.change is Change.REREAD:
        return f"read again {at_second(version.reread_at)}"
    return str(version.change)


def _print_capture(capture: Capture, file: Path) -> None:
    """Where the page stands, and the command that shows its bytes."""
    facts = {
        "file": str(file),
        "offset": str(capture.offset),
        "length": str(capture.length),
        "record id": capture.record_id,
        "digest": str(capture.digest or ""),
        "captured at": at_second(capture.date),
    }
    for name, value in facts.items():
        print(f"{name:<11} {harmless(value)}")
    where = f"tail -c +{capture.offset + 1} {shlex.quote(str(file))}"
    print(f"{'the bytes':<11} {harmless(where)} | head -c {capture.length} | gzip -dc")


def _print_hit(hit: Hit) -> None:
    article = hit.entry.article
    out = console()
    title = Text(harmless(article.title), style="bold")
    out.print(title, soft_wrap=True)
    print(f"  {hit.entry.id}  {hit.entry.site}  {article.published or ''}  {harmless(article.url)}")
    out.print(Text("  ").append_text(_marked(hit)), soft_wrap=True)


def _marked(hit: Hit) -> Text:
    """The snippet with the words sought set off."""
    marked, position = Text(), 0
    for start, end in hit.marks:
        marked.append(harmless(hit.snippet[position:start]))
        marked.append(harmless(hit.snippet[start:end]), style="bold yellow")
        position = end
    return marked.append(harmless(hit.snippet[position:]))
