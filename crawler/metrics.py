"""Numbers for Prometheus: what diary, alarms and disk say at the moment when they are asked for.

Nothing is counted here, so that no second account can be wrong. There are some ten series for each
site that the diary knows, one for each alarm that lasts, and a dozen for the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from archive import ArchiveError, Change, Collection
from archive.disk import free_bytes
from crawler.alarms import Alarms
from crawler.diary import Diary, Entry, State

LOOPBACK = "127.0.0.1"

_OF_LAST_RUN = {
    "seconds": ("Seconds that the last run of a site took.", "milliseconds"),
    "bytes": ("Bytes that the last run of a site added to the WARC files.", "bytes_written"),
    "pages": ("Lists and articles that answered in the last run of a site.", "pages"),
    "new_articles": ("New articles of the last run of a site.", Change.NEW),
    "failures": ("Requests of the last run of a site that failed.", "failures"),
}


class PortTaken(Exception):
    """The port cannot be had."""

    def __init__(self, port: int, why: str) -> None:
        self.port = port
        super().__init__(f"port {port} of {LOOPBACK}: {why}; give --metrics another")


@contextmanager
def served(collection: Collection, port: int) -> Iterator[None]:
    """Serve them on this machine alone, with those of this process. Raises PortTaken."""
    registry = CollectorRegistry()
    registry.register(Numbers(collection))
    ProcessCollector(registry=registry)
    try:
        server, thread = start_http_server(port, LOOPBACK, registry)
    except OSError as error:
        raise PortTaken(port, error.strerror or str(error)) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Numbers(Collector):
    """The metrics of a collection; each `collect` looks anew."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def collect(self) -> Iterator[Any]:
        """What can be read; `tinhuy_readable` is 0, and alone, where something cannot."""
        try:
            found = [*self._of_diary(), *self._of_alarms(), self._of_disk()]
        except (ArchiveError, OSError):
            found = []
        yield _one("readable", "Whether diary, alarms and disk can be read.", len(found) > 0)
        yield from found

    def _of_disk(self) -> Any:
        free = free_bytes(self._collection.path)
        return _one("disk_free_bytes", "What the disk of the collection has free.", free)

    def _of_diary(self) -> Iterator[Any]:
        with Diary.as_it_is(self._collection) as diary:
            yield from _of_all_runs(diary.tally())
            sites = diary.sites()
            yield from _of_last_runs([run for site in sites if (run := diary.newest(site))])
            yield from _of_successes([run for site in sites if (run := diary.newest(site, "ok"))])

    def _of_alarms(self) -> Iterator[Any]:
        lasting = GaugeMetricFamily(
            "tinhuy_alarm", "1 for each alarm that lasts.", labels=("rule", "site")
        )
        with Alarms.as_it_is(self._collection) as alarms:
            for alarm in alarms.lasting():
                lasting.add_metric((alarm.rule, alarm.site), 1)
        yield lasting


def _of_all_runs(tally: dict[str, int]) -> Iterator[Any]:
    for state, help_text in (
        (State.PLANNED, "Runs that wait for their time, or for their turn."),
        (State.RUNNING, "Runs that are under way."),
    ):
        yield _one(f"runs_{state}", help_text, tally.pop(state, 0))
    over = CounterMetricFamily(
        "tinhuy_runs",
        "Runs that are over, by their outcome or what they came to.",
        labels=("went",),
    )
    for went, count in sorted(tally.items()):
        over.add_metric((went,), count)
    yield over


def _one(name: str, help_text: str, value: float) -> Any:
    return GaugeMetricFamily(f"tinhuy_{name}", help_text, value=value)


def _of_last_runs(runs: list[Entry]) -> Iterator[Any]:
    for name, (help_text, count) in _OF_LAST_RUN.items():
        family = GaugeMetricFamily(f"tinhuy_site_last_run_{name}", help_text, labels=("site",))
        for run in runs:
            told = run.counts.get(count, 0)
            family.add_metric((run.site,), told / 1000 if count == "milliseconds" else told)
        yield family


def _of_successes(runs: list[Entry]) -> Iterator[Any]:
    family = GaugeMetricFamily(
        "tinhuy_site_last_success_timestamp_seconds",
        "When the last run of a site that was ok ended.",
        labels=("site",),
    )
    for run in runs:
        family.add_metric((run.site,), datetime.fromisoformat(run.ended_at or run.at).timestamp())
    yield family
