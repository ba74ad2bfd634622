"""What a page needs to look right, and what is attached to it: addresses and their kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from parsel import Selector

from crawler.scope import MAX_URL_LENGTH, absolute
from crawler.site import RequisiteKind, Requisites

MAX_REQUISITES = 1000
"""Of one page; a page that asks for more is not furnished further."""

MAX_ATTACHMENTS = 50
"""Of one page, beside its requisites."""

MAX_CSS = 1_000_000
"""Characters of a style sheet that are looked at."""

_ATTACHED: tuple[RequisiteKind, ...] = ("document", "audio", "video")

# A bare 1x1 picture stands in `src` where a script puts in what one of the others names.
_LAZY = ("data-src", "data-original", "data-lazy", "data-lazy-src", "data-echo", "data-url")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
_BACKGROUNDS = ("background", "data-bg", "data-background", "data-background-image")


def _any_of(elements: str, names: Iterable[str]) -> str:
    return ", ".join(f"{e}::attr({n})" for e in elements.split() for n in names)


_ATTRIBUTES: tuple[tuple[RequisiteKind, str], ...] = (
    ("style", "link[rel~=stylesheet i]::attr(href), link[rel=preload i][as=style]::attr(href)"),
    ("script", "script::attr(src), link[rel=preload i][as=script]::attr(href)"),
    ("script", "link[rel=modulepreload i]::attr(href)"),
    ("font", "link[rel=preload i][as=font]::attr(href)"),
    ("picture", "link[rel~=icon i]::attr(href), link[rel|=apple-touch-icon i]::attr(href)"),
    ("picture", "link[rel=mask-icon i]::attr(href), link[rel=preload i][as=image]::attr(href)"),
    ("picture", _any_of("img amp-img", ("src", *_LAZY)) + ", video::attr(poster)"),
    ("picture", "input[type=image i]::attr(src), svg image::attr(href)"),
    ("picture", _any_of("body table tr td th div section a span figure", _BACKGROUNDS)),
    ("picture", "picture source::attr(src), picture source::attr(data-src)"),
    ("frame", "iframe::attr(src), frame::attr(src), iframe::attr(data-src)"),
    ("audio", "audio::attr(src), audio source::attr(src), audio::attr(data-src)"),
    ("video", "video::attr(src), video source::attr(src), video::attr(data-src)"),
    ("video", "video track::attr(src)"),
    ("document", "embed::attr(src), object::attr(data)"),
)
_SETS = _any_of("img source amp-img", ("srcset", *_LAZY_SETS))
_STYLES = "style::text, [style]::attr(style)"
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTORS = re.compile(r"[^,]*+")

_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")
_QUOTED = r"""(?:"((?:[^"\\\n]|\\.){1,2000}+)"|'((?:[^'\\\n]|\\.){1,2000}+)')"""
_IN_CSS = re.compile(
    rf"(@import)\s{{0,20}}+{_QUOTED}"
    rf"|(@import\s{{1,20}}+)?\burl\(\s{{0,20}}+(?:{_QUOTED}|((?:[^\s\"'()\\]|\\.){{1,2000}}+))"
    rf"|\bimage-set\(\s{{0,20}}+{_QUOTED}"
    rf"|,\s{{0,20}}+{_QUOTED}\s{{1,20}}+[\d.]{{1,9}}(?:x|dppx|dpi|dpcm)\b",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)

_EXTENSIONS: tuple[tuple[RequisiteKind, re.Pattern[str]], ...] = (
    ("document", re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|zip|rar|7z)$", re.I)),
    ("audio", re.compile(r"\.(?:mp3|m4a|wma|ogg|oga|wav|aac)$", re.I)),
    ("video", re.compile(r"\.(?:mp4|m4v|webm|mov|flv|wmv|avi|mpe?g|m3u8|ts)$", re.I)),
    ("font", re.compile(r"\.(?:woff2?|ttf|otf|eot)$", re.I)),
)


@dataclass(frozen=True, slots=True)
class Requisite:
    """An absolute http(s) URL, and what is to be found there."""

    url: str
    kind: RequisiteKind


def of_page(selector: Selector, base: str) -> list[Requisite]:
    """What a page shows, in an order of its own, each address once."""
    return _bounded(_of_page(selector), base, MAX_REQUISITES)


def of_style_sheet(text: str, base: str) -> list[Requisite]:
    """What a style sheet imports or shows."""
    return _bounded(_of_css(text), base, MAX_REQUISITES)


def attached(selector: Selector, base: str) -> list[Requisite]:
    """Documents and recordings that a page links to."""
    links = ((kind_of(url), url) for url in selector.css("a::attr(href)").getall())
    files = ((kind, url) for kind, url in links if kind in _ATTACHED)
    return _bounded(files, base, MAX_ATTACHMENTS)


def kind_of(url: str) -> RequisiteKind | None:
    """What the name of a file says that it is; None if that is no document, recording or font."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return next((kind for kind, names in _EXTENSIONS if names.search(path)), None)


def wanted(found: Iterable[Requisite], policy: Requisites) -> list[Requisite]:
    """Those that a site's pages are furnished with."""
    return [one for one in found if one.kind in policy.kinds][: policy.per_page]


def most_bytes(kind: RequisiteKind, policy: Requisites) -> int:
    """How large a requisite may be; more is cut and marked as such."""
    return policy.max_attachment_bytes if kind in _ATTACHED else policy.max_bytes


def _of_page(selector: Selector) -> Iterator[tuple[RequisiteKind, str]]:
    for kind, css in _ATTRIBUTES:
        yield from ((kind, url) for url in selector.css(css).getall())
    for candidates in selector.css(_SETS).getall():
        yield from (("picture", url) for url in _of_set(candidates))
    for css in selector.css(_STYLES).getall():
        yield from _of_css(css)


def _of_set(candidates: str) -> Iterator[str]:
    """The URLs of a srcset attribute, which may hold commas (HTML, "parse a srcset attribute")."""
    position = 0
    while found := _CANDIDATE.match(candidates, position):
        yield found[1].rstrip(",")
        position = found.end()
        if not found[1].endswith(",") and (rest := _DESCRIPTORS.match(candidates, position)):
            position = rest.end()


def _of_css(text: str) -> Iterator[tuple[RequisiteKind, str]]:
    for found in _IN_CSS.finditer(_COMMENT.sub(" ", text[:MAX_CSS])):
        url = _ESCAPE.sub(_unescaped, next(filter(None, reversed(found.groups()))))
        is_import = bool(found[1] or found[4])
        yield "style" if is_import else kind_of(url) or "picture", url


def _unescaped(escape: re.Match[str]) -> str:
    """CSS Syntax §4.3.7."""
    code = int(escape[1], 16) if escape[1] else 0
    if not escape[1]:
        return "" if escape[2] == "\n" else escape[2]
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _bounded(found: Iterable[tuple[RequisiteKind, str]], base: str, most: int) -> list[Requisite]:
    kinds: dict[str, RequisiteKind] = {}
    for kind, reference in islice(found, most * 20):
        url = absolute(base, reference) if len(reference) <= MAX_URL_LENGTH else None
        if url and len(kinds) < most:
            kinds.setdefault(url, kind)
    return [Requisite(url, kind) for url, kind in kinds.items()]
