"""Into the collection from the web, and over it again without the web."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from archive.article import Change, Run
from archive.article import to_json as article_to_json
from archive.collection import MARKER
from crawler.cli import exits, log
from crawler.cli.display import Display
from crawler.cli.look import mended
from crawler.cli.options import (
    DEFAULT_COLLECTION,
    At,
    CollectionPath,
    Delay,
    Json,
    moment,
    standing,
)
from crawler.cli.output import Cell, Size, console, fitting, harmless, print_json, print_table
from crawler.orphans import end_with_parent
from crawler.outcome import Outcome

if TYPE_CHECKING:
    from crawler.run import Crawled, ReplayReport

RESULT_COLUMNS = (
    "site", "outcome", "pages", "new", "changed", "minor", "unchanged", "gone", "reread",
    "failures", "written", "saved", "seconds",
)  # fmt: skip
"""`minor`: another spelling of the same words, or another date, author, caption; `reread`: what a
stored capture says to the reader of today, where that differs."""

FIRST_LESSONS = 10
"""New articles that are worth a word on what they taught."""

MANY_TRAPS = 100
"""Addresses refused as traps that are worth a word."""

ADVICE = {
    Outcome.EMPTY: "it answered, and no article was found; see `tinhuy sites check`",
    Outcome.INCOMPLETE: "something was left out; the next crawl looks for it again",
    Outcome.UNREACHABLE: "no seed gave an answer; look at the address, then at the network",
    Outcome.BLOCKED: "it refused us; ask its owner, and let some time pass",
    Outcome.MOVED: "look where it leads; a new address of the same site goes into its file",
    Outcome.PARKED: "what was kept of it is all there is; look for its successor",
    Outcome.FAILED: "our own error or the disk's, told in the log; what was kept is safe",
}


def crawl(
    sites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE...|URL", help="Names of sites, or one URL of any site."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every known site.")] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
    max_pages: Annotated[
        int | None,
        typer.Option("--max-pages", min=1, metavar="N", help="Stop after so many pages a site."),
    ] = None,
    at: At = None,
    delay: Delay = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Look again at every known article.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Crawl sites into a collection: what is new, and what is due for another look."""
    from crawler.fetching.browser import BrowserMissing
    from crawler.run import BadRequest, CrawlOptions
    from crawler.run import crawl as run

    log.tame()
    end_with_parent()
    names = _names(sites or [], every)
    if (collection / MARKER).exists():
        mended(collection)
    options = CrawlOptions(
        max_pages=max_pages, at=standing(at, names), delay=delay, refresh=refresh
    )
    try:
        with Display() as display:
            crawled = run(collection, names, options, watch=display)
    except BadRequest as error:
        raise exits.Refused(str(error)) from error
    except BrowserMissing as error:
        raise exits.Refused(str(error), exits.NOT_INSTALLED) from error
    if crawled.runs or as_json:
        print_runs(crawled.runs, as_json=as_json)
    for line in _remarks(crawled):
        print(f"tinhuy: {line}", file=sys.stderr)
    for trouble in crawled.troubles.values():
        if not isinstance(trouble, exits.EXPECTED):
            raise trouble
    raise typer.Exit(exits.of_crawl(crawled.runs, crawled.troubles.values()))


def replay(
    name: Annotated[
        str, typer.Argument(metavar="SITE|URL", help="A name from `tinhuy sites`, or a URL.")
    ],
    collection: CollectionPath = DEFAULT_COLLECTION,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="As it was then: ISO 8601, +07:00 if no zone is given."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run the same spider over the collection and compare; the network cannot be reached."""
    from crawler.run import BadRequest
    from crawler.run import replay as run

    log.tame()
    then = moment(at)
    mended(collection)
    try:
        with Display() as display:
            report = run(collection, name, at=then, watch=display)
    except BadRequest as error:
        raise exits.Refused(str(error)) from error
    _print_report(report, as_json)
    if report.different or report.missing or report.unexpected:
        raise typer.Exit(exits.DIFFERENT)


def print_runs(runs: Sequence[Run], *, as_json: bool = False) -> None:
    """What came of each run: a table, or the runs as JSON."""
    rows = [result_row(run) for run in runs]
    if as_json:
        print_json([asdict(run) for run in runs])
    elif sys.stdout.isatty():
        out = console()
        out.print(fitting(RESULT_COLUMNS, rows, out))
    else:
        print_table(RESULT_COLUMNS, rows)


def result_row(run: Run) -> tuple[Cell, ...]:
    """A run as a row under RESULT_COLUMNS."""
    count = run.counts.get
    return (
        run.site,
        run.outcome,
        count("pages", 0),
        count(Change.NEW, 0),
        count(Change.CHANGED, 0),
        count(Change.ORTHOGRAPHY, 0) + count(Change.METADATA, 0),
        count(Change.UNCHANGED, 0),
        count(Change.GONE, 0),
        count(Change.REREAD, 0),
        count("failures", 0),
        Size(count("bytes_written", 0)),
        Size(count("bytes_saved", 0)),
        round(count("milliseconds", 0) / 1000, 1),
    )


def _remarks(crawled: Crawled) -> Iterator[str]:
    """What is to be said of the runs, and of the sites that had none."""
    for run in crawled.runs:
        advice = ADVICE.get(Outcome(run.outcome), "")
        if told := "; ".join(filter(None, (harmless(run.reason), advice))):
            yield f"{run.site}: {run.outcome}: {told}"
        yield from (f"{run.site}: {word}" for word in (_taught(run), _trapped(run)) if word)
    for site in crawled.troubles.keys() - {run.site for run in crawled.runs}:
        yield f"{site}: {harmless(str(crawled.troubles[site]))}"


def _taught(run: Run) -> str | None:
    """How to profit from what was learned, where many articles were read before it was known."""
    count = min(run.counts.get("without_rules", 0), run.counts.get(Change.NEW, 0))
    if count < FIRST_LESSONS:
        return None
    return (
        f"{count} new articles, read without rules, taught how its pages are built;"
        f" `tinhuy reread {run.site} --dry-run` shows what they gain by it"
    )


def _trapped(run: Run) -> str | None:
    """That many addresses were taken for traps: they may be a list that nobody thought of."""
    count = run.counts.get("traps", 0)
    if count < MANY_TRAPS:
        return None
    return f"{count} addresses were left alone as traps; its crawl log says which, and by what rule"


def _names(sites: list[str], every: bool) -> list[str]:
    if every:
        if sites:
            raise exits.Refused("give names of sites or --all, not both")
        from crawler import registry

        return [site.name for site in registry.sites()]
    if not sites:
        raise exits.Refused("nothing to crawl: give names of sites (see `tinhuy sites`) or --all")
    return sites


def _print_report(report: ReplayReport, as_json: bool) -> None:
    if as_json:
        articles = [article_to_json(article) for article in report.articles]
        names = ("site", "pages", "same", "different", "missing", "unexpected")
        print_json({name: getattr(report, name) for name in names} | {"articles": articles})
        return
    lists = {name: getattr(report, name) for name in ("different", "missing", "unexpected")}
    print_table(
        ("site", "pages", "articles", "same", *lists),
        [(report.site, report.pages, len(report.articles), report.same, *map(len, lists.values()))],
    )
    for name, urls in lists.items():
        for url in urls:
            print(f"{name}: {harmless(url)}")
