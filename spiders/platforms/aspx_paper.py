"""The in-house .aspx newspaper of Đồng Tháp: two hosts, two forms of every address."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="aspx_paper",
    title="in-house .aspx newspaper",
    signs=(),
    urls=UrlRules(
        article=(r"-a?\d+\.(?:aspx|html)$",),
        listing=(r"^/$", r"^/[a-z0-9-]+/?(?:\?|$)"),
        rewrite=((r"-a(\d+)\.html$", r"-\1.aspx"),),
    ),
    listing=ListingRules(next_page=(".phantrang a", ".pager a", ".paging a", ".pagination a")),
    article=(ArticleRules(),),
    traps=(
        Trap(name="print", pattern=r"[?&](?:print|in)=|/print/"),
        Trap(name="search", pattern=r"^/tim-kiem|[?&](?:q|keyword|tukhoa)="),
    ),
)
