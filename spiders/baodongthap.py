"""Báo Đồng Tháp. Two hosts, two forms of every address; the stamp shown is the last edit."""

from crawler.site import Site
from crawler.spider import SiteSpider


class BaodongthapSpider(SiteSpider):
    name = "baodongthap"
    site = Site(
        name="baodongthap",
        title="Báo Đồng Tháp",
        province="Đồng Tháp",
        level="báo tỉnh",
        domains=("baodongthap.vn", "baodongthap.com.vn"),
        seeds=("https://baodongthap.vn/",),
        platform="aspx_paper",
    )
