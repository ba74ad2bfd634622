"""How lists go on: links, buttons, forms, heads of pages, and answers that are JSON."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from scrapy.http import HtmlResponse, TextResponse

from crawler.links import MAX_JSON_VALUES, Links, Postback, form_of, of_page, whole
from crawler.site import ListingRules

AT = "https://h.example/tin/"
RULES = ListingRules()


def page(body: str, kind: type[TextResponse] = HtmlResponse) -> TextResponse:
    return whole(kind(AT, body=body.encode(), encoding="utf-8"))


def found(body: str, rules: ListingRules = RULES) -> Links:
    return of_page(page(body), rules)


@pytest.mark.parametrize(
    "body",
    [
        '<link rel="next" href="?p=2">',
        '<a rel="next" href="?p=2">›</a>',
        '<ul class="pagination"><li><a href="?p=2">2</a></li></ul>',
        '<div class="phantrang"><a href="?p=2">2</a></div>',
        '<div class="wp-pagenavi"><a href="?p=2">2</a></div>',
    ],
)
def test_pagers_of_many_systems(body: str) -> None:
    """A pager is known by `rel=next` or by a class that many systems give it, without any rule."""
    assert found(body).pages == (f"{AT}?p=2",)
    assert found(body).found == ()


@pytest.mark.parametrize(
    "body",
    [
        '<button class="control__loadmore" data-url="/api/2.html">Xem thêm</button>',
        '<a id="btnLoadMore" data-href="/api/2.html">Xem thêm</a>',
        '<a class="xemthem" href="/api/2.html">Xem thêm</a>',
    ],
)
def test_load_more(body: str) -> None:
    """Where a "load more" says where it loads from, that is told; a template is no address."""
    assert found(body).more == ("https://h.example/api/2.html",)
    assert found(body.replace("/api/2.html", "/api/{page}")).more == ()


def test_feeds_in_the_head() -> None:
    """A page's own feeds are told, in either format."""
    body = (
        '<link rel="alternate" type="application/rss+xml" href="/rss">'
        '<link rel="alternate" type="application/atom+xml" href="/atom">'
        '<link rel="alternate" hreflang="en" href="/en/">'
    )
    assert found(body).feeds == ("https://h.example/rss", "https://h.example/atom")


def click(target: str, argument: str, label: str) -> str:
    return f"<a href=\"javascript:__doPostBack('{target}','{argument}')\">{label}</a>"


def test_a_grid_view() -> None:
    """Numbers and dots of a GridView lead to the pages that their arguments name, through blanks
    that do not break; what is no pager is left alone."""
    body = "&nbsp;".join(
        click("ctl00$gv", f"Page${n}", label) for n, label in ((2, "2"), (3, "3"), (6, "..."))
    )
    body += click("ctl00$lnkDangNhap", "", "Đăng nhập") + click("ctl00$gv", "Sort$Ngay", "Ngày")
    assert found(body).pages == tuple(Postback("ctl00$gv", f"Page${n}", str(n)) for n in (2, 3, 6))


def test_link_buttons() -> None:
    """Buttons with the same name lead elsewhere on another page: their labels say where; dots say
    what they come before or after. All belong to one list."""
    labels = ("...", "6", "8", "...", "Sau")
    body = "".join(click(f"ctl00$rpt$ctl0{n}$lnk", "", label) for n, label in enumerate(labels))
    pages = found(body).pages
    assert [page.place for page in pages if isinstance(page, Postback)] == [
        "before 8",
        "6",
        "8",
        "after 8",
        "after 8",
    ]
    assert {page.list for page in pages if isinstance(page, Postback)} == {"ctl00$rpt"}


def test_other_ways_to_post_back() -> None:
    """A button's `onclick`, entities, and ASP.NET's longer function are understood."""
    body = (
        "<input type='button' value='2' onclick=\"__doPostBack(&#39;a&#39;,&#39;Page$2&#39;)\">"
        "<a href='javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("
        '"b$next", "", true, "", "", false, true))\'>Trang sau</a>'
    )
    assert found(body).pages == (Postback("a", "Page$2", "2"), Postback("b$next", "", "after 2"))


FORM = """<form id="search"><input name="q" value="x"></form>
<form id="form1" action="Default.aspx?id=5"><input type="hidden" name="__VIEWSTATE" value="s==">
<input type="hidden" name="__EVENTTARGET" value=""><input name="ten" value="tìm">
<select name="nam"><option value="2023"><option selected value="2024"></select>
<input type="checkbox" name="moi" checked><input type="checkbox" name="cu">
<textarea name="y">a &amp; b</textarea><input type="submit" name="nut" value="Tìm">
<input type="image" name="anh"><input type="file" name="tep"></form>"""


def test_the_form_is_posted_as_a_browser_posts_it() -> None:
    """All fields of the page's own form with their values, and neither buttons, empty boxes nor
    fields of other forms; to where the form says."""
    url, body = form_of(page(FORM), Postback("ctl00$gv", "Page$2", "2"))
    assert url == f"{AT}Default.aspx?id=5"
    assert dict(parse_qsl(body.decode(), keep_blank_values=True)) == {
        "__EVENTTARGET": "ctl00$gv",
        "__EVENTARGUMENT": "Page$2",
        "__VIEWSTATE": "s==",
        "ten": "tìm",
        "nam": "2024",
        "moi": "on",
        "y": "a & b",
    }


def test_a_page_without_a_form_posts_its_hidden_fields() -> None:
    """Where a broken page has lost its form, its hidden fields go to its own address."""
    lost = '<input type="hidden" name="a" value="1"><input name="b" value="2">'
    url, body = form_of(page(lost), Postback("t", "", "2"))
    assert (url, dict(parse_qsl(body.decode()))) == (AT, {"__EVENTTARGET": "t", "a": "1"})


@pytest.mark.parametrize(
    "document",
    [
        {"code": 1, "data": {"html": '<li><a href="/tin/a-1.html">A</a></li>', "next": "/api/3"}},
        {"items": [{"title": "A", "url": "/tin/a-1.html"}], "next_url": "/api/3"},
        [{"data": [{"share_url": "https://h.example/tin/a-1.html"}]}, {"load_more": "/api/3"}],
    ],
)
def test_json_is_read_as_the_page_it_becomes(document: object) -> None:
    """HTML inside JSON, lists of items with addresses, and the address of the next part."""
    links = found(json.dumps(document))
    assert links.found == ("https://h.example/tin/a-1.html",)
    assert links.pages == ("https://h.example/api/3",)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        json.dumps([{"url": f"/{n}"} for n in range(MAX_JSON_VALUES * 2)]),
        '{"url": 1e999}',
        "{not json",
        "[1, 2]",
    ],
)
def test_hostile_json(body: str) -> None:
    """Deep, long and broken JSON costs little, gives at most so many links, and raises nothing."""
    assert len(found(body).found) <= MAX_JSON_VALUES
