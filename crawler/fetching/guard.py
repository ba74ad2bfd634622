"""Addresses that are refused, so that no page can send the crawler into the inner network.

Two checks, because either alone has a hole. A URL that carries an address instead of a name is
judged before anything is sent, in every spelling that `inet_aton` reads (`127.1`, `0x7f000001`,
`2130706433`), also when a proxy would do the connecting. A name is judged by what it resolves to:
the resolver hands on only addresses that passed, and the connection goes to exactly these, so a
name that resolves differently the second time is judged a second time.

Twisted's HostnameEndpoint asks the reactor's name resolver about literal addresses too; TCP
endpoints never ask again. Only a CONNECT or HTTP proxy resolves names where we cannot see it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

_IPV6_IN_USE = ipaddress.IPv6Network("2000::/3")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REMEMBERED_REFUSALS = 10_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(IgnoreRequest):
    """The request was not sent. Not retried by Scrapy, and not an exchange."""

    def __init__(self, url: str, address: str, why: str) -> None:
        self.url, self.address, self.why = url, address, why
        super().__init__(
            f"refused {url}: {address} is {why}; to crawl it, name this very host (NAMED_HOSTS)"
        )


class Guard:
    """Judges hosts and addresses for one crawl.

    `named` are the hosts the user named, as `host` or `host:port`: they may be anywhere.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._named = {_named_host(entry) for entry in named}

    def check(self, url: str) -> None:
        """Raise AddressRefused for a scheme that is not http(s), or an address in an inner net."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS:
            raise AddressRefused(url, parts.scheme or "nothing", "not a scheme of the web")
        host, port = host_and_port(url)
        address = literal_address(host)
        if address is not None and (why := self.why_refused(host, port, address)):
            raise AddressRefused(url, str(address), why)

    def why_refused(self, host: str, port: int, address: Address) -> str | None:
        """Why nothing may be sent to `address`, reached as `host`; None if it may.

        A `port` of 0 stands for any.
        """
        for name, named_port in self._named:
            if name == _ascii(host) and (not named_port or not port or named_port == port):
                return None
        return why_inner(address)


def why_inner(address: Address) -> str | None:
    """What kind of inner or unusable address this is; None for one of the public Internet."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour or (address.teredo or [None])[-1]
        if embedded is not None:
            why = why_inner(embedded)
            return f"{why} inside IPv6" if why else None
    for kind in ("unspecified", "loopback", "link_local", "multicast", "private", "reserved"):
        if getattr(address, f"is_{kind}"):
            return kind.replace("_", "-")
    if not address.is_global or (address.version == 6 and address not in _IPV6_IN_USE):
        return "not a public address"
    return None


def literal_address(host: str) -> Address | None:
    """The address that `host` spells, as `inet_aton` or RFC 4291 read it; None for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def host_and_port(url: str) -> tuple[str, int]:
    """Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def _named_host(entry: str) -> tuple[str, int]:
    literal = literal_address(entry.strip("[]"))
    parts = urlsplit(f"//[{literal}]" if literal and literal.version == 6 else f"//{entry}")
    return _ascii(parts.hostname or ""), parts.port or 0


def _ascii(host: str) -> str:
    host = host.lower().rstrip(".")
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class GuardedResolver:
    """A Twisted name resolver over another one, which keeps refused addresses to itself.

    There is one per reactor, and so per program: an address passes if any crawl that is running
    may go there.
    """

    def __init__(self, below: Any) -> None:
        self._below = below
        self._guards: list[Guard] = []
        self._refusals: dict[str, tuple[str, str]] = {}

    @classmethod
    def on(cls, reactor: Any) -> GuardedResolver:
        """The guarded resolver of this reactor, installed over what is there if need be."""
        installed = reactor.nameResolver
        if not isinstance(installed, cls):
            installed = cls(installed)
            reactor.installNameResolver(installed)
        return installed

    def admit(self, guard: Guard) -> None:
        self._guards.append(guard)

    def dismiss(self, guard: Guard) -> None:
        self._guards.remove(guard)

    def refusal(self, url: str) -> AddressRefused | None:
        """Why the last lookup of this URL's host gave no address, if that was our doing."""
        found = self._refusals.get(_ascii(host_and_port(url)[0]))
        return AddressRefused(url, *found) if found else None

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *rest: Any) -> Any:
        """As Twisted's IHostnameResolver has it."""
        self._refusals.pop(_ascii(hostName), None)
        return self._below.resolveHostName(
            _Sieve(self, receiver, hostName, portNumber), hostName, portNumber, *rest
        )

    def passes(self, host: str, port: int, address: str) -> bool:
        verdicts = [g.why_refused(host, port, ipaddress.ip_address(address)) for g in self._guards]
        if None in verdicts or not verdicts:
            return True
        if len(self._refusals) >= _REMEMBERED_REFUSALS:
            self._refusals.clear()
        self._refusals[_ascii(host)] = (f"{host} at {address}", str(verdicts[0]))
        return False


class _Sieve:
    """An IResolutionReceiver that passes on what the resolver lets pass."""

    def __init__(self, resolver: GuardedResolver, receiver: Any, host: str, port: int) -> None:
        self._resolver, self._receiver, self._host, self._port = resolver, receiver, host, port
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete

    def addressResolved(self, address: Any) -> None:
        if self._resolver.passes(self._host, self._port, address.host.partition("%")[0]):
            self._receiver.addressResolved(address)
