"""What is made of a survey: names, places, hosts and the address to begin at."""

from __future__ import annotations

import pytest

from archive import Article, Capture
from crawler.proposal import propose
from crawler.reading import NotAnArticle
from crawler.survey import Seen, Survey

HOME = "https://baomoi.vn/"


def seen(
    url: str,
    *,
    asked: str = "",
    found: Article | NotAnArticle | None = None,
    links: tuple[str, ...] = (),
    titles: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
) -> Seen:
    capture = Capture(
        urlkey="vn,baomoi)/",
        timestamp="20261125000000",
        url=url,
        mime="text/html",
        status=200,
        digest=None,
        length=1,
        offset=0,
        filename="a.warc.gz",
    )
    return Seen(
        asked=asked or url,
        url=url,
        status=200,
        capture=capture,
        found=found or NotAnArticle(url=url, site="x", reason="listing"),
        links=links,
        titles=titles,
        hosts=hosts,
    )


def article(number: int, **more: tuple[str, ...]) -> Seen:
    url = f"{HOME}tin/bai-{number}.html"
    return seen(url, found=Article(url=url, site="x", title="Bài", text="Lời."), **more)  # type: ignore[arg-type]


def survey(first: Seen, *others: Seen, start: str = HOME) -> Survey:
    made = Survey(start=start)
    for one in (first, *others):
        made.note(one)
    return made


@pytest.mark.parametrize(
    ("titles", "title", "level", "province"),
    [
        (("Trang chủ - Huyện ủy Chợ Đồn, tỉnh Bắc Kạn",), "Huyện ủy Chợ Đồn, tỉnh Bắc Kạn",
         "huyện ủy", "Bắc Kạn"),
        (("Trang chủ", "Ban Dân vận Tỉnh ủy Hà Tĩnh"), "Ban Dân vận Tỉnh ủy Hà Tĩnh",
         "ban dân vận", "Hà Tĩnh"),
        (("Báo Gia Lai | Báo Gia Lai",), "Báo Gia Lai", "báo tỉnh", "Gia Lai"),
        (("Cổng thông tin điện tử tỉnh Cà Mau",), "Cổng thông tin điện tử tỉnh Cà Mau",
         "cổng tỉnh", "Cà Mau"),
        ((), "baomoi.vn", "báo tỉnh", ""),
        (("Báo " + "rất " * 50 + "dài",), "Báo" + " rất" * 24, "báo tỉnh", ""),
    ],
)  # fmt: skip
def test_a_site_is_called_what_its_front_page_says(
    titles: tuple[str, ...], title: str, level: str, province: str
) -> None:
    """The title is said once and without a welcome; level and province stand in it."""
    found = propose(survey(seen(HOME, titles=titles))).site
    assert (found.title, found.level, found.province) == (title, level, province)
    assert (found.name, found.domains, found.seeds) == ("baomoi", ("baomoi.vn",), (HOME,))


def test_the_host_that_sent_us_here_is_the_sites_too() -> None:
    """A site is known by the host that answers; the one that redirects to it comes after."""
    old = "http://www.baocu.com.vn/"
    found = propose(survey(seen(HOME, asked=old), start=old)).site
    assert found.domains == ("baomoi.vn", "baocu.com.vn")
    assert found.name == "baomoi"


def test_a_host_is_the_sites_only_where_the_same_pages_are() -> None:
    """Another host by which pages call themselves is the site's when articles and a list of the
    site are linked there too; a paper that is merely quoted as the source is not.
    """
    other, quoted = "https://baomoi.com.vn/", "https://baokhac.vn/"
    links = [f"{base}tin/bai-{n}.html" for n in range(1, 6) for base in (HOME, other, quoted)]
    home = seen(HOME, links=(*links, f"{HOME}tin", f"{other}tin"))
    section = seen(f"{HOME}tin", links=tuple(links))
    hosts = ("baomoi.com.vn", "baokhac.vn", "facebook.com")
    found = propose(survey(home, section, article(1, hosts=hosts), article(2), article(3))).site
    assert found.domains == ("baomoi.vn", "baomoi.com.vn")


def test_a_menu_is_a_list_whatever_it_reads_like() -> None:
    """Addresses that every page links are lists where all of their kind are; "most read" is not."""
    menu = tuple(f"{HOME}muc.php?id={n}" for n in (1, 2, 3))
    popular = (f"{HOME}tin/bai-1.html", f"{HOME}tin/bai-2.html")
    more = tuple(f"{HOME}tin/bai-{n}.html" for n in range(3, 9))
    read_as_articles = [
        seen(
            url, found=Article(url=url, site="x", title="Mục", text="Lời."), links=(*menu, *popular)
        )
        for url in menu
    ]
    pages = [article(n, links=(*menu, *popular)) for n in range(1, 5)]
    home = seen(HOME, links=(*menu, *popular, *more))
    found = propose(survey(home, *read_as_articles, *pages)).site
    assert found.urls is not None
    assert found.urls.article == (r"^/tin/[^/?]+-\d+\.html$",)
    assert r"^/muc\.php[?]id=\d+$" in found.urls.listing
