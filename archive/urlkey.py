"""URL keys: the sort-friendly form (SURT) under which a capture is filed and looked up.

Written to give what pywb and cdxj-indexer give, so that either finds what we file; a property
test compares. The package they use is not used here: it is under the AGPL, asks the resolver
about hosts that look like numbers, and takes quadratic time on `%252525...`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import SplitResultBytes, quote, quote_from_bytes, unquote_plus, unquote_to_bytes
from urllib.parse import urlencode as _urlencode

MAX_BODY = 1024 * 1024
"""No more of a request body than this goes into a key."""
MAX_QUERY = 4096
"""Characters of a request body's query that go into a key: the limit of the convention."""
MAX_SESSION_QUERY = 16 * 1024
"""Session ids are not looked for in longer paths and queries: the patterns are quadratic."""
MAX_ESCAPES = 16
"""Escapes of escapes are undone so often: "%%%3361" is made to take quadratic time."""
FORM = "application/x-www-form-urlencoded"

_RFC3986_B = re.compile(rb"^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?")
_SCHEME = re.compile(rb"^[a-zA-Z][a-zA-Z0-9+\-.]*:")
_USER_INFO = re.compile(r"^([^/?#]*:)?//[^/?#]*@")
_REPEATED_SCHEME = re.compile(rb"^(?:https?://)*(?=https?://)")
_NUMERIC_HOST = re.compile(rb"^(?:[1-9][0-9]*(?:\.[0-9]+){0,3}|0[0-7]*(?:\.[0-7]+){0,3})$")
_ESCAPED_PERCENT = re.compile(rb"%(?:25)+(?=[0-9A-Fa-f]{2})")
_UNESCAPED = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_URI = "%" + _UNESCAPED.translate({ord(mark): None for mark in '"<>'})
_DEFAULT_PORTS = {b"http": 80, b"https": 443}
_PATH_SESSIONS = (
    re.compile(rb"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$", re.I),
    re.compile(rb"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.I),
)
_QUERY_SESSIONS = tuple(
    re.compile(rb"^(.*)(?:" + session + rb")(?:&(.*))?$", re.I)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def target_uri(url: str) -> str:
    """The URL as it is sent: no fragment, no user and password, everything else in ASCII.

    This is what stands in WARC-Target-URI; it can hold no space and no line break.
    """
    url = without_user(url.strip().partition("#")[0])
    return quote(url.encode("utf-8", "replace"), safe=_URI)


def without_user(url: str) -> str:
    """The URL, or reference to one, without user and password: they are nobody else's business."""
    return _USER_INFO.sub(r"\1//", url, count=1)


RENDERED = "urn:rendered:"


def urlkey(url: str) -> str:
    """The key of a GET: "https://www.a.vn/B/?c=1" is filed under "vn,a)/b?c=1".

    What cannot be taken apart (a port that is no number) is its own key.
    """
    try:
        return _surt(url.encode("utf-8", "replace")).decode("ascii")
    except ValueError:
        return quote(url, safe="%" + _UNESCAPED)


def rendered(url: str) -> str:
    """Under what a page is kept as a browser drew it: no address that anybody asks for.

    As other crawlers file what they make of a page: `urn:text:`, `urn:view:` (browsertrix).
    """
    return RENDERED + target_uri(url)


def request_key(url: str, method: str, body: bytes, content_type: str) -> tuple[str, str]:
    """The key of any request, and the query made of its body ("" unless POST or PUT).

    A POSTed page is filed as if `__wb_method=POST&` and its body had been the URL's query.
    """
    if method.upper() not in ("POST", "PUT"):
        return urlkey(url), ""
    query = _body_query(body[:MAX_BODY], content_type)[:MAX_QUERY]
    joined = f"{url}{'&' if '?' in url else '?'}__wb_method={method}"
    return urlkey(f"{joined}&{query}" if query else joined), query


def _surt(url: bytes) -> bytes:
    if not url:
        return b"-"
    scheme, host, port, path, query = _split(_cleaned(url))
    path, head = _unescape(path), scheme + b":"
    if host := _host(host, scheme):
        path = _normal_path(path)
        default = _DEFAULT_PORTS.get(scheme.lower(), 0)
        head = b",".join(reversed(host.split(b".")))
        head += b":%d)" % port if port and port != default else b")"
    path, query = _path(path), _query(query)
    if not path and query:
        path = b"/"
    return head + path + (b"?" + query if query else b"")


def _cleaned(url: bytes) -> bytes:
    url = re.sub(rb"[\n\r\t]", b"", url.strip())
    if not _SCHEME.match(url):
        url = b"http://" + url
    return _REPEATED_SCHEME.sub(b"", url)


def _split(url: bytes) -> tuple[bytes, bytes, int | None, bytes, bytes]:
    """scheme, host, port, path, query. Raises ValueError for a port that is no number."""
    match = _RFC3986_B.match(url)
    scheme, authority, path, query = match.groups(b"") if match else (b"", b"", url, b"")
    parts = SplitResultBytes(scheme, authority.rstrip(b":"), path, query, b"")
    host = parts.hostname or b""
    if scheme.startswith(b"http") and not host and path:
        host, _, path = path.lstrip(b"/").partition(b"/")
        path = b"/" + path
    return scheme, host, parts.port, path, query


def _host(host: bytes, scheme: bytes) -> bytes:
    host = _unescape(host)
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    host = _dotted_quad(host) or _escape(host.lower()).lower()
    return host if scheme == b"dns" else re.sub(rb"^www\d*\.", b"", host)


def _dotted_quad(host: bytes) -> bytes | None:
    """Hosts that are numbers, as the C library reads them; the resolver is never asked."""
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4)).encode()
    if _NUMERIC_HOST.match(host):
        try:
            return socket.inet_ntoa(socket.inet_aton(host.decode())).encode()
        except OSError:
            return None
    return None


def _normal_path(path: bytes) -> bytes:
    kept = list[bytes]()
    for segment in path.split(b"/")[1:]:
        if segment == b".." and kept:
            kept.pop()
        elif segment != b".":
            kept.append(segment)
    if not kept:
        return b"/"
    return b"/" + b"".join(segment + b"/" for segment in kept[:-1] if segment) + kept[-1]


def _path(path: bytes) -> bytes:
    path = _escape(path).lower()
    for session in _PATH_SESSIONS if len(path) <= MAX_SESSION_QUERY else ():
        path = session.sub(rb"\1\2", path)
    return path[:-1] if path.endswith(b"/") and len(path) > 1 else path


def _query(query: bytes) -> bytes:
    query = _escape(_unescape(query))
    for session in _QUERY_SESSIONS if len(query) <= MAX_SESSION_QUERY else ():
        query = session.sub(rb"\1\2", query)
    query = query.lower()
    if len(query) <= 1:
        return query
    return b"&".join(b"=".join(pair) for pair in sorted(_pairs(query)))


def _pairs(query: bytes) -> Iterator[tuple[bytes, ...]]:
    for argument in query.split(b"&"):
        yield tuple(argument.split(b"=", 1))


def _escape(value: bytes) -> bytes:
    return quote_from_bytes(value, safe=_UNESCAPED).encode()


def _unescape(value: bytes) -> bytes:
    """Unescape until nothing is left to unescape, within reason."""
    for _ in range(MAX_ESCAPES):
        once = unquote_to_bytes(_ESCAPED_PERCENT.sub(b"%", value))
        if once == value:
            break
        value = once
    return value


def _body_query(body: bytes, content_type: str) -> str:
    """A request body as a query, by the convention of pywb and cdxj-indexer."""
    kind = content_type.strip()
    if kind.startswith(FORM):
        try:
            return unquote_plus(body.decode())
        except UnicodeDecodeError:
            return _binary_query(body)
    if kind.startswith("application/json"):
        return _json_query(body) or ""
    if kind.startswith("text/plain"):
        return _json_query(body) or _binary_query(body)
    if kind.startswith("multipart/"):
        boundary = kind.partition("boundary=")[2]
        return _multipart_query(body, boundary) if boundary else _binary_query(body)
    return _binary_query(body)


def _binary_query(body: bytes) -> str:
    return "__wb_post_data=" + base64.b64encode(body).decode()


def _json_query(body: bytes) -> str | None:
    """None for what is not JSON, neither as a whole nor line by line, or nested beyond reason."""
    try:
        return _urlencode(_joined(_documents(body)))
    except (RecursionError, ValueError):
        return None


def _documents(body: bytes) -> list[object]:
    """Raises ValueError, RecursionError."""
    try:
        return [json.loads(body)]
    except ValueError:
        if b"\n" not in body:
            raise
        return [json.loads(line) for line in body.split(b"\n")]


def _joined(documents: list[object]) -> dict[str, str]:
    leaves, seen = dict[str, str](), dict[str, int]()
    for document in documents:
        for name, value in _leaves(document):
            if name in leaves:
                seen[name] = seen.get(name, 1) + 1
                name = f"{name}.{seen[name]}_"
            leaves[name] = str(value)
    return leaves


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, key)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, name)
    elif name:
        yield name, value


def _multipart_query(body: bytes, boundary: str) -> str:
    """Fields as text, uploaded files as their bytes (webrecorder's request canonicalization)."""
    delimiter = b"\r\n--" + boundary.strip('"').encode("utf-8", "replace")
    values = list[tuple[str, str | bytes]]()
    for part in (b"\r\n" + body).split(delimiter)[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="((?:[^"\\]|\\.)*)"', head)
        if separator and name:
            is_file = re.search(rb"[; ]filename\*?=", head)
            values.append(
                (name[1].decode("utf-8", "replace"), content if is_file else _text(content))
            )
    return _urlencode(values)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
