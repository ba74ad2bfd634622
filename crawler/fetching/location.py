"""Redirects are followed without the user and password in them, and not in a circle."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.urlkey import without_user


class RedirectedInCircle(IgnoreRequest):
    """An address leads back to itself: without cookies it would for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"{url} redirects in a circle")


class LocationMiddleware:
    """Drops users and passwords before Scrapy makes a request of an address, and before any log
    names it; raises RedirectedInCircle where a circle closes.
    """

    def process_request(self, request: Request) -> None:
        if request.url in request.meta.get("redirect_urls", ()):
            raise RedirectedInCircle(request.url)

    def process_response(self, request: Request, response: Response) -> Response:
        location = (response.headers.get("Location") or b"").decode("latin-1")
        public = without_user(location.strip())
        if public == location.strip():
            return response
        headers = response.headers.copy()
        headers["Location"] = public.encode("latin-1")
        changed: Response = response.replace(headers=headers)
        return changed
