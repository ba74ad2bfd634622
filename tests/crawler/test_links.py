"""What is found on pages that no parser likes."""

import pytest
from scrapy.http import HtmlResponse

from crawler.links import whole

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
