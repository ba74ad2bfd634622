"""The "cms-*" family of newspaper systems: Báo Hà Tĩnh, Báo Gia Lai and relatives.

The lead stands outside the body, pictures are lazy, lists go on by a "load more" without an end.
"""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="cms_paper",
    title="cms-* newspaper",
    signs=(
        r"\bcms-title\b",
        r"\bcms-desc\b",
        r"\bcms-body\b",
        r"\bcms-(?:date|author|link|photo)\b",
        r"\bzce-content-body\b",
        r"-post\d+\.html",
        r"\bstory__heading\b",
    ),
    urls=UrlRules(
        article=(r"-post(?P<id>\d+)\.html", r"^/[^?]+/(?P<id>\d{4,})\.htm$"),
        listing=(
            r"^/$",
            r"^/tin-moi\.html$",
            r"^/(?!tu-khoa/|tac-gia/|tim-kiem/|rss/|api/)[a-z0-9-]+(?:/[a-z0-9-]+)?/$",
            r"^/api/morenews-",
        ),
    ),
    listing=ListingRules(
        more=(".control__loadmore", "[data-url*='loadmore']"),
        feeds=("/rss/home.rss",),
        sitemaps=("/sitemap.xml",),
    ),
    article=(
        ArticleRules(
            title=(".article__title", "h1.cms-title", "h1.article__header"),
            lead=(".article__sapo", ".cms-desc"),
            body=(".article__body", "[itemprop=articleBody]", ".cms-body", ".zce-content-body"),
            published=(
                "meta.cms-date[itemprop=datePublished]",
                ".article__meta time[datetime]",
                ".article__meta .time",
                "time.cms-date",
            ),
            author=(".article__author .cms-author", ".article__author", "a.cms-author"),
            section=(".article__breadcrumb a", ".breadcrumb a", ".article__meta a.cms-category"),
            captions=("table.picture td.caption", "table.picture .caption", "figcaption"),
            drop=(
                ".article__tag",
                ".article__related",
                "article.story",
                ".story",
                ".zce-related",
                ".article__comment",
                ".audio-board",
            ),
        ),
    ),
    traps=(Trap(name="authors", pattern=r"^/tac-gia/"),),
)
