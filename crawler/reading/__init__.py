"""A page becomes an Article: pure functions, no Scrapy, no network, no clock."""

from crawler.reading.explain import Explained, explain
from crawler.reading.model import SiteModel, Traits
from crawler.reading.page import NotAnArticle, Page
from crawler.reading.pipeline import READER_VERSION, Reading, read, study

__all__ = [
    "READER_VERSION",
    "Explained",
    "NotAnArticle",
    "Page",
    "Reading",
    "SiteModel",
    "Traits",
    "explain",
    "read",
    "study",
]
