"""Redirects to an address with a user and password in it are followed without these."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from archive.urlkey import without_user


class LocationMiddleware:
    """Drops them before Scrapy makes a request of the address, and before any log names it."""

    def process_response(self, request: Request, response: Response) -> Response:
        location = (response.headers.get("Location") or b"").decode("latin-1")
        public = without_user(location.strip())
        if public == location.strip():
            return response
        headers = response.headers.copy()
        headers["Location"] = public.encode("latin-1")
        changed: Response = response.replace(headers=headers)
        return changed
