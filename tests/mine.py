"""A site of the test's own, that stands for one of the practice web."""

from __future__ import annotations

_CODE = """
import os
from uuid import uuid4

from crawler.site import Politeness, Site
from crawler.spider import SiteSpider


class Mine(SiteSpider):
    name = "{name}"
    site = Site(
        name="{name}",
        title="Mine",
        province="Bắc Kạn",
        level="huyện ủy",
        domains=("{host}",),
        seeds=("http://{host}/",),
        platform="{platform}",
        politeness=Politeness(delay={delay}),
    )
    custom_settings = {{{settings}}}
"""


def site_file(name: str, platform: str, url: str, *, delay: float, settings: str = "") -> str:
    """Its code, to be written into TINHUY_SITES. `settings` are the lines of a dictionary, in which
    `os` and `uuid4` are known.
    """
    host = url.partition("//")[2]
    return _CODE.format(name=name, host=host, platform=platform, delay=delay, settings=settings)
