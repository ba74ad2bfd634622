"""Within a round no address is fetched twice: the second answer comes from the archive.

Addresses lead to one another by redirects; and a ledger is a few seconds behind the WARC files, so
that a run which was cut short has archived more than it made use of. Whoever asks cannot tell.
What a person wants to be asked for again (`meta["again"]`) is asked for.
"""

from __future__ import annotations

from urllib.parse import urldefrag
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive import ArchiveError, Capture, Collection
from archive.cdxj import timestamp
from archive.urlkey import target_uri
from crawler.fetching.replay import response_of, truncation
from crawler.ledger import Round
from crawler.reading.page import GONE


class Recall:
    """Answers out of a collection: what was fetched in this run, and in those it goes on with."""

    def __init__(self, collection: Collection, round: Round) -> None:
        self._collection, self._round = collection, round
        self._fetched = set[int]()

    def fetched(self, url: str) -> None:
        """This address has given a page."""
        self._fetched.add(hash(url))

    def answer(self, request: Request) -> Response | None:
        """The answer that was archived, if that was whole; `meta["capture"]` is its capture."""
        url = urldefrag(request.url).url
        was_fetched = request.method == "GET" and hash(url) in self._fetched
        if request.meta.get("again") or not (was_fetched or self._round.is_continued):
            return None
        try:
            capture = self._capture(request, url)
            is_of_round = was_fetched or capture.timestamp >= timestamp(self._round.begun_at)
            return self._response(request, url, capture) if is_of_round else None
        except (ArchiveError, OSError):  # then it is fetched
            return None

    def _capture(self, request: Request, url: str) -> Capture:
        content_type = (request.headers.get("Content-Type") or b"").decode("latin-1")
        return self._collection.find(
            url, method=request.method, body=request.body, content_type=content_type
        )

    def _response(self, request: Request, url: str, capture: Capture) -> Response | None:
        status = capture.status or 0
        is_answer = 0 < status < 400 or status in GONE
        is_same = capture.url == target_uri(url)  # different addresses may share a key
        if not (is_answer and is_same) or truncation(self._collection, capture):
            return None
        archived = self._collection.read(capture)
        request.meta["capture"], _ = self._collection.identify(capture)
        return response_of(url, request.method, status, archived)


_recalls: WeakKeyDictionary[Crawler, Recall] = WeakKeyDictionary()


def recall_for(crawler: Crawler, recall: Recall) -> None:
    """Say what this crawler may take from the archive."""
    _recalls[crawler] = recall


class RecallMiddleware:
    """Behind robots.txt, and before everything that would send."""

    def __init__(self, crawler: Crawler) -> None:
        self._recall = _recalls.get(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RecallMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        return self._recall.answer(request) if self._recall else None

    def process_response(self, request: Request, response: Response) -> Response:
        if self._recall and request.method == "GET" and response.status < 400:
            self._recall.fetched(urldefrag(request.url).url)
        return response
