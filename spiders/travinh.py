"""Thành ủy Trà Vinh (since July 2025 Vĩnh Long). No dates are shown; lists page by postback."""

from crawler.site import Site
from crawler.spider import SiteSpider


class TravinhSpider(SiteSpider):
    name = "travinh"
    site = Site(
        name="travinh",
        title="Thành ủy Trà Vinh",
        province="Trà Vinh",
        level="thành ủy",
        domains=("travinh.gov.vn",),
        seeds=("https://travinh.gov.vn/",),
        platform="aspnet_portal",
    )
