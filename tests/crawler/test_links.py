"""What is found on pages that no parser likes."""

import pytest
from scrapy.http import HtmlResponse

from crawler.links import CUT, of_page, whole
from crawler.site import ListingRules

LINK = b'<a href="/late">late</a>'


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body><p>x</p></body></html>" + LINK,
        b"<html><body><html><p>pasted</p></html>  " + LINK + b"</body></html>",
        b"<html><body><p>x</p></BODY >text " + LINK + b"</html>",
    ],
)
def test_links_after_an_early_end_are_found(body: bytes) -> None:
    """A document pasted into a page, or a stray end tag, hides no link."""
    response = HtmlResponse("https://h.example/", body=body, encoding="utf-8")
    assert whole(response).css("a::attr(href)").getall() == ["/late"]


def test_a_sound_page_is_left_alone() -> None:
    """A page that ends where it should is not parsed a second time."""
    body = b"<html><body>" + LINK + b"</body>\n</html>\n<!-- served in 3 ms -->"
    response = HtmlResponse("https://h.example/", body=body, encoding="utf-8")
    assert whole(response) is response


def test_a_page_of_a_million_links() -> None:
    """Of a page with more elements than any has, a part is read, and that it is one is told."""
    body = b"".join(b"<a href=/%d>" % number for number in range(600_000))
    response = HtmlResponse("https://h.example/", body=body, encoding="utf-8")
    part = whole(response)
    assert CUT in part.flags
    assert 50_000 < len(of_page(part, ListingRules()).found) < 70_000
    assert CUT not in whole(response.replace(body=body[:100_000])).flags


@pytest.mark.parametrize("base", ["http://[cdn]/", "http://h:abc/", "http://h:99999/"])
def test_a_base_that_is_none_hides_no_link(base: str) -> None:
    """A base address that is no address is passed over, as browsers do."""
    body = f'<html><head><base href="{base}"></head><body>'.encode() + LINK
    response = HtmlResponse("https://h.example/tin/", body=body, encoding="utf-8")
    assert of_page(whole(response), ListingRules()).found == ("https://h.example/late",)
