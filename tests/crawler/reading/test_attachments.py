"""Files, sound and film that belong to an article; and those that belong to the site."""

from __future__ import annotations

import pytest

from archive.article import Link
from crawler.site import ArticleRules
from tests.crawler.reading.pages import MORE, PLAIN, TITLE, WORDS, article, article_page

BODY = ArticleRules(body=(".noi-dung",))
BOTH = pytest.mark.parametrize("rules", [(), (BODY,)], ids=["generic", "rules"])
HOST = "https://bao.example.vn"
Rules = tuple[ArticleRules, ...]

DOCUMENTS = {
    "pdf": "/vb/kh-12.pdf", "upper case": "/vb/KH-12.PDF", "doc": "/vb/kh.doc",
    "docx": "/vb/kh.docx", "xls": "/vb/bieu.xls", "xlsx": "/vb/bieu.xlsx", "ppt": "/vb/bai.ppt",
    "pptx": "/vb/bai.pptx", "odt": "/vb/bai.odt", "rtf": "/vb/bai.rtf", "zip": "/vb/tat-ca.zip",
    "rar": "/vb/tat-ca.rar", "with a query": "/vb/kh-12.pdf?v=3",
    "library": "/documents/10180/0/kh-12?version=1.0", "handler": "/download.ashx?file=kh-12.pdf",
    "mp3": "/am-thanh/bai.mp3", "m4a": "/am-thanh/bai.m4a",
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("href", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize("place", ["inside", "after"])
def test_links(href: str, place: str, rules: Rules) -> None:
    """A link to a file in the text or right behind it is an attachment, titled as printed."""
    link = f'<p><a href="{href}">Kế hoạch số 12 của Huyện ủy</a></p>'
    inside, after = (link, "") if place == "inside" else ("", link)
    found = article(article_page(PLAIN + inside, after=after), *rules)
    assert found.attachments == (Link(title="Kế hoạch số 12 của Huyện ủy", url=HOST + href),)
    assert found.text == f"{WORDS}\n\n{MORE}"


PLAYERS = {
    "audio": '<audio controls src="/a/bai.mp3"></audio>',
    "audio with sources": '<audio controls><source src="/a/bai.mp3" type="audio/mpeg"></audio>',
    "sound without an ending": '<audio src="/phat/123"></audio>',
    "video": '<video src="/v/phim.mp4" poster="/v/p.jpg"></video>',
    "video with sources": '<video><source src="/v/phim.mp4"><source src="/v/phim.webm"></video>',
    "stream": '<video src="/v/phim.m3u8"></video>',
    "video by a script": '<video data-src="/v/phim.mp4"></video>',
    "youtube": '<iframe src="https://www.youtube.com/embed/abcDEF12345?rel=0"></iframe>',
    "youtube without cookies": '<iframe src="//www.youtube-nocookie.com/embed/abcDEF12345">'
    "</iframe>",
    "youtube later": '<iframe data-src="https://www.youtube.com/embed/abcDEF12345"></iframe>',
    "vimeo": '<iframe src="https://player.vimeo.com/video/123456"></iframe>',
    "embed": '<embed src="/v/phim.mp4">',
    "object": '<object data="/vb/kh.pdf" type="application/pdf"></object>',
    "pdf in a frame": '<iframe src="/vb/kh.pdf"></iframe>',
    "viewer": '<iframe src="https://docs.google.com/gview?url=https://bao.example.vn/vb/kh.pdf'
    '&embedded=true"></iframe>',
}
ADDRESSES = {
    "audio": "/a/bai.mp3", "audio with sources": "/a/bai.mp3",
    "sound without an ending": "/phat/123", "video": "/v/phim.mp4",
    "video with sources": "/v/phim.mp4", "stream": "/v/phim.m3u8",
    "video by a script": "/v/phim.mp4", "youtube": "https://www.youtube.com/watch?v=abcDEF12345",
    "youtube without cookies": "https://www.youtube.com/watch?v=abcDEF12345",
    "youtube later": "https://www.youtube.com/watch?v=abcDEF12345",
    "vimeo": "https://player.vimeo.com/video/123456", "embed": "/v/phim.mp4",
    "object": "/vb/kh.pdf", "pdf in a frame": "/vb/kh.pdf", "viewer": "/vb/kh.pdf",
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("name", PLAYERS)
def test_players(name: str, rules: Rules) -> None:
    """What is played or shown in the text is an attachment, under an address one can open."""
    body = f"<p>{WORDS}</p><div>{PLAYERS[name]}</div><p>{MORE}</p>"
    found = article(article_page(body), *rules)
    wanted = ADDRESSES[name] if ":" in ADDRESSES[name] else HOST + ADDRESSES[name]
    assert found.attachments[0].url == wanted
    assert found.attachments[0].title
    assert found.text == f"{WORDS}\n\n{MORE}"


@BOTH
def test_titles(rules: Rules) -> None:
    """A player is titled by what it says of itself, a file by its link, else by its name."""
    body = (
        f'{PLAIN}<iframe src="https://www.youtube.com/embed/abcDEF12345" title="Phim tư liệu">'
        '</iframe><p><a href="/vb/ke%20hoach.pdf"><img src=/pdf.png></a></p>'
        '<p><a href="/vb/bieu.xlsx">Biểu mẫu</a> <a href="/vb/bieu.xlsx">Tải về</a></p>'
    )
    found = article(article_page(body), *rules)
    assert [link.title for link in found.attachments] == [
        "Phim tư liệu", "ke hoach.pdf", "Biểu mẫu",
    ]  # fmt: skip


NOT_ITS_OWN = {
    "menu": '<nav><a href="/huong-dan.pdf">Hướng dẫn</a></nav>',
    "sidebar": '<div class="sidebar"><a href="/lich.pdf">Lịch công tác</a></div>',
    "right column": '<div class="col-right"><p><a href="/lich.pdf">Lịch công tác</a></p></div>',
    "banner": '<div class="banner"><video src="/quang-cao.mp4"></video></div>',
    "advert": '<div class="quang-cao">'
    '<iframe src="https://www.youtube.com/embed/xyz12345678"></iframe></div>',
    "footer": '<footer><a href="/giay-phep.pdf">Giấy phép</a></footer>',
    "related": '<div class="tin-lien-quan"><a href="/khac.mp3">Nghe bài khác</a></div>',
    "library of films": '<div class="thu-vien-video">'
    '<iframe src="https://www.youtube.com/embed/x1234567890"></iframe></div>',
    "map": '<iframe src="https://www.google.com/maps/embed?pb=1"></iframe>',
    "page plugin": '<iframe src="https://www.facebook.com/plugins/page.php?href=x"></iframe>',
    "counter": '<iframe src="/counter.aspx"></iframe>',
    "advert frame": '<iframe src="https://ads.example.com/banner?id=3"></iframe>',
    "picture": '<p><a href="/anh/lon.jpg"><img src="/anh/nho.jpg"></a></p>',
    "script": "<p><a href=\"javascript:tai('/x.pdf')\">Tải</a></p>",
}


@BOTH
@pytest.mark.parametrize("name", NOT_ITS_OWN)
def test_files_of_the_site(name: str, rules: Rules) -> None:
    """Files of menus, columns, banners, feet and lists of others are none of the article's."""
    for where in ({"after": NOT_ITS_OWN[name]}, {"above": NOT_ITS_OWN[name]}):
        assert article(article_page(PLAIN, **where), *rules).attachments == ()


@BOTH
def test_far_below(rules: Rules) -> None:
    """A file far below the text, under a title of its own, is not the article's."""
    below = (
        "<h3>Văn bản mới</h3><ul>"
        + "".join(
            f'<li><a href="/vb/{n}.pdf">Văn bản số {n} về việc triển khai</a></li>'
            for n in range(9)
        )
        + "</ul>"
    )
    found = article(article_page(PLAIN, after=below), *rules)
    assert found.attachments == ()


@BOTH
def test_list_of_its_own(rules: Rules) -> None:
    """Under a heading that says so, a list of files behind the text is the article's."""
    for heading in ("Tệp đính kèm:", "File đính kèm", "Tài liệu đính kèm", "Tải về:"):
        below = f'<div><p>{heading}</p><ul><li><a href="/vb/1.pdf">KH-1</a></li></ul></div>'
        found = article(article_page(PLAIN, after=below), *rules)
        assert [link.title for link in found.attachments] == ["KH-1"]
        assert found.text == f"{WORDS}\n\n{MORE}"


def test_many() -> None:
    """Each file once, in the order of the page."""
    links = "".join(f'<p><a href="/vb/{n % 5}.pdf">Văn bản {n}</a></p>' for n in range(20))
    found = article(article_page(PLAIN + links), BODY)
    assert [link.url for link in found.attachments] == [f"{HOST}/vb/{n}.pdf" for n in range(5)]
    assert found.title == TITLE
