"""Spaces without end: those that have a name, and those that show by what they bring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from time import process_time

import pytest

from crawler.scope import MAX_URL_LENGTH, Scope
from crawler.site import Trap, UrlRules
from crawler.traps import GENERAL, MAX_SHAPES, Harvest, shape
from tests.practice import PracticeWeb, endless, variety
from tests.practice.site import PracticeSite
from tests.practice.wire import Asked

ANY = Scope(("h.example",), UrlRules())

TRAPPED = {
    "print": (
        "/tin/a-1.html?print=1",
        "/in-bai/48437.aspx",
        "/bm/print/10597",
        "/x?viewMode=print",
    ),
    "mobile copies": ("/m/tin/a-1.html", "/tin/a-1/amp", "/tin/a-1.html?m=1"),
    "languages": ("/en/tin/a-1.html", "/tin?lang=en", "/c/portal/update_language?languageId=fi_FI"),
    "calendars": ("/lich-cong-tac?ngay=1", "/web/x/calendar/2024", "/su-kien?thang=5&nam=1999"),
    "tags": ("/tag/dan-van/page/7/", "/tu-khoa/dan-van.html"),
    "replies": ("/tin/?replytocom=5", "/tin/a-1.aspx?traloi=7", "/tin/a/comment-page-2/"),
    "logins": ("/dang-nhap?returnUrl=x", "/c/portal/login?p_l_id=1", "/wp-login.php"),
    "searches": ("/tim-kiem?x=1", "/tin?q=a", "/Search.aspx"),
    "padded queries": ("/tin?a=" + "+" * 90 + "&page=57", "/tin?a=" + "%20" * 12),
    "sort orders": ("/tin?sort=views", "/tin?orderby=date", "/x?_p_orderByCol=title"),
    "repeated path segments": ("/a/b/a/b/", "/tin/tin/tin/x", "/a/1/a/2/a/3/a/4", "/a-1.html/b/"),
}


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, ps in TRAPPED.items() for p in ps])
def test_traps_of_all_sites(name: str, path: str) -> None:
    """Whatever the system, such addresses are not followed, and the refusal names the trap."""
    assert ANY.decide(f"https://h.example{path}").rule == f"trap: {name}"


@pytest.mark.parametrize(
    "path",
    [
        "/lich-su-dang/su-kien-nam-1930.html",
        "/tin-tuc/tin-tuc/bai-viet-12.html",
        "/chinh-tri?cate=342&page=2",
        "/tin?lang=vi",
        "/dang-ky-mat-hang-dan-van-kheo-123.html",
        "/thong-tin/print-magazine-1.html",
        "/2024/05/14/bai-viet/",
        "/hashtag-la-gi-55.html",
        "/tu-khoa-cua-nam-99.html",
        "/1458/39703/71968/659705/tin-tuc/a",
    ],
)
def test_what_only_looks_like_a_trap(path: str) -> None:
    """Articles and sections whose names resemble a trap's are followed."""
    assert ANY.decide(f"https://h.example{path}").kind == "page"


def test_a_site_may_say_that_a_trap_is_none() -> None:
    """Where articles stand under `/tag/`, the site's rules say so."""
    scope = Scope(("h.example",), UrlRules(not_traps=("tags",)))
    assert scope.decide("https://h.example/tag/dan-van/").kind == "page"


def test_sessions_and_growing_ways_back_make_no_new_address() -> None:
    """Session ids and `redirect=` in a query are noise: no other page, however long they grow."""
    for more in ("sid=0123456789abcdef01", "redirect=%2Fa%3Fredirect%3D%252Fb", "returnUrl=/a"):
        assert ANY.key(f"https://h.example/tin?{more}") == ANY.key("https://h.example/tin")
    assert ANY.key("https://h.example/tin?sid=123") != ANY.key("https://h.example/tin")


HOSTILE = ("a", "/a", "a-", "1/", "?a=", "&thang=", "%20", "+", "/print", "&year=1", "-lich", "/?m")


@pytest.mark.parametrize("trap", GENERAL, ids=lambda trap: trap.name)
def test_no_pattern_runs_away(trap: Trap) -> None:
    """The longest address that any scope judges, made of whatever a pattern likes, is judged by it
    in far less time than it takes to fetch one.
    """
    taken = {}
    for unit in HOSTILE:
        target = ("/" + unit * MAX_URL_LENGTH)[:MAX_URL_LENGTH]
        began = process_time()
        re.search(trap.pattern, target)
        taken[unit] = process_time() - began
    assert max(taken.values()) < 0.1, taken


NOISE = ("growing redirects", "session pages")
"""Spaces that are one page to every scope: what grows in their addresses is no part of it."""


def onward(name: str, target: str, site: PracticeSite) -> str:
    """The address to which a page at `target` leads on in a space."""
    asked = Asked(base=site.url, method="GET", target=target, version="HTTP/1.1", headers={})
    leads = endless.onward(asked, site)
    return [lead for lead in leads if re.search(endless.SPACES[name], lead)][-1]


@pytest.fixture(scope="module")
def site() -> Iterator[PracticeSite]:
    with PracticeWeb(seed=71, articles=3, only=("chodon",)) as web:
        yield web.sites["chodon"]


@pytest.mark.parametrize("name", endless.SPACES)
def test_every_space_of_the_practice_web_ends(name: str, site: PracticeSite) -> None:
    """Within five steps into an endless space there is a trap, or a page that was met before; only
    in the space that no rule names neither.
    """
    target, met, ended = "/tin?p=1", set[str](), False
    for _ in range(5):
        target = onward(name, target, site)
        url = f"https://h.example{target}"
        trapped = ANY.decide(url).rule.startswith(("trap: ", "repeated "))
        ended |= trapped or (name in NOISE and ANY.key(url) in met)
        met.add(ANY.key(url))
    assert ended is (name != "unnamed"), target


def test_every_copy_of_the_practice_web_is_left_alone() -> None:
    """Copies for printers, small screens and other languages are traps, whatever they look like."""
    copies = re.findall('href="([^"]+)"', variety.copies_of("/a-1/"))
    rules = {one: ANY.decide(f"https://h.example{unescape(one)}").rule for one in copies}
    assert len(rules) >= len(variety.COPIES)
    assert [one for one, rule in rules.items() if not rule.startswith("trap: ")] == []


def test_a_list_that_goes_on_is_walked() -> None:
    """A list of 5,000 pages is never spent while each brings something new."""
    harvest = Harvest(limit=10)
    for page in range(5000):
        url = f"https://h.example/tin?page={page}"
        assert not harvest.is_spent(url)
        harvest.gathered(url, new=1 if page % 9 == 0 else 0)


def test_a_calendar_is_not() -> None:
    """A shape that brought nothing so many times in a row is spent; others are not."""
    harvest = Harvest(limit=10)
    for year in range(10):
        assert not harvest.is_spent(f"https://h.example/ngay/{year}/5")
        harvest.gathered(f"https://h.example/ngay/{year}/5", new=0)
    assert harvest.is_spent("https://h.example/ngay/9012/1")
    assert not harvest.is_spent("https://h.example/tin?page=2")


def test_one_find_makes_a_shape_live_again() -> None:
    """Only pages in a row count."""
    harvest = Harvest(limit=3)
    for new in (0, 0, 1, 0, 0):
        harvest.gathered("https://h.example/tin/1", new)
    assert not harvest.is_spent("https://h.example/tin/9")


def test_the_memory_of_shapes_is_bounded() -> None:
    """A site that invents shapes shares one bound for all that come after the first many."""
    harvest = Harvest(limit=5)
    for number in range(MAX_SHAPES):
        harvest.gathered(f"https://h.example/{_word(number)}", new=0)
    for number in range(5):
        harvest.gathered(f"https://h.example/y{_word(number)}", new=0)
    assert harvest.is_spent("https://h.example/never-seen-before")


def _word(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/tin?page=2&cate=3", "/tin?cate=9&page=17"),
        ("/lich/2024/5/1", "/lich/1/12/31"),
        ("/tin/hoi-nghi-tong-ket-nam", "/tin/le-ra-quan-dau-nam"),
        ("/x?next=" + "%2Fa" * 20, "/x?next=" + "%2Fb" * 30),
    ],
)
def test_shapes(one: str, other: str) -> None:
    """Numbers, titles and long values do not make another shape; words do."""
    assert shape(f"https://h.example{one}") == shape(f"https://h.example{other}")
    assert shape("https://h.example/chinh-tri/") != shape("https://h.example/kinh-te/")
