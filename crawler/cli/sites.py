"""The sites that are known, and whether one of them still looks as its rules say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from crawler.cli import exits, log
from crawler.cli.options import At, Json, standing
from crawler.cli.output import print_json, print_table

FOUND = {True: "yes", False: "NO", None: "-"}

app = typer.Typer(invoke_without_command=True)


@app.callback()
def sites(context: typer.Context, as_json: Json = False) -> None:
    """The sites that are known, with province, level and platform."""
    if context.invoked_subcommand:
        return
    from crawler import registry

    fields = ("name", "title", "province", "level", "platform", "domains", "seeds")
    known = [{name: getattr(site, name) for name in fields} for site in registry.sites()]
    if as_json:
        print_json(known)
        return
    rows = [[*map(str, list(site.values())[:5]), site["domains"][0]] for site in known]
    print_table((*fields[:5], "host"), rows)


@app.command()
def check(
    site: Annotated[str, typer.Argument(metavar="SITE", help="A name from `tinhuy sites`.")],
    at: At = None,
    as_json: Json = False,
) -> None:
    """Fetch one listing and one article of the live site; say what was and was not found."""
    from crawler.run import BadRequest, CrawlOptions, check_site

    log.tame()
    try:
        checks = check_site(site, CrawlOptions(at=standing(at, [site])))
    except BadRequest as error:
        raise exits.Refused(str(error)) from error
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        rows = [(FOUND[one.found], one.what, one.detail) for one in checks]
        print_table(("found", "what", "detail"), rows)
    if any(one.found is False for one in checks):
        raise typer.Exit(exits.DIFFERENT)
