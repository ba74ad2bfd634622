"""Whatever an origin does, what crossed the wire is on the disk, and can be replayed."""

from __future__ import annotations

import ssl
import uuid
from dataclasses import dataclass, field

import pytest
import trustme
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.exceptions import DownloadFailedError, ResponseDataLossError

from archive import CaptureNotFound, Collection, verify
from archive.reader import iter_records
from crawler import settings as house
from tests.archive.validator import validate
from tests.crawler.fetching.conftest import InReactor
from tests.crawler.fetching.crawl import Crawled, Plan, crawl
from tests.crawler.fetching.misbehaviour import CASES, OVER_TLS, Case
from tests.crawler.fetching.origin import Crossed, Origin, always
from tests.crawler.fetching.test_replay import seen

SETTINGS = {
    "DEFAULT_REQUEST_HEADERS": house.DEFAULT_REQUEST_HEADERS,
    "DOWNLOADER_MIDDLEWARES": house.DOWNLOADER_MIDDLEWARES,
    "DOWNLOAD_MAXSIZE": house.DOWNLOAD_MAXSIZE,
}


@dataclass
class Kept:
    """What one address left in the collection."""

    types: list[str] = field(default_factory=list)
    blocks: dict[str, bytes] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Played:
    """All cases over one scheme: as the origin saw them, live, replayed, and as they are kept."""

    collection: Collection
    urls: dict[str, str]
    crossed: dict[str, list[Crossed]]
    live: Crawled
    replayed: Crawled
    kept: dict[str, Kept]

    def case(self, name: str) -> Case:
        over_tls = self.urls[name].startswith("https:")
        return OVER_TLS.get(name, CASES[name]) if over_tls else CASES[name]


@pytest.fixture(scope="module", params=["http", "https"])
def played(
    request: pytest.FixtureRequest,
    authority: trustme.CA,
    in_reactor: InReactor,
    tmp_path_factory: pytest.TempPathFactory,
) -> Played:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    collection = Collection.create(tmp_path_factory.mktemp("kept") / request.param)
    answers = {f"/{name}": always(*case.steps) for name, case in CASES.items()}
    with Origin(answers, context if request.param == "https" else None) as origin:
        urls = {name: origin.url(f"/{name}") for name in CASES}
        plans = [
            Plan(name, urls[name], method=case.method, meta=case.meta)
            for name, case in CASES.items()
        ]
        live = in_reactor(_live(plans, collection))
    replayed = in_reactor(crawl(AsyncCrawlerRunner, plans, None, collection, SETTINGS))
    return Played(collection, urls, origin.crossed, live, replayed, _kept(collection))


async def _live(plans: list[Plan], collection: Collection) -> Crawled:
    with collection.recording(site="thu", run_id=str(uuid.uuid4())) as recording:
        return await crawl(AsyncCrawlerRunner, plans, recording, None, SETTINGS)


def _kept(collection: Collection) -> dict[str, Kept]:
    kept = dict[str, Kept]()
    for path in collection.warcs():
        for record in iter_records(path):
            here = kept.setdefault(record.target_uri, Kept())
            here.types.append(record.type)
            here.blocks[record.type] = record.block.read()
            here.fields[record.type] = dict(record.headers)
    return kept


def test_the_table_is_long_enough() -> None:
    """There are more than a hundred cases, none of them twice."""
    assert len(CASES) >= 110
    assert len({(*case.steps, case.method) for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_is_stored_is_what_crossed_the_wire(played: Played, name: str) -> None:
    """Request and response of a case are stored as the origin saw them, cut where they were."""
    case, [crossed] = played.case(name), played.crossed[f"/{name}"]
    kept = played.kept[played.urls[name]]
    assert kept.types == ["response"] * case.stored + ["request", "metadata"]
    assert kept.blocks["request"] == crossed.request
    if not case.stored:
        return
    sent, stored = crossed.response, kept.blocks["response"]
    if case.cut_by_us:
        head, *_ = case.steps
        assert isinstance(head, bytes)
        assert stored.startswith(head)
        assert sent.startswith(stored)
    else:
        assert stored == sent[case.before : len(sent) - case.after]


@pytest.mark.parametrize("name", CASES)
def test_what_went_wrong_is_said(played: Played, name: str) -> None:
    """The reason of a truncation stands on the record, the error and the oddities beside it."""
    case, kept = played.case(name), played.kept[played.urls[name]]
    if case.stored:
        assert kept.fields["response"].get("WARC-Truncated") == case.truncated
    remarks = kept.blocks["metadata"].decode()
    failed = case.truncated is not None or not case.stored
    assert ("\r\nerror: " in remarks) == failed, remarks
    if failed and case.error:
        assert f"\r\nerror: {case.error.__name__}:" in remarks, remarks
    closing = name in OVER_TLS or "close-notify" in name
    if closing and played.urls[name].startswith("https:"):
        assert "note: tls-close-notify: missing" in remarks
    assert ("note: bytes-after-message: " in remarks) == bool(case.after)
    assert ("note: interim-responses: " in remarks) == bool(case.before) or not case.stored


@pytest.mark.parametrize("name", CASES)
def test_the_spider_gets_it_or_an_error(played: Played, name: str) -> None:
    """A whole response reaches the spider; what was lost, or cannot be undone, is an error."""
    case, fetched = played.case(name), played.live[name]
    assert type(fetched.error) is (case.error or type(None)), fetched.error


@pytest.mark.parametrize("name", CASES)
def test_replay_gives_the_same(played: Played, name: str) -> None:
    """A replay gives Scrapy the same status, headers and body, or the same kind of error."""
    live, replayed = played.live[name], played.replayed[name]
    if live.response is not None:
        assert replayed.error is None, replayed.error
        assert seen(replayed.response) == seen(live.response)
    elif played.case(name).stored:
        # Twisted gives up an unreadable head with another error, but not of another kind
        kind = type(live.error)
        kind = ResponseDataLossError if kind is DownloadFailedError else kind
        assert type(replayed.error) is kind, replayed.error
    else:
        assert isinstance(replayed.error, CaptureNotFound)


def test_the_files_are_sound(played: Played) -> None:
    """The files of the misbehaving origin satisfy the independent validator, and `verify`."""
    for path in played.collection.warcs():
        assert len(validate(path)) > 2 * len(CASES)
    assert list(verify.verify(played.collection)) == []
