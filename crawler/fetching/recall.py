"""Within a round no address is fetched twice: the second answer comes from the archive.

Addresses lead to one another by redirects; and a ledger is a few seconds behind the WARC files, so
that a run which was cut short has archived more than it made use of. Whoever asks cannot tell.
"""

from __future__ import annotations

from urllib.parse import urldefrag
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive import ArchiveError, Capture, CaptureNotFound, Collection
from archive.urlkey import request_key, target_uri
from crawler.fetching.replay import response_of, truncation
from crawler.reading.page import GONE


class Recall:
    """Answers out of a collection: those of `left_over` (captures by URL key), and what has been
    fetched in this run.
    """

    def __init__(self, collection: Collection, left_over: dict[str, Capture]) -> None:
        self._collection, self._left_over = collection, left_over
        self._fetched = set[int]()

    def fetched(self, url: str) -> None:
        """This address has given a page."""
        self._fetched.add(hash(url))

    def answer(self, request: Request) -> Response | None:
        """The answer that was archived, if that was whole; `meta["capture"]` is its capture."""
        url = urldefrag(request.url).url
        capture = self._left_of(request, url) or self._repeated(request, url)
        try:
            return self._response(request, url, capture) if capture else None
        except (ArchiveError, OSError):  # then it is fetched
            return None

    def _left_of(self, request: Request, url: str) -> Capture | None:
        content_type = (request.headers.get("Content-Type") or b"").decode("latin-1")
        key, _ = request_key(target_uri(url), request.method, request.body, content_type)
        capture = self._left_over.get(key)
        if capture is None or capture.url != target_uri(url):
            return None
        request.meta["recalled"] = key  # it is left over until it has been made use of
        is_useful = capture.status and (capture.status < 400 or capture.status in GONE)
        return capture if is_useful else None

    def _repeated(self, request: Request, url: str) -> Capture | None:
        if request.method != "GET" or hash(url) not in self._fetched:
            return None
        try:
            return self._collection.find(url)
        except CaptureNotFound:
            return None

    def _response(self, request: Request, url: str, capture: Capture) -> Response | None:
        archived = self._collection.read(capture)
        if archived.status is None or truncation(self._collection, capture):
            return None
        request.meta["capture"], _ = self._collection.identify(capture)
        return response_of(url, request.method, archived.status, archived)


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
