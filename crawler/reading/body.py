"""Finds the body: the element that a site's rules name, or what the general extractor takes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.reading.blocks import Block, is_headline
from crawler.reading.document import Body, Document, FoundBy, Line, key
from crawler.reading.extract import main_text
from crawler.reading.furniture import is_list_heading
from crawler.reading.scroll import next_article, own_title
from crawler.reading.tree import BLOCKS, drop, names, select, text_of, within

_BOX = re.compile(
    r"related|lien-?quan|tin-?khac|readmore|read-more|quang-?cao|binh-?luan|breadcrumb|asset-more"
    r"|(?:^|[\s_-])(?:social|shar(?:e|ing)|comments?|ratings?|tags?|next-?prev|advert\w*|ads|audio"
    r"|voice|pager|paging|toolbar|header-back-to)(?:$|[\s_-])"
)
_MARKED = ("[itemprop=articleBody]",)
_ENOUGH = 200
_PARAGRAPH = 60
_LONG_LINE = 80
_NEARLY_ALL = 0.8
_MOST = 0.5
_SOME = 2
_FEW_OF_ALL = 0.5
_GOOD_PART = 0.25
_LINKED = 0.3
_HEADING = 0.4
_TEXTUAL = frozenset((
    "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
    "blockquote", "p",
))  # fmt: skip
_BOXED_TAGS = frozenset(("nav", "aside", "footer", "header", "button"))


def name_body(
    tree: HtmlElement, selectors: tuple[str, ...], dropped: tuple[str, ...]
) -> HtmlElement | None:
    """The element that holds the body by a site's rules, with what they drop taken out of it."""
    named = (element for css in selectors for element in select(tree, (css,)))
    root = next((element for element in named if text_of(element)), None)
    if root is None:
        return None
    drop({element for css in dropped for element in select(root, (css,))} - {root})
    # Text in an inline element begins no line of its own: make it do so.
    root.tag = root.tag if root.tag in BLOCKS else "div"
    return root


def by_rules(document: Document, root: HtmlElement) -> Body | None:
    """Exactly what is printed inside `root`, but for boxes of related articles and the like."""
    return _inside(document, root, "rules", lambda index: None)


def _inside(
    document: Document,
    root: HtmlElement,
    found_by: FoundBy,
    why_not: Callable[[int], str | None],
) -> Body | None:
    """What is printed inside `root`, but for boxes, furniture, and what `why_not` objects to."""
    inside = set(root.iter())
    indexes = [i for i, block in enumerate(document.blocks) if block.element in inside]
    boxed = _boxed(root)

    def reason(i: int) -> str | None:
        if document.blocks[i].element in boxed:
            return "box"
        foreign = document.furniture.get(i)
        return foreign.why if foreign else why_not(i)

    left = {i: why for i in indexes if (why := reason(i))}
    chosen = [i for i in indexes if i not in left]
    lines = [Line(text, i) for i in chosen for text in document.blocks[i].paragraphs()]
    if not lines:
        return None
    return Body(
        lines=lines,
        first=indexes[0],
        last=indexes[-1],
        root=root,
        found_by=found_by,
        left=left,
    )


def _boxed(root: HtmlElement) -> set[HtmlElement]:
    """What stands under `root` in boxes, with the boxes."""
    return within(
        element
        for element in root.iterdescendants()
        if element.tag in _BOXED_TAGS or _BOX.search(names(element))
    )


def by_extractor(document: Document) -> Body | None:
    """The main text of a page for which no rules are: by its own markup, where the site's other
    articles have theirs, or by the general extractor."""
    return _by_markup(document) or _by_model(document) or _by_trafilatura(document)


def _by_markup(document: Document) -> Body | None:
    marked = select(document.tree, _MARKED)
    if len(marked) != 1 or len(text_of(marked[0])) < _ENOUGH:
        return None
    body = by_rules(document, marked[0])
    if body is None:
        return None
    others = {line.block for line in body.lines if _is_other_headline(document, line)}
    plain = [line for line in body.lines if line.block not in others]
    left = {**body.left, **{i: "link" for i in others if i is not None}}
    return replace(body, lines=plain, found_by="markup", left=left)


def _by_model(document: Document) -> Body | None:
    if document.learned_root is None:
        return None
    return all_of(document, document.learned_root)


def all_of(document: Document, root: HtmlElement) -> Body | None:
    """All that is printed inside `root` and is neither a link nor in a list of links."""
    return _inside(document, root, "model", partial(_linked, document, _lists(document, root)))


def _by_trafilatura(document: Document) -> Body | None:
    """Trafilatura says where the text is, and what stands there is read exactly.

    Precision mode drops headings, short lines and bare text between paragraphs; their neighbours
    show where they belong. Where its lines lead to no one place they are taken as they are.
    """
    end = next_article(document)
    below = set() if end is None else set(range(end, len(document.blocks)))
    foreign = below.union(document.furniture)
    texts = main_text(document.tree, _droppable(document, foreign))
    lines = [line for line in _anchored(document, texts) if line.block not in foreign]
    found = dict.fromkeys(line.block for line in lines if line.block is not None)
    anchors = _telling(document, list(found), foreign)
    root = _common_root(document, _before_lists(document, anchors))
    if root is not None:
        return _around(document, root, set(anchors))
    # The extractor reads elements that print nothing, such as `template`.
    if not lines or not document.blocks:
        return None
    return Body(
        lines=lines,
        first=min(anchors, default=0),
        last=max(anchors, default=0),
        root=None,
        found_by="trafilatura",
        left={},
    )


def _telling(document: Document, anchors: list[int], foreign: set[int]) -> list[int]:
    """The blocks that say where the text is: sentences that the extractor found, unless it has
    missed most of those that are printed, and the first below the title. Slogans, addresses and
    polls are no sentences."""
    printed = [
        index
        for index, block in enumerate(document.blocks)
        if block.linked < _LINKED and block.has_prose and index not in foreign
    ]
    found = [i for i in anchors if document.blocks[i].has_prose]
    if _size(document, found) >= _FEW_OF_ALL * _size(document, printed):
        return found or anchors
    boxed = _boxed(document.tree)
    printed = [index for index in printed if document.blocks[index].element not in boxed]
    title = own_title(document)
    first = next((index for index in printed if title is None or index > title), None)
    is_small = _size(document, found) < _FEW_OF_ALL * _size(document, printed)
    return (printed if is_small and first not in found else found) or anchors


def _size(document: Document, indexes: Sequence[int]) -> int:
    return sum(len(document.blocks[index].text) for index in indexes)


def _droppable(document: Document, foreign: set[int]) -> set[HtmlElement]:
    """Elements that hold nothing but foreign blocks: furniture, other articles."""
    mixed = {b.element for i, b in enumerate(document.blocks) if i not in foreign}
    held = {document.blocks[i].element for i in foreign} - mixed
    return {element for element in held if not any(child.tag in BLOCKS for child in element)}


def _linked(document: Document, lists: set[HtmlElement], index: int) -> str | None:
    block = document.blocks[index]
    if block.linked >= _LINKED:
        return "links"
    return "list of links" if block.element in lists else None


def _lists(document: Document, root: HtmlElement) -> set[HtmlElement]:
    """What stands in lists of links under `root`, with the lists: their headings go with them."""
    inside = within(root.iterdescendants())
    links: Counter[HtmlElement] = Counter()
    sizes: Counter[HtmlElement] = Counter()
    plain: Counter[HtmlElement] = Counter()
    for index, block in enumerate(document.blocks):
        element: HtmlElement | None = block.element
        while element is not None and element in inside:
            links[element] += block.linked >= _LINKED
            sizes[element] += len(block.text)
            plain[element] += _weight(document, index)
            element = element.getparent()
    return within(
        element
        for element in root.iterdescendants()
        if links[element] > 1 and plain[element] <= _HEADING * sizes[element]
    )


def _is_other_headline(document: Document, line: Line) -> bool:
    """Whether a line is nothing but a link to another article."""
    block = document.blocks[line.block] if line.block is not None else None
    return block is not None and is_headline(block, line.text) and line.text[-1] not in ".;:…"


def _before_lists(document: Document, anchors: list[int]) -> list[int]:
    """Those that stand before a heading such as "Đọc thêm", if that is where the text ends.

    A box of other articles may also stand above the text, or between its lead and the rest: some
    paragraphs, or a good part of all, must stand before a heading that ends them.
    """
    total = sum(_weight(document, index) for index in anchors)
    paragraphs = weight = 0
    for place, index in enumerate(anchors):
        begin = anchors[place - 1] + 1 if place else index
        between = document.blocks[begin : index + 1]
        is_enough = paragraphs >= _SOME or (paragraphs and weight >= _GOOD_PART * total)
        if is_enough and any(is_list_heading(block.text) for block in between):
            return anchors[:place]
        paragraphs += document.blocks[index].has_prose
        weight += _weight(document, index)
    return anchors


def _common_root(document: Document, anchors: list[int]) -> HtmlElement | None:
    """The deepest element that holds nearly all of the text found, links not counted.

    What stands beside most of the text and is full of links is a column of its own.
    """
    anchored = set(anchors)
    sums = _summed(document, anchored)
    total = sums.get(document.tree, _NOTHING).found
    if total < _PARAGRAPH:
        return None

    def is_inner(outer: HtmlElement, inner: HtmlElement) -> bool:
        held = sums.get(inner, _NOTHING)
        if held.found >= _NEARLY_ALL * total:
            return True
        beside = sums[outer].size - held.size
        linked = beside - (sums[outer].plain - held.plain)
        return held.found > _MOST * total and linked >= _LINKED * beside

    root = document.tree
    while (inner := next((child for child in root if is_inner(root, child)), None)) is not None:
        root = inner
    is_paragraph = not any(child.tag in BLOCKS for child in root)
    return root.getparent() if is_paragraph and root.getparent() is not None else root


class _Sum(NamedTuple):
    """Characters printed in an element: all, those in no link, and of these the anchors'."""

    size: int
    plain: int
    found: int

    def plus(self, other: _Sum) -> _Sum:
        return _Sum(self.size + other.size, self.plain + other.plain, self.found + other.found)


_NOTHING = _Sum(0, 0, 0)


def _summed(document: Document, anchors: set[int]) -> dict[HtmlElement, _Sum]:
    """What is printed in each element that holds anything."""
    sums: dict[HtmlElement, _Sum] = {}
    for index, block in enumerate(document.blocks):
        plain = _weight(document, index)
        own = _Sum(len(block.text), plain, plain if index in anchors else 0)
        sums[block.element] = sums.get(block.element, _NOTHING).plus(own)
    for element in reversed(document.elements):
        if element in sums and (parent := element.getparent()) is not None:
            sums[parent] = sums.get(parent, _NOTHING).plus(sums[element])
    return sums


def _weight(document: Document, index: int) -> int:
    block = document.blocks[index]
    return round(len(block.text) * (1 - block.linked))


def _around(document: Document, root: HtmlElement, anchors: set[int]) -> Body | None:
    """The anchored blocks under `root` and, of those built like them, what is no link and no box.

    Where the anchors are captions and the like, all that is printed there and no link is taken.
    """
    inside = set(root.iter())
    held = [document.blocks[i] for i in anchors if document.blocks[i].element in inside]
    near = {block.element for block in held} | _holders(held)
    alike = {_build(block) for block in held}
    is_missed = all(len(block.text) < _LONG_LINE for block in held)
    lists = _lists(document, root)

    def why_not(i: int) -> str | None:
        element = document.blocks[i].element
        if linked := _linked(document, lists, i):
            return linked
        if is_missed or i in anchors or element in near or _holder(element, near) in near:
            return None
        return None if _build(document.blocks[i]) in alike else "built otherwise"

    return _inside(document, root, "trafilatura", why_not)


def _holders(held: Sequence[Block]) -> set[HtmlElement | None]:
    """What holds these blocks; and what holds several of their holders, one for each paragraph."""
    parents = [block.element.getparent() for block in held]
    outer = Counter(parent.getparent() for parent in {*parents} if parent is not None)
    return {*parents} | {holder for holder, count in outer.items() if count > 1}


def _holder(element: HtmlElement, near: set[HtmlElement | None]) -> HtmlElement | None:
    """What holds an element, or the list, table or quotation that it is a part of."""
    holder = element.getparent()
    while holder is not None and holder not in near:
        if holder.tag in BLOCKS and holder.tag not in _TEXTUAL:
            break
        holder = holder.getparent()
    return holder


def _build(block: Block) -> tuple[object, ...]:
    """How a block's element is built in: the like of it stands in each answer of an interview."""
    element, parent = block.element, block.element.getparent()
    outer = (parent.tag, parent.get("class")) if parent is not None else ()
    return (element.tag, element.get("class"), *outer)


def _anchored(document: Document, texts: list[str]) -> list[Line]:
    """Blocks in reading order: of several with the same text, the next one after the last."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, block in enumerate(document.blocks):
        places[key(block.text)].append(index)
        for text in block.lines:
            if places[key(text)][-1:] != [index]:
                places[key(text)].append(index)
    lines: list[Line] = []
    last = -1
    for text in texts:
        candidates = places.get(key(text), [])
        after = bisect_right(candidates, last)
        place = candidates[min(after, len(candidates) - 1)] if candidates else None
        lines.append(Line(text, place))
        last = max(last, place if place is not None else -1)
    return lines
