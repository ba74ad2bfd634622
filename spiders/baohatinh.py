"""Báo Hà Tĩnh. Old addresses (`/section/slug/218261.htm`) redirect to `-post218261.html`."""

from crawler.site import Site
from crawler.spider import SiteSpider


class BaohatinhSpider(SiteSpider):
    name = "baohatinh"
    site = Site(
        name="baohatinh",
        title="Báo Hà Tĩnh",
        province="Hà Tĩnh",
        level="báo tỉnh",
        domains=("baohatinh.vn",),
        seeds=("https://baohatinh.vn/",),
        platform="cms_paper",
    )
