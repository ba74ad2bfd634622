"""Which addresses belong to a site, what they are, and when two of them are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from archive.urlkey import without_user
from crawler.site import Trap, UrlRules, location
from crawler.traps import GENERAL, is_repeating

Kind = Literal["article", "listing", "page"]
"""A `page` may be either: sites without rules for their addresses have nothing else."""

MAX_URL_LENGTH = 2000
NO_RULE = "no rule for this address"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r"/\((?:[AFSX]\([^()]*\)){1,4}\)|;jsessionid=[^/?]*", re.IGNORECASE)
_SESSION_PAIR = re.compile(r"(?:s|sid|sess|session|session_?id|token|phien)=\w{16,}", re.IGNORECASE)
_NOISE = (
    *("utm_.*", "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_[ce]id", "_g[al]"),
    *("zarsrc", "gidzl", "mibextid", "zalo_.*", "fb_.*", "jsessionid", "phpsessid"),
    *("redirect", "redirect_?(?:url|to|uri)", "return_?(?:url|to)", "back_?url", "referr?er"),
)
_INDEX = re.compile(r"(?i)/(?:index|default|trang-chu)\.(?:html?|php|aspx?|jsp)$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F))
_TELLING = 60
"""Characters of a title in an address that tell it from others: some systems cut it."""

_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, 2.3: the same as their escapes
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

    `hosts` are network locations (`host` or `host:port`) or origins (`scheme://host`); the first
    is what articles are known by. `www.`, the default ports and either scheme are understood.
    """

    def __init__(self, hosts: Iterable[str], urls: UrlRules, traps: Iterable[Trap] = ()) -> None:
        self.hosts = tuple(host.lower() for host in hosts)
        self._ignore_case = urls.ignore_case
        self._article = [re.compile(p) for p in urls.article]
        self._listing = [re.compile(p) for p in urls.listing]
        self._rewrite = [(re.compile(p), replacement) for p, replacement in urls.rewrite]
        self._noise = re.compile("|".join(f"(?:{p})" for p in (*_NOISE, *urls.noise)), re.I)
        general = (trap for trap in GENERAL if trap.name not in urls.not_traps)
        self._traps = [(trap, re.compile(trap.pattern)) for trap in (*traps, *general)]

    def decide(self, url: str) -> Decision:
        """What a found URL is, and why."""
        if len(url) > MAX_URL_LENGTH:  # before any pattern sees it
            return Decision(None, "too long")
        parts = address(url)
        if parts is None:
            return Decision(None, "not http")
        target = self._told(parts)
        if refusal := self._refusal(parts, target):
            return Decision(None, refusal)
        return Decision(*self._kind(target))

    def _refusal(self, parts: SplitResult, target: str) -> str | None:
        if self._origin(parts) is None:
            return "another host"
        if is_repeating(parts.path):
            return "trap: repeated path segments"
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
            return None, NO_RULE
        if _FILES.search(target.partition("?")[0]):
            return None, "a file"
        return "page", "no rules"

    def fetch_form(self, url: str) -> str:
        """The URL to ask for: as found, less fragment, session ids and query noise."""
        parts = urlsplit(url)
        path = _without_session(parts.path)
        return urlunsplit((parts.scheme, parts.netloc, path, self._quiet(parts.query), ""))

    def canonical(self, url: str) -> str:
        """The one address that a page is known by, whatever form of it was found."""
        parts = urlsplit(url)
        target = self._told(parts)
        for pattern, replacement in self._rewrite:
            target = pattern.sub(replacement, target)
        return (self._origin(parts) or _origin_of(parts)) + target

    def twin(self, url: str) -> str:
        """What all addresses of one article have in common: its number, where the pattern of its
        address has a group `id` (and the beginning of its title, where it has a group `slug`);
        else its canonical form.
        """
        canonical = self.canonical(url)
        parts = urlsplit(canonical)
        for pattern in self._article:
            found = pattern.search(_target(parts))
            if found and (number := found.groupdict().get("id")):
                slug = (found.groupdict().get("slug") or "")[:_TELLING]
                return f"{_origin_of(parts)}#{number} {slug}"
        return canonical

    def key(self, url: str) -> str:
        """What tells one listing from another: host, scheme, a slash at the end, the name of an
        index page and the order of the query do not.
        """
        parts = urlsplit(url)
        path, _, query = self._told(parts).partition("?")
        path = _INDEX.sub("/", path).rstrip("/") or "/"
        query = "&".join(sorted(query.split("&")))
        return (self._origin(parts) or _origin_of(parts)) + path + (f"?{query}" if query else "")

    def _told(self, parts: SplitResult) -> str:
        """`path?query` without session and noise, in one spelling."""
        path = _without_session(parts.path)
        path = path.lower() if self._ignore_case else path
        query = self._quiet(parts.query)
        return _spelled(path) + (f"?{_spelled(query)}" if query else "")

    def _quiet(self, query: str) -> str:
        pairs = [pair for pair in query.split("&") if pair]
        kept = (p for p in pairs if not self._noise.fullmatch(unquote(p.partition("=")[0])))
        return "&".join(p for p in kept if not _SESSION_PAIR.fullmatch(p))

    def _origin(self, parts: SplitResult) -> str | None:
        """`scheme://host` that a page of this site is known by; None for one of another."""
        return _as_origin(self.hosts[0], parts) if self._is_ours(parts) else None

    def _is_ours(self, parts: SplitResult) -> bool:
        return location(parts) in self._locations

    @cached_property
    def _locations(self) -> frozenset[str]:
        return frozenset(location(_as_parts(host)) for host in self.hosts)


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
            location(_as_parts(host.lower())): hosts[0].lower()
            for hosts in reversed(sets)
            for host in hosts
        }

    def _origin(self, parts: SplitResult) -> str | None:
        host = self._main_hosts.get(location(parts))
        return None if host is None else _as_origin(host, parts)


def _without_session(path: str) -> str:
    """A path stays one when a session has stood before it: else it would run on in the host."""
    return "/" + _SESSION.sub("", path).removeprefix("/")


def address(url: str) -> SplitResult | None:
    """The parts of an http(s) URL that can be asked for; None for anything else."""
    try:
        url.encode()
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
        url.encode()  # half a surrogate pair, as JSON may hold it, is no letter
    except ValueError:
        return None
    return url if address(url) else None


def _as_parts(host: str) -> SplitResult:
    return urlsplit(host if "://" in host else f"http://{host}")


def _as_origin(host: str, parts: SplitResult) -> str:
    return host if "://" in host else f"{parts.scheme}://{host}"


def _origin_of(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _spelled(text: str) -> str:
    """One spelling of the many that RFC 3986 calls the same (6.2.2), letters beyond ASCII too."""

    def respelled(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if _UNRESERVED.fullmatch(character) else escape[0].upper()

    return _ESCAPE.sub(respelled, quote(text, safe=_SAFE))


def _target(parts: SplitResult) -> str:
    return parts.path + (f"?{parts.query}" if parts.query else "")
