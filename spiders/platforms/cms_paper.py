"""The "cms-*" family of newspaper systems: Báo Hà Tĩnh, Báo Gia Lai and relatives.

The lead stands outside the body, pictures are lazy, lists go on by a "load more" without an end.
"""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="cms_paper",
    title="cms-* newspaper",
    signs=(),
    urls=UrlRules(
        article=(r"-post(?P<id>\d+)\.html", r"^/[^?]+/\d{4,}\.htm$"),
        listing=(
            r"^/$",
            r"^/tin-moi\.html$",
            r"^/(?!tu-khoa/|tac-gia/|tim-kiem/|rss/|api/)[a-z0-9-]+(?:/[a-z0-9-]+)?/(?:$|\?)",
            r"^/api/morenews-",
        ),
    ),
    listing=ListingRules(
        more=(".control__loadmore", "[data-url*='loadmore']"),
        feeds=("/rss/home.rss",),
        sitemaps=("/sitemap.xml",),
    ),
    article=(ArticleRules(),),
    traps=(
        Trap(name="tag pages", pattern=r"^/tu-khoa/"),
        Trap(name="author pages", pattern=r"^/tac-gia/"),
        Trap(name="search", pattern=r"^/tim-kiem|[?&](?:q|keyword)="),
    ),
)
