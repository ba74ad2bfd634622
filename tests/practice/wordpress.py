"""C. Huyện ủy Chợ Đồn: WordPress with a tagDiv theme. True dates in machine fields, a clock in the
head, previous and next glued to their labels, and a calendar back to year 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from email.utils import format_datetime
from typing import ClassVar

from tests.practice.site import (
    NBSP,
    WEEKDAYS,
    Furniture,
    Handler,
    PracticeSite,
    attribute,
    text,
)
from tests.practice.stories import Part, Story, slug
from tests.practice.truth import Neighbour
from tests.practice.wire import Answer, Asked, Habits, redirect
from tests.practice.xml import rss, sitemap

LAST = "[^/?]+"


class ChoDon(PracticeSite):
    name = "chodon"
    title = "Huyện ủy Chợ Đồn"
    accent = "#1f4e9c"
    sections = (
        ("tin-tuc", "Tin tức"),
        ("xay-dung-dang", "Xây dựng Đảng"),
        ("dan-van", "Dân vận - Đoàn thể"),
    )
    page_size = 7
    forbidden = ("/wp-admin/", "/noi-bo/")
    traps: ClassVar = {
        "replies": r"[?&]replytocom=",
        "authors": r"^/author/",
        "attachment pages": r"^/[a-z0-9-]+/anh-\d+/",
        "calendar": r"^/\d{1,4}/\d{2}(/\d{2})?/",
        "feeds of comments": r"^/[a-z0-9-]+/feed/",
        "machinery": r"^/(xmlrpc\.php|wp-login\.php|wp-json/)",
    }
    robots = (
        "User-agent: *\nDisallow: /wp-admin/\nDisallow: /noi-bo/\n"
        "Allow: /wp-admin/admin-ajax.php\n\nSitemap: {base}/wp-sitemap.xml\n"
    )
    sitemap_paths = ("/wp-sitemap.xml",)
    feed_paths = ("/feed/",)
    session_form = "query"
    habits = Habits(
        framing="chunked",
        gzip=True,
        server="LiteSpeed",
        page_headers=(
            ("X-Powered-By", "PHP/7.2.34"),
            ("Link", '</wp-json/>; rel="https://api.w.org/"'),
        ),
    )
    files_at = "/wp-content/themes/Newspaper"
    picture_path = "/wp-content/uploads/2020/anh-{id}-{n}.png"
    document_path = "/wp-content/uploads/2020/{slug}-{id}.pdf"
    first_id = 1_203
    id_step = 11

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/(?:page/(\d+)/)?", self.home),
            (rf"/category/({names})/(?:page/(\d+)/)?", self.category),
            (r"/author/admin/(?:page/(\d+)/)?", self.by_author),
            (r"/(\d{1,4})/(\d\d)/(?:(\d\d)/)?", self.archive),
            (r"/feed/", self.feed),
            (r"/wp-sitemap\.xml", self.sitemap_index),
            (r"/wp-sitemap-posts-post-1\.xml", self.sitemap),
            (r"/(?:noi-bo|wp-admin|wp-login\.php|xmlrpc\.php|wp-json)/?.*", self.machinery),
            (r"/([a-z0-9-]+)/anh-(\d+)/", self.attachment_page),
            (r"/([a-z0-9-]+)/feed/", self.comment_feed),
            (r"/([a-z0-9-]+)/?", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/{slug(story.title)}/"

    def listing_targets(self) -> tuple[str, ...]:
        return tuple(f"/category/{shelf}/" for shelf, _ in self.sections)

    def named(self, name: str, among: Sequence[Story]) -> Story | None:
        return next((story for story in among if slug(story.title) == name), None)

    # Stories.

    def adapt(self, story: Story) -> Story:
        """Some sign with a label; some have been changed since."""
        label = "Tác giả: " if story.id % 3 == 0 else ""
        changed = timedelta(days=story.id % 5, minutes=story.id % 50)
        return replace(
            story,
            lead=None,
            byline=label + story.author if story.author else None,
            updated=story.when + changed,
        )

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        """Nothing at all when the theme hides the dates of a post, as on the seed's page."""
        if story.published is None or story.updated is None:
            return None, None
        return story.published, story.updated.isoformat()

    def neighbours(self, story: Story) -> tuple[Neighbour | None, Neighbour | None]:
        stories = self.newest()
        place = stories.index(story)
        after = stories[place - 1] if place else None
        before = stories[place + 1] if place + 1 < len(stories) else None
        return self.neighbour(before), self.neighbour(after)

    def neighbour(self, story: Story | None) -> Neighbour | None:
        if story is None:
            return None
        return Neighbour(title=story.title, url=self.url + self.path(story))

    # Lists.

    def home(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        post = asked.query.get("p", "")
        if post.isascii() and post.isdigit():
            story = self.stories.get(int(post))
            return redirect(self.url + self.path(story)) if story else None
        return self.listing("Trang chủ", "", self.newest(), int(match[1] or 1))

    def category(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        shelf = match[1]
        title = self.section_title(shelf)
        return self.listing(title, f"/category/{shelf}", self.newest(shelf), int(match[2] or 1))

    def by_author(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.listing("admin", "/author/admin", self.newest(), int(match[1] or 1))

    def listing(self, title: str, at: str, stories: list[Story], page: int) -> Answer | None:
        """None, so 404, past the last page."""
        last = self.page_count(stories)
        if not 1 <= page <= last:
            return None
        furniture = Furniture()
        modules = "".join(self.module(s, furniture) for s in self.part_of(stories, page))
        content = f'<h1 class="td-page-title">{text(title)}</h1>{modules}{pager(at, page, last)}'
        return self.html(self.page(title, content, furniture))

    def module(self, story: Story, furniture: Furniture) -> str:
        path = self.path(story)
        day = self.day_label(story)
        date_ = f'<span class="td-post-date">{furniture(day)}</span>' if day else ""
        thumb = (self.pictures(story) or (f"{self.files_at}/img/noi.png",))[0]
        return f"""<div class="td_module_10 td_module_wrap td-animation-stack">
<div class="td-module-thumb"><a href="{path}" rel="bookmark"><img class="entry-thumb" src="{thumb}"
alt=""/></a></div><div class="item-details"><h3 class="entry-title td-module-title">
<a href="{path}" rel="bookmark">{furniture(story.title)}</a></h3>{date_}</div></div>
"""

    def archive(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        """A month or a day, empty or not, with a calendar that goes back to year 1."""
        year, month, day = int(match[1]), int(match[2]), match[3]
        try:
            first = date(year, month, int(day or 1))
        except ValueError:
            return None
        wanted = f"{year:04}-{month:02}" + (f"-{day}" if day else "")
        found = [s for s in self.newest() if s.published and s.published.startswith(wanted)]
        furniture = Furniture()
        modules = "".join(self.module(story, furniture) for story in found)
        content = f"<h1>Lưu trữ {wanted}</h1>{modules}{calendar(first)}"
        return self.html(self.page(f"Lưu trữ {wanted}", content, furniture))

    def attachment_page(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        story = self.named(match[1], list(self.stories.values()))
        pictures = self.pictures(story) if story else ()
        number = int(match[2])
        if story is None or not 1 <= number <= len(pictures):
            return None
        content = (
            f'<h1 class="entry-title">anh-{number}</h1><p class="attachment">'
            f'<a href="{pictures[number - 1]}"><img src="{pictures[number - 1]}" alt=""/></a></p>'
        )
        return self.html(self.page(f"anh-{number}", content, Furniture()))

    def machinery(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.html(self.page("Đăng nhập", "<p>Đăng nhập</p>", Furniture()))

    # Feeds.

    def feed(self, asked: Asked, match: re.Match[str]) -> Answer:
        items = "".join(self.feed_item(story) for story in self.newest()[:10])
        return rss(f"<title>{self.title}</title><link>{self.url}</link>{items}")

    def feed_item(self, story: Story) -> str:
        day = f"<pubDate>{format_datetime(story.when)}</pubDate>" if story.published else ""
        address = self.url + self.path(story)
        return (
            f"<item><title>{text(story.title)}</title><link>{address}</link>"
            f'<guid isPermaLink="false">{self.url}/?p={story.id}</guid>{day}</item>\n'
        )

    def comment_feed(self, asked: Asked, match: re.Match[str]) -> Answer:
        return rss(f"<title>Bình luận cho bài {match[1]}</title>")

    def sitemap_index(self, asked: Asked, match: re.Match[str]) -> Answer:
        at = f"{self.url}/wp-sitemap-posts-post-1.xml"
        return sitemap("sitemapindex", f"<sitemap><loc>{at}</loc></sitemap>")

    def sitemap(self, asked: Asked, match: re.Match[str]) -> Answer:
        entries = "".join(
            f"<url><loc>{self.url}{self.path(story)}</loc></url>\n" for story in self.newest()
        )
        return sitemap("urlset", entries)

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        everything = [*self.stories.values(), *self.removed.values()]
        story = self.named(match[1], everything)
        if story is None:
            return None
        if not asked.path.endswith("/"):
            return redirect(self.url + self.path(story))
        return self.article(asked, story.id)

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        content = f"""<article id="post-{story.id}" class="post-{story.id} post type-post
 status-publish format-standard hentry" itemscope itemtype="https://schema.org/Article">
<div class="td-post-header">{self.crumbs(story, furniture)}
<header class="td-post-title"><h1 class="entry-title">{text(story.title)}</h1>
{self.meta(story, furniture)}</header></div>
{self.sharing(furniture)}
<div class="td-post-content tagdiv-type">
{self.body(story, furniture)}
{self.document_link(story)}</div>
<footer>{self.next_prev(story, furniture)}
<div class="author-box-wrap"><a href="/author/admin/">{furniture("admin")}</a></div>
{self.microdata(story)}</footer></article>
{self.after(story, furniture)}"""
        head = (
            f'<link rel="canonical" href="{self.url}{self.path(story)}" />\n'
            f'<link rel="shortlink" href="{self.url}/?p={story.id}" />\n'
            f'<link rel="alternate" type="application/rss+xml" href="{self.path(story)}feed/" />'
        )
        return self.page(story.title, content, furniture, head), furniture

    def crumbs(self, story: Story, furniture: Furniture) -> str:
        """No blank between them: the theme draws the arrows."""
        section = ""
        if story.section:
            section = (
                f'<span><a class="entry-crumb" href="/category/{story.shelf}/">'
                f"{text(story.section)}</a></span>"
            )
        furniture.note(f"Trang chủ{story.section or ''}{story.title}")
        return (
            f'<div class="entry-crumbs"><span><a class="entry-crumb" href="/">Trang chủ</a></span>'
            f'{section}<span class="td-bred-no-url-last">{text(story.title)}</span></div>'
        )

    def day_label(self, story: Story) -> str:
        if story.published is None:
            return ""
        return f"{story.when.day} Tháng {story.when.month}, {story.when.year}"

    def meta(self, story: Story, furniture: Furniture) -> str:
        day = ""
        if story.published:
            day = (
                '<span class="td-post-date"><time class="entry-date updated td-module-date" '
                f'datetime="{story.published}">{furniture(self.day_label(story))}</time></span>'
            )
        furniture.note("Bởi admin")
        views = str(self.random.randrange(90, 5000))
        return f"""<div class="td-module-meta-info"><div class="td-post-author-name"><div
class="td-author-by">Bởi</div> <a href="/author/admin/">admin</a></div>{day}
<div class="td-post-views"><span class="td-nr-views-{story.id}">{furniture(views)}</span></div>
</div>"""

    def sharing(self, furniture: Furniture) -> str:
        names = ("Facebook", "Twitter", "Pinterest", "Linkedin")
        links = "".join(f'<a href="#">{furniture(name)}</a>' for name in names)
        return f'<div class="td-post-sharing"><span>{furniture("Chia sẻ")}</span>{links}</div>'

    def body(self, story: Story, furniture: Furniture) -> str:
        pictures = list(self.pictures(story))
        captioned = any(part.kind == "caption" for part in story.parts)
        lines: list[str] = []
        taken = 0
        for n, part in enumerate(story.parts):
            if part.kind == "caption":
                taken += 1
                lines += self.captioned(story, taken, pictures[taken - 1], part)
                continue
            lines.append(paragraph(n, part.text))
            if pictures and not captioned and len(lines) == 1:
                lines.append(self.picture(story, 1, pictures[0]))
        if story.byline:
            lines.append(f'<p style="text-align: right;"><strong>{text(story.byline)}</strong></p>')
        if story.seed_file is None and story.id % 4 == 0:
            source = furniture("Nguồn tin: Văn phòng Huyện ủy")
            lines.append(f'<p style="text-align: right;">{source}</p>')
        return "\n".join(lines)

    def picture(self, story: Story, number: int, path: str) -> str:
        page = f"{self.path(story)}anh-{number}/"
        return (
            f'<p><a href="{page}"><img class="aligncenter size-full" src="{path}" alt=""/></a></p>'
        )

    def captioned(self, story: Story, number: int, path: str, part: Part) -> list[str]:
        """Every other caption is the theme's `figure`, the rest are centred lines from Word."""
        halves = part.text.split("|")
        if story.seed_file is None and number % 2:
            words = "<br />".join(text(half) for half in halves)
            return [
                f'<figure class="wp-caption aligncenter"><img src="{path}" alt=""/>'
                f'<figcaption class="wp-caption-text">{words}</figcaption></figure>'
            ]
        words = "<br />\n".join(text(half) for half in halves)
        centred = f'<p style="text-align: center;"><em>{words}</em></p>'
        return [self.picture(story, number, path), centred]

    def document_link(self, story: Story) -> str:
        if not story.document:
            return ""
        return f'<p><a href="{self.document(story)}">{text(story.document)} (PDF)</a></p>\n'

    def next_prev(self, story: Story, furniture: Furniture) -> str:
        before, after = self.neighbours(story)
        sides = (("prev", "Bài trước", before), ("next", "Bài tiếp theo", after))
        blocks = ""
        for side, label, neighbour in sides:
            if neighbour:
                furniture.note(label + neighbour.title)
                blocks += (
                    f'<div class="td-block-span6 td-post-{side}-post">'
                    f'<div class="td-post-next-prev-content"><span>{label}</span>'
                    f'<a href="{neighbour.url}">{text(neighbour.title)}</a></div></div>\n'
                )
        return f'<div class="td-block-row td-post-next-prev">{blocks}</div>'

    def microdata(self, story: Story) -> str:
        published, updated = self.shown_dates(story)
        dates = ""
        if published and updated:
            dates = (
                f'<meta itemprop="datePublished" content="{published}">'
                f'<meta itemprop="dateModified" content="{updated}">'
            )
        author = (
            '<span style="display: none;" itemprop="author"><meta itemprop="name" content="admin">'
        )
        return f'<span class="td-page-meta">{author}</span>{dates}</span>'

    def after(self, story: Story, furniture: Furniture) -> str:
        others = self.others(story, self.random.randrange(3, 7))
        related = "".join(self.module(other, furniture) for other in others)
        reply = f"{self.path(story)}?replytocom={self.random.randrange(1, 9999)}#respond"
        return f"""<div class="td_block_wrap td_block_related_posts"><h4 class="td-related-title">
<a class="td-related-left" href="#">{furniture("BÀI VIẾT LIÊN QUAN")}</a>
<a class="td-related-right" href="#">{furniture("XEM THÊM")}</a></h4>{related}</div>
<div class="comments" id="comments"><div id="respond" class="comment-respond">
<h3>{furniture("BÌNH LUẬN")}</h3>
<a rel="nofollow" href="{attribute(reply)}">{furniture("Trả lời")}</a>
<a href="#respond">{furniture("Hủy trả lời")}</a>
<form action="/wp-comments-post.php" method="post"><textarea name="comment"></textarea>
<div class="td-warning-comment">{furniture("Vui lòng nhập bình luận của bạn!")}</div>
<input name="author"><input name="email"></form></div></div>
"""

    # The page round it.

    def page(self, title: str, content: str, furniture: Furniture, head: str = "") -> str:
        at = self.files_at
        return f"""<!doctype html >
<html lang="vi">
<head>
<meta charset="UTF-8" />
<title>{text(title)} | {self.title}</title>
{head}
<link rel="stylesheet" id="td-theme-css" href="{at}/css/site.css?ver=9.8" type="text/css" />
<link rel="alternate" type="application/rss+xml" href="{self.url}/feed/" />
<link rel="EditURI" type="application/rsd+xml" href="{self.url}/xmlrpc.php?rsd" />
<meta name="generator" content="WordPress 5.3.2" />
</head>
<body class="post-template-default single wp-embed-responsive td-standard-pack">
{self.top(furniture)}
<div class="td-container"><div class="td-pb-row">
<div class="td-pb-span8 td-main-content" role="main"><div class="td-ss-main-content">
{content}
</div></div>
<div class="td-pb-span4 td-main-sidebar" role="complementary">{self.side(furniture)}</div>
</div></div>
{self.bottom(furniture)}
<script src="{at}/js/site.js?ver=9.8"></script>
</body>
</html>
"""

    def top(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, {now.day} Tháng {now.month}, {now.year} {now:%H:%M:%S}"
        menu = "".join(
            f'<li><a href="/category/{shelf}/">{furniture(name)}</a></li>'
            for shelf, name in self.sections
        )
        return f"""<div class="td-header-wrap"><div class="td-header-top-menu">
<div class="td_data_time"><div>{furniture(clock)}</div></div>
<a href="/wp-admin/">{furniture("Đăng nhập")}</a>
<a href="/noi-bo/">{furniture("Nội bộ")}</a></div>
<a class="td-main-logo logo" href="/">
<img src="{self.files_at}/img/logo.png" alt="{self.title}"/></a>
<ul class="sf-menu"><li><a href="/">{furniture("Trang chủ")}</a></li>{menu}</ul></div>"""

    def side(self, furniture: Furniture) -> str:
        some = self.random.sample(self.newest(), min(5, len(self.stories)))
        newest = "".join(self.module(story, furniture) for story in some)
        total = f"{self.visit():,}"
        furniture.note(f"Tổng số truy cập: {total}")
        return f"""<div class="td_block_wrap"><h4 class="td-block-title">
<span>{furniture("TIN MỚI")}</span></h4>{newest}</div>
<div class="widget"><h4>{furniture("LƯỢT TRUY CẬP")}</h4><p><span>Tổng số truy cập:</span>
<b>{total}</b></p></div>
{calendar(self.clock.now().date())}"""

    def bottom(self, furniture: Furniture) -> str:
        return f"""<div class="td-footer-wrapper">
<p>{furniture("Cơ quan chủ quản: Huyện ủy Chợ Đồn")}</p>
<p>{furniture("Địa chỉ: Tổ thử nghiệm, thị trấn Bằng Lũng - Email: thu@example.vn")}</p>
<p>{furniture("© Bản quyền thuộc về trang thử nghiệm")}</p></div>"""

    def missing_page(self, asked: Asked) -> str:
        return self.page("Không tìm thấy trang", "<h1>Lỗi 404</h1>", Furniture())


def pager(at: str, page: int, last: int) -> str:
    links = "".join(
        f'<span class="current">{n}</span>' if n == page else f'<a href="{at}/page/{n}/">{n}</a>'
        for n in range(1, last + 1)
    )
    onward = f'<a class="next" rel="next" href="{at}/page/{page + 1}/">›</a>' if page < last else ""
    label = f'<span class="pages">Trang {page} của {last}</span>'
    return f'<div class="page-nav td-pb-padding-side">{links}{onward}{label}</div>'


def calendar(day: date) -> str:
    """A month of days, each a link, and a link to the month before as long as there is one."""
    first = day.replace(day=1)
    days = "".join(f'<a href="/{first:%Y}/{first:%m}/{n:02}/">{n}</a> ' for n in range(1, 29))
    before = first - timedelta(days=1) if first > date(1, 1, 31) else None
    link = f'<a href="/{before.year}/{before.month:02}/">« Trước</a>' if before else ""
    return f'<div class="widget_calendar"><table><tr><td>{days}</td></tr></table>{link}</div>'


def paragraph(n: int, words: str) -> str:
    if n % 4 == 1:
        return f'<p class="MsoNormal" style="text-align: justify;"><span>{text(words)}</span></p>'
    if n % 4 == 2:
        return f"<div>{text(NBSP * 2 + words)}</div>"
    return f'<p style="text-align: justify;">{text(words)}</p>'
