"""Which addresses belong to a site, what they are, and when two of them are the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from archive.urlkey import without_user
from crawler.site import Trap, UrlRules

Kind = Literal["article", "listing", "page"]
"""A `page` may be either: sites without rules for their addresses have nothing else."""

MAX_URL_LENGTH = 2000
MAX_REPEATED_SEGMENTS = 3
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r"/\(S\([^)]*\)\)|;jsessionid=[^/?]*", re.IGNORECASE)
_NOISE = ("utm_.*", "fbclid", "gclid", "zarsrc", "jsessionid", "phpsessid")
_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|css|js|woff2?|ttf|mp3|mp4|avi|wmv|flv|"
    r"pdf|docx?|xlsx?|pptx?|zip|rar|7z|exe|apk)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` of a URL in scope, or None and the rule that keeps it out."""

    kind: Kind | None
    rule: str


class Scope:
    """The addresses of one site.

    `hosts` are network locations (`host` or `host:port`); the first is the one that articles are
    known by. `www.` and the default ports are understood.
    """

    def __init__(self, hosts: Iterable[str], urls: UrlRules, traps: Iterable[Trap] = ()) -> None:
        self.hosts = tuple(host.lower() for host in hosts)
        self._article = [re.compile(p) for p in urls.article]
        self._listing = [re.compile(p) for p in urls.listing]
        self._rewrite = [(re.compile(p), replacement) for p, replacement in urls.rewrite]
        self._noise = re.compile("|".join(f"(?:{p})" for p in (*_NOISE, *urls.noise)), re.I)
        self._traps = [(trap, re.compile(trap.pattern)) for trap in traps]

    def decide(self, url: str) -> Decision:
        """What a found URL is, and why."""
        if len(url) > MAX_URL_LENGTH:  # before any pattern sees it
            return Decision(None, "too long")
        parts = address(url)
        if parts is None:
            return Decision(None, "not http")
        target = _target(parts)
        if refusal := self._refusal(parts, target):
            return Decision(None, refusal)
        return Decision(*self._kind(target))

    def _refusal(self, parts: SplitResult, target: str) -> str | None:
        if self._main_host(parts) is None:
            return "another host"
        segments = Counter(s for s in parts.path.split("/") if s)
        if segments and max(segments.values()) > MAX_REPEATED_SEGMENTS:
            return "repeated path segments"
        trap = next((trap for trap, pattern in self._traps if pattern.search(target)), None)
        return f"trap: {trap.name}" if trap else None

    def _kind(self, target: str) -> tuple[Kind | None, str]:
        kinds: tuple[tuple[Kind, list[re.Pattern[str]]], ...] = (
            ("article", self._article),
            ("listing", self._listing),
        )
        for kind, patterns in kinds:
            for pattern in patterns:
                if pattern.search(target):
                    return kind, pattern.pattern
        if self._article or self._listing:
            return None, "no rule for this address"
        if _FILES.search(target.partition("?")[0]):
            return None, "a file"
        return "page", "no rules"

    def fetch_form(self, url: str) -> str:
        """The URL to ask for: as found, less fragment, session ids and query noise."""
        parts = urlsplit(url)
        path = _SESSION.sub("", parts.path) or "/"
        return urlunsplit((parts.scheme, parts.netloc, path, self._quiet(parts.query), ""))

    def canonical(self, url: str) -> str:
        """The one address that a page is known by, whatever form of it was found."""
        parts = urlsplit(self.fetch_form(url))
        target = _target(parts)
        for pattern, replacement in self._rewrite:
            target = pattern.sub(replacement, target)
        host = self._main_host(parts) or parts.netloc.lower()
        return f"{parts.scheme}://{host}{target}"

    def key(self, url: str) -> str:
        """What tells one listing from another: host aliases and the order of the query do not."""
        parts = urlsplit(self.fetch_form(url))
        query = "&".join(sorted(parts.query.split("&")))
        host = self._main_host(parts) or parts.netloc.lower()
        return urlunsplit((parts.scheme, host, parts.path, query, ""))

    def _quiet(self, query: str) -> str:
        pairs = [pair for pair in query.split("&") if pair]
        kept = (p for p in pairs if not self._noise.fullmatch(unquote(p.partition("=")[0])))
        return "&".join(kept)

    def _main_host(self, parts: SplitResult) -> str | None:
        return self.hosts[0] if self._location(parts) in self._locations else None

    @staticmethod
    def _location(parts: SplitResult) -> str:
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
        return host if port in (None, 80, 443) else f"{host}:{port}"

    @cached_property
    def _locations(self) -> frozenset[str]:
        return frozenset(self._location(urlsplit(f"http://{host}")) for host in self.hosts)


class ScopeOfRuns(Scope):
    """The addresses of one site whose runs stood at several sets of hosts.

    Each address is known by the first host of its own set; a host in several is of the first set.
    """

    def __init__(
        self, sets: Iterable[tuple[str, ...]], urls: UrlRules, traps: Iterable[Trap] = ()
    ) -> None:
        sets = tuple(sets)
        super().__init__((host for hosts in sets for host in hosts), urls, traps)
        self._main_hosts = {
            self._location(urlsplit(f"http://{host.lower()}")): hosts[0].lower()
            for hosts in reversed(sets)
            for host in hosts
        }

    def _main_host(self, parts: SplitResult) -> str | None:
        return self._main_hosts.get(self._location(parts))


def address(url: str) -> SplitResult | None:
    """The parts of an http(s) URL that can be asked for; None for anything else."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, a port that is no number, letters that are none
        return None
    return parts if sound else None


def absolute(base: str, reference: str) -> str | None:
    """The absolute http(s) URL of a reference, without its fragment; None if it is none.

    A user and password in it are dropped: what they open is not for us, and would be archived.
    """
    try:
        url = without_user(urljoin(base, reference.strip()).partition("#")[0])
    except ValueError:
        return None
    return url if address(url) else None


def shape(url: str) -> str:
    """The address with every number masked: what the pages of one list have in common."""
    return re.sub(r"\d+", "#", _target(urlsplit(url)))


def _target(parts: SplitResult) -> str:
    return parts.path + (f"?{parts.query}" if parts.query else "")
