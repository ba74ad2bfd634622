"""Addresses that are refused, so that no page can send the crawler into the inner network.

Two checks, because either alone has a hole. A URL that carries an address instead of a name is
judged before anything is sent, in every spelling that `inet_aton` reads (`127.1`, `0x7f000001`,
`2130706433`), also when a proxy would do the connecting. A name is judged by what it resolves to:
the resolver hands on only addresses that passed, and the connection goes to exactly these, so a
name that resolves differently the second time is judged a second time. Beside these, names of
inner networks (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`) are refused as names, and so are
ports that speak something else than HTTP, as browsers do (Fetch, "port blocking").

Twisted's HostnameEndpoint asks the reactor's name resolver about literal addresses too; TCP
endpoints never ask again. Only a CONNECT or HTTP proxy resolves names where we cannot see it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

_IPV6_IN_USE = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "192.0.0.192")))
"""Where clouds (Azure, Oracle) tell their machines secrets, at addresses that count as public; the
others do so at link-local, shared and private ones."""
_INNER_NAMES = frozenset({"home.arpa", "internal", "lan", "local", "localdomain", "localhost"})
# fmt: off
_OTHER_SERVICES = frozenset((
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
))
"""The bad ports of Fetch (WHATWG)."""
_STORES = frozenset((1433, 1521, 2375, 2379, 3306, 3389, 5432, 6379, 9200, 10250, 11211, 27017))
"""Ports of databases, caches, of the control of machines: what browsers leave to other defences."""
# fmt: on
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REMEMBERED_REFUSALS = 10_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RequestRefused(IgnoreRequest):
    """The request was not sent, for this reason. Not retried by Scrapy, and not an exchange."""

    def __init__(self, url: str, reason: str, remedy: str = "") -> None:
        self.url, self.reason = url, reason
        super().__init__(f"refused {url}: {reason}" + (f"; {remedy}" if remedy else ""))


class AddressRefused(RequestRefused):
    """What `address` is in the URL (a host, a port, a scheme), `why` says."""

    def __init__(self, url: str, address: str, why: str) -> None:
        self.address, self.why = address, why
        remedy = "to crawl it, name this very host (--at, or the setting NAMED_HOSTS)"
        super().__init__(url, f"{address} is {why}", remedy)


class AddressTooLong(RequestRefused):
    """The URL is longer than any page's; only its beginning is told."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url[:limit], f"the address has {len(url)} characters, {limit} are allowed")


_asking: ContextVar[Guard | None] = ContextVar("asking", default=None)


class Guard:
    """Judges hosts and addresses for one crawl.

    `named` are the hosts the user named, as `host` or `host:port`: they may be anywhere. Not so a
    name that was a public address when it was looked up first: whoever owns that name could
    otherwise lead the crawler inside by another answer (DNS rebinding). `max_length` is that of
    a URL; 0 means any.
    """

    def __init__(self, named: Iterable[str] = (), *, max_length: int = 0) -> None:
        self._named = {_named_host(entry) for entry in named}
        self._max_length = max_length
        self._public: set[str] = set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Names that this task looks up meanwhile are looked up for this crawl."""
        token = _asking.set(self)
        try:
            yield
        finally:
            _asking.reset(token)

    def check(self, url: str) -> None:
        """Raise AddressRefused for what can be told from the URL alone, AddressTooLong."""
        if self._max_length and len(url) > self._max_length:
            raise AddressTooLong(url, self._max_length)
        scheme = urlsplit(url).scheme
        if scheme not in _DEFAULT_PORTS:
            raise AddressRefused(url, scheme or "nothing", "not a scheme of the web")
        host, port = host_and_port(url)
        if port in _OTHER_SERVICES | _STORES and not self._is_named(host, port):
            raise AddressRefused(url, f"port {port}", "not a port of the web")
        address = literal_address(host)
        if address is not None and (why := self.why_refused(host, port, address)):
            raise AddressRefused(url, str(address), why)
        if address is None and _is_inner_name(host) and not self._is_named(host, port):
            raise AddressRefused(url, host, "a name of inner networks")

    def why_refused(self, host: str, port: int, address: Address) -> str | None:
        """Why nothing may be sent to `address`, reached as `host`; None if it may.

        A `port` of 0 stands for any.
        """
        why = why_inner(address)
        if not self._is_named(host, port):
            return why
        name = _ascii(host)
        if why is None:
            self._public.add(name)
        return f"{why}, and {host} was public before" if why and name in self._public else None

    def _is_named(self, host: str, port: int) -> bool:
        return any(
            name == _ascii(host) and (not named_port or not port or named_port == port)
            for name, named_port in self._named
        )


def why_inner(address: Address) -> str | None:
    """What kind of inner or unusable address this is; None for one of the public Internet."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = _inside(address)
        if embedded is not None:
            why = why_inner(embedded)
            return f"{why} inside IPv6" if why else None
    if address in _METADATA:
        return "a cloud's metadata service"
    for kind in ("unspecified", "loopback", "link_local", "multicast", "private", "reserved"):
        if getattr(address, f"is_{kind}"):
            return kind.replace("_", "-")
    if not address.is_global or (address.version == 6 and address not in _IPV6_IN_USE):
        return "not a public address"
    return None


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translator or tunnel would send to."""
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo or [None])[-1]


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


def named_by_spelling(urls: Iterable[str]) -> list[str]:
    """The network locations of the URLs that say themselves that they are of an inner network: who
    writes such a one into a site's file has named it, and what a name leads to has nobody.
    """
    return [urlsplit(url).netloc for url in urls if _is_spelled_inner(url)]


def _is_spelled_inner(url: str) -> bool:
    host = host_and_port(url)[0]
    address = literal_address(host)
    return _is_inner_name(host) if address is None else why_inner(address) is not None


def _is_inner_name(host: str) -> bool:
    """Whether a name is kept for inner networks, or has no dot: no public one has none."""
    name = _ascii(host)
    return "." not in name or name.rpartition(".")[2] in _INNER_NAMES or name.endswith(".home.arpa")


def _ascii(host: str) -> str:
    host = host.lower().rstrip(".")
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class GuardedResolver:
    """A Twisted name resolver over another one, which keeps refused addresses to itself.

    There is one per reactor, and so per program: what a crawl looks up is judged by its own guard
    (`Guard.asking`), and what nobody is known to ask for by one that names no host.
    """

    def __init__(self, below: Any) -> None:
        self._below = below
        self._refusals: dict[tuple[Guard, str], tuple[str, str]] = {}

    @classmethod
    def on(cls, reactor: Any) -> GuardedResolver:
        """The guarded resolver of this reactor, installed over what is there if need be."""
        installed = reactor.nameResolver
        if not isinstance(installed, cls):
            installed = cls(installed)
            reactor.installNameResolver(installed)
        return installed

    def refusal(self, guard: Guard, url: str) -> AddressRefused | None:
        """Why the last lookup of this URL's host for a crawl gave no address, if we refused it."""
        found = self._refusals.get((guard, _ascii(host_and_port(url)[0])))
        return AddressRefused(url, *found) if found else None

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *rest: Any) -> Any:
        """As Twisted's IHostnameResolver has it."""
        guard = _asking.get() or Guard()
        self._refusals.pop((guard, _ascii(hostName)), None)

        def passes(address: str) -> bool:
            return self._passes(guard, hostName, portNumber, address)

        return self._below.resolveHostName(_Sieve(receiver, passes), hostName, portNumber, *rest)

    def _passes(self, guard: Guard, host: str, port: int, address: str) -> bool:
        why = guard.why_refused(host, port, ipaddress.ip_address(address))
        if why is None:
            return True
        if len(self._refusals) >= _REMEMBERED_REFUSALS:
            self._refusals.clear()
        self._refusals[guard, _ascii(host)] = (f"{host} at {address}", why)
        return False


class _Sieve:
    """An IResolutionReceiver that passes on the addresses that pass."""

    def __init__(self, receiver: Any, passes: Callable[[str], bool]) -> None:
        self._receiver, self._passes = receiver, passes
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete

    def addressResolved(self, address: Any) -> None:
        if self._passes(address.host.partition("%")[0]):
            self._receiver.addressResolved(address)
