"""Switches for bad behaviour: everything that the sources were seen to do, or may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """Bad behaviour of one site, all off by default. `*_every=n` strikes each nth hit."""

    # The wire

    error_every: int = 0
    """500 instead of the page."""
    cut_every: int = 0
    """Half of the body, then the connection is closed."""
    mislabelled_gzip: bool = False
    """`Content-Encoding: gzip` in front of a plain body."""
    wrong_charset: bool = False
    """`charset=iso-8859-1` in front of UTF-8."""
    bad_chunks: bool = False
    """A chunk size that is not a number."""
    delay: float = 0.0
    """Seconds before the first byte of every answer."""
    drip: float = 0.0
    """Seconds between pieces of 1 KB."""
    head_refused: bool = False
    """HEAD answers 405, whatever GET says."""
    odd_headers: bool = False
    """Repeated, empty, folded and non-ASCII header fields."""
    ignore_conditions: bool = False
    """Static files answer 200 whatever `If-None-Match` and `If-Modified-Since` say."""

    # Redirects

    everything_home: bool = False
    """Every page but the front page answers 302 to the front page."""
    redirect_loop: bool = False
    """Every article answers 302 to itself."""
    moved_to: str = ""
    """Every page answers 301 to the same path behind this `scheme://host`."""
    bounce: bool = False
    """With TLS: one article in three is to be had over https only, one in three over http only."""
    ghosts: bool = False
    """Links to articles that are none: a private address, a circle, the body of the front page."""

    # Refusal

    refusal: Literal["", "page", "captcha", "parked", "same", "403", "429", "503"] = ""
    """Every page is refused: with status 200 and an excuse, or with that status. `same` is one tiny
    body under all addresses, `parked` what a dealer in domains shows."""
    retry_after: str = "1"
    """What the refusals 429 and 503 say of when to come again."""
    cookie_wall: bool = False
    """Every page answers 302 to itself until a cookie comes back."""

    # robots.txt

    robots: Literal["", "404", "html", "503", "crawl-delay", "section"] = ""
    """Another answer to /robots.txt than the site's own; `section` forbids the last section."""

    # Feeds and sitemaps

    relative_feeds: bool = False
    """Addresses in feeds and sitemaps without scheme and host."""
    broken_feeds: bool = False
    """A bare `&`, and no end tag at the end."""
    misdeclared_feeds: bool = False
    """UTF-8 that declares itself to be UTF-16."""
    nested_sitemaps: bool = False
    """The sitemap is an index of indexes, one of which goes in circles and on without end."""
    gzip_sitemaps: bool = False
    """The sitemaps behind a nested index are gzip files."""
    sitemap_bombs: bool = False
    """A nested index also lists a gzip bomb, an entity bomb and a document with a DTD."""
    restless_lastmod: bool = False
    """Every date in feeds and sitemaps is that of the fetch."""

    # Variety of addresses

    tracking: bool = False
    """Links carry `utm_source`, `fbclid` and the like, and fragments."""
    case_variants: bool = False
    """Where the system takes no notice of case, links have several."""
    sessions: bool = False
    """Links carry a session id, in the way of the system: path, parameter or query."""
    cookieless: bool = False
    """ASP.NET: an address without `/(S(...))/` answers 302 to one with it, and forgets a form."""
    encoded: bool = False
    """Links spell some letters as `%XX`."""
    copies: bool = False
    """Every article links its print, mobile and foreign-language copies, which answer with it."""

    # Lists

    linkbuttons: bool = False
    """ASP.NET: pagers of link buttons, whose names say nothing of the page that they lead to."""
    full_forms: bool = False
    """ASP.NET: a postback counts only with the selects, boxes and texts of the form in it."""
    json_more: bool = False
    """"Load more" answers JSON: with HTML inside, or with a list of items."""
    head_pagers: bool = False
    """Pagers are gone from the page; `<link rel="next">` in its head is all that is left."""

    # Endless spaces

    endless: bool = False
    """Every page links into spaces without end, which bring nothing: see `endless.py`."""

    # Change over time

    redesign: bool = False
    """Every class in the markup has another name."""

    @classmethod
    def everything(cls) -> Self:
        """All that can hold together while every article can still be reached.

        The rest destroys: refusals, walls, loops, cut bodies. Each has a test of its own.
        """
        return cls(
            error_every=23,
            mislabelled_gzip=True,
            drip=0.0005,
            wrong_charset=True,
            head_refused=True,
            odd_headers=True,
            ignore_conditions=True,
            bounce=True,
            ghosts=True,
            relative_feeds=True,
            broken_feeds=True,
            misdeclared_feeds=True,
            nested_sitemaps=True,
            gzip_sitemaps=True,
            sitemap_bombs=True,
            restless_lastmod=True,
            tracking=True,
            case_variants=True,
            sessions=True,
            cookieless=True,
            encoded=True,
            copies=True,
            linkbuttons=True,
            full_forms=True,
            json_more=True,
            endless=True,
        )
