"""One step of keeping an archive, in a process of its own.

python -m tests.bench.steps NAME PAGES DIRECTORY COUNT [small]      prints its figures as JSON
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cdxj_indexer.main import CDXJIndexer
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Catalog, Change, Collection, Look, Recording, cdxj, export, rebuild, scan, wacz
from archive import verify as verifying
from tests.bench.material import BEGAN, Fetch, fetches, load, small

COMMIT_EVERY = 100
"""Captures from one fsync to the next, as the crawl's pipeline has it at the most."""


_ONE_FILE, _SEVERAL_FILES = 1_000_000_000, 1_000_000
"""Bytes of a file: as a crawl has it, and such that there is something to share out."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a step has to do its work on."""

    collection: Collection
    fetches: Callable[[], Iterable[Fetch]]
    file_bytes: int

    @property
    def warcs(self) -> list[str]:
        return [str(path) for path in self.collection.warcs()]


def write(work: Work) -> None:
    """Response, request and metadata of every fetch, digests, dedup table, fsync and index."""
    with work.collection.recording(site="bench", run_id="bench", user_agent="bench") as recording:
        for number, fetch in enumerate(work.fetches(), 1):
            recording.record(fetch.exchange)
            if not number % COMMIT_EVERY:
                recording.commit()


def write_all(work: Work) -> None:
    """The same, with the text of every page, its entry in the journal and in the catalog."""
    home, pending = work.collection, list[Look]()
    with (
        home.recording(site="bench", run_id="bench", max_file_bytes=work.file_bytes) as recording,
        Catalog(home.catalog_path) as catalog,
    ):
        for number, fetch in enumerate(work.fetches(), 1):
            pending.append(_read(recording, catalog, fetch))
            if not number % COMMIT_EVERY:
                recording.commit()
                catalog.put_many(pending)
                pending.clear()


def _read(recording: Recording, catalog: Catalog, fetch: Fetch) -> Look:
    capture, article = recording.record(fetch.exchange), fetch.article
    assert capture is not None
    change = catalog.compare(article)
    assert change == Change.NEW
    look = Look(url=fetch.url, site="bench", change=change, capture=capture, article=article)
    return recording.convert(look)


def write_warcio(work: Work) -> None:
    """Response and request of every fetch, as warcio's documentation has it."""
    with (work.collection.path / "warcio.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for fetch in work.fetches():
            response = _record(writer, fetch.url, "response", fetch.response)
            request = _record(writer, fetch.url, "request", fetch.request)
            writer.write_request_response_pair(request, response)


def _record(writer: WARCWriter, url: str, kind: str, message: bytes) -> Any:
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    protocol, status = first.split(" ", 1)
    http = StatusAndHeaders(
        status if kind == "response" else first,
        headers,
        protocol=protocol if kind == "response" else "",
        is_http_request=kind == "request",
    )
    return writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http)


def verify(work: Work) -> None:
    """Every rule for every record, the indexes, and what leads from one record to another."""
    assert list(verifying.verify(work.collection, workers=1)) == []


def verify_all(work: Work) -> None:
    """The same by as many processes as there are processors."""
    assert list(verifying.verify(work.collection)) == []


def check_warcio(work: Work) -> None:
    """`warcio check`: block and payload digests."""
    Checker(Namespace(inputs=work.warcs, verbose=False)).process_all()


def rebuild_one(work: Work) -> None:
    """Indexes, dedup table, catalog and search."""
    assert rebuild.rebuild(work.collection, workers=1) == []


def rebuild_all(work: Work) -> None:
    """The same by as many processes as there are processors."""
    assert rebuild.rebuild(work.collection) == []


def index(work: Work) -> None:
    """The index alone."""
    for path in work.collection.warcs():
        cdxj.write_index(work.collection.path / "bench.cdxj", scan.captures(path))


def index_cdxj(work: Work) -> None:
    """cdxj-indexer: the index alone."""
    with (work.collection.path / "other.cdxj").open("wt") as out:
        CDXJIndexer(out, work.warcs, sort=True).process_all()


def export_jsonl(work: Work) -> None:
    """Every version of every article as JSON Lines."""
    with Catalog(work.collection.catalog_path) as catalog:
        export.to_file(catalog, work.collection.path / "bench.jsonl", "jsonl")


def export_wacz(work: Work) -> None:
    """Every file of captures, an index, and the texts of the pages."""
    with Catalog(work.collection.catalog_path) as catalog:
        path = work.collection.path / "bench.wacz"
        wacz.to_file(work.collection, catalog, path, created=BEGAN)


STEPS = {
    "write": write,
    "write-all": write_all,
    "write-warcio": write_warcio,
    "verify": verify,
    "verify-all": verify_all,
    "check-warcio": check_warcio,
    "rebuild": rebuild_one,
    "rebuild-all": rebuild_all,
    "index": index,
    "index-cdxj": index_cdxj,
    "export-jsonl": export_jsonl,
    "export-wacz": export_wacz,
}


def main(name: str, pages: Path, directory: Path, count: int, *options: str) -> dict[str, float]:
    """Do the step, and tell how long it took. Fetches are made before the clock starts, unless
    they are small: those are many, and what memory they take is what is asked for.
    """
    if "small" in options:
        some = small(load(pages))
        many = partial(fetches, some, count, repeats=True)
        work = Work(Collection.create(directory), many, _ONE_FILE)
    else:
        made = list(fetches(load(pages), count)) if name.startswith("write") else []
        work = Work(Collection.create(directory), lambda: made, _SEVERAL_FILES)
    with contextlib.redirect_stdout(sys.stderr):
        began, before = time.perf_counter(), _cpu()
        STEPS[name](work)
        seconds, cpu = time.perf_counter() - began, _cpu() - before
    return {"seconds": seconds, "cpu": cpu, "peak_mb": _peak()}


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _peak() -> float:
    """The most memory that this program has held, in MB; `ru_maxrss` has its parent's as well."""
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


if __name__ == "__main__":
    step, pages, directory, count, *options = sys.argv[1:]
    print(json.dumps(main(step, Path(pages), Path(directory), int(count), *options)))
