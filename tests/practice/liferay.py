"""A. A district site of Đồng Tháp on Liferay 7: portlets, `p_p_*` noise, no date, soft 404."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import quote, urlencode

from tests.practice.site import (
    NBSP,
    WEEKDAYS,
    Furniture,
    Handler,
    PracticeSite,
    attribute,
    text,
)
from tests.practice.stories import Story, slug
from tests.practice.wire import Answer, Asked, Habits, redirect
from tests.practice.xml import sitemap

HOME = "/web/huyenuy"
INSTANCE = "1mOzUrGkrdAE"
PORTLET = "com_liferay_asset_publisher_web_portlet_AssetPublisherPortlet"
PUBLISHER = f"{PORTLET}_INSTANCE_{INSTANCE}"
CALENDAR = "com_liferay_calendar_web_portlet_CalendarPortlet"
DETAIL = f"{HOME}/chi-tiet-bai-viet/-/asset_publisher/{INSTANCE}/content"
LANGUAGE_NAMES = (
    "ar_SA eu_ES bg_BG ca_AD zh_CN zh_TW hr_HR cs_CZ da_DK nl_NL nl_BE en_US en_GB en_AU et_EE "
    "fi_FI fr_FR fr_CA gl_ES de_DE el_GR iw_IL hi_IN hu_HU in_ID it_IT ja_JP ko_KR lo_LA lt_LT "
    "nb_NO fa_IR pl_PL pt_BR pt_PT ro_RO ru_RU sr_RS sk_SK sl_SI es_ES sv_SE tr_TR uk_UA vi_VN"
)
LANGUAGES = tuple(LANGUAGE_NAMES.split())


class DongThapPortal(PracticeSite):
    name = "dongthap_portal"
    title = "Huyện ủy Thử Nghiệm"
    accent = "#8b1a1a"
    start_path = HOME
    sections = (
        ("tin-hoat-dong", "Tin hoạt động"),
        ("xay-dung-dang", "Xây dựng Đảng"),
        ("cong-tac-dan-van", "Công tác dân vận"),
    )
    page_size = 5
    forbidden = (f"{HOME}/van-ban-noi-bo",)
    traps: ClassVar = {
        "languages": r"/c/portal/update_language",
        "login": r"/c/portal/login",
        "growing redirect": r"[?&]_?[A-Za-z0-9_]*redirect=",
        "print": r"[?&]p_p_state=pop_up",
        "calendar": rf"[?&]p_p_id={CALENDAR}",
        "resources": r"[?&]p_p_lifecycle=2",
        "sessions": r";jsessionid=",
        "tokens": r"[?&]p_auth=",
    }
    robots = f"User-agent: *\nDisallow: {HOME}/van-ban-noi-bo\n\nSitemap: {{base}}/sitemap.xml\n"
    sitemap_paths = ("/sitemap.xml",)
    gone_status = 200
    session_form = "parameter"
    habits = Habits(
        framing="chunked",
        server="Apache-Coyote/1.1",
        page_headers=(
            ("Liferay-Portal", "Liferay Community Edition Portal 7.0"),
            ("Cache-Control", "private, no-cache, no-store, must-revalidate"),
            ("Set-Cookie", "GUEST_LANGUAGE_ID=vi_VN; Path=/; HttpOnly"),
        ),
    )
    files_at = "/o/huyen-theme"
    picture_path = "/image/journal/article_{id}_{n}.png"
    document_path = "/documents/20182/0/{slug}-{id}.pdf/5f1c2a7e"
    first_id = 7_301_177
    id_step = 1_331

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (rf"(?:/|{HOME}/?)(?:;jsessionid=\w+)?", self.home),
            (rf"{HOME}/({names})(?:;jsessionid=\w+)?", self.section),
            (rf"{DETAIL}/id/(\d+)", self.show),
            (rf"{DETAIL}/([a-z0-9-]+)", self.show_by_name),
            (r"/c/portal/update_language", self.update_language),
            (r"/c/portal/login", self.login),
            (rf"{HOME}/van-ban-noi-bo", self.login),
            (r"/sitemap\.xml", self.sitemap),
        )

    def adapt(self, story: Story) -> Story:
        return replace(story, lead=None, published=None)

    # Addresses.

    def path(self, story: Story) -> str:
        return f"{DETAIL}/id/{story.id}"

    def listing_targets(self) -> tuple[str, ...]:
        return tuple(f"{HOME}/{shelf}" for shelf, _ in self.sections)

    def named_path(self, story: Story) -> str:
        return f"{DETAIL}/{slug(story.title)}"

    def paths(self, story: Story) -> tuple[str, ...]:
        return (
            self.path(story),
            f"{self.path(story)}?plidlayout=3045",
            f"{self.named_path(story)}?inheritRedirect=true",
        )

    def linked(self, story: Story, asked: Asked) -> str:
        """The address as it is linked: every seventh by name, with the way back in `redirect`.
        The way back holds the whole address of the page it is on, so that it grows."""
        if story.id % 7:
            return f"{self.path(story)}?plidlayout=3045"
        back = quote(asked.base + asked.target, safe="")
        return f"{self.named_path(story)}?inheritRedirect=true&redirect={back}"

    def listing_path(self, shelf: str, page: int) -> str:
        """The pager's address; its parameters come in another order from fetch to fetch."""
        noise = [
            ("p_p_id", PUBLISHER),
            ("p_p_lifecycle", "0"),
            ("p_p_state", "normal"),
            ("p_p_mode", "view"),
            (f"_{PUBLISHER}_delta", str(self.page_size)),
            ("p_r_p_resetCur", "false"),
            (f"_{PUBLISHER}_cur", str(page)),
        ]
        self.random.shuffle(noise)
        return f"{HOME}/{shelf}?{urlencode(noise)}"

    # Lists.

    def home(self, asked: Asked, match: re.Match[str]) -> Answer:
        odd = self.odd_answer(asked)
        if odd is not None:
            return odd
        furniture = Furniture()
        boxes = "".join(
            f'<div class="box"><h2><a href="{HOME}/{shelf}">{furniture(name)}</a></h2>'
            f"{self.items(self.newest(shelf)[:3], asked, furniture)}</div>\n"
            for shelf, name in self.sections
        )
        return self.html(self.page("Trang chủ", boxes, asked, furniture))

    def section(self, asked: Asked, match: re.Match[str]) -> Answer:
        furniture = Furniture()
        shelf = match[1]
        stories = self.newest(shelf)
        last = self.page_count(stories)
        page = min(max(asked.number(f"_{PUBLISHER}_cur"), 1), last)
        content = portlet(
            furniture(self.section_title(shelf)),
            self.items(self.part_of(stories, page), asked, furniture)
            + self.pager(shelf, page, last),
        )
        return self.html(self.page(self.section_title(shelf), content, asked, furniture))

    def items(self, stories: Sequence[Story], asked: Asked, furniture: Furniture) -> str:
        return "".join(
            '<div class="asset-abstract"><h3 class="asset-title">'
            f'<a href="{attribute(self.linked(story, asked))}">{furniture(story.title)}</a></h3>'
            "</div>\n"
            for story in stories
        )

    def pager(self, shelf: str, page: int, last: int) -> str:
        numbers = "".join(
            f'<li class="{"active" if n == page else ""}">'
            f'<a href="{attribute(self.listing_path(shelf, n))}">{n}</a></li>'
            for n in range(1, last + 1)
        )
        onward = (
            f'<li><a class="next" href="{attribute(self.listing_path(shelf, page + 1))}">'
            "Tiếp</a></li>"
            if page < last
            else ""
        )
        return (
            '<div class="taglib-page-iterator"><ul class="pagination lfr-pagination">'
            f"{numbers}{onward}</ul></div>"
        )

    def sitemap(self, asked: Asked, match: re.Match[str]) -> Answer:
        """Pages only: Liferay lists no assets unless told to."""
        entries = "".join(
            f"<url><loc>{self.url}{HOME}/{shelf}</loc></url>" for shelf, _ in self.sections
        )
        return sitemap("urlset", entries)

    # Traps.

    def odd_answer(self, asked: Asked) -> Answer | None:
        if asked.query.get("p_p_lifecycle") == "2":
            return Answer(type="application/json", body=b'{"events":[]}')
        if asked.query.get("p_p_id") == CALENDAR:
            return self.calendar(asked)
        return None

    def calendar(self, asked: Asked) -> Answer:
        """A month without events, with links to the month before and after, for ever."""
        try:
            day = date.fromisoformat(asked.query.get(f"_{CALENDAR}_date", ""))
        except ValueError:
            day = self.clock.now().date()
        content = "".join(
            f'<a href="{attribute(calendar_path(day + timedelta(days=days)))}">{name}</a> '
            for days, name in ((-30, "Tháng trước"), (30, "Tháng sau"))
            if 1 < (day + timedelta(days=days)).year < 9999
        )
        page = portlet("Lịch công tác", f"<p>{day:%m/%Y}</p>{content}")
        return self.html(self.page("Lịch công tác", page, asked, Furniture()))

    def update_language(self, asked: Asked, match: re.Match[str]) -> Answer:
        back = asked.query.get("redirect", HOME)
        language = asked.query.get("languageId", "vi_VN")
        mark = "&" if "?" in back else "?"
        return redirect(f"{asked.base}{back}{mark}p_auth={self.token()}&lang={language}", 302)

    def login(self, asked: Asked, match: re.Match[str]) -> Answer:
        form = (
            f'<form action="/c/portal/login?p_auth={self.token()}" method="post">'
            '<input name="login"><input name="password" type="password">'
            "<button>Đăng nhập</button></form>"
        )
        return self.html(self.page("Đăng nhập", portlet("Đăng nhập", form), asked, Furniture()))

    def token(self) -> str:
        return "".join(self.random.choices("ABCDEFGHIJKLMNabcdefghijk0123456789", k=8))

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.article(asked, int(match[1])) or self.missing(asked, 200)

    def show_by_name(self, asked: Asked, match: re.Match[str]) -> Answer:
        everything = {**self.removed, **self.stories}
        found = (s.id for s in everything.values() if slug(s.title) == match[1])
        story_id = next(found, None)
        answer = self.article(asked, story_id) if story_id is not None else None
        return answer or self.missing(asked, 200)

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        furniture("null " + story.title)
        furniture(f"Chi tiết bài viết {story.section or ''}")
        content = f"""<div class="h2"><a class="header-back-to" href="{HOME}">null</a>
<span class="header-title">{text(story.title)}</span></div>
<div class="asset-full-content clearfix default-asset-publisher show-asset-title">
<div class="asset-content">
<div class="detail-section">Chi tiết bài viết {text(story.section or "")}</div>
<h3 class="title-detail">{text(story.title)}</h3>
<div class="journal-content-article">
{self.body(story)}
{self.document_link(story)}{byline(story)}
</div></div>
{self.after(story, asked, furniture)}</div>"""
        page = portlet(furniture("Xuất bản thông tin"), content)
        title = f"Chi tiết bài viết - {self.title}"
        furniture.note("Chi tiết bài viết")
        return self.page(title, page, asked, furniture, self.url + self.path(story)), furniture

    def body(self, story: Story) -> str:
        """Word's paragraphs, NBSP paragraphs and bare `div`s in turn."""
        pictures = iter(self.pictures(story))
        captioned = any(part.kind == "caption" for part in story.parts)
        lines: list[str] = []
        for n, part in enumerate(story.parts):
            if part.kind == "caption":
                halves = "<br />".join(text(half) for half in part.text.split("|"))
                lines.append(image(next(pictures)))
                lines.append(f'<p style="text-align:center"><em>{halves}</em></p>')
                continue
            lines.append(paragraph(n, part.text, plain=story.seed_file is not None))
            if not captioned and len(lines) == 1 and (picture := next(pictures, None)):
                lines.append(image(picture))
        return "\n".join(lines)

    def document_link(self, story: Story) -> str:
        if not story.document:
            return ""
        stamp = int(story.when.timestamp()) * 1000
        address = f"{self.document(story)}?t={stamp}"
        return f'<p><a href="{address}">{text(story.document)} (tải về)</a></p>\n'

    def attachments(self, story: Story) -> tuple[str, ...]:
        stamp = int(story.when.timestamp()) * 1000
        return (f"{self.url}{self.document(story)}?t={stamp}",) if story.document else ()

    def after(self, story: Story, asked: Asked, furniture: Furniture) -> str:
        related = "".join(
            f'<li><a href="{attribute(self.linked(other, asked))}">'
            f"{furniture(f'{other.title} ({other.when:%d/%m/%Y})')}</a></li>\n"
            for other in self.others(story, 6)
        )
        votes = f"Trung bình ({self.random.randrange(1, 99)} phiếu bầu)"
        login = f"/c/portal/login?p_l_id=3045&redirect={quote(asked.target)}"
        printed = f"{self.path(story)}?p_p_id={PUBLISHER}&p_p_state=pop_up&viewMode=print"
        return f"""<div class="pull-right social">{furniture("Chia sẻ")}
<a href="{attribute(printed)}">{furniture("In trang")}</a></div>
<div class="taglib-ratings">{furniture(votes)}</div>
<div class="asset-more"><h4>{furniture("Tin liên quan")}</h4><ul>{related}</ul></div>
<div class="liferay-comment"><a href="{attribute(login)}">{
            furniture("Vui lòng đăng nhập để bình luận.")
        }</a></div>
"""

    # The page round it.

    def page(
        self, title: str, content: str, asked: Asked, furniture: Furniture, canonical: str = ""
    ) -> str:
        at = self.files_at
        link = f'<link href="{canonical}" rel="canonical" />' if canonical else ""
        return f"""<!DOCTYPE html>
<html class="ltr" dir="ltr" lang="vi-VN">
<head>
<title>{text(title)}</title>
<meta content="text/html; charset=UTF-8" http-equiv="content-type" />
{link}
<link class="lfr-css-file" href="{at}/css/site.css" rel="stylesheet" type="text/css" />
<script>var Liferay = {{ThemeDisplay: {{getPlid: function() {{return "3045";}},
getPathContext: function() {{return "";}}}}, authToken: "{self.token()}"}};</script>
</head>
<body class="controls-visible yui3-skin-sam signed-out public-page site">
<a href="#main-content" id="skip-to-content">{furniture("Truy cập nội dung luôn")}</a>
<div class="container-fluid" id="wrapper">
{self.banner(asked, furniture)}
<section id="content">
<div class="columns-2-1" id="main-content" role="main">
<div class="portlet-layout row">
<div class="col-md-8 portlet-column portlet-column-first" id="column-1">
{self.breadcrumb(furniture)}
{content}
</div>
<div class="col-md-4 portlet-column portlet-column-last" id="column-2">
{self.right(asked, furniture)}
</div></div></div>
<form action="#" id="hrefFm" method="post" name="hrefFm"><span></span></form>
</section>
{self.footer(furniture)}
</div>
<script src="{at}/js/site.js"></script>
</body>
</html>
"""

    def banner(self, asked: Asked, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, ngày {now.day} tháng {now.month} năm {now.year}"
        clock = f"{clock} - {now:%I:%M:%S %p}"
        menu = "".join(
            f'<li><a href="{HOME}/{shelf}">{furniture(name)}</a></li>'
            for shelf, name in self.sections
        )
        session = f"{self.random.getrandbits(64):016X}"
        first = self.sections[0][0]
        return f"""<header id="banner" role="banner"><a class="logo" href="{HOME}">
<img alt="{self.title}" src="{self.files_at}/img/logo.png" /></a>
<div class="clock">{furniture(clock)}</div>
<nav id="navigation"><ul><li><a href="{HOME}">{furniture("Trang chủ")}</a></li>{menu}
<li><a href="{HOME}/{first};jsessionid={session}">{furniture("Tin tức")}</a></li>
<li><a href="{HOME}/van-ban-noi-bo">{furniture("Văn bản nội bộ")}</a></li>
<li><a href="{attribute(calendar_path(now.date()))}">{furniture("Lịch công tác")}</a></li>
<li><a href="/c/portal/login?p_l_id=3045">{furniture("Đăng nhập")}</a></li></ul></nav>
<div class="languages">{self.languages(asked)}</div></header>"""

    def languages(self, asked: Asked) -> str:
        """All languages over many pages, six at a time."""
        back = quote(asked.target, safe="")
        return " ".join(
            f'<a href="/c/portal/update_language?p_l_id=3045&amp;redirect={back}'
            f'&amp;p_auth={self.token()}&amp;languageId={language}"><img alt="{language}" '
            f'src="{self.files_at}/img/noi.png" /></a>'
            for language in self.random.sample(LANGUAGES, 6)
        )

    def breadcrumb(self, furniture: Furniture) -> str:
        return (
            '<div class="portlet-boundary portlet-boundary_breadcrumb_" id="p_p_id_breadcrumb_">'
            f'<ul class="breadcrumb"><li><a href="{HOME}">{furniture(self.title)}</a></li>'
            "<li>Chi tiết bài viết</li></ul></div>"
        )

    def right(self, asked: Asked, furniture: Furniture) -> str:
        some = self.random.sample(self.newest(), min(6, len(self.stories)))
        newest = "".join(
            f'<li><a href="{attribute(self.linked(story, asked))}">'
            f"{furniture(story.title)}</a></li>"
            for story in some
        )
        total = self.visit()
        counters = (
            ("Đang truy cập:", f"{self.random.randrange(3, 90)}"),
            ("Hôm nay:", f"{total % 4000}"),
            ("Tháng hiện tại:", f"{total % 90_000:,}".replace(",", ".")),
            ("Tổng lượt truy cập:", f"{total:,}".replace(",", ".")),
        )
        for label, number in counters:
            furniture.note(f"{label} {number}")
        rows = "".join(f"<tr><td>{label}</td><td>{number}</td></tr>" for label, number in counters)
        return f"""<section class="portlet">
<h2 class="portlet-title">{furniture("Tin mới nhất")}</h2>
<ul>{newest}</ul></section>
<section class="portlet"><h2 class="portlet-title">{furniture("Thống kê truy cập")}</h2>
<table class="counter"><tbody>{rows}</tbody></table></section>"""

    def footer(self, furniture: Furniture) -> str:
        return f"""<footer id="footer" role="contentinfo">
<p>{furniture("Bản quyền thuộc về Huyện ủy Thử Nghiệm")}</p>
<p>{furniture("Chịu trách nhiệm chính: Trưởng Ban biên tập")}</p>
<p>{furniture("Địa chỉ: 1 Đường Thử Nghiệm, Đồng Tháp - Điện thoại: 0277.000.333")}</p></footer>"""

    def missing_page(self, asked: Asked) -> str:
        alert = '<div class="alert alert-danger">Tài sản không thể được tìm thấy.</div>'
        page = portlet("Xuất bản thông tin", alert)
        return self.page("Chi tiết bài viết", page, asked, Furniture())


def portlet(title: str, content: str) -> str:
    """A portlet with its title, which is HTML already."""
    return f"""<div class="portlet-boundary portlet-boundary_{PORTLET}_ portlet-asset-publisher"
id="p_p_id_{PUBLISHER}_"><section class="portlet" id="portlet_{PUBLISHER}">
<h2 class="portlet-title-text">{title}</h2>
<div class="portlet-content"><div class="portlet-body">{content}</div></div></section></div>"""


def calendar_path(day: date) -> str:
    return f"{HOME}?p_p_id={CALENDAR}&p_p_lifecycle=0&_{CALENDAR}_date={day.isoformat()}"


def paragraph(n: int, words: str, plain: bool) -> str:
    """`plain` text brings its own indent."""
    if n % 3 == 0:
        return f'<p class="MsoNormal" style="text-align:justify"><span>{text(words)}</span></p>'
    if n % 3 == 1:
        return f"<p>{text(words if plain else NBSP * 11 + words)}</p>"
    return f'<div style="text-align:justify">{text(words)}</div>'


def image(path: str) -> str:
    return f'<p style="text-align:center"><img alt="" src="{path}" /></p>'


def byline(story: Story) -> str:
    if not story.byline:
        return ""
    return f'<p style="text-align:right"><strong>{text(story.byline)}</strong></p>\n'
