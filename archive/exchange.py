"""One HTTP exchange as it crossed the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""Why a block holds less than was sent (WARC 1.1 §5.15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What was negotiated. `verdict` is "ok" or why the certificate would not have been trusted.

    `weakness`: why no handshake came about by today's rules, where one did by older ones.
    The certificate is valid from `not_before` to `not_after` (RFC 5280 §4.1.2.5; WARC dates), ""
    where there is none.
    """

    protocol: str
    cipher: str
    verdict: str = "ok"
    weakness: str = ""
    not_before: str = ""
    not_after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response, byte for byte, or what is known of a failed one.

    `request` and `response` are seekable streams positioned anywhere; whoever made the exchange
    closes them. `response` begins with the status line of the final (not 1xx) answer and ends with
    its last byte, chunk framing and content coding kept. It is None when no whole head arrived;
    then `error` says why. `request` is None when nothing was sent.
    """

    target_uri: str
    started_at: datetime
    request: BinaryIO | None
    response: BinaryIO | None
    milliseconds: int = 0
    ip_address: str | None = None
    tls: Tls | None = None
    truncated: Truncation | None = None
    error: str | None = None
    via: str | None = None
    hops: str = ""
    notes: tuple[str, ...] = ()
    """Oddities of the wire worth keeping, such as "interim-responses: 1"."""
