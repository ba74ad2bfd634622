"""Whether the sites are known and answer, and their owners are told whom to write to."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from crawler import settings
from crawler.doctor.finding import Finding, Verdict, finding, no, ok, setting, warning
from crawler.site import Site

if TYPE_CHECKING:
    from crawler.fetching.guard import Guard
    from crawler.fetching.reach import Answer


def known_sites() -> tuple[list[Site], Finding]:
    """The sites of the list; a file in TINHUY_SITES that is no Python makes there be none."""
    try:
        from crawler import registry

        known = registry.sites()
    except Exception as error:  # whatever a user's file raises
        where = settings.SITES or "spiders"
        detail = f"the list cannot be read: {type(error).__name__}: {error}"
        return [], no("sites", detail, f"{sys.executable} -m compileall -q {shlex.quote(where)}")
    if settings.SITES and not Path(settings.SITES).is_dir():
        detail = f"there is no directory {settings.SITES}, which `sites` names"
        return known, no("sites", detail, f"mkdir -p {shlex.quote(settings.SITES)}")
    own = f", those of {settings.SITES} among them" if settings.SITES else ""
    return known, ok("sites", f"{len(known)} are known{own}")


def named_contact(contact: str) -> Finding:
    """Whether owners of sites are told whom to write to."""
    if contact:
        return ok("contact", contact)
    remedy = setting("CONTACT", "archive@example.org")
    return warning("contact", "site owners are not told whom to write to", remedy)


def reachable(sites: Sequence[Site]) -> list[Finding]:
    """Whether the first seed of each site answers: a name, a connection, a handshake."""
    if not sites:  # also where Scrapy is missing, on which the guard stands
        return []
    from crawler.fetching.reach import reach_all

    asked = [site for site in sites if site.seeds and not _is_proxied(site.seeds[0])]
    answers = reach_all([(site.seeds[0], _guard(site)) for site in asked])
    found = {site.name: _of_answer(site, one) for site, one in zip(asked, answers, strict=True)}
    return [found.get(site.name) or _unasked(site) for site in sites]


def _is_proxied(url: str) -> bool:
    """Whether the environment names a proxy, which looks up names and connects in our place."""
    parts = urlsplit(url)
    return parts.scheme in getproxies() and not proxy_bypass(parts.netloc)


def _unasked(site: Site) -> Finding:
    why = "not asked: a crawl goes through a proxy" if site.seeds else "it has no seed"
    return finding(f"site {site.name}", Verdict.NOT_NEEDED, why)


def _guard(site: Site) -> Guard:
    """As in a crawl of nothing but the site."""
    from crawler.fetching.guard import Guard, named_by_spelling

    return Guard(named_by_spelling(site.origins))


def _of_answer(site: Site, answer: Answer) -> Finding:
    what, host = f"site {site.name}", urlsplit(site.seeds[0]).netloc
    detail = answer.detail if host in answer.detail else f"{host}: {answer.detail}"
    if answer.is_refused:
        remedy = f"tinhuy crawl {site.name} --at {shlex.quote(site.seeds[0])}"
        return no(what, f"refused by us: {detail}", remedy)
    remedy = f"tinhuy sites check {site.name}"
    if not answer.is_there:
        return no(what, detail, remedy)
    if answer.flaw:
        return warning(what, f"{host} answers, {answer.flaw}", remedy)
    return ok(what, f"{host} answers at {answer.detail}")
