"""Content codings, undone as a browser would: what is not what its head says is taken as it is.

Scrapy's own middleware raises on a plain page that claims to be gzip, and the page is asked for
again and again without ever reaching the spider.
"""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from archive.http import decode_content


class DecodingMiddleware:
    """Raises UndecodableContent for a bomb, and for a coding that is not known here."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        fields = response.headers.getlist("Content-Encoding")
        codings = [c.strip().lower() for f in fields for c in f.decode("latin-1").split(",")]
        if not codings or request.method == "HEAD":
            return response
        body = decode_content(response.body, [c for c in codings if c], self._max_bytes)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        changes: dict[str, Any] = {"body": body, "headers": headers, "cls": kind}
        if issubclass(kind, TextResponse):
            changes["encoding"] = None
        decoded: Response = response.replace(**changes)
        return decoded
