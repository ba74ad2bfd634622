"""Liferay 6 and 7, the portal system of provinces, departments and districts.

Every page can be had in forty languages, every link carries the portlet's state: the path and the
id are the article, the rest is noise.
"""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="liferay",
    title="Liferay",
    signs=(
        r"Liferay\.ThemeDisplay|ThemeDisplay\s*:\s*\{",
        r"portlet-boundary[_ ]",
        r"\bp_p_id_\w+_|[?&;]p_p_id=",
        r"/-/asset_publisher/",
        r"\blfr-css-file\b|/o/frontend-|\bsigned-(?:out|in) public-page\b",
    ),
    urls=UrlRules(
        article=(
            r"/asset_publisher/\w+/content/id/(?P<id>\d+)(?:\?|$)",
            r"/asset_publisher/\w+/content/[^/?]+(?:\?|$)",
            r"/view_content/\d+",
            r"^//?Content/[^?]+\?\d+",
        ),
        listing=(r"^/$", r"^/web/[^/?]+(?:/[^/?]+)?/?$", r"_cur=\d+"),
        noise=("inheritRedirect", r"_.*_redirect", "p_auth", "p_p_auth"),
        rewrite=((r"(?<=[?&])(?:p_[prfvl]_\w+|plid\w*|_\w+)=[^&]*&?", ""), (r"[?&]$", "")),
    ),
    listing=ListingRules(next_page=(".lfr-pagination", ".taglib-page-iterator")),
    article=(
        ArticleRules(
            title=(".header-title", ".show-asset-title .asset-title", "h1.asset-title"),
            body=(
                ".asset-full-content .journal-content-article",
                ".asset-full-content .asset-content",
                ".portlet-asset-publisher .journal-content-article",
                ".asset-content",
            ),
            drop=(
                ".header-back-to",
                ".asset-more",
                ".asset-ratings",
                ".taglib-ratings",
                ".taglib-social-bookmarks",
                ".lfr-discussion",
                ".asset-metadata",
            ),
            gone=("Tài sản không thể được tìm thấy", "The requested asset could not be found"),
        ),
    ),
    traps=(
        Trap(name="print", pattern=r"p_p_state=pop_up|viewMode=print"),
        Trap(name="portlet resources", pattern=r"p_p_lifecycle=[12]"),
        Trap(name="calendar", pattern=r"(?i)calendar|_(?:month|year|day|date)="),
        Trap(name="state of other portlets", pattern=r"p_p_state=(?:maximized|exclusive)"),
    ),
)
