"""A page becomes an Article: pure functions, no Scrapy, no network, no clock."""

from crawler.reading.page import NotAnArticle, Page
from crawler.reading.pipeline import READER_VERSION, read

__all__ = ["READER_VERSION", "NotAnArticle", "Page", "read"]
