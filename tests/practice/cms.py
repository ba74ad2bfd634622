"""B. Báo Hà Tĩnh: a newspaper of the "cms-*" family. The lead stands outside the body, pictures
are lazy, and the list of a section goes on through a "load more" that never ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import ClassVar

from tests.practice.site import (
    WEEKDAYS,
    Furniture,
    Handler,
    PracticeSite,
    attribute,
    text,
)
from tests.practice.stories import FIRST_DAY, Story, slug
from tests.practice.wire import Answer, Asked, Habits, redirect
from tests.practice.xml import rss, sitemap

BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
TAGS = ("Dân vận khéo", "Nông thôn mới", "Chuyển đổi số", "Đại hội Đảng", "An sinh xã hội")


class BaoHaTinh(PracticeSite):
    name = "baohatinh"
    title = "Báo Hà Tĩnh"
    accent = "#c8102e"
    sections = (
        ("chinh-tri", "Chính trị"),
        ("xay-dung-dang", "Xây dựng Đảng"),
        ("nong-thon-moi", "Nông thôn mới"),
    )
    page_size = 6
    forbidden = ("/noi-bo/", "/tim-kiem/")
    traps: ClassVar = {
        "load more": r"^/api/morenews-\d+-\d+\.html",
        "tag pages": r"^/tu-khoa/",
        "tracking": r"[?&]fbclid=",
    }
    robots = (
        "User-agent: *\nDisallow: /noi-bo/\nDisallow: /tim-kiem/\nAllow: /\n\n"
        "Sitemap: {base}/sitemap.xml\n"
    )
    sitemap_paths = ("/sitemap.xml",)
    feed_paths = ("/rss/home.rss",)
    habits = Habits(
        gzip=True, server="nginx", page_headers=(("Cache-Control", "public, max-age=60"),)
    )
    picture_path = "/images/2021/w800/{id}-anh{n}.png"
    document_path = "/uploads/{slug}-{id}.pdf"
    first_id = 190_003
    id_step = 1

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/", self.home),
            (rf"/({names})/", self.section),
            (r"/tin-moi\.html", self.latest),
            (r"/api/morenews-(\d+)-(\d+)\.html", self.more),
            (rf"/(?:{names})/[^/]*-post(\d+)\.html", self.show),
            (rf"/(?:{names})/[^/]+/(\d+)\.htm", self.old_address),
            (r"/rss/home\.rss", self.feed),
            (r"/sitemap\.xml", self.sitemap_index),
            (r"/sitemaps/news-(\d{4}-\d{2})\.xml", self.sitemap),
            (r"/tu-khoa/([a-z0-9-]+)\.html", self.tag),
            (r"/tac-gia/([a-z0-9-]+)", self.writer),
            (r"/noi-bo/", self.internal),
        )

    def id_for(self, n: int, when: datetime) -> int:
        """About 55 a day, as at the paper."""
        return self.first_id + int((when - FIRST_DAY).total_seconds() * 55 / 86_400)

    def path(self, story: Story) -> str:
        return f"/{story.shelf}/{slug(story.title)}-post{story.id}.html"

    def listing_targets(self) -> tuple[str, ...]:
        return tuple(f"/{shelf}/" for shelf, _ in self.sections)

    def old_path(self, story: Story) -> str:
        return f"/{story.shelf}/{slug(story.title)}/{story.id}.htm"

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        return story.published, None

    # Lists.

    def home(self, asked: Asked, match: re.Match[str]) -> Answer:
        furniture = Furniture()
        top = self.items(self.newest()[: self.page_size], furniture)
        return self.html(
            self.page("Báo Hà Tĩnh điện tử", f'<div class="rank-1">{top}</div>', furniture)
        )

    def section(self, asked: Asked, match: re.Match[str]) -> Answer:
        shelf = match[1]
        zone = [name for name, _ in self.sections].index(shelf) + 1
        return self.listing(self.section_title(shelf), zone)

    def latest(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.listing("Tin mới", 0)

    def zone(self, zone: int) -> list[Story]:
        return self.newest(self.sections[zone - 1][0] if zone else None)

    def listing(self, heading: str, zone: int) -> Answer:
        furniture = Furniture()
        items = self.items(self.part_of(self.zone(zone), 1), furniture)
        content = (
            f'<h1 class="category__heading">{text(heading)}</h1>'
            f'<div class="box-content content-list">{items}</div>{more_button(zone, 2)}'
        )
        return self.html(self.page(heading, content, furniture))

    def more(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        """A part of a list, without a page round it. After the last part it comes again."""
        zone, page = int(match[1]), int(match[2])
        if zone > len(self.sections):
            return None
        stories = self.zone(zone)
        items = self.items(self.part_of(stories, min(page, self.page_count(stories))), Furniture())
        return self.html(items + more_button(zone, page + 1))

    def items(self, stories: Sequence[Story], furniture: Furniture) -> str:
        return "".join(self.item(story, furniture) for story in stories)

    def item(self, story: Story, furniture: Furniture) -> str:
        path = self.old_path(story) if story.id % 5 == 0 else self.path(story)
        thumbs = self.pictures(story) or (f"{self.files_at}/img/noi.png",)
        lead = f'<div class="story__summary">{furniture(story.lead)}</div>' if story.lead else ""
        return (
            '<article class="story"><figure class="story__thumb">'
            f'<a class="cms-link" href="{path}"><img src="{BLANK}" data-src="{thumbs[0]}" '
            'alt=""></a></figure>'
            f'<h2 class="story__heading"><a class="cms-link" href="{path}" '
            f'title="{attribute(story.title)}">{furniture(story.title)}</a></h2>{lead}</article>\n'
        )

    def tag(self, asked: Asked, match: re.Match[str]) -> Answer:
        """Some articles, and always a next page."""
        furniture = Furniture()
        page = asked.number("trang")
        some = self.random.sample(self.newest(), min(3, len(self.stories)))
        content = (
            f"<h1>Từ khóa: {match[1]}</h1>{self.items(some, furniture)}"
            f'<a class="next" href="/tu-khoa/{match[1]}.html?trang={page + 1}">Trang sau</a>'
        )
        return self.html(self.page("Từ khóa", content, furniture))

    def writer(self, asked: Asked, match: re.Match[str]) -> Answer:
        """The five newest articles of an author."""
        furniture = Furniture()
        own = [story for story in self.newest() if slug(story.byline or "") == match[1]]
        items = self.items(own[:5], furniture)
        return self.html(self.page("Tác giả", f"<h1>Tác giả</h1>{items}", furniture))

    def internal(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.html(self.page("Nội bộ", "<p>Trang dành cho tòa soạn.</p>", Furniture()))

    # Feeds.

    def feed(self, asked: Asked, match: re.Match[str]) -> Answer:
        items = "".join(self.feed_item(story) for story in self.newest()[:20])
        return rss(f"<title>{self.title}</title><link>{self.url}/</link>{items}")

    def feed_item(self, story: Story) -> str:
        exact = story.published and len(story.published) > len("2020-12-29")
        date = f"<pubDate>{format_datetime(story.when)}</pubDate>" if exact else ""
        link = self.url + self.path(story)
        return (
            f"<item><title>{text(story.title)}</title><link>{link}</link>"
            f"<description>{text(story.lead or '')}</description>{date}</item>\n"
        )

    def sitemap_index(self, asked: Asked, match: re.Match[str]) -> Answer:
        """The newest month always claims to have changed just now."""
        months: dict[str, datetime] = {}
        for story in self.newest():
            month = f"{story.when:%Y-%m}"
            months[month] = max(months.get(month, story.edited_at), story.edited_at)
        months[max(months)] = self.clock.now().replace(microsecond=0)
        entries = "".join(
            f"<sitemap><loc>{self.url}/sitemaps/news-{month}.xml</loc>"
            f"<lastmod>{edited.isoformat()}</lastmod></sitemap>\n"
            for month, edited in months.items()
        )
        return sitemap("sitemapindex", entries)

    def sitemap(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        stories = [s for s in self.newest() if f"{s.when:%Y-%m}" == match[1]]
        entries = "".join(
            f"<url><loc>{self.url}{self.path(story)}</loc>"
            f"<lastmod>{story.edited_at.isoformat()}</lastmod></url>\n"
            for story in stories
        )
        return sitemap("urlset", entries) if stories else None

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        story = self.stories.get(int(match[1]))
        if story and asked.path != self.path(story):
            return redirect(self.path(story))
        return self.article(asked, int(match[1]))

    def old_address(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        story = self.stories.get(int(match[1]))
        return redirect(self.url + self.path(story)) if story else None

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        author = self.byline(story)
        inside, outside = (author, "") if story.id % 2 else ("", author)
        section = ""
        if story.section:
            furniture.note(story.section)
            section = (
                '<div class="article__breadcrumb"><a class="cms-category" '
                f'href="/{story.shelf}/">{text(story.section)}</a></div>'
            )
        lead = f'<h2 class="article__sapo cms-desc">{text(story.lead)}</h2>' if story.lead else ""
        views = f"{self.random.randrange(90, 9000):,} lượt xem"
        content = f"""<article class="article">
{section}
<h1 class="article__title cms-title">{text(story.title)}</h1>
<div class="article__meta">{self.stamp(story, furniture)}
<span class="article__view">{furniture(views)}</span></div>
{lead}
<div class="article__body zce-content-body cms-body" itemprop="articleBody">
{self.body(story)}{inside}</div>
{outside}{self.document_link(story)}
{self.after(story, furniture)}</article>"""
        return self.page(story.title, content, furniture, self.machine_head(story)), furniture

    def stamp(self, story: Story, furniture: Furniture) -> str:
        if not story.published:
            return ""
        year_month = story.published.split("-")
        exact = len(story.published) > len("2020-12")
        shown = f"{story.when:%d/%m/%Y %H:%M}" if exact else f"{year_month[1]}/{year_month[0]}"
        return (
            f'<time class="time" datetime="{story.published}">{furniture(shown)}</time>'
            f'<meta class="cms-date" itemprop="datePublished" content="{story.published}">'
        )

    def machine_head(self, story: Story) -> str:
        published = story.published or ""
        return (
            f'<link rel="canonical" href="{self.url}{self.path(story)}">\n'
            f'<meta property="og:type" content="article">\n'
            f'<meta property="og:title" content="{attribute(story.title)}">\n'
            f'<meta name="description" content="{attribute(story.lead or story.title)}">\n'
            f'<meta property="article:published_time" content="{published}">\n'
            f'<meta name="author" content="{self.title}">'
        )

    def body(self, story: Story) -> str:
        pictures = iter(self.pictures(story))
        captioned = any(part.kind == "caption" for part in story.parts)
        lines = []
        for part in story.parts:
            if part.kind == "caption":
                lines.append(picture_table(next(pictures), part.text))
                continue
            lines.append(f"<p>{text(part.text)}</p>")
            if not captioned and len(lines) == 1 and (picture := next(pictures, None)):
                lines.append(picture_table(picture, None))
        return "\n".join(lines) + "\n"

    def byline(self, story: Story) -> str:
        if not story.byline:
            return ""
        name = (
            f'<a class="cms-author" href="/tac-gia/{slug(story.byline)}">{text(story.byline)}</a>'
        )
        return f'<p class="article__author">{name}</p>\n'

    def document_link(self, story: Story) -> str:
        if not story.document:
            return ""
        link = f'<a href="{self.document(story)}">{text(story.document)} (PDF)</a>'
        return f'<div class="article__attach">{link}</div>'

    def after(self, story: Story, furniture: Furniture) -> str:
        voices = ("Nghe đọc bài", "Nữ miền Bắc", "Nam miền Nam", "0:00 / 0:00", "1x")
        board = "".join(f"<span>{furniture(voice)}</span>" for voice in voices)
        shares = ("Chia sẻ", "Facebook", "Zalo", "Copy link", "Link bài gốc")
        share = "".join(f'<a href="#">{furniture(name)}</a>' for name in shares)
        tags = self.random.sample(TAGS, 3)
        links = "".join(
            f'<li><a href="/tu-khoa/{slug(tag)}.html">{furniture(tag)}</a></li>' for tag in tags
        )
        related = "".join(self.related(other, furniture) for other in self.others(story, 4))
        more = self.items(self.others(story, 5), furniture)
        return f"""<div class="audio-board">{board}</div>
<div class="article__social">{share}</div>
<div class="article__tag"><span>{furniture("Từ khóa:")}</span><ul>{links}</ul></div>
<div class="article__related"><h3>{furniture("Tin liên quan")}</h3><ul>{related}</ul></div>
<div class="article__comment"><h3>{furniture("Bình luận (0)")}</h3>
<textarea placeholder="Ý kiến của bạn"></textarea>
<button>{furniture("Gửi bình luận")}</button></div>
<div class="box-readmore"><h3>{furniture("Đọc thêm")}</h3>{more}</div>
"""

    def related(self, story: Story, furniture: Furniture) -> str:
        tracked = f"?fbclid=IwAR{self.random.randrange(10**11)}" if story.id % 4 == 0 else ""
        path = self.path(story) + tracked
        link = f'<a class="cms-link" href="{path}">{furniture(story.title)}</a>'
        return f'<li class="story"><span class="story__heading">{link}</span></li>'

    # The page round it.

    def page(self, title: str, content: str, furniture: Furniture, machine: str = "") -> str:
        at = self.files_at
        return f"""<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<title>{text(title)} | {self.title}</title>
{machine}
<link rel="stylesheet" href="{at}/css/site.css">
<link rel="alternate" type="application/rss+xml" href="/rss/home.rss">
</head>
<body class="site-body">
{self.top(furniture)}
<main class="site-content">
{content}
<aside class="sidebar"><h3>{furniture("Đọc nhiều")}</h3>{self.most_read(furniture)}</aside>
</main>
{self.bottom(furniture)}
<script src="{at}/js/site.js"></script>
</body>
</html>
"""

    def top(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y %H:%M:%S}"
        menu = "".join(
            f'<li><a href="/{shelf}/">{furniture(name)}</a></li>' for shelf, name in self.sections
        )
        return f"""<header class="site-header"><a class="logo" href="/">
<img src="{self.files_at}/img/logo.png" alt="{self.title}"></a>
<span class="site-header__time">{furniture(clock)}</span>
<span class="hotline">{furniture("Hotline: 0239.000.111")}</span>
<ul class="menu"><li><a href="/">{furniture("Trang chủ")}</a></li>
<li><a href="/tin-moi.html">{furniture("Tin mới")}</a></li>{menu}</ul></header>"""

    def most_read(self, furniture: Furniture) -> str:
        some = self.random.sample(self.newest(), min(5, len(self.stories)))
        return "".join(
            f'<div class="story"><a class="cms-link" href="{self.path(story)}">'
            f"{furniture(story.title)}</a></div>"
            for story in some
        )

    def bottom(self, furniture: Furniture) -> str:
        return f"""<footer class="site-footer">
<p>{furniture("Cơ quan chủ quản: Tỉnh ủy Hà Tĩnh")}</p>
<p>{furniture("Giấy phép số 000/GP-BTTTT cấp cho trang thử nghiệm")}</p>
<p>{furniture("© Ghi rõ nguồn khi phát hành lại thông tin từ trang này")}</p>
<p>{furniture(f"Đang truy cập: {self.visit():,}")}</p>
<a href="/noi-bo/">{furniture("Nội bộ")}</a>
<a href="/tim-kiem/?q=dan+van">{furniture("Tìm kiếm")}</a>
</footer>"""

    def missing_page(self, asked: Asked) -> str:
        return self.page("404", "<h1>Không tìm thấy trang</h1>", Furniture())


def more_button(zone: int, page: int) -> str:
    return (
        f'<button class="control__loadmore" data-url="/api/morenews-{zone}-{page}.html">'
        "Xem thêm</button>\n"
    )


def picture_table(path: str, caption: str | None) -> str:
    row = ""
    if caption is not None:
        lines = "<br>".join(text(line) for line in caption.split("|"))
        row = f'<tr><td class="caption"><p>{lines}</p></td></tr>'
    image = f'<img class="cms-photo" src="{BLANK}" data-src="{path}" alt="">'
    return (
        '<table class="picture" align="center"><tbody>'
        f'<tr><td class="pic">{image}</td></tr>{row}</tbody></table>'
    )
