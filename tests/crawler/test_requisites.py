"""Page requisites."""

from parsel import Selector

from crawler import requisites

PAGE = """<html><head><link rel="stylesheet" href="/a.css"><link rel="canonical" href="/x">
<style>@import "b.css"; p { background: url('c.png') }</style></head>
<body style="background:url(d.png)">
<img src="data:image/gif;base64,AA" data-src="/e.jpg" srcset="f.jpg 1x, g.jpg 2x">
<script src="//cdn.example/h.js"></script><a href="/page">no</a><img src="http://[bad"></body></html>"""


def test_everything_a_page_shows_is_found() -> None:
    """Style sheets, imports, lazy pictures, sets, scripts and inline styles; links are not."""
    found = requisites.of_page(Selector(PAGE), "https://h.example/dir/page")
    assert set(found) == {
        "https://h.example/a.css",
        "https://h.example/dir/b.css",
        "https://h.example/dir/c.png",
        "https://h.example/dir/d.png",
        "https://h.example/e.jpg",
        "https://h.example/dir/f.jpg",
        "https://h.example/dir/g.jpg",
        "https://cdn.example/h.js",
    }


def test_a_style_sheet_shows_and_imports() -> None:
    """What a style sheet needs is resolved against the style sheet."""
    css = "@import url(\"x.css\"); @import 'y.css' screen; a{background:URL( z.png )}"
    found = requisites.of_style_sheet(css, "https://h.example/css/site.css")
    assert found == [f"https://h.example/css/{name}" for name in ("x.css", "y.css", "z.png")]


def test_a_page_cannot_ask_for_everything() -> None:
    """The number of requisites of one page is bounded."""
    page = Selector("".join(f'<img src="{n}.png">' for n in range(2000)))
    assert len(requisites.of_page(page, "https://h.example/")) == requisites.MAX_REQUISITES
