"""The ASP.NET portal of Trà Vinh and relatives: numeric paths, one form round every page."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="aspnet_portal",
    title="ASP.NET portal",
    signs=(),
    urls=UrlRules(
        article=(r"^(?:/\d+){4}/[^/?]+/[^/?]+$", r"^/[a-z0-9-]+-\d{5,}$"),
        listing=(r"^/$", r"^(?:/\d+){2,3}(?:/[a-z0-9-]+)?/?$"),
    ),
    listing=ListingRules(next_page=("a[href*='__doPostBack']",)),
    article=(ArticleRules(),),
    traps=(
        Trap(name="print", pattern=r"/print/|[?&]print="),
        Trap(name="padded queries", pattern=r"\+{10}|(?:%20){10}"),
        Trap(name="search", pattern=r"[?&](?:q|keyword|key)="),
    ),
)
