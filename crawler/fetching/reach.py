"""Whether hosts answer: a name, a connection, over TLS a handshake. Nothing is sent after that.

This asks as a crawl would, by the same guard and with as much patience for old TLS, but without
Twisted, whose reactor cannot be started again.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from crawler.fetching.failures import lookup_error
from crawler.fetching.guard import AddressRefused, Guard, host_and_port

SECONDS = 5.0
"""What a host may take for all of it."""
AT_ONCE = 20
_PATIENT_WITH = 3
"""Addresses of a host that share its time: the first may be of a network that leads nowhere."""

Lookup = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one host. `flaw` is what a crawl would record and not mind; `is_refused` is by
    our guard: nothing was sent.
    """

    is_there: bool
    detail: str
    flaw: str = ""
    is_refused: bool = False


def reach_all(
    asked: Sequence[tuple[str, Guard]], *, seconds: float = SECONDS, at_once: int = AT_ONCE
) -> list[Answer]:
    """What comes of each URL, judged by its guard, in their order.

    It takes no longer than `seconds` for every `at_once` of them.
    """
    starts = range(0, len(asked), at_once)
    return [one for start in starts for one in _together(asked[start : start + at_once], seconds)]


def _together(asked: Sequence[tuple[str, Guard]], seconds: float) -> list[Answer]:
    """A resolver cannot be stopped, so a thread that takes too long is left behind."""
    answers = [Answer(is_there=False, detail=f"no answer in {seconds:g} s")] * len(asked)

    def ask(number: int) -> None:
        answers[number] = reach(*asked[number], seconds=seconds)

    end = time.monotonic() + seconds
    threads = [threading.Thread(target=ask, args=(n,), daemon=True) for n in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(answers)


def reach(
    url: str, guard: Guard, *, seconds: float = SECONDS, lookup: Lookup = socket.getaddrinfo
) -> Answer:
    """What comes of one http or https URL; `lookup` is as `socket.getaddrinfo`.

    Each step may take so many seconds: who needs a bound on the whole calls `reach_all`.
    """
    host, port = host_and_port(url)
    try:
        guard.check(url)
        with _connected(url, guard, lookup, seconds) as connection:
            where = f"{connection.getpeername()[0]} port {port}"
            return _shaken(connection, host, where) if url.startswith("https:") else _there(where)
    except AddressRefused as error:
        return Answer(is_there=False, detail=error.reason, is_refused=True)
    except (socket.gaierror, UnicodeError) as error:
        return Answer(is_there=False, detail=str(lookup_error(host, error)))
    except OSError as error:
        return Answer(is_there=False, detail=_in_words(error, seconds))


def _connected(url: str, guard: Guard, lookup: Lookup, seconds: float) -> socket.socket:
    """A connection to the first address that takes one. Raises OSError, AddressRefused."""
    host, port = host_and_port(url)
    failure: Exception = OSError("it has no address")
    found = lookup(host, port, type=socket.SOCK_STREAM)
    for family, kind, proto, _, address in found:
        if why := guard.why_refused(host, port, ip_address(address[0].partition("%")[0])):
            failure = AddressRefused(url, f"{host} at {address[0]}", why)
            continue
        connection = socket.socket(family, kind, proto)
        try:
            connection.settimeout(seconds / min(len(found), _PATIENT_WITH))
            connection.connect(address)
            connection.settimeout(seconds)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _shaken(connection: socket.socket, host: str, where: str) -> Answer:
    """A certificate that is not believed ends the handshake on our side only."""
    try:
        with _tolerant().wrap_socket(connection, server_hostname=host) as encrypted:
            return _there(f"{where}, {encrypted.version()}")
    except ssl.SSLCertVerificationError as error:
        return _there(where, flaw=f"its certificate is not believed: {error.verify_message}")


def _there(where: str, flaw: str = "") -> Answer:
    return Answer(is_there=True, detail=where, flaw=flaw)


def _tolerant() -> ssl.SSLContext:
    """Old portals speak old TLS, and are crawled."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _in_words(error: OSError, seconds: float) -> str:
    match error:
        case TimeoutError():
            return f"no answer in {seconds:g} s"
        case ConnectionRefusedError():
            return "the connection is refused"
        case ssl.SSLError():
            return f"TLS does not come about: {error.reason or error}"
    return error.strerror or str(error)
