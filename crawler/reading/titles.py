"""Title, lead and section. What is printed is believed, held against what machines are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, takewhile

from lxml import etree
from lxml.html import HtmlElement

from crawler.reading.blocks import Block, is_headline, is_prose
from crawler.reading.dates import undated
from crawler.reading.document import Body, Document, key, same
from crawler.reading.furniture import is_list_heading
from crawler.reading.names import is_name
from crawler.reading.tree import names, outermost, select, text_of

_NULL = re.compile(r"^null\s+")
_TITLE_NAMED = re.compile(r"title|tieu-?de|headline|heading|ten-?bai")
_NOT_TITLE = re.compile(
    r"portlet|page-?title|widget|block-?title|module-?title|breadcrumb|site-?title"
)
_SEPARATORS = re.compile(r"\s+[-|–—»:]\s+")
_SECTION_LINE = re.compile(r"^chi tiết bài viết\s+(.{2,60})$", re.I)
# What a system calls the page on which it shows any article.
_GENERIC = re.compile(
    r"(?:xem )?(?:nội dung )?(?:chi tiết|nội dung)(?: (?:bài viết|bài|tin(?: tức| bài)?|bản tin))?$"
    r"|(?:tin tức|bài viết|tin tức (?:-|và) sự kiện|trang chủ|home)$",
    re.I,
)
_HOME = re.compile(r"^(?:trang\s*(?:nhất|chủ)|home|gốc)$", re.I)
_CRUMBS = etree.XPath(
    "//*[@itemprop='articleSection' or contains(@class, 'crumb') or contains(@id, 'crumb')"
    " or contains(@class, 'duongdan') or contains(@class, 'duong-dan')]"
)
_MOST_CRUMBS = 50
_EMPHASIS = ("b", "strong", "font", "big")
_MOST_BOLD = 300
_TITLE_WORDS = 4
_LINKED = 0.5
_MOST = 0.5
_LEAD_NAMED = re.compile(
    r"(?:^|[\s_-])(?:sapo|lead|chapeau|trich-?dan|tom-?tat|tomtat|mo-?ta|mota|summary|desc(?:ription)?|intro"
    r"|excerpt|standfirst|home-?text)(?:$|[\s_-])|sapo|intro-?text"
)
_LEAD_MARKS = ("class", "id", "itemprop", "data-role", "data-slot")
_LEAD_CHARS = range(60, 901)
_LEAD_LINKED = 0.3
_SAME_BEGINNING = 50
_REACH = 40
_LONGEST = 400
_LONGEST_RULED = 2_000
_FAR = 400
_NEAR = range(-20, 41)
"""By how much a title may be printed shorter or longer: with "null", a date, other dots."""
_HEADINGS = ("h1", "h2", "h3", "h4")


def title(document: Document, body: Body) -> str:
    """The title as printed; by the page's own claims where it is not printed; else empty."""
    for element in select(document.tree, document.selectors("title")):
        if 0 < len(found := _NULL.sub("", text_of(element))) <= _LONGEST_RULED:
            return found
    told = (*document.meta.titles, *_cut_page_title(document))
    claims = [claim for claim in told if len(claim) <= _LONGEST and not _GENERIC.match(claim)]
    printed = _candidates(document, body)
    for block in printed:
        if any(_agree(block.text, claim) for claim in claims):
            return _NULL.sub("", block.text)
    headings = [block for block in printed if _heading(block)]
    if first := next((b for b in headings if _heading(b) == "h1"), None):
        return first.text
    if not document.meta.titles and printed:
        return (headings or printed)[0].text
    emphasised = None if document.meta.titles else next(_emphasised(document, body), None)
    return emphasised or next(iter(claims), "")


def _is_common(document: Document, index: int) -> bool:
    """Whether most articles of the site have this line; those of a series differ in a number."""
    foreign = document.furniture.get(index)
    return foreign is not None and foreign.share >= _MOST


def _emphasised(document: Document, body: Body) -> Iterator[str]:
    """Lines above the text that are set in bold or large letters as a whole, the nearest first.

    A page without headings and without a title of its own: hand-made, in tables.
    """
    large = {text_of(e) for e in islice(document.tree.iter(*_EMPHASIS), _MOST_BOLD) if _is_large(e)}
    texts = (line.block for line in body.lines if line.block is not None and is_prose(line.text))
    end = min(texts, default=body.first)
    for index in range(end, max(-1, end - _REACH), -1):
        block = document.blocks[index]
        if _is_common(document, index) or block.linked >= _LINKED:
            continue
        above = takewhile(lambda line: not is_prose(line), block.lines)
        titular = [line for line in map(undated, above) if line in large and _is_titular(line)]
        for line in reversed(titular):
            if len(line.split()) >= _TITLE_WORDS and not is_name(line):
                yield line


def _is_large(element: HtmlElement) -> bool:
    size = element.get("size") or ""
    return element.tag != "font" or size in ("4", "5", "6", "7") or size.startswith("+")


def _candidates(document: Document, body: Body) -> list[Block]:
    """Blocks above or at the head of the body that look like a title, the nearest first."""
    end = body.first + 3
    start = max(0, end - 2 * _REACH)
    own = [b for i, b in enumerate(document.blocks) if not _is_common(document, i)]
    near = document.blocks[start:end]
    found = [b for b in near if b in own and _looks_like_title(b)]
    h1s = [b for b in own if _heading(b) == "h1" and _is_titular(b.text)]
    found.reverse()
    ranked = sorted(found, key=lambda b: _HEADINGS.index(_heading(b) or "h4"))
    return ranked + [b for b in h1s[:_REACH] if b not in ranked]


def _looks_like_title(block: Block) -> bool:
    if not _is_titular(block.text) or len(block.text.split()) < 3 or block.linked > 0.5:
        return False
    if any(_NOT_TITLE.search(names(e)) for e in _self_and_parents(block.element, 2)):
        return False
    return bool(_heading(block)) or any(
        _TITLE_NAMED.search(names(element))
        for element in (*_self_and_parents(block.element, 2), *block.element)
    )


def _is_titular(text: str) -> bool:
    return (
        8 <= len(text) <= _LONGEST
        and " " in text
        and not _GENERIC.match(text)
        and not is_list_heading(text)
    )


def _heading(block: Block) -> str:
    return next((e.tag for e in _self_and_parents(block.element, 3) if e.tag in _HEADINGS), "")


def _self_and_parents(element: HtmlElement, count: int) -> Iterator[HtmlElement]:
    node: HtmlElement | None = element
    for _ in range(count):
        if node is None:
            return
        yield node
        node = node.getparent()


def _agree(printed: str, claimed: str) -> bool:
    """The same, or one holds the other but for a site's name or a section before it."""
    one, other = key(_NULL.sub("", printed)), key(claimed)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 15 and short in long and len(short) * 10 >= len(long) * 6


def _cut_page_title(document: Document) -> Iterator[str]:
    """Parts of `<title>`, the longest first: one of them is mostly the site's name.

    None of a title that a system gives all its articles: "Chi tiết tin - Cổng thông tin".
    """
    parts = list(filter(None, _SEPARATORS.split(document.meta.page_title)))
    common = {key(b.text) for i, b in enumerate(document.blocks) if _is_common(document, i)}
    if parts and not _GENERIC.match(parts[0]) and key(parts[0]) not in common:
        yield from sorted((document.meta.page_title, *parts), key=len, reverse=True)


def title_place(document: Document, found: str, body: Body) -> int | None:
    """The index of the block that prints the title, the last one before the text."""
    for index in range(min(body.first + 3, len(document.blocks) - 1), -1, -1):
        block = document.blocks[index]
        likely = (line for line in (block.text, block.lines[0]) if len(line) - len(found) in _NEAR)
        if any(same(undated(_NULL.sub("", line)), found) for line in likely):
            return index
    return None


def lead(document: Document, body: Body, place: int | None) -> str | None:
    """The marked lead nearest above the text or at its head; those of other articles are not."""
    for element in select(document.tree, document.selectors("lead")):
        if found := text_of(element):
            return found
    start = max(0, body.first - _REACH if place is None else max(place, body.first - _FAR))
    best: tuple[int, str] | None = None
    begun = (line.block for line in body.lines if line.block and is_prose(line.text))
    end = max(next(begun, 0) + 1, body.first + 4)
    for index, block in enumerate(document.blocks[start:end], start):
        is_above = place is not None and place < index < body.first
        score = _lead_score(document, block, is_above)
        if score and (best is None or score > best[0]):
            best = (score, block.text)
    return best[1] if best else _only_prose(document, body, place)


def _only_prose(document: Document, body: Body, place: int | None) -> str | None:
    """The one paragraph between title and text, if there is one: the lead, whatever its name.

    A teaser of another article stands under a linked headline.
    """
    if place is None or not place < body.first <= place + _REACH:
        return None
    found = [
        index
        for index in range(place + 1, body.first)
        if is_prose(document.blocks[index].text)
        and len(document.blocks[index].text) in _LEAD_CHARS
        and document.blocks[index].linked < _LEAD_LINKED
        and index not in document.furniture
    ]
    if len(found) != 1 or any(is_headline(b, b.text) for b in document.blocks[place : found[0]]):
        return None
    return document.blocks[found[0]].text


def _lead_score(document: Document, block: Block, is_above: bool) -> int:
    """`is_above`: it stands above the text, where what the description repeats is the lead."""
    if len(block.text) not in _LEAD_CHARS or block.linked >= _LEAD_LINKED:
        return 0
    marks = " ".join(
        e.get(name) or "" for e in _self_and_parents(block.element, 3) for name in _LEAD_MARKS
    ).lower()
    begins = key(block.text)[:_SAME_BEGINNING] in key(document.meta.description)
    if not _LEAD_NAMED.search(marks):
        return int(begins and is_above)
    return 1 + 2 * ("sapo" in marks) + 2 * begins


def section(document: Document, title: str) -> str | None:
    """The section printed with the article: by rule, in a line of its own, in the breadcrumbs."""
    for element in select(document.tree, document.selectors("section")):
        found = text_of(element)
        if line := _SECTION_LINE.match(found):
            return line[1]
        if found and not _HOME.match(found) and not same(found, title):
            return found
    for block in document.blocks:
        if line := _SECTION_LINE.match(block.text):
            return line[1]
    if document.meta.section:
        return document.meta.section
    crumbs = [text_of(element) for element in islice(_crumbs(document.tree), _MOST_CRUMBS)]
    named = [c for c in crumbs if 1 < len(c) <= 60 and not _HOME.match(c) and not same(c, title)]
    return next(reversed(named), None)


def _crumbs(tree: HtmlElement) -> Iterator[HtmlElement]:
    """What is named as the section, and the links of breadcrumbs."""
    for holder in outermost(_CRUMBS(tree)):
        if holder.get("itemprop") == "articleSection":
            yield holder
        else:
            yield from holder.iter("a")
