"""The Liferay portal of Đồng Tháp. No publication date; the main area holds the side column too."""

from crawler.site import Site
from crawler.spider import SiteSpider


class DongthapPortalSpider(SiteSpider):
    name = "dongthap_portal"
    site = Site(
        name="dongthap_portal",
        title="Cổng thông tin điện tử tỉnh Đồng Tháp",
        province="Đồng Tháp",
        level="cổng tỉnh",
        domains=("dongthap.gov.vn",),
        seeds=("https://dongthap.gov.vn/",),
        platform="liferay",
    )
