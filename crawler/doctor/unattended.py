"""Whether nights come, and whether anybody is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive import ArchiveError, Collection
from crawler.channels import channels, fault
from crawler.clock import now
from crawler.doctor.finding import Finding, Verdict, finding, no, ok, setting, warning
from crawler.schedule import Schedule
from crawler.seen import Seen


def schedule(collection: Path) -> Finding:
    """Whether there is a service for the jobs, if there are any."""
    try:
        home = Collection.open(collection)
    except (ArchiveError, OSError):
        return finding("schedule", Verdict.NOT_NEEDED, "there is no collection that has jobs")
    try:
        with Schedule.as_it_is(home) as known, Seen.as_it_is(home) as seen:
            count, is_there = len(known.jobs()), seen.is_heard(now())
    except ArchiveError as error:
        return no("schedule", str(error), "tinhuy schedule list")
    if not count:
        return finding("schedule", Verdict.NOT_NEEDED, "there is no job: see `tinhuy schedule add`")
    jobs = f"{count} job{'s' * (count != 1)}"
    if is_there:
        return ok("schedule", f"{jobs}, and the service is there")
    return warning("schedule", f"{jobs}, and no service is there", "tinhuy schedule run")


def letters(tell: Sequence[str]) -> Finding:
    """Whether anybody is told of nights and alarms, by addresses and programs that can be."""
    known = channels(tell)
    faults = [f"{channel.name}: {why}" for channel in known if (why := fault(channel))]
    if faults:
        return no("letters", "; ".join(faults), "tinhuy tell test  # when `tell` is mended")
    if known:
        return ok("letters", f"to {', '.join(channel.name for channel in known)}")
    remedy = setting("TELL", "command:/usr/local/bin/tell-me", in_list=True)
    return warning("letters", "nobody is told of alarms and nights", remedy)
