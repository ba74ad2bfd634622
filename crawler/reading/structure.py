"""Prepares a tree for the general extractor: layout tables and `div` paragraphs made plain.

Both are steps of READING, sections 1 and 2: a layout table would be read as one table of data,
a `div` between paragraphs would vanish, a form round the page would empty it.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.reading.tree import BLOCKS, drop, names, text_of

_CELLS = ("td", "th")
_ROWS = ("tbody", "thead", "tfoot", "tr", "caption", *_CELLS)
_LARGE_CELL = 400
_LEAF = ("div", "center", "section")
_LEAF_CHARS = 40
_LINKED = 0.4
_CONTROLS = ("input", "button", "select", "textarea")


def is_data(table: HtmlElement) -> bool:
    """Whether a table holds data in rows, not the layout of a page or a picture's frame."""
    if "picture" in names(table).split() or table.find(".//table") is not None:
        return False
    if table.find(".//th") is not None or table.find("caption") is not None:
        return True
    cells = list(table.iter(*_CELLS))
    if len(cells) < 2 or table.find(".//img") is not None:
        return False
    sizes = [len(text_of(cell)) for cell in cells]
    largest = max(sizes)
    holds_blocks = any(child.tag in BLOCKS for cell in cells for child in cell)
    return not (largest > _LARGE_CELL or (holds_blocks and largest * 2 > sum(sizes)))


def prepare(tree: HtmlElement) -> None:
    """Changes a tree in place: layout tables and forms become `div`, leaf `div` become `p`."""
    layout = {table for table in tree.iter("table") if not is_data(table)}
    for part in list(tree.iter(*_ROWS)):
        if next(part.iterancestors("table"), None) in layout:
            part.tag = "div"
    for table in layout:
        table.tag = "div"
    for form in tree.iter("form"):
        form.tag = "div"
    drop(tree.iter(*_CONTROLS))
    for element in list(tree.iter(*_LEAF)):
        if _is_paragraph(element):
            element.tag = "p"


def _is_paragraph(element: HtmlElement) -> bool:
    if any(child.tag in BLOCKS for child in element.iterdescendants()):
        return False
    size = len(text_of(element))
    linked = sum(len(text_of(link)) for link in element.iter("a"))
    return size >= _LEAF_CHARS and linked < _LINKED * size
