"""`python -m tests.crawler.fetching.peak plain|capture URL`: fetch it, print the peak in KiB."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.exchange import Exchange
from crawler.fetching.capture import Recording, record_to
from tests.crawler.fetching.crawl import CAPTURE, SETTINGS, Crawled, Plan, PlanSpider


class Counting(Recording):
    """A recording that reads in pieces, as one that writes a file does."""

    size = 0

    def record(self, exchange: Exchange) -> None:
        assert exchange.response is not None
        exchange.response.seek(0)
        while piece := exchange.response.read(1 << 16):
            self.size += len(piece)


def main(mode: str, url: str) -> None:
    settings: dict[str, Any] = {**SETTINGS, "DOWNLOAD_MAXSIZE": 1 << 30, "DOWNLOAD_WARNSIZE": 0}
    if mode == "capture":
        settings["DOWNLOAD_HANDLERS"] = {"http": CAPTURE}
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(PlanSpider)
    recording, crawled = Counting(), Crawled()
    record_to(crawler, recording)
    process.crawl(crawler, [Plan("big", url)], crawled)
    process.start()
    response = crawled["big"].response
    assert response is not None
    assert mode == "plain" or recording.size > len(response.body)
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak)


if __name__ == "__main__":
    main(*sys.argv[1:])
