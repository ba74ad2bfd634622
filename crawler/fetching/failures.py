"""Why a fetch failed, in words for people; and if a name is gone or only nobody could tell."""

from __future__ import annotations

import asyncio
import re
import socket

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawler.fetching.guard import RequestRefused
from crawler.fetching.location import RedirectedInCircle
from crawler.fetching.robots import RobotsForbidden, RobotsUnread

_GONE = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_TLS = re.compile(r"SSL|TLS|certificate")
_TLS_REASON = re.compile(r"'([^']{3,100})'\)\]")


async def of_lookup(host: str) -> CannotResolveHostError:
    """Why a host has no address. Twisted does not tell, so the system is asked once more."""
    try:
        await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError) as error:
        return lookup_error(host, error)
    return CannotResolveHostError(f"{host} could be looked up only at the second attempt")


def lookup_error(host: str, error: Exception) -> CannotResolveHostError:
    """What an error of `socket.getaddrinfo` says of a host: its name is gone, or nobody answers."""
    if isinstance(error, UnicodeError) or getattr(error, "errno", None) in _GONE:
        return CannotResolveHostError(f"there is no host {host}: its name is not in the DNS")
    return CannotResolveHostError(f"{host} could not be looked up: is the network of here up?")


def tls_reason(error: BaseException) -> str:
    """What OpenSSL said, if this is a failed handshake; otherwise empty."""
    text = str(error)
    found = _TLS_REASON.search(text)
    return found[1] if found and _TLS.search(text) else ""


def sort_of(error: BaseException) -> str:
    """Why a page did not come, in words that other pages share."""
    match error:
        case RobotsForbidden():
            return "robots.txt"
        case RobotsUnread():
            return "its robots.txt could not be read"
        case CannotResolveHostError():
            return "its host has no address"
        case RequestRefused():
            return "an address that is refused"
        case RedirectedInCircle():
            return "a circle of redirects"
        case ResponseDataLossError():
            return "the answer was cut off"
        case DownloadConnectionRefusedError() | DownloadTimeoutError():
            return in_words(error)
    return "TLS does not come about" if tls_reason(error) else type(error).__name__


def in_words(error: BaseException) -> str:
    """Why a page did not come: one line, without the URL where it can be done without."""
    match error:
        case RobotsUnread(why=Exception() as why):
            return in_words(why)
        case CannotResolveHostError() | RobotsUnread():
            return str(error)
        case DownloadConnectionRefusedError():
            return "the connection is refused"
        case DownloadTimeoutError():
            return "no answer in time"
        case ResponseDataLossError():
            return "answers are cut off"
    if reason := tls_reason(error):
        return f"TLS does not come about: {reason}"
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
