"""Liferay 6 and 7, the portal system of provinces, departments and districts.

Every page can be had in forty languages, every link carries the portlet's state: the path and the
id are the article, the rest is noise.
"""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="liferay",
    title="Liferay",
    signs=(),
    urls=UrlRules(
        article=(r"/asset_publisher/\w+/content/", r"/view_content/\d+", r"^//?Content/[^?]+\?\d+"),
        listing=(r"^/$", r"^/web/[^/?]+(?:/[^/?]+)?/?(?:\?|$)", r"_cur=\d+"),
        noise=("redirect", "inheritRedirect", r"_.*_redirect", "p_auth", "p_p_auth"),
        rewrite=((r"(?<=[?&])(?:p_[prfvl]_\w+|_\w+)=[^&]*&?", ""), (r"[?&]$", "")),
    ),
    listing=ListingRules(
        next_page=(".lfr-pagination a", ".taglib-page-iterator a", ".pagination a"),
    ),
    article=(ArticleRules(),),
    traps=(
        Trap(name="languages", pattern=r"/c/portal/update_language|[?&]languageId="),
        Trap(name="login", pattern=r"/c/portal/log(?:in|out)|/login"),
        Trap(name="print", pattern=r"p_p_state=pop_up|viewMode=print"),
        Trap(name="portlet resources", pattern=r"p_p_lifecycle=[12]"),
        Trap(name="calendar", pattern=r"_(?:month|year|day)=|[?&](?:month|year|day)="),
        Trap(name="state of other portlets", pattern=r"p_p_state=(?:maximized|exclusive)"),
        Trap(name="growing redirect", pattern=r"redirect=.*redirect%"),
    ),
)
