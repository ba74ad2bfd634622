"""The general extractor: the one place that calls trafilatura."""

from __future__ import annotations

import copy
import logging

import trafilatura
from lxml.html import HtmlElement

from archive.text import clean
from crawler.reading.structure import prepare

VERSION = trafilatura.__version__

# What it logs of pages without text is this reader's finding, told once by its outcome.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def main_text(tree: HtmlElement) -> list[str]:
    """The lines of a page's main text; none when there is no such text. `tree` stays as it is."""
    plain = copy.deepcopy(tree)
    prepare(plain)
    found = trafilatura.extract(
        plain,
        fast=True,
        favor_precision=True,
        include_comments=False,
        include_tables=True,
    )
    return [line for line in map(clean, (found or "").splitlines()) if line]
