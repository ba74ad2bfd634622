"""Huyện ủy Chợ Đồn (Bắc Kạn, since July 2025 Thái Nguyên). The host is inferred, not seen."""

from crawler.site import Site
from crawler.spider import SiteSpider


class ChodonSpider(SiteSpider):
    name = "chodon"
    site = Site(
        name="chodon",
        title="Huyện ủy Chợ Đồn",
        province="Bắc Kạn",
        level="huyện ủy",
        domains=("chodon.backan.gov.vn",),
        seeds=("https://chodon.backan.gov.vn/",),
        platform="tagdiv",
    )
