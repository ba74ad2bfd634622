"""The general extractor: the one place that calls trafilatura."""

from __future__ import annotations

import copy
import logging
from collections.abc import Set

import trafilatura
from lxml.html import HtmlElement

from archive.text import clean
from crawler.reading.structure import prepare
from crawler.reading.tree import drop

VERSION = trafilatura.__version__

# What it logs of pages without text is this reader's finding, told once by its outcome.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def main_text(tree: HtmlElement, furniture: Set[HtmlElement] = frozenset()) -> list[str]:
    """The lines of a page's main text without `furniture`; none when there is no such text.

    `tree` stays as it is.
    """
    plain = copy.deepcopy(tree)
    if furniture:
        pairs = zip(tree.iter(), plain.iter(), strict=True)
        drop([twin for element, twin in pairs if element in furniture])
    prepare(plain)
    found = trafilatura.extract(
        plain,
        fast=True,
        favor_precision=True,
        include_comments=False,
        include_tables=True,
    )
    return [line for line in map(clean, (found or "").splitlines()) if line]
