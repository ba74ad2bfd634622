"""The history of a collection: its runs, and all that is known of one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from archive.crawllog import logs_of
from archive.times import local
from archive.writer import warc_date
from crawler import clock
from crawler.cli import exits
from crawler.cli.look import mended
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit
from crawler.cli.output import Cell, Size, harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.diary import Entry

COLUMNS = (
    "run", "site", "began", "went", "pages", "new", "changed", "gone", "failures", "written",
    "minutes", "reason",
)  # fmt: skip
"""`run` is empty for what only the archive tells of; `went` is the outcome, or what it came to."""

app = typer.Typer(help="One run of a site.", no_args_is_help=True)


def runs(
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="Only this site's; without it, all.")
    ] = None,
    limit: Limit = 50,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """The runs of the collection, the newest first: done, skipped, killed, under way."""
    from crawler import registry
    from crawler.diary import history

    found = history(mended(collection), warc_date(clock.now()), site, limit)
    if site and not found:
        registry.site(site)  # raises UnknownSite
    if as_json:
        print_json([asdict(entry) for entry in found])
    else:
        print_table(COLUMNS, [_row(entry) for entry in found])


@app.command()
def show(
    run: Annotated[int, typer.Argument(metavar="N", min=1, help="Its number in `tinhuy runs`.")],
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """All that is known of one run: its times, its outcome and why, its counts, its crawl log."""
    from crawler.diary import find
    from crawler.printed import printed

    home = mended(collection)
    entry = find(home, warc_date(clock.now()), run)
    if entry is None:
        raise exits.Refused(f"there is no run {run}; see `tinhuy runs`", exits.NOT_FOUND)
    found = logs_of(home.logs_dir, home.file_prefix(entry.site), entry.run_id or "none")
    said = printed(home, entry.number or 0)
    logs = [str(path) for path in (*found, said) if path.exists()]
    if as_json:
        print_json(asdict(entry) | {"logs": logs})
        return
    if entry.job and entry.started_at and not said.exists():
        logs.append("(what it printed is gone: the oldest is removed)")
    for name, value in _facts(entry, logs):
        print(f"{name:10} {harmless(value)}")
    print()
    print_table(("count", "is"), sorted(entry.counts.items()))


def _row(entry: Entry) -> tuple[Cell, ...]:
    def count(name: str) -> int | None:
        return entry.counts.get(name, 0) if entry.counts else None

    written, took = count("bytes_written"), count("milliseconds")
    return (
        entry.number,
        entry.site,
        local(entry.at, "seconds"),
        entry.outcome or entry.state,
        *(count(name) for name in ("pages", "new", "changed", "gone", "failures")),
        None if written is None else Size(written),
        None if took is None else round(took / 60_000, 1),
        harmless(entry.reason),
    )


def _facts(entry: Entry, logs: list[str]) -> list[tuple[str, str]]:
    """What has a value."""
    moments = {"planned": entry.planned_at, "began": entry.started_at, "ended": entry.ended_at}
    times = {name: local(at, "seconds") for name, at in moments.items() if at}
    facts = {
        "run": str(entry.number),
        "site": entry.site,
        "job": entry.job,
        "state": entry.state,
        "outcome": entry.outcome,
        "reason": entry.reason,
        **times,
        "id": entry.run_id,
        "process": entry.pid and str(entry.pid),
        "log": " ".join(logs),
    }
    return [(name, value) for name, value in facts.items() if value]
