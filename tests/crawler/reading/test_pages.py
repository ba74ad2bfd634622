"""Single pages made by hand: one question each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from archive.article import Gone, Link
from crawler.reading import NotAnArticle, Page, read
from crawler.site import ArticleRules
from tests.crawler.reading.pages import (
    FETCHED_AT,
    MORE,
    PLAIN,
    TITLE,
    WORDS,
    article,
    article_page,
    page,
)

LEAD = "Nhờ cách làm gần dân, phong trào dân vận khéo ở huyện đã có thêm nhiều mô hình hay."
BODY = ArticleRules(body=(".noi-dung",))


def text_of(html: str, *rules: ArticleRules) -> list[str]:
    return article(html, *rules).text.split("\n\n")


def test_a_plain_page() -> None:
    """A page without any markup that helps still gives title and paragraphs."""
    found = article(article_page(PLAIN))
    assert (found.title, found.text) == (TITLE, f"{WORDS}\n\n{MORE}")
    assert found.language == "vi"
    assert found.extractor.startswith("tinhuy ")


@pytest.mark.parametrize("status", [404, 410])
def test_gone(status: int) -> None:
    """404 and 410 are GONE, under the address that the article is known by."""
    asked = replace(page(""), status=status)
    found = read(asked, site="thu", canonical=lambda url: url.upper())
    assert found == Gone(url=asked.url.upper(), site="thu", status=status)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("<html></html>", "empty"),
        ("<p>Thông báo từ chối truy cập</p>", "blocked"),
        ("<p>Phiên làm việc của bạn đã hết hạn, vui lòng tải lại.</p>", "expired"),
        ("<form><input name=u><input type=password></form>", "login"),
        (f"<h1>{TITLE}</h1>" + "<a href=/x>Một tin khác của trang này</a> " * 60, "listing"),
    ],
)
def test_reasons(html: str, reason: str) -> None:
    """A page that is no article says why."""
    found = read(page(html), site="thu")
    assert isinstance(found, NotAnArticle)
    assert found.reason == reason


def test_other_status() -> None:
    """An error page is not read as an article, however long its text."""
    found = read(replace(page(article_page(PLAIN)), status=503), site="thu")
    assert isinstance(found, NotAnArticle)
    assert found.reason == "status 503"


def test_words_about_absence_in_an_article() -> None:
    """An article that speaks of what does not exist is not gone."""
    line = "Ông khẳng định nội dung này không tồn tại trong bất cứ văn bản nào của huyện."
    assert line in text_of(article_page(f"{PLAIN}<p>{line}</p>"))
    assert line in text_of(article_page(f"{PLAIN}<p>{line}</p>"), BODY)


def test_exact_container() -> None:
    """Every kind of paragraph is read from a named container, each once, in order."""
    html = article_page(
        f"<p class=MsoNormal>&nbsp;&nbsp;{WORDS}</p><p>&nbsp;</p>{MORE}<br><br>Dòng sau là:"
        "<div>Một đoạn trong div.</div><ul><li>- Mục thứ nhất;</li><li>- Mục thứ hai.</li></ul>"
        "<table><tr><th>Xã</th><th>Hộ</th></tr><tr><td>Mỹ An</td><td>120</td></tr></table>"
        "<p>Hết<span>.</span></p>"
    )
    assert text_of(html, BODY) == [
        WORDS, MORE, "Dòng sau là:", "Một đoạn trong div.", "- Mục thứ nhất;", "- Mục thứ hai.",
        "Xã | Hộ", "Mỹ An | 120", "Hết.",
    ]  # fmt: skip


def test_hard_breaks() -> None:
    """A hard break inside a sentence joins; after its end, or doubled, it divides."""
    html = article_page(f"<p>Đây là một câu<br>còn tiếp.<br>Câu mới<br><br>{WORDS}</p>")
    assert text_of(html, BODY) == ["Đây là một câu còn tiếp.", "Câu mới", WORDS]


def test_inline_container() -> None:
    """A body in a `span` with breaks, as ASP.NET prints it, is read like any other."""
    html = f"<h1>{TITLE}</h1><td>Bên trái<span id=ctl00_lblBody>{WORDS}<br>{MORE}</span>Sau</td>"
    assert text_of(html, ArticleRules(body=("[id$=lblBody]",))) == [WORDS, MORE]


def test_rules_are_dated() -> None:
    """Rules that a redesign has ended serve captures before that day, and no later ones."""
    html = article_page(PLAIN) + f'<div class="cu"><p>{MORE}</p></div>'
    old = ArticleRules(body=(".cu",), until=FETCHED_AT.date() + timedelta(days=1))
    assert text_of(html, old, BODY) == [MORE]
    assert text_of(html, replace(old, until=FETCHED_AT.date()), BODY) == [WORDS, MORE]


def test_rules_that_find_nothing() -> None:
    """Where a rule matches nothing, the general reader answers."""
    found = article(article_page(PLAIN), ArticleRules(body=(".khong-co",), title=("h5",)))
    assert (found.title, found.text) == (TITLE, f"{WORDS}\n\n{MORE}")


@pytest.mark.parametrize(
    ("claimed", "wanted"),
    [
        ("https://bao.example.vn/tin/mot-hai-ba-12345.html", "claimed"),
        ("/xem/12345", "claimed"),
        ("https://bao.example.vn/", "own"),
        ("https://bao.example.vn/tin/bai-khac-han-99999.html", "own"),
        ("https://ke-khac.example/tin/mot-hai-ba-12345.html", "own"),
        ("javascript:alert(1)", "own"),
        ("http://[", "own"),
    ],
)
def test_canonical(claimed: str, wanted: str) -> None:
    """A page is believed about its address only where that may be true: one host, one mark."""
    own = "https://bao.example.vn/tin/mot-hai-ba-12345.html?fbclid=1"
    html = article_page(PLAIN, head=f'<link rel="canonical" href="{claimed}">')
    found = article(html, url=own).url
    assert found == own if wanted == "own" else found.endswith(claimed)


def test_clock_is_no_date() -> None:
    """The clock above a title is never the date, whatever element it stands in."""
    now = f"Thứ Bảy, ngày {FETCHED_AT.day} tháng {FETCHED_AT.month} năm {FETCHED_AT.year} - 9:30"
    html = article_page(PLAIN).replace("<h1>", f"<span>{now}</span><h1>")
    assert article(html).published is None
    assert article(article_page(PLAIN, above=f"<div class=clock>{now}</div>")).published is None


def test_date_line() -> None:
    """A date line under the title is read; dates in prose, captions and lists are not."""
    dated = "<div>Thứ tư, 02/10/2013 - 10:12</div>"
    listed = "<ul><li><a href=/a>Bài khác của trang (24/03/2021)</a></li></ul>"
    assert article(article_page(PLAIN, above=dated)).published == "2013-10-02T10:12+07:00"
    assert article(article_page(PLAIN, after=listed)).published is None
    assert article(article_page(f"<p>Ngày 13/01/2022, {WORDS}</p>")).published is None


def test_time_element() -> None:
    """A `time` near the title says more precisely what it prints."""
    stamp = '<span><time datetime="2019-05-02T01:56:15+07:00">2 Tháng 5, 2019</time></span>'
    found = article(article_page(PLAIN, above=f"<div>{stamp}</div>"))
    assert found.published == "2019-05-02T01:56:15+07:00"


def test_date_below_the_text() -> None:
    """A labelled date under the text is read, an unlabelled one is not."""
    after = "<p>Ngày đăng: 15-05-2022 10:48</p>"
    assert article(article_page(PLAIN, after=after)).published == "2022-05-15T10:48+07:00"
    assert article(article_page(PLAIN, after="<p>15-05-2022 10:48</p>")).published is None


def test_dates_of_listed_articles() -> None:
    """Machine dates in a list of other articles are theirs."""
    item = '<a href="/x">Một bài khác</a><meta itemprop="datePublished" content="2020-01-01">'
    html = article_page(PLAIN, after=f'<div class="td_block_related_posts">{item}</div>')
    assert article(html).published is None


def test_update_is_not_publication() -> None:
    """ "Cập nhật" fills `updated` and leaves `published` empty."""
    found = article(article_page(PLAIN, above="<p>Cập nhật ngày: 29/02/2024 15:12:50</p>"))
    assert (found.published, found.updated) == (None, "2024-02-29T15:12:50+07:00")


def test_future_dates() -> None:
    """A page cannot have been published after it was fetched."""
    head = '<meta property="article:published_time" content="2027-01-01T08:00:00+07:00">'
    assert article(article_page(PLAIN, head=head)).published is None


def test_machine_date() -> None:
    """Dates in JSON-LD are read, of the article and not of what it mentions."""
    head = """<script type="application/ld+json">{"@graph": [{"@type": "Event", "datePublished":
    "2001-01-01"}, {"@type": "NewsArticle", "datePublished": "2024-05-06T01:02:03Z"}]}</script>"""
    assert article(article_page(PLAIN, head=head)).published == "2024-05-06T08:02:03+07:00"


@pytest.mark.parametrize(
    ("tail", "author", "byline"),
    [
        ("<p>Thanh Tùng</p>", "Thanh Tùng", "Thanh Tùng"),
        ('<p style="text-align:right"><b>DŨNG CHINH</b></p>', "Dũng Chinh", "DŨNG CHINH"),
        ("<p>Thực hiện: Anh Thư</p>", "Anh Thư", "Thực hiện: Anh Thư"),
        ("<p>Bài, ảnh: KIM CHI</p>", "Kim Chi", "Bài, ảnh: KIM CHI"),
        ("<p>Hà Thu (tổng hợp)</p>", "Hà Thu", "Hà Thu (tổng hợp)"),
        ("<p>Tác giả: Dương Hiểu</p><p>Nguồn tin: Trung tâm VHTT</p>", "Dương Hiểu", None),
        ("<p>Theo danviet.vn</p>", None, None),
        ("", None, None),
    ],
)
@pytest.mark.parametrize("rules", [(), (BODY,)], ids=["generic", "rules"])
def test_bylines(
    tail: str, author: str | None, byline: str | None, rules: tuple[ArticleRules, ...]
) -> None:
    """A byline is lifted out of the text: the name in Title Case, the line as printed."""
    found = article(article_page(PLAIN + tail), *rules)
    assert found.author == author
    assert found.byline == byline or byline is None
    assert found.text == f"{WORDS}\n\n{MORE}"


def test_sources() -> None:
    """Where a text was taken from is kept as a finding."""
    found = article(article_page(f"{PLAIN}<p>Nguồn tin: Trung tâm VHTT</p>"), BODY)
    assert found.findings == ("source: Nguồn tin: Trung tâm VHTT",)


def test_author_with_job() -> None:
    """A name and a job title in padded lines above the text are a byline."""
    pad = "&nbsp;" * 20
    head = f"<p>Phan Văn Tấn{pad}</p><p>{pad}Phó Khoa Nhà nước và Pháp luật</p>"
    found = article(article_page(head + PLAIN), BODY)
    assert (found.author, found.text) == ("Phan Văn Tấn", f"{WORDS}\n\n{MORE}")


def test_quoted_authors() -> None:
    """Marked names inside the text are those of quotations."""
    quote = '<blockquote><p>Học, học nữa.</p><p class="author">Lê Văn Nin</p></blockquote>'
    long = f"<p>{WORDS}</p>{quote}<p>{MORE}</p>" + PLAIN * 3
    assert article(article_page(long)).author is None


@pytest.mark.parametrize(
    ("begin", "dateline"),
    [
        ("ĐTO - ", "ĐTO - "),
        ("(QBĐT) - ", "(QBĐT) - "),
        ("(Baohatinh.vn) - ", "(Baohatinh.vn) - "),
        ("(BBNĐT) ", "(BBNĐT) "),
        ("VTV9.vtv.vn - ", "VTV9.vtv.vn - "),
        ("", None),
    ],
)
def test_datelines(begin: str, dateline: str | None) -> None:
    """The paper's code before the first sentence is cut off and kept with its separator."""
    found = article(article_page(f"<p>{begin}{WORDS}</p><p>{MORE}</p>"), BODY)
    assert (found.dateline, found.text) == (dateline, f"{WORDS}\n\n{MORE}")


def test_captions() -> None:
    """Captions of every make are lifted, the halves of one joined, and none is left in the text."""
    html = article_page(
        f"<p>{WORDS}</p>"
        "<figure><img src=a.jpg><figcaption>Quang cảnh hội nghị</figcaption></figure>"
        "<p align=center><img src=b.jpg></p><p align=center><em>Nửa đầu<br>nửa sau</em></p>"
        "<table class=picture><tr><td><img src=c.jpg></td></tr>"
        "<tr><td class=caption>Đại biểu dự hội nghị.</td></tr></table>"
        f"<p>{MORE}</p>"
    )
    wanted = ("Quang cảnh hội nghị", "Nửa đầu nửa sau", "Đại biểu dự hội nghị.")
    for rules in ((), (BODY,)):
        found = article(html, *rules)
        assert (found.captions, found.text) == (wanted, f"{WORDS}\n\n{MORE}")


def test_attachments() -> None:
    """Files beside and in the text are attachments, made absolute; those of the sides are not."""
    html = article_page(
        f'{PLAIN}<p><a href="/vb/ke-hoach.pdf">Kế hoạch (PDF)</a></p>',
        head='<base href="https://tep.example.vn/goc/">',
        after='<audio src="noi.mp3"></audio><aside><a href="/khac.pdf">Văn bản khác</a></aside>',
    )
    found = article(html, BODY)
    assert found.attachments == (
        Link(title="Kế hoạch (PDF)", url="https://tep.example.vn/vb/ke-hoach.pdf"),
        Link(title="noi.mp3", url="https://tep.example.vn/goc/noi.mp3"),
    )
    assert found.text == f"{WORDS}\n\n{MORE}"


def test_neighbours_glued_to_their_labels() -> None:
    """ "Bài trước" run together with a title is a label and a link."""
    after = (
        '<div><span>Bài trước</span><a href="/a/">Chợ Đồn tập huấn</a></div>'
        '<div><span>Bài tiếp theo</span><a href="/b/">Hội nghị lần thứ hai</a></div>'
    )
    found = article(article_page(PLAIN, after=after))
    assert found.previous == Link(title="Chợ Đồn tập huấn", url="https://bao.example.vn/a/")
    assert found.next == Link(title="Hội nghị lần thứ hai", url="https://bao.example.vn/b/")
    assert found.text == f"{WORDS}\n\n{MORE}"


def test_lead() -> None:
    """A marked lead is a field and no part of the text, also where it is printed twice."""
    for body in (PLAIN, f"<p>{LEAD}</p>{PLAIN}"):
        found = article(article_page(body, above=f'<h2 class="detail-sapo">{LEAD}</h2>'))
        assert (found.lead, found.text) == (LEAD, f"{WORDS}\n\n{MORE}")


def test_lead_of_another_article() -> None:
    """Leads under "Đọc thêm" are neither lead nor text."""
    other = f'<a href="/x">Một bài khác của trang báo này</a><p class="sapo">{LEAD}</p>'
    found = article(article_page(PLAIN, after=f"<h3>Đọc thêm</h3><div>{other}</div>"))
    assert (found.lead, found.text) == (None, f"{WORDS}\n\n{MORE}")


def test_double_escaped_headline() -> None:
    """A headline escaped twice agrees with the one printed."""
    twice = "".join(f"&amp;#{ord(letter)};" for letter in TITLE)
    news = f'{{"@type": "NewsArticle", "headline": "{twice}"}}'
    head = f'<script type="application/ld+json">{news}</script>'
    html = article_page(PLAIN, head=head).replace("<h1>", "<h1>Trang điện tử Huyện ủy</h1><h1>", 1)
    assert article(html).title == TITLE


def test_pasted_document() -> None:
    """A whole document pasted into the text, with its end tags, does not end the page."""
    html = article_page(f"<html><body><p>{WORDS}</p></body></html><p>{MORE}</p>")
    for rules in ((), (BODY,)):
        assert text_of(html, *rules) == [WORDS, MORE]


def test_language() -> None:
    """The letters tell Vietnamese; a page in another language is not called Vietnamese."""
    english = "The committee met on Monday to discuss the results of the first quarter. " * 4
    html = f"<h1>The committee meets on Monday</h1><div><p>{english}</p><p>{english}</p></div>"
    assert article(f'<html lang="en">{html}').language == "en"
    assert article(f'<html lang="vi">{html}').language == "und"
    assert article(article_page(PLAIN).replace('lang="vi"', 'lang="en"')).language == "vi"


def test_old_encoding_is_a_finding() -> None:
    """A page in the fonts of the 1990s is read, and says so."""
    text = "§Ò nghÞ c¸c ®ång chÝ b¸o c¸o kÕt qu¶ c«ng t¸c d©n vËn n¨m häc míi cña x· nhµ. " * 3
    raw = f"<h1>KÕt qu¶ c«ng t¸c d©n vËn</h1><div><p>{text}</p><p>{text}</p></div>".encode(
        "latin-1"
    )
    asked = Page(
        url="https://x.example.vn/a/tin-12345.htm", status=200, body=raw, fetched_at=FETCHED_AT
    )
    found = read(asked, site="thu")
    assert not isinstance(found, Gone | NotAnArticle)
    assert found.title == "Kết quả công tác dân vận"
    assert found.findings == ("encoding: tcvn3",)


def test_rules_dates_are_days_of_vietnam() -> None:
    """A rule that ends on a day ends at midnight in Vietnam."""
    late = replace(page(article_page(PLAIN)), fetched_at=FETCHED_AT.replace(hour=0, minute=30))
    ended = ArticleRules(title=("h1",), body=(".noi-dung p",), until=date(2026, 3, 7))
    found = read(late, site="thu", rules=(ended,))
    assert not isinstance(found, Gone | NotAnArticle)
    assert not found.extractor.endswith("rules")
