"""What a survey makes of a site: its data, ready to be written, and what was and was not found."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from archive import Article
from archive.text import search_fold
from crawler import patterns, provinces, registry
from crawler.check import Check, read_from
from crawler.patterns import target
from crawler.scope import Scope
from crawler.site import Platform, Site, UrlRules
from crawler.sitefile import name_for
from crawler.survey import Seen, Survey

MOST_TITLE = 100
"""Characters of a site's title; what is longer is cut at a word."""

_LEVELS = (
    ("tỉnh ủy", r"\btinh uy\b"),
    ("thành ủy", r"\bthanh uy\b"),
    ("huyện ủy", r"\bhuyen uy\b"),
    ("thị ủy", r"\bthi uy\b"),
    ("đảng ủy", r"\bdang uy\b|\bdang bo\b"),
    ("trường chính trị", r"\btruong chinh tri\b"),
    ("báo tỉnh", r"^bao\b"),
    ("cổng tỉnh", r"\bcong thong tin(?: dien tu)? (?:tinh|thanh pho)\b"),
    ("cổng", r"\bcong thong tin\b"),
)
"""By what the folded title says; the first that is found."""

_BOARDS = re.compile(r"\bban (tuyen giao|dan van|to chuc|noi chinh)\b")
_BOARD_NAMES = {
    "tuyen giao": "ban tuyên giáo",
    "dan van": "ban dân vận",
    "to chuc": "ban tổ chức",
    "noi chinh": "ban nội chính",
}
_WELCOME = re.compile(r"(?i)trang chủ|trang nhất|home(?: ?page)?|welcome|index")
_DASHES = re.compile(r"\s+[-|–—:»]+\s+")
MOST_OF_PAGES = 0.8
"""An address that so many of the pages link is in the menu."""

LEAST_PAGES = 5
"""Pages without which nothing is said of menus."""

LINKS_OF_A_LIST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A site as data, with what speaks for it. `articles` and `lists` are the addresses that a
    crawl would begin with, as far as the survey met them.
    """

    site: Site
    articles: tuple[str, ...]
    lists: tuple[str, ...]
    ordinary: Seen | None
    """An article like the others."""
    odd: Seen | None
    """The one that is least like them, or a page that is none."""
    checks: tuple[Check, ...]


def propose(survey: Survey, name: str | None = None) -> Proposal:
    """What a survey says of the site. `name` is another than that made of its host."""
    platform = registry.platforms().get(survey.platform)
    title, host = _title(survey), survey.host.removeprefix("www.")
    site = Site(
        name=name or name_for(host),
        title=title,
        province=provinces.of_host(host) or provinces.in_text(title) or "",
        level=_level(title, host),
        domains=(host,),
        seeds=(_seed(survey),),
        platform=survey.platform,
        urls=_urls(survey, platform),
    )
    site = replace(site, domains=(host, *_other_hosts(survey, site)))
    site = _with_listed_seed(site)
    return _proposal(survey, site)


def _proposal(survey: Survey, site: Site) -> Proposal:
    articles, lists = _addresses(survey, site)
    read = [one for one in survey.seen if one.told == "article" and _is_in(one, articles)]
    ordinary, odd = _ordinary(read), _odd(read)
    return Proposal(
        site=site,
        articles=articles,
        lists=lists,
        ordinary=ordinary,
        odd=odd or next((one for one in survey.seen if one.found and one.status == 200), None),
        checks=tuple(_checks(survey, site, articles, lists, ordinary)),
    )


# Rules


def _told(survey: Survey) -> dict[str, patterns.Told]:
    """What the pages turned out to be, by each address that they answered at.

    What the menu of every page leads to is a list, though it may read like an article: of kinds of
    addresses of which all stand in the menu, and of single names that lead to something.
    """
    sound = [one for one in survey.seen if one.status == 200]
    told = {target(url): one.told for one in sound for url in (one.asked, one.url)}
    menu, families = _menu(sound), defaultdict[patterns.Family, set[str]](set)
    for address in {*told, *survey.found}:
        families[patterns.family(address)].add(address)
    led = {
        target(url): len(set(one.links) - set(survey.seen[0].links))
        for one in sound
        for url in (one.asked, one.url)
    }
    for kind, addresses in families.items():
        if kind.has_variable and len(addresses - menu) * 10 > len(addresses):
            continue
        for address in addresses & menu & told.keys():
            if kind.has_variable or led[address] >= LINKS_OF_A_LIST:
                told[address] = "listing"
    return told


def _menu(sound: list[Seen]) -> set[str]:
    """The addresses that nearly all pages link."""
    if len(sound) < LEAST_PAGES:
        return set()
    count = Counter(address for one in sound for address in set(map(target, one.links)))
    return {address for address, times in count.items() if times >= MOST_OF_PAGES * len(sound)}


def _urls(survey: Survey, platform: Platform | None) -> UrlRules | None:
    """Rules for addresses, where the platform's do not fit; None where they do."""
    told = _told(survey)
    learned = patterns.learn(told, survey.found)
    if platform is None:
        return learned
    scope = Scope((survey.host,), platform.urls, platform.traps)
    articles = [one for one, kind in told.items() if kind == "article" and _matches(learned, one)]
    here = [scope.decide(f"http://{survey.host}{one}").kind == "article" for one in articles]
    if sum(here) * 2 >= len(here):
        return None
    return replace(
        platform.urls,
        article=(*platform.urls.article, *learned.article),
        listing=(*platform.urls.listing, *learned.listing),
    )


def _matches(rules: UrlRules, address: str) -> bool:
    """Whether it is of a family that was read as articles: a page "Giới thiệu" is not."""
    return any(re.search(pattern, address) for pattern in rules.article)


def _with_listed_seed(site: Site) -> Site:
    """The site with its seeds among its lists: a run begins on the site."""
    rules = registry.rules(site)
    scope = Scope(site.domains, rules.urls, rules.traps)
    missing = [seed for seed in site.seeds if scope.decide(seed).kind != "listing"]
    if not missing:
        return site
    literal = tuple(patterns.literal(target(seed)) for seed in missing)
    return replace(site, urls=replace(rules.urls, listing=(*literal, *rules.urls.listing)))


def _seed(survey: Survey) -> str:
    """The page that the survey began at, or the root where that was an article or no page."""
    first = survey.seen[0]
    if first.status == 200 and first.found is not None and first.told != "article":
        return first.url
    return urlsplit(first.url)._replace(path="/", query="").geturl()


# What it is called and where


def _title(survey: Survey) -> str:
    """What the first page calls the site, said once and without a welcome."""
    for title in survey.seen[0].titles:
        parts = [part for part in _DASHES.split(title) if part and not _WELCOME.fullmatch(part)]
        kept = [part for n, part in enumerate(parts) if not any(part in one for one in parts[:n])]
        if shown := " - ".join(kept):
            return shown if len(shown) <= MOST_TITLE else shown[:MOST_TITLE].rsplit(" ", 1)[0]
    return survey.host


def _level(title: str, host: str) -> str:
    folded = search_fold(title)
    if board := _BOARDS.search(folded):
        return _BOARD_NAMES[board[1]]
    found = next((level for level, sign in _LEVELS if re.search(sign, folded)), "")
    return found or ("báo tỉnh" if host.startswith("bao") else "")


def _other_hosts(survey: Survey, site: Site) -> list[str]:
    """Hosts that are the site's too: it redirected from there, or pages call themselves by it, and
    articles and lists of the site are linked there.
    """
    rules = registry.rules(site)
    asked = _bare(urlsplit(survey.start).netloc.lower())
    named = Counter(host for one in survey.seen for host in set(map(_bare, one.hosts)))
    links = {url for one in survey.seen for url in one.links}
    found = [asked]
    for host, _ in named.most_common():
        scope = Scope((host,), rules.urls, rules.traps)
        kinds = {scope.decide(url).kind for url in links}
        same = any(
            target(url) in survey.found for url in links if scope.decide(url).kind == "listing"
        )
        if "article" in kinds and same:
            found.append(host)
    return [host for host in dict.fromkeys(found) if host and host not in site.domains]


def _bare(host: str) -> str:
    return host.removeprefix("www.")


# What would be found


def _addresses(survey: Survey, site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The articles and the lists among all addresses that were met, each once."""
    rules = registry.rules(site)
    scope = Scope(site.domains, rules.urls, rules.traps)
    articles, lists = dict[str, None](), dict[str, None]()
    for url in _met(survey):
        kind = scope.decide(url).kind
        if kind == "article":
            articles[scope.canonical(url)] = None
        elif kind == "listing":
            lists[scope.key(url)] = None
    return tuple(articles), tuple(lists)


def _met(survey: Survey) -> Iterator[str]:
    for one in survey.seen:
        yield one.url
        yield from one.links
    for feed in survey.feeds:
        yield from feed.pages


def _is_in(one: Seen, articles: Iterable[str]) -> bool:
    paths = {target(url) for url in articles}
    return bool({target(one.url), target(one.asked)} & paths) or not paths


def _ordinary(read: list[Seen]) -> Seen | None:
    """The article of which most was read; of those the one of middling length."""
    if not read:
        return None
    most = max(map(_fields_read, read))
    best = sorted((one for one in read if _fields_read(one) == most), key=_length)
    return best[len(best) // 2]


def _odd(read: list[Seen]) -> Seen | None:
    """The article of which least was read, the shortest of those, unless there is but one."""
    if len(read) < 2:
        return None
    ordinary = _ordinary(read)
    return min(
        (one for one in read if one is not ordinary), key=lambda x: (_fields_read(x), _length(x))
    )


def _fields_read(one: Seen) -> int:
    names = ("lead", "published", "updated", "author", "section", "captions", "attachments")
    return sum(bool(getattr(one.found, name)) for name in names)


def _length(one: Seen) -> int:
    return len(one.found.text) if isinstance(one.found, Article) else 0


def _checks(
    survey: Survey,
    site: Site,
    articles: tuple[str, ...],
    lists: tuple[str, ...],
    ordinary: Seen | None,
) -> Iterator[Check]:
    yield Check("platform", bool(site.platform) or None, site.platform or "none: rules are learned")
    yield Check("name", True, site.name)
    yield Check("title", True, site.title)
    now = provinces.today(site.province).name if site.province else ""
    told = site.province if now == site.province else f"{site.province}, now {now}"
    yield Check("province", bool(site.province) or None, told)
    yield Check("level", bool(site.level) or None, site.level)
    yield Check("domains", True, ", ".join(site.domains))
    yield Check("seeds", True, ", ".join(site.seeds))
    yield from _addressing(site)
    for feed in survey.feeds:
        kind = "sitemap" if feed.is_sitemap else "feed"
        yield Check(kind, True, f"{feed.url} lists {len(feed.pages)} pages")
    if not survey.feeds:
        yield Check("feeds, sitemaps", None, "none announced")
    yield Check("pages looked at", True, f"{len(survey.seen)}, {_kinds(survey)}")
    yield Check("lists", bool(lists), f"{len(lists)} addresses")
    yield Check("articles", bool(articles), f"{len(articles)} addresses")
    for url, why in survey.failed:
        yield Check(url, False, why)
    if ordinary is not None and ordinary.found is not None:
        yield Check("article", True, ordinary.url)
        yield from read_from(ordinary.found)


def _addressing(site: Site) -> Iterator[Check]:
    if site.urls is None:
        yield Check("addresses", True, f"as {site.platform} has them")
        return
    for pattern in site.urls.article:
        yield Check("article addresses", True, pattern)
    for pattern in site.urls.listing:
        yield Check("list addresses", True, pattern)


def _kinds(survey: Survey) -> str:
    count = Counter(one.told for one in survey.seen)
    return f"{count['article']} articles, {count['listing']} lists, {count['other']} others"
