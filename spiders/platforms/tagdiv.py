"""WordPress with the tagDiv themes (Newspaper, Newsmag)."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="tagdiv",
    title="WordPress with tagDiv",
    signs=(
        r"\btd-post-content\b",
        r"\btagdiv-type\b",
        r"\btd_module_\w+",
        r"\btd_block_\w+|\btdb?-block",
        r"/wp-content/|name=\"generator\" content=\"WordPress",
        r"\btd-(?:container|main-content|theme)\b",
    ),
    urls=UrlRules(
        article=(
            r"^/(?:\d{4}/\d{2}/(?:\d{2}/)?)?(?!(?:page|category|tag|author|feed)(?:/|$))"
            r"[A-Za-z0-9%-]+/?$",
        ),
        listing=(
            r"^/$",
            r"^/page/\d+/$",
            r"^/category/(?:[^/?]+/){1,3}(?:page/\d+/)?$",
            r"[?&]paged=\d+$",
        ),
        rewrite=((r"^(/[^?]*[^/?])(?=\?|$)", r"\1/"),),
    ),
    listing=ListingRules(
        feeds=("/feed/",),
        sitemaps=("/wp-sitemap.xml",),
    ),
    article=(
        ArticleRules(
            title=(
                ".td-post-title .entry-title",
                ".td-post-header h1.entry-title",
                "h1.entry-title",
            ),
            body=(".td-post-content", ".tdb_single_content .tdb-block-inner"),
            published=(
                "[itemprop=datePublished]",
                ".td-post-header time.entry-date",
                "time.entry-date",
            ),
            updated=("[itemprop=dateModified]",),
            section=(".entry-crumbs a.entry-crumb:not([href='/'])", ".td-category a"),
            captions=(".wp-caption-text", "figcaption"),
            previous=(".td-post-prev-post a",),
            next=(".td-post-next-post a",),
            drop=(
                ".td-post-sharing",
                ".td_block_wrap",
                ".td-a-rec",
                ".code-block",
                ".jp-relatedposts",
            ),
        ),
    ),
    traps=(
        Trap(name="authors", pattern=r"^/author/"),
        Trap(name="attachments", pattern=r"[?&]attachment_id=|/attachment/"),
        Trap(name="days", pattern=r"^/\d{1,4}/(?:\d{1,2}/){0,2}(?:page/\d+/)?$"),
        Trap(name="machinery", pattern=r"^/wp-(?:admin|json|login|includes|content)|xmlrpc\.php"),
        Trap(name="search", pattern=r"[?&]s="),
        Trap(name="feeds of one post", pattern=r"[^/]/feed/$"),
    ),
)
