"""Each switch of the practice web does what its name says."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from tests.practice import PracticeWeb, Quirks
from tests.practice.client import Page, fetch, hidden_fields, links, plain, turn
from tests.practice.endless import SPACES
from tests.practice.feeds import BOMB
from tests.practice.refusal import PRIVATE, ghosts_of
from tests.practice.tls import Tls

NO_SEEDS = Path(__file__).parent / "practice"
NAMES = ("dongthap_portal", "baohatinh", "chodon", "travinh", "baodongthap")


@pytest.fixture(scope="module")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=2, articles=24, seeds_dir=NO_SEEDS, tls="sound") as serving:
        yield serving


@pytest.fixture
def fresh(web: PracticeWeb) -> Iterator[PracticeWeb]:
    """The web with all switches off, before and after."""
    web.quirks.clear()
    yield web
    web.quirks.clear()


def home(web: PracticeWeb, name: str, **quirks: object) -> Page:
    web.quirks[name] = Quirks(**quirks)  # type: ignore[arg-type]
    return fetch(web.sites[name].start)


def test_the_wire_refusals_and_robots(fresh: PracticeWeb) -> None:
    """Each switch does to the wire what its name says."""
    site = fresh.sites["baohatinh"]
    target = site.articles[0].url

    def under(quirks: Quirks, url: str = target) -> Page:
        fresh.quirks["baohatinh"] = quirks
        return fetch(url)

    assert under(Quirks(error_every=1)).status == 500
    assert not under(Quirks(mislabelled_gzip=True)).body.startswith(b"\x1f\x8b")
    with pytest.raises(http.client.IncompleteRead):
        under(Quirks(cut_every=1))
    assert under(Quirks(wrong_charset=True)).headers["Content-Type"].endswith("iso-8859-1")
    assert "Thông báo từ chối truy cập" in under(Quirks(refusal="page")).text
    assert under(Quirks(refusal="429", retry_after="120")).headers["Retry-After"] == "120"
    assert under(Quirks(everything_home=True)).headers["Location"] == site.start
    assert under(Quirks(redirect_loop=True)).headers["Location"] == target
    assert under(Quirks(robots="503"), site.url + "/robots.txt").status == 503
    assert "Crawl-delay: 3" in under(Quirks(robots="crawl-delay"), site.url + "/robots.txt").text
    assert under(Quirks(drip=0.001)).status == 200
    fresh.quirks["chodon"] = Quirks(bad_chunks=True)
    with pytest.raises((ValueError, http.client.HTTPException)):
        fetch(fresh.sites["chodon"].start)


def test_everything_leaves_out_what_destroys() -> None:
    """With everything on nothing is on that keeps a reader from the articles."""
    on = {name for name, value in asdict(Quirks.everything()).items() if value}
    assert on.isdisjoint({"refusal", "cookie_wall", "everything_home", "redirect_loop", "moved_to"})
    assert {"ghosts", "endless", "copies", "cookieless", "nested_sitemaps"} <= on


def test_odd_headers(fresh: PracticeWeb) -> None:
    """Fields are repeated, empty, folded over two lines and hold more than ASCII."""
    page = home(fresh, "travinh", odd_headers=True)
    assert len(page.headers.get_all("X-Powered-By") or []) >= 2
    assert page.headers["X-Rong"] == ""
    raw = fresh.hits("travinh")[-1].sent.partition(b"\r\n\r\n")[0]
    assert b"\r\n hai\r\n" in raw
    assert "X-Co-Quan: Tỉnh ủy".encode() in raw


def test_head_unlike_get(fresh: PracticeWeb) -> None:
    """HEAD is refused where GET is answered."""
    assert home(fresh, "chodon", head_refused=True).status == 200
    connection = http.client.HTTPConnection(urlsplit(fresh.sites["chodon"].url).netloc)
    connection.request("HEAD", "/")
    assert connection.getresponse().status == 405
    connection.close()


def test_other_refusals(fresh: PracticeWeb) -> None:
    """A parked domain sells itself under every address; `same` is one tiny body under all."""
    fresh.quirks["baohatinh"] = Quirks(refusal="parked")
    paper = fresh.sites["baohatinh"]
    assert "rao bán" in fetch(paper.articles[0].url).text
    fresh.quirks["baohatinh"] = Quirks(refusal="same")
    assert len({fetch(truth.url).body for truth in paper.articles}) == 1
    fresh.quirks["baohatinh"] = Quirks(robots="section")
    robots = fetch(f"{paper.url}/robots.txt").text
    assert "Disallow: /nong-thon-moi/\n" in robots
    assert "Sitemap:" in robots


def test_a_cookie_wall(fresh: PracticeWeb) -> None:
    """Without the cookie the same redirect comes for ever; with it, the page."""
    wall = home(fresh, "chodon", cookie_wall=True)
    assert (wall.status, wall.headers["Location"]) == (302, fresh.sites["chodon"].start)
    cookie = wall.headers["Set-Cookie"].partition(";")[0]
    assert fetch(wall.url, Cookie=cookie).status == 200


def test_cookieless_sessions(fresh: PracticeWeb) -> None:
    """The portal sends every plain address to one with a session in its path, which answers."""
    moved = home(fresh, "travinh", cookieless=True)
    assert moved.status == 302
    assert re.search(r"/\(S\(\w+\)\)/$", moved.headers["Location"])
    assert fetch(moved.headers["Location"]).status == 200


def test_a_site_that_moved(fresh: PracticeWeb) -> None:
    """Every page sends to the same path on the host that came after it."""
    fresh.quirks["chodon"] = Quirks(moved_to="http://127.0.0.1:9")
    url = fresh.sites["chodon"].articles[0].url
    assert fetch(url).headers["Location"] == "http://127.0.0.1:9" + urlsplit(url).path


def test_bouncing_between_http_and_https(fresh: PracticeWeb) -> None:
    """Of three articles one lives at http only and one at https only."""
    site = fresh.sites["baohatinh"]
    fresh.quirks["baohatinh"] = Quirks(bounce=True)
    places = {truth.id % 3: fetch(truth.url).headers["Location"] for truth in site.articles}
    assert str(places[0]).startswith(site.secure)
    assert (places[1], places[2]) == (None, None)


def test_ghosts(fresh: PracticeWeb) -> None:
    """Three links of the shape of an article's lead to a private address, in a circle, and home."""
    for name in NAMES:
        site = fresh.sites[name]
        page = home(fresh, name, ghosts=True)
        urls = {kind: site.url + site.path(story) for kind, story in ghosts_of(site).items()}
        assert set(urls.values()) <= set(links(page))
        assert fetch(urls["private"]).headers["Location"] == PRIVATE
        assert fetch(urls["circle"]).headers["Location"] == urls["circle"]
        assert re.findall("<title>.*", fetch(urls["home"]).text) == re.findall(
            "<title>.*", page.text
        )


@pytest.mark.parametrize("name", NAMES)
def test_spellings(fresh: PracticeWeb, name: str) -> None:
    """Links to articles are spelled in many ways, each of which shows the article."""
    site = fresh.sites[name]
    pages = [
        home(fresh, name, tracking=True, case_variants=True, sessions=True, encoded=True)
        for _ in range(6)
    ]
    found = {url for page in pages for url in links(page)}
    ways = (r"[?&](?:utm_\w+|fbclid|gclid|zarsrc|gidzl|mibextid)=", "%2D")
    own = {"dongthap_portal": ";jsessionid=", "chodon": "PHPSESSID=", "baohatinh": "/"}
    for way in (*ways, own.get(name, r"/\(S\(")):
        url = next(url for url in sorted(found) if re.search(way, url))
        assert fetch(url).status in (200, 301)
    if site.ignores_case:
        assert any(re.search(r"[A-Z]", urlsplit(url).path) for url in found)


def test_copies(fresh: PracticeWeb) -> None:
    """An article links its print, mobile and foreign copies, and each prints its text."""
    for name in NAMES:
        site = fresh.sites[name]
        fresh.quirks[name] = Quirks(copies=True)
        truth = site.articles[0]
        traps = re.compile("|".join(fresh.traps(name).values()))
        found = links(fetch(truth.url))
        own = [
            url for url in found if re.search(r"[?&](?:print|m|lang)=|/(?:m|en|amp|print)/", url)
        ]
        assert len(own) >= 7
        for url in own:
            assert traps.search("/" + url.split("/", 3)[3])
        assert truth.body[0] in plain(fetch(f"{site.url}/print{site.path(site.stories[truth.id])}"))


@pytest.mark.parametrize("name", NAMES)
def test_every_endless_space_goes_on(fresh: PracticeWeb, name: str) -> None:
    """Every page leads into each space, and from there to another address of it, and again."""
    page = home(fresh, name, endless=True)
    for pattern in SPACES.values():
        seen: set[str] = set()
        here = page
        for _ in range(4):
            inside = [u for u in links(here) if re.search(pattern, "/" + u.split("/", 3)[3])]
            url = next(url for url in inside if url not in seen)
            seen.add(url)
            here = fetch(url)
            assert here.status == 200


def sitemap(web: PracticeWeb, path: str, **quirks: object) -> Page:
    web.quirks["baohatinh"] = Quirks(**quirks)  # type: ignore[arg-type]
    return fetch(web.sites["baohatinh"].url + path)


def test_spoiled_feeds(fresh: PracticeWeb) -> None:
    """Feeds come without hosts, unended, with a false encoding, and with the time of the fetch."""
    url = fresh.sites["baohatinh"].url
    assert url not in sitemap(fresh, "/rss/home.rss", relative_feeds=True).text
    assert "</rss>" not in sitemap(fresh, "/rss/home.rss", broken_feeds=True).text
    assert "UTF-16" in sitemap(fresh, "/rss/home.rss", misdeclared_feeds=True).text
    today = f"{fresh.clock.now():%Y-%m-%d}"
    months = re.findall(
        r"<lastmod>(.{10})", sitemap(fresh, "/sitemap.xml", restless_lastmod=True).text
    )
    assert set(months) == {today}


def test_nested_sitemaps(fresh: PracticeWeb) -> None:
    """The root is an index of indexes; one is in circles; bombs lie beside the true one."""
    on = {"nested_sitemaps": True, "gzip_sitemaps": True, "sitemap_bombs": True}
    root = sitemap(fresh, "/sitemap.xml", **on)
    assert "/so-do/chi-muc.xml" in root.text
    assert "/so-do/goc.xml.gz" in sitemap(fresh, "/so-do/chi-muc.xml", **on).text
    packed = sitemap(fresh, "/so-do/goc.xml.gz", **on)
    assert b"/sitemaps/news-" in gzip.decompress(packed.body)
    assert "/so-do/vong-8.xml" in sitemap(fresh, "/so-do/vong-7.xml", **on).text
    assert len(sitemap(fresh, "/so-do/bom.xml.gz", **on).body) < BOMB * 1_000_000 / 500
    assert "<!ENTITY" in sitemap(fresh, "/so-do/thuc-the.xml", **on).text
    assert "<!DOCTYPE" in sitemap(fresh, "/so-do/dtd.xml", **on).text


def test_pagers_of_link_buttons(fresh: PracticeWeb) -> None:
    """The same button leads to other pages on other pages, and says nothing of them."""
    fresh.quirks["travinh"] = Quirks(linkbuttons=True)
    site = fresh.sites["travinh"]
    page = fetch(site.url + site.listing_targets()[0])

    def pressed(page: Page, place: int) -> Page:
        fields = hidden_fields(page) | {"__EVENTTARGET": f"ctl00$gv$rptTrang$ctl0{place}$lnkTrang"}
        return fetch(page.url, data=fields)

    def titles(page: Page) -> list[str]:
        return re.findall(r'class="tieude" href="([^"]+)"', page.text)

    assert "Page$" not in page.text
    second = pressed(page, 1)
    assert titles(second) != titles(page)
    assert titles(pressed(second, 0)) == titles(page)


def test_forms_must_be_whole(fresh: PracticeWeb) -> None:
    """A postback without the selects and boxes of its form shows the first page again."""
    fresh.quirks["travinh"] = Quirks(full_forms=True)
    site = fresh.sites["travinh"]
    page = fetch(site.url + site.listing_targets()[0])
    again = turn(page, 2)
    assert re.findall('class="tieude" href="([^"]+)', again.text) == re.findall(
        'class="tieude" href="([^"]+)', page.text
    )


def test_load_more_as_json(fresh: PracticeWeb) -> None:
    """Parts of a list come as HTML in JSON and as lists of items, in turn."""
    pages = [sitemap(fresh, f"/api/morenews-1-{n}.html", json_more=True) for n in (2, 3)]
    data = [json.loads(page.text)["data"] for page in pages]
    assert sorted(key for part in data for key in part) == ["html", "items", "next_url"]


@pytest.mark.parametrize("name", ["dongthap_portal", "chodon", "baodongthap"])
def test_pagers_in_the_head(fresh: PracticeWeb, name: str) -> None:
    """The next page stands in the head of the page, and nowhere else."""
    fresh.quirks[name] = Quirks(head_pagers=True)
    site = fresh.sites[name]
    page = fetch(site.url + site.listing_targets()[0])
    following = re.search(r'<link rel="next" href="([^"]+)"', page.text)
    assert following
    assert urljoin(page.url, following[1].replace("&amp;", "&")) not in links(page)


def test_a_redesign(fresh: PracticeWeb) -> None:
    """No class has its old name, and the words are the same."""
    assert "cms-title" not in re.findall(
        r'class="([^"]+)"', home(fresh, "baohatinh", redesign=True).text
    )


@pytest.mark.parametrize("kind", ["sound", "other-host", "weak-dh"])
def test_tls(kind: Tls) -> None:
    """A site is to be had over TLS as well: soundly, with a false name, or with a weak group."""
    with PracticeWeb(seed=2, articles=2, seeds_dir=NO_SEEDS, only=("chodon",), tls=kind) as web:
        address = urlsplit(web.sites["chodon"].secure)
        where = (str(address.hostname), address.port or 443)
        certificate, cipher = greet(where, level=0)
        assert (b"khac.example" in certificate) == (kind == "other-host")
        assert cipher.startswith("DHE-RSA") == (kind == "weak-dh")
        if kind == "weak-dh":
            with pytest.raises(ssl.SSLError):
                greet(where, level=2)


def greet(where: tuple[str, int], level: int) -> tuple[bytes, str]:
    """The certificate and the cipher of a server, at OpenSSL's security level."""
    lax = ssl.create_default_context()
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    lax.set_ciphers(f"DEFAULT:@SECLEVEL={level}")
    with socket.create_connection(where) as client, lax.wrap_socket(client) as secure:
        cipher = secure.cipher()
        return secure.getpeercert(binary_form=True) or b"", cipher[0] if cipher else ""
