"""Scrapy's scheduler over the ledger: what waits is on the disk, and outlives any death of a run.

    SCHEDULER = "crawler.scheduler.LedgerScheduler"

A request needs `meta["key"]` and `meta["kind"]`. A host is given no more than
CONCURRENT_REQUESTS_PER_DOMAIN requests until they have been visited: one that hangs holds up
nobody else. MAX_PAGES bounds the pages of a run; what is over waits for the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.ledger import PAGES
from crawler.session import session_of
from crawler.waiting import Waiting

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Visitor(Protocol):
    """The spider, as it is asked what to do with an answer and with the lack of one."""

    def visit(self, response: Response) -> Any: ...

    def failed(self, failure: Any) -> Any: ...

    def is_spent(self, request: Mapping[str, Any]) -> bool: ...


class LedgerScheduler(BaseScheduler):
    """Requests in the order of their priorities, those of one priority as they were found."""

    def __init__(self, crawler: Crawler) -> None:
        session = session_of(crawler)
        self._queue, self._counts = session.ledger.queue, session.counts
        self._at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._max_pages = crawler.settings.getint("MAX_PAGES")
        self._again: dict[str, Request] = {}
        """Redirects and further tries of what is under way, by key."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LedgerScheduler:
        return cls(crawler)

    def open(self, spider: Visitor) -> None:  # type: ignore[override]
        self._spider = spider

    def has_pending_requests(self) -> bool:
        kinds = (False, True) if self._may_ask_for_pages() else (False,)
        waits = any(self._queue.count(pages=kind) for kind in kinds)
        return bool(self._again) or waits

    def enqueue_request(self, request: Request) -> bool:
        key = request.meta["key"]
        if key in self._queue.under_way:
            self._again[key] = request
        else:
            self._queue.enqueue(_stored(request))
        return True

    def next_request(self) -> Request | None:
        return self._once_more() or self._from_ledger()

    def _once_more(self) -> Request | None:
        under_way = self._queue.under_way
        busy = Counter(host for key, host in under_way.items() if key not in self._again)
        for key, request in self._again.items():
            host = urlsplit(request.url).netloc
            if busy[host] < self._at_once:
                under_way[key] = host
                return self._again.pop(key)
        return None

    def _from_ledger(self) -> Request | None:
        pages = self._may_ask_for_pages()
        waiting = self._queue.hand_out(at_once=self._at_once, pages=pages)
        while waiting and self._spider.is_spent(waiting.request):
            self._queue.settle(waiting.key)
            waiting = self._queue.hand_out(at_once=self._at_once, pages=pages)
        if waiting is None:
            return None
        self._counts["asked"] += waiting.is_page
        return self._asked(waiting)

    def _may_ask_for_pages(self) -> bool:
        return not self._max_pages or self._counts["asked"] < self._max_pages

    def _asked(self, waiting: Waiting) -> Request:
        stored = waiting.request
        return Request(
            stored["url"],
            self._spider.visit,
            errback=self._spider.failed,
            method=stored["method"],
            headers=FORM if stored["method"] == "POST" else None,
            body=stored["body"],
            meta=dict(stored["meta"]),
            priority=waiting.priority,
        )


def _stored(request: Request) -> Waiting:
    meta: dict[str, Any] = request.meta
    return Waiting(
        key=meta["key"],
        host=urlsplit(request.url).netloc,
        is_page=meta["kind"] in PAGES,
        priority=request.priority,
        request={
            "url": request.url,
            "method": request.method,
            "body": request.body.decode("latin-1"),
            "meta": meta,
        },
    )
