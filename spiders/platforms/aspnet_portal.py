"""The ASP.NET portal of Trà Vinh and relatives: numeric paths, one form round every page."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="aspnet_portal",
    title="ASP.NET portal",
    signs=(
        r"<form[^<>]{1,300}id=\"(?:form1|aspnetForm|Form)\"",
        r"name=\"__VIEWSTATE\"",
        r"\b__doPostBack\b",
        r"\bctl00_\w+|\bdnn_ctr\d+",
        r"href=\"(?:https?://[^\"/]+)?(?:/\d{3,}){3,4}/",
    ),
    urls=UrlRules(
        article=(r"^(?:/\d+){4}/[^/?]+/[^/?]+$", r"^/[a-z0-9-]+-\d{5,}$"),
        listing=(r"^/$", r"^(?:/\d+){2,3}(?:/[a-z0-9-]+)?/?$"),
    ),
    listing=ListingRules(next_page=("a[href*='__doPostBack']",)),
    article=(
        ArticleRules(
            title=("[id$=_lblTitle]", "[id$=_lblTieuDe]", "[id$=lblTitle]", ".TieuDe"),
            body=(
                "[id$=NoiDung]",
                "[id$=lblContent]",
                "[id$=lblBody]",
                "[id$=divContent]",
                "[class~=NoiDung]",
                "[class~=noidung]",
                ".ArticleContent",
            ),
            author=("[id$=_lblAuthor]", "[id$=_lblTacGia]"),
            gone=("không tồn tại hoặc đã bị xóa",),
        ),
    ),
    traps=(
        Trap(name="print", pattern=r"/print/|[?&]print="),
        Trap(name="padded queries", pattern=r"\+{10}|(?:%20){10}"),
        Trap(name="search", pattern=r"[?&](?:q|keyword|key)="),
    ),
)
