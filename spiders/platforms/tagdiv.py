"""WordPress with the tagDiv themes (Newspaper, Newsmag)."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="tagdiv",
    title="WordPress with tagDiv",
    signs=(),
    urls=UrlRules(
        article=(
            r"^/(?:\d{4}/\d{2}/(?:\d{2}/)?)?(?!page/|category/|tag/|author/|feed)[a-z0-9%-]+/$",
        ),
        listing=(r"^/$", r"^/page/\d+/$", r"^/category/[^?]+/$", r"^/\?paged=\d+$"),
    ),
    listing=ListingRules(
        next_page=(".page-nav a", ".pagination a", "a.next", "a[rel=next]"),
        feeds=("/feed/",),
        sitemaps=("/wp-sitemap.xml",),
    ),
    article=(ArticleRules(),),
    traps=(
        Trap(name="replies", pattern=r"[?&]replytocom="),
        Trap(name="authors", pattern=r"^/author/"),
        Trap(name="attachments", pattern=r"[?&]attachment_id=|/attachment/"),
        Trap(name="days", pattern=r"^/\d{1,4}/(?:\d{1,2}/){0,2}(?:page/\d+/)?$"),
        Trap(name="tags", pattern=r"^/tag/"),
        Trap(name="machinery", pattern=r"^/wp-(?:admin|json|login|includes|content)|xmlrpc\.php"),
        Trap(name="search", pattern=r"[?&]s="),
        Trap(name="feeds of one post", pattern=r".+/feed/$"),
    ),
)
