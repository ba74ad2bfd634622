"""Is all well? The alarms of a collection, and how each of its sites is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from archive import Collection
from archive.times import local
from crawler.cli import exits
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json
from crawler.cli.output import Cell, console, harmless, print_json, print_table

if TYPE_CHECKING:
    from crawler.alarms import Alarm
    from crawler.health import Health, SiteState

BARS = "▁▂▃▄▅▆▇█"
NOTHING = "·"


def health(
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="Only this site's; without it, all.")
    ] = None,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """Say whether all is well: the alarms with their evidence, and how each site is."""
    from crawler.health import settle

    found = settle(Collection.open(collection), site)
    if site and not found.sites:
        raise exits.Refused(f"no run of {site} is known; see `tinhuy runs`", exits.NOT_FOUND)
    alarms = [one for one in found.lasting if site in (one.site, None)]
    over = [one for one in found.cleared if site in (one.site, None)]
    if as_json:
        print_json(_json(found, alarms, over))
    else:
        _show(found, alarms, over)
    if alarms:
        raise typer.Exit(exits.ALARMS)


def _json(found: Health, alarms: Sequence[Alarm], over: Sequence[Alarm]) -> dict[str, object]:
    return {
        "at": found.at,
        "is_recorded": found.is_recorded,
        "alarms": [asdict(one) for one in alarms],
        "cleared": [asdict(one) for one in over],
        "sites": [asdict(one) for one in found.sites],
    }


def _show(found: Health, alarms: Sequence[Alarm], over: Sequence[Alarm]) -> None:
    if sys.stdout.isatty():
        console().print(_summary(len(alarms), len(found.sites)), "\n", sep="")
    new = {(one.rule, one.site) for one in found.raised}
    rows = [_alarm(one, "new" if (one.rule, one.site) in new else "lasts") for one in alarms]
    rows += [_alarm(one, "over") for one in over]
    if rows:
        print_table(("alarm", "site", "since", "is", "evidence"), rows)
        print()
    columns = ("site", "state", "visited", "went", "newest", "30 days")
    print_table(columns, [_site(one, alarms) for one in found.sites])


def _summary(count: int, sites: int) -> Text:
    if count:
        return Text(f"{count} alarm{'s' * (count != 1)}", "bold red")
    return Text(f"All is well with {sites} site{'s' * (sites != 1)}.", "green")


def _alarm(alarm: Alarm, state: str) -> tuple[Cell, ...]:
    since = local(alarm.raised_at, "minutes")
    return (alarm.rule, alarm.site, since, state, harmless(alarm.evidence))


def _site(state: SiteState, alarms: Sequence[Alarm]) -> tuple[Cell, ...]:
    its = " ".join(one.rule for one in alarms if one.site == state.site)
    well = "one bad visit" if state.is_ailing else "well"
    return (
        state.site,
        its or (well if state.is_watched else "not watched"),
        local(state.visited_at, "minutes") if state.visited_at else None,
        state.outcome,
        state.published_on,
        "".join(_bars(state.news)),
    )


def _bars(counts: Sequence[int]) -> Iterator[str]:
    """A bar for each day, as high as it is beside the highest."""
    most = max(counts, default=0)
    for count in counts:
        yield BARS[-(-count * len(BARS) // most) - 1] if count else NOTHING
