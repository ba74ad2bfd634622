"""The schedule: its jobs, what it will do, and the service that does it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive import Collection
from archive.times import VIETNAM, local
from archive.writer import warc_date
from crawler import clock, settings
from crawler.cli import exits, log
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json, Limit
from crawler.cli.output import harmless, leave_terminal, print_json, print_table

if TYPE_CHECKING:
    from crawler.schedule import Job, Schedule

FAR = timedelta(days=400)
"""So far ahead the next nights are looked for."""

app = typer.Typer(help="Which sites are crawled when.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="JOB", help="A name from `tinhuy schedule list`.")]


@app.command()
def run(
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, metavar="N", help="Runs at the same time.")
    ] = settings.RUNS_AT_ONCE,
    hours: Annotated[
        float,
        typer.Option("--hours", min=0.0001, metavar="N", help="A run is ended after so long."),
    ] = settings.RUN_HOURS,
    memory: Annotated[
        int, typer.Option("--memory", min=1, metavar="MB", help="... or with so much memory.")
    ] = settings.RUN_MEMORY,
    metrics: Annotated[
        int,
        typer.Option(
            "--metrics",
            min=0,
            max=65535,
            metavar="PORT",
            help="For Prometheus, on loopback; 0: none.",
        ),
    ] = settings.METRICS_PORT,
    collection: CollectionPath = DEFAULT_COLLECTION,
) -> None:
    """The service: see to the schedule until SIGTERM or Ctrl-C."""
    from crawler.children import Limits
    from crawler.service import Service

    limits = Limits(hours=hours, memory=memory * 1_000_000, at_once=at_once)
    home = Collection.create(collection)
    service = Service(home, limits, _say)
    _take_signals(service.stop)
    log.tame()
    with _measured(home, metrics) if metrics else nullcontext():
        service.run()


@app.command("list")
def list_jobs(collection: CollectionPath = DEFAULT_COLLECTION, as_json: Json = False) -> None:
    """The jobs, and when each is due next."""
    with _opened(collection) as schedule:
        jobs = schedule.jobs()
    if as_json:
        print_json([asdict(job) | {"next_at": _iso(job.next_at)} for job in jobs])
    else:
        rows = [
            (job.name, job.when, " ".join(job.sites) or "all others", job.spread, _when(job))
            for job in jobs
        ]
        print_table(("job", "when", "sites", "spread", "next"), rows)


@app.command()
def add(
    when: Annotated[
        str,
        typer.Argument(metavar="WHEN", help="'30 1 * * *' as in a crontab, or 'every 6 hours'."),
    ],
    sites: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE...", help="Without any: all that no job names."),
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="JOB")] = "nightly",
    spread: Annotated[
        int,
        typer.Option("--spread", min=0, metavar="MINUTES", help="The runs begin within so long."),
    ] = 0,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of the job of that name.")
    ] = False,
    collection: CollectionPath = DEFAULT_COLLECTION,
) -> None:
    """A job. Times are Vietnam's."""
    from crawler.schedule import BadJob, Schedule

    try:
        with Schedule.of(Collection.create(collection)) as schedule:
            job = schedule.add(name, when, sites or [], spread, replaces=replace)
    except BadJob as error:
        raise exits.Refused(str(error)) from error
    print(f"{job.name}: next {_when(job)}")


@app.command()
def remove(job: Name, collection: CollectionPath = DEFAULT_COLLECTION) -> None:
    """Forget a job; what it has planned is done."""
    with _opened(collection) as schedule:
        _found(schedule.remove(job), job)
    print(f"{job}: removed")


@app.command()
def pause(job: Name, collection: CollectionPath = DEFAULT_COLLECTION) -> None:
    """Let a job's times pass, until it is resumed."""
    with _opened(collection) as schedule:
        _found(schedule.pause(job), job)
    print(f"{job}: paused")


@app.command()
def resume(job: Name, collection: CollectionPath = DEFAULT_COLLECTION) -> None:
    """Let a job that was paused have nights again; those that have passed are over."""
    with _opened(collection) as schedule:
        _found(schedule.resume(job), job)
    print(f"{job}: resumed")


@app.command()
def now(
    sites: Annotated[list[str], typer.Argument(metavar="SITE...", help="Names of sites.")],
    collection: CollectionPath = DEFAULT_COLLECTION,
) -> None:
    """Have the service crawl sites as soon as it can."""
    from crawler import registry
    from crawler.diary import BY_HAND, Diary, Planned
    from crawler.seen import Seen

    at = warc_date(clock.now())
    names = [registry.site(site).name for site in sites]
    home = Collection.create(collection)
    with Diary.of(home) as diary:
        diary.plan(BY_HAND, [Planned(at, name, at) for name in names])
    with Seen.as_it_is(home) as seen:
        is_there = seen.is_heard(clock.now())
    begins = "the service begins it" if is_there else "it waits for `tinhuy schedule run`"
    for name in names:
        print(f"{name}: planned; {begins}")


@app.command("next")
def next_nights(
    limit: Limit = 20, collection: CollectionPath = DEFAULT_COLLECTION, as_json: Json = False
) -> None:
    """The next times, of all jobs."""
    begin = clock.now()
    with _opened(collection) as schedule:
        jobs = [job for job in schedule.jobs() if job.next_at]
    coming = merge(*(_coming(job, begin) for job in jobs), key=itemgetter(0))
    found = list(islice(coming, limit))
    if as_json:
        print_json([{"at": _iso(at), "job": job.name, "sites": job.sites} for at, job in found])
    else:
        rows = [(_iso(at), job.name, " ".join(job.sites) or "all others") for at, job in found]
        print_table(("at", "job", "sites"), rows)


def _coming(job: Job, begin: datetime) -> Iterator[tuple[datetime, Job]]:
    from crawler.schedule import nights

    return ((at, job) for at in nights(job, begin, begin + FAR))


@contextmanager
def _measured(home: Collection, port: int) -> Iterator[None]:
    from crawler.metrics import PortTaken, served

    try:
        with served(home, port):
            yield
    except PortTaken as error:
        raise exits.Refused(str(error), exits.NOT_INSTALLED) from error


@contextmanager
def _opened(path: Path) -> Iterator[Schedule]:
    """Whoever looks at jobs, or changes one, makes no collection."""
    from crawler.schedule import Schedule

    with Schedule.as_it_is(Collection.open(path)) as schedule:
        yield schedule


def _found(was_there: bool, job: str) -> None:
    if not was_there:
        raise exits.Refused(f"there is no job {job}; see `tinhuy schedule list`", exits.NOT_FOUND)


def _take_signals(stop: Callable[[], None]) -> None:
    """SIGTERM, Ctrl-C and a closed terminal stop the service; the last not where it is ignored."""

    def hung_up(*_: object) -> None:
        leave_terminal()
        stop()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop())
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, hung_up)


def _say(words: str) -> None:
    with suppress(OSError):  # a full disk behind stdout is no reason to end
        print(f"{local(warc_date(clock.now()), 'seconds')} {harmless(words)}", flush=True)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).isoformat(timespec="minutes") if at else None


def _when(job: Job) -> str:
    return _iso(job.next_at) or "paused"
