"""One way of fetching a list of pages, in a process of its own.

python -m tests.bench.variants NAME DIRECTORY < urls.json      prints its figures as JSON
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import scrapy
import trafilatura
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Collection, Exchange
from archive.cdxj import Capture
from crawler.fetching.capture import Recording, record_to
from spiders.baohatinh import BaohatinhSpider

URLS: list[str] = []
COMMON = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0,
    "HOST_DELAY": 0,
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}
CAPTURE = {
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetching.capture.CaptureHandler"},
    "NAMED_HOSTS": ["127.0.0.1"],
}


class PlainSpider(scrapy.Spider):
    """Scrapy as it comes."""

    name = "plain"

    async def start(self) -> AsyncIterator[Request]:
        for url in URLS:
            yield Request(url)

    def parse(self, response: Response) -> Iterator[Any]:
        assert response.status == 200
        yield from ()


class NaiveSpider(PlainSpider):
    """Scrapy, warcio and trafilatura put together the obvious way."""

    name = "naive"
    writer: WARCWriter

    def parse(self, response: Response) -> Iterator[Any]:
        headers = [
            (name.decode(), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        record = self.writer.create_warc_record(
            response.url,
            "response",
            payload=BytesIO(response.body),
            http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        )
        self.writer.write_record(record)
        yield {"url": response.url, "text": trafilatura.extract(response.body.decode())}


class Nowhere(Recording):
    """Takes exchanges and keeps none: what the tap itself costs."""

    def record(self, exchange: Exchange) -> Capture | None:
        return None


def plain(directory: Path) -> tuple[type[scrapy.Spider], dict[str, Any], Callable[[Crawler], None]]:
    return PlainSpider, COMMON, lambda crawler: None


def naive(directory: Path) -> tuple[type[scrapy.Spider], dict[str, Any], Callable[[Crawler], None]]:
    NaiveSpider.writer = WARCWriter((directory / "naive.warc.gz").open("wb"), gzip=True)
    return NaiveSpider, COMMON, lambda crawler: None


def fetch(directory: Path) -> tuple[type[scrapy.Spider], dict[str, Any], Callable[[Crawler], None]]:
    return PlainSpider, COMMON | CAPTURE, lambda crawler: record_to(crawler, Nowhere())


def warc(directory: Path) -> tuple[type[scrapy.Spider], dict[str, Any], Callable[[Crawler], None]]:
    recording = (
        Collection.create(directory)
        .recording(
            site="bench",
            run_id=str(uuid4()),
            user_agent="bench",
            robots="ignore",
            clock=lambda: datetime.now(UTC),
        )
        .__enter__()
    )
    return PlainSpider, COMMON | CAPTURE, lambda crawler: record_to(crawler, recording)


def text(directory: Path) -> tuple[type[scrapy.Spider], dict[str, Any], Callable[[Crawler], None]]:
    class WholeSpider(BaohatinhSpider):
        """The real spider, given the same list instead of its listings."""

        async def start(self) -> AsyncIterator[Request]:
            for url in URLS:
                yield self._request(url, "article", key=url)

        def _links(self, response: Response, *, is_article: bool = False) -> Iterator[Request]:
            return iter(())

    host = urlsplit(URLS[0])
    values = Settings()
    values.setmodule("crawler.settings")
    settings = dict(values) | COMMON | CAPTURE
    settings |= {
        "AT": {"baohatinh": [f"{host.scheme}://{host.netloc}/"]},
        "COLLECTION": str(directory),
        "REQUISITES": False,
    }
    return WholeSpider, settings, lambda crawler: None


VARIANTS = {"plain": plain, "naive": naive, "fetch": fetch, "warc": warc, "text": text}


def main(name: str, directory: Path) -> dict[str, float]:
    URLS.extend(json.load(sys.stdin))
    spider, settings, prepare = VARIANTS[name](directory)
    values = Settings()
    values.setdict(settings, priority="cmdline")
    process = AsyncCrawlerProcess(values)
    crawler = process.create_crawler(spider)
    prepare(crawler)
    began, before = time.perf_counter(), _cpu()
    task = process.crawl(crawler)
    process.start()
    task.result()
    seconds, cpu = time.perf_counter() - began, _cpu() - before
    assert crawler.stats is not None
    assert crawler.stats.get_value("response_received_count") == len(URLS)
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": sum(f.stat().st_size for f in directory.rglob("*") if f.is_file()),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
