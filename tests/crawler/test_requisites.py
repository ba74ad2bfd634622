"""Page requisites."""

from time import process_time

import pytest
from parsel import Selector

from crawler import requisites
from crawler.site import Requisites

PAGE = """<html><head><link rel="stylesheet" href="/a.css"><link rel="canonical" href="/x">
<style>@import "b.css"; p { background: url('c.png') }</style>
<link rel="shortcut icon" href="/i.ico"><link rel="apple-touch-icon" href="/touch.png">
<link rel=preload as=font href=/w.woff2><link rel=preload as=image href=/hero.jpg></head>
<body style="background:url(d.png)" background="wall.gif">
<img src="data:image/gif;base64,AA" data-src="/e.jpg" srcset="f.jpg 1x, g.jpg 2x">
<img src="blank.gif" data-original="lazy1.jpg"><img data-lazy-src="lazy2.jpg">
<img data-srcset="w_300,h_200/set.jpg 300w,/set2.jpg 600w">
<picture><source srcset="p.avif"><img src="p.jpg"></picture><div data-bg="bg.jpg"></div>
<noscript><img src="plain.jpg"></noscript><input type="image" src="go.gif">
<video poster="poster.jpg" src="film.mp4"><source src="film2.mp4"></video>
<audio src="voice.mp3"></audio><iframe src="/khung"></iframe><embed src="doc.pdf">
<script src="//cdn.example/h.js"></script><a href="/page">no</a><img src="http://[bad"></body></html>"""
KINDS = {
    "style": {"/a.css", "/dir/b.css"},
    "script": {"//cdn.example/h.js"},
    "font": {"/w.woff2"},
    "frame": {"/khung"},
    "audio": {"/dir/voice.mp3"},
    "video": {"/dir/film.mp4", "/dir/film2.mp4"},
    "document": {"/dir/doc.pdf"},
    "picture": {
        *("/i.ico", "/touch.png", "/hero.jpg", "/e.jpg", "/set2.jpg"),
        *(f"/dir/{name}" for name in ("c.png", "d.png", "wall.gif", "f.jpg", "g.jpg")),
        *(f"/dir/{name}" for name in ("blank.gif", "lazy1.jpg", "lazy2.jpg", "p.avif", "p.jpg")),
        *(f"/dir/{name}" for name in ("bg.jpg", "plain.jpg", "go.gif", "poster.jpg")),
        "/dir/w_300,h_200/set.jpg",
    },
}


def test_everything_a_page_shows_is_found() -> None:
    """All that a page shows is found as what it is, lazy pictures too; its links are not."""
    found = requisites.of_page(Selector(PAGE), "https://h.example/dir/page")
    expected = {
        (f"https:{path}" if path.startswith("//") else f"https://h.example{path}", kind)
        for kind, paths in KINDS.items()
        for path in paths
    }
    assert {(one.url, one.kind) for one in found} == expected


@pytest.mark.parametrize(
    ("css", "paths"),
    [
        ("@import url(\"x.css\"); @import 'y.css' screen", {"x.css", "y.css"}),
        ("a{background:URL( z.png )}", {"z.png"}),
        ('a{background:image-set("1.png" 1x, "2.png" 2x)}', {"1.png", "2.png"}),
        ("a{background:-webkit-image-set(url(3.png) 1x, url('4.png') 2x)}", {"3.png", "4.png"}),
        (r'a{background:url("b\61 c.png")}', {"bac.png"}),
        (r"a{background:url(a\(1\).png)}", {"a(1).png"}),
        ("/* url(no.png) */ a{background:url(yes.png)} /* @import 'no.css'", {"yes.png"}),
        ("@font-face{src:url(f.eot?#iefix) format('x'),url(f.woff2)}", {"f.eot", "f.woff2"}),
        ("a{background:url(data:image/png;base64,AA)} b{content:'url'}", set()),
    ],
)
def test_a_style_sheet_shows_and_imports(css: str, paths: set[str]) -> None:
    """What a style sheet needs is resolved against it, whatever it is written with."""
    found = requisites.of_style_sheet(css, "https://h.example/css/site.css")
    assert {one.url for one in found} == {f"https://h.example/css/{path}" for path in paths}


def test_imports_are_told_from_pictures() -> None:
    """A style sheet's own kinds are told apart."""
    css = "@import 'x.css'; @import url(y); a{background:url(z.png)} @font-face{src:url(f.woff)}"
    found = requisites.of_style_sheet(css, "https://h.example/")
    assert [one.kind for one in found] == ["style", "style", "picture", "font"]


def test_a_base_elsewhere() -> None:
    """Addresses are resolved against the base that a page names."""
    found = requisites.of_page(Selector('<img src="a.png">'), "https://cdn.example/x/")
    assert [one.url for one in found] == ["https://cdn.example/x/a.png"]


def test_files_that_are_linked_to() -> None:
    """Documents and recordings are attachments; pages and pictures that are linked to are not."""
    page = "".join(
        f'<a href="{n}">x</a>' for n in ("a.pdf", "b.DOCX?v=1", "c.mp3", "d.html", "e.jpg")
    )
    found = requisites.attached(Selector(page), "https://h.example/")
    assert [(one.url[18:], one.kind) for one in found] == [
        ("a.pdf", "document"),
        ("b.DOCX?v=1", "document"),
        ("c.mp3", "audio"),
    ]


def test_a_site_says_what_it_is_furnished_with() -> None:
    """Films are fetched only where a site says so, and nothing where it says nothing."""
    found = requisites.of_page(Selector(PAGE), "https://h.example/dir/page")
    assert "video" not in {one.kind for one in requisites.wanted(found, Requisites())}
    assert len(requisites.wanted(found, Requisites(per_page=3))) == 3
    assert requisites.wanted(found, Requisites(kinds=())) == []
    video = Requisites(kinds=("video",))
    assert {one.kind for one in requisites.wanted(found, video)} == {"video"}


def test_a_page_cannot_ask_for_everything() -> None:
    """The number of requisites of one page is bounded."""
    page = Selector("".join(f'<img src="{n}.png">' for n in range(2000)))
    assert len(requisites.of_page(page, "https://h.example/")) == requisites.MAX_REQUISITES


@pytest.mark.parametrize("css", ["/*", "@import ", "url(", "url('", '"\\', ",'a' 1", "image-set("])
def test_hostile_style_sheets(css: str) -> None:
    """A style sheet that repeats anything a million times takes no longer than a long one may."""
    began = process_time()
    requisites.of_style_sheet(css * (requisites.MAX_CSS // len(css)), "https://h.example/")
    assert process_time() - began < 5
