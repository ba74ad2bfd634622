"""The in-house .aspx newspaper of Đồng Tháp: two hosts, two forms of every address."""

from crawler.site import ArticleRules, Platform, UrlRules

PLATFORM = Platform(
    name="aspx_paper",
    title="in-house .aspx newspaper",
    signs=(
        r"<h1[^<>]{1,300}id=\"title\"",
        r"id=\"current-date\"",
        r"\bparent_cate\b|[?&;]cate=\d+",
        r"-\d{4,}\.aspx\"|-a\d{4,}\.html\"",
    ),
    urls=UrlRules(
        article=(r"-a?(?P<id>\d+)\.(?:aspx|html)$",),
        listing=(r"^/$", r"^/[a-z0-9-]+/?(?:\?|$)"),
        rewrite=((r"-a(\d+)\.html$", r"-\1.aspx"),),
        ignore_case=True,
    ),
    article=(
        ArticleRules(
            title=("h1#title", "#title"),
            body=("div#content", "#content"),
            updated=("#current-date",),
            section=("#nav a.parent_cate", "#nav a"),
            gone=("Bài viết không tồn tại",),
        ),
    ),
)
