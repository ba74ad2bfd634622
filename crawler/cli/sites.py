"""The sites that are known, and whether one of them still looks as its rules say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.times import utc_now, vietnam_day
from crawler import provinces
from crawler.cli import exits, log
from crawler.cli.options import At, Delay, Json, standing
from crawler.cli.output import harmless, print_json, print_table
from crawler.site import Site

if TYPE_CHECKING:
    from crawler.addition import Addition
    from crawler.check import Check

FIELDS = ("name", "title", "province", "level", "platform", "domains", "seeds")
COLUMNS = ("name", "title", "province", "today", "level", "platform", "host", "replaced_by")
"""`province` as the site's own time called it, `today` what that is part of since July 2025."""

NEWLINE = "\n"
FOUND = {True: "yes", False: "NO", None: "-"}

app = typer.Typer(invoke_without_command=True)


@app.callback()
def sites(
    context: typer.Context,
    province: Annotated[
        str | None,
        typer.Option(
            "--province",
            metavar="NAME",
            help="Only sites of this province, old or new, with or without marks.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """The sites that are known, with province then and now, level and platform."""
    if context.invoked_subcommand:
        return
    from crawler import registry

    known = [_told(site) for site in registry.sites(province)]
    if as_json:
        print_json(known)
        return
    print_table(COLUMNS, [[_cell(site[column]) for column in COLUMNS] for site in known])


def _told(site: Site) -> dict[str, Any]:
    """A site as JSON; `replaced_by` are hosts that came in the place of its own."""
    host = site.domains[0]
    after = provinces.succession(host)
    return {name: getattr(site, name) for name in FIELDS} | {
        "today": provinces.today(site.province).name if site.province else "",
        "host": host,
        "replaced_by": asdict(after) | {"since": str(after.since or "")} if after else None,
    }


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['new']} ({value['known']})"
    return str(value or "")


@app.command()
def check(
    site: Annotated[
        str, typer.Argument(metavar="SITE|URL", help="A name from `tinhuy sites`, or a URL.")
    ],
    at: At = None,
    delay: Delay = None,
    as_json: Json = False,
) -> None:
    """Fetch one listing and one article of the live site; say what was and was not found."""
    from crawler.fetching.browser import BrowserMissing
    from crawler.run import BadRequest, CrawlOptions, check_site

    log.tame()
    try:
        checks = check_site(site, CrawlOptions(at=standing(at, [site]), delay=delay))
    except BadRequest as error:
        raise exits.Refused(str(error)) from error
    except BrowserMissing as error:
        raise exits.Refused(str(error), exits.NOT_INSTALLED) from error
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        _print_checks(checks)
    if any(one.found is False for one in checks):
        raise typer.Exit(exits.DIFFERENT)


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page of the site: its front page.")],
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Another name than that made of its host."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")
    ] = False,
    delay: Delay = None,
    as_json: Json = False,
) -> None:
    """Look at a site that is not in the list, and write its file and two of its pages."""
    from crawler.addition import NotAdded, add_site
    from crawler.outcome import EXIT_CODES
    from crawler.run import BadRequest, CrawlOptions
    from crawler.sitefile import BadName, NoPlace

    log.tame()
    today = vietnam_day(utc_now())
    try:
        added = add_site(
            url, on=today, name=name, dry_run=dry_run, options=CrawlOptions(delay=delay)
        )
    except NotAdded as error:
        code = EXIT_CODES[error.outcome] if error.outcome else exits.USAGE
        raise exits.Refused(str(error), code) from error
    except (BadName, NoPlace, BadRequest) as error:
        raise exits.Refused(str(error)) from error
    if as_json:
        print_json(_added(added))
    else:
        _print_checks(added.proposal.checks)
        print(f"\n{harmless(added.source, keep=NEWLINE)}" if dry_run else "")
        for path in added.written:
            print(f"wrote {harmless(str(path))}")


def _added(added: Addition) -> dict[str, Any]:
    proposal = added.proposal
    return {
        "site": {name: getattr(proposal.site, name) for name in FIELDS},
        "articles": proposal.articles,
        "lists": proposal.lists,
        "checks": [asdict(check) for check in proposal.checks],
        "source": added.source,
        "written": [str(path) for path in added.written],
    }


def _print_checks(checks: Iterable[Check]) -> None:
    rows = [(FOUND[one.found], one.what, one.detail) for one in checks]
    print_table(("found", "what", "detail"), rows)
