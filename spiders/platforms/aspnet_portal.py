"""The ASP.NET portal of Trà Vinh and relatives: numeric paths, one form round every page."""

from crawler.site import ArticleRules, ListingRules, Platform, Trap, UrlRules

PLATFORM = Platform(
    name="aspnet_portal",
    title="ASP.NET portal",
    signs=(  # one for all that every ASP.NET page has: SharePoint and DNN have it too
        r"<form[^<>]{1,300}id=\"form1\"",
        r"href=\"(?:https?://[^\"/]+)?(?:/\d{3,}){3,4}/",
    ),
    urls=UrlRules(
        article=(
            r"^(?:/\d+){3}/(?P<id>\d+)/[^/?]+/(?P<slug>[^/?]+)$",
            r"^/(?P<slug>[a-z0-9-]+)-(?P<id>\d{5,})$",
        ),
        listing=(r"^/$", r"^(?:/\d+){2,3}(?:/[a-z0-9-]+)?/?$"),
        ignore_case=True,
    ),
    listing=ListingRules(),
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
    traps=(Trap(name="searches", pattern=r"[?&]key="),),
)
