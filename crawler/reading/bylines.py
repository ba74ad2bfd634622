"""Who wrote it: lifted from marked elements, right-aligned lines, labels, or a last line of names.

Sources ("Nguồn tin: ...", "Theo ...") and job titles are lifted with it; READING, section 7 and
appendix 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.text import search_fold
from crawler.reading.blocks import Block
from crawler.reading.document import Body, Document, Line, same
from crawler.reading.names import (
    is_account,
    is_desk,
    is_name,
    is_person,
    title_case,
    without_unit,
)
from crawler.reading.tree import names, select, text_of

_LABEL = re.compile(
    r"^(?:(?:được\s+)?(?:viết|biên soạn|tổng hợp)\s+bởi\s*:?\s+|(?:(?:người\s+)?thực hiện"
    r"|tác giả(?:\s+bài viết)?|theo tác giả|người viết|biên tập|bút danh"
    r"|bài(?:\s+viết)?|tin|ảnh|(?:tin|bài|ảnh)(?:\s*(?:,|và|-|/|&)\s*(?:tin|bài|ảnh))+|pv|ctv|btv)"
    r"\s*:\s*)",
    re.I,
)
_SOURCE = re.compile(
    r"^\(?(?:nguồn(?:\s+tin)?(?:\s+[A-ZĐ][\w.]*)?\s*:\s*.{2,120}"
    r"|theo\s+(?:báo\s+|tạp chí\s+)?(?-i:[A-ZĐ]|[a-z0-9-]+\.(?:vn|com|net|org)).{0,60})$",
    re.I,
)
_OTHERS = re.compile(r"^(.{2,40}?)\s+và\s+\d+\s+tác giả khác$", re.I)
_NAMES = ("author", "tacgia", "byline", "butdanh")
"""In class or id, the surest first."""
_AUTHOR_NAMED = re.compile("author|tac-?gia|byline|but-?danh")
_AUTHOR_PAGE = re.compile(r"/(?:tac-gia|author)/[^/]")
_HOST = re.compile(r"\w\.(?:vn|com|net|org)\b", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none")
_ELSEWHERE = re.compile(r"related|lien-?quan|comment|binh-?luan|sidebar|tin-?khac|footer")
_NEAR = 4
_LISTED = 3
_LONGEST = 80
_LONGEST_JOB = 120
_HEAD_LINES = 2
_TAIL_LINES = 5
_ABOVE, _FAR = 12, 60
_BELOW = 6


@dataclass(frozen=True, slots=True)
class Byline:
    """`author` in Title Case without label and office, `printed` as it stands.

    `lines` are the indexes of body lines that are no text: bylines, job titles, sources.
    """

    author: str | None = None
    printed: str | None = None
    lines: frozenset[int] = frozenset()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """A byline among the lines of the body. A bare name on the last line is the weakest kind."""

    printed: str
    lines: frozenset[int]
    is_bare: bool = False


def byline(document: Document, body: Body, lines: list[Line], place: int | None) -> Byline:
    """The byline of an article; `lines` are its body without captions and furniture, `place` is
    the index of the block that prints the title."""
    sources = {i: line.text for i, line in _edges(lines) if _is_source(line.text)}
    rest = [(i, line) for i, line in enumerate(lines) if i not in sources]
    written = next(_written(document, rest), None)
    marked = next(_marked(document, body, place), None) or _machine(document)
    if written and not (written.is_bare and marked and not same(marked, written.printed)):
        printed: str | None = written.printed
        taken = written.lines
    else:
        printed = marked
        taken = frozenset(i for i, line in _edges(lines) if marked and same(line.text, marked))
    return Byline(
        author=_author(document, printed) if printed else None,
        printed=printed,
        lines=frozenset(sources) | taken,
        sources=tuple(sources.values()),
    )


def _edges(lines: list[Line]) -> Iterator[tuple[int, Line]]:
    """Numbered lines near the end, the last first, then those at the head; never all lines."""
    last = len(lines) - 1
    tail = range(last, max(0, last - _TAIL_LINES), -1)
    for index in (*tail, *range(min(_HEAD_LINES, len(lines) - len(tail) - 1))):
        yield index, lines[index]


def _is_source(line: str) -> bool:
    if is_desk(line) or is_account(line):
        return True
    return len(line) <= _LONGEST_JOB and bool(_SOURCE.match(line)) and line[-1] not in "!?"


def _written(document: Document, lines: list[tuple[int, Line]]) -> Iterator[_Written]:
    """Bylines printed in the body: labelled, then the last line, then at the head."""
    if len(lines) < 2:
        return
    for index, line in lines[: -1 - _TAIL_LINES : -1]:
        if _is_labelled(line.text):
            yield _Written(line.text, frozenset((index,)))
    index, line = lines[-1]
    if is_person(_bare(line.text)) and not _ends_a_list(lines):
        yield _Written(line.text, frozenset((index,)), is_bare=not _is_right(document, line))
    yield from _at_head(document, lines)


def _bare(line: str) -> str:
    """Without the brackets that may stand round all of it."""
    return line[1:-1].strip() if line[0] == "(" and line.find(")") == len(line) - 1 else line


def _ends_a_list(lines: list[tuple[int, Line]]) -> bool:
    """Whether the last line is one of several names, one below the other."""
    return len(lines) > _LISTED and all(is_name(line.text) for _, line in lines[-_LISTED:])


def _at_head(document: Document, lines: list[tuple[int, Line]]) -> Iterator[_Written]:
    """A name above the text, and the job title that may stand under it."""
    (index, line), (after, second) = lines[:2]
    is_labelled = _is_labelled(line.text)
    if not is_labelled and not is_person(line.text):
        return
    is_job = len(lines) > 2 and _is_job(document, second)
    if is_job or is_labelled or _is_right(document, line):
        yield _Written(line.text, frozenset((index, after) if is_job else (index,)))


def _is_job(document: Document, line: Line) -> bool:
    """A short line without an end mark, aligned as the name is or not too long."""
    limit = _LONGEST_JOB if _is_right(document, line) else _LONGEST
    return len(line.text) <= limit and line.text[-1] not in '.!?:;…”"' and not is_name(line.text)


def _is_right(document: Document, line: Line) -> bool:
    is_aligned = line.block is not None and document.blocks[line.block].align == "right"
    return is_aligned and len(line.text) <= _LONGEST


def _is_labelled(line: str) -> bool:
    label = _LABEL.match(line)
    return label is not None and is_person(line[label.end() :])


def _marked(document: Document, body: Body, place: int | None) -> Iterator[str]:
    """Texts of elements whose names say author: by the site's rules, then above and below the
    text. Authors inside it are those of quotations and answers."""
    for element in select(document.tree, document.selectors("author")):
        if _is_believable(document, found := text_of(element)):
            yield found
    near = _round_the_text(document, body, place)
    yield from (block.text for block in near if _is_labelled(block.text))
    named = [(rank, e) for e in _nearest(near) if (rank := _authorship(e)) is not None]
    for _, element in sorted(named, key=itemgetter(0)):
        if _HIDDEN.search(element.get("style") or "") or _is_elsewhere(element):
            continue
        if _is_believable(document, found := text_of(element)):
            yield found
    signed = (block for block in near[::-1] if block.align == "right")
    yield from (b.text for b in signed if _is_believable(document, b.text))


def _nearest(blocks: Sequence[Block]) -> dict[HtmlElement, None]:
    """The elements that hold these blocks, from without to within, and what these hold."""
    found: dict[HtmlElement, None] = {}
    for block in blocks:
        holders = [block.element, *block.element.iterancestors()]
        found |= dict.fromkeys([*reversed(holders), *block.element])
    return found


def _authorship(element: HtmlElement) -> int | None:
    """How surely an element says that it names the author; 0 is best, None not at all."""
    if element.get("itemprop") == "author":
        return 0
    if element.get("rel") == "author":
        return 1
    if name := _AUTHOR_NAMED.search(names(element)):
        return 2 + _NAMES.index(name[0].replace("-", ""))
    return 2 + len(_NAMES) if _AUTHOR_PAGE.search(element.get("href") or "") else None


def _is_elsewhere(element: HtmlElement) -> bool:
    """In a list of other articles or among comments."""
    holders = islice(element.iterancestors(), _NEAR)
    return any(_ELSEWHERE.search(names(holder)) for holder in (element, *holders))


def _round_the_text(document: Document, body: Body, place: int | None) -> list[Block]:
    places = [line.block for line in body.lines if line.block is not None]
    first, last = min(places, default=body.first), max(places, default=body.last)
    reach = _ABOVE if place is None else min(max(_ABOVE, first - place), _FAR)
    above = document.blocks[max(0, first - reach) : first + 1]
    below = document.blocks[max(last - 1, first + 1) : last + _BELOW]
    return [*above, *below]


def _is_believable(document: Document, found: str) -> bool:
    if not 2 <= len(found) <= _LONGEST or is_account(found) or _is_site(document, found):
        return False
    return is_person(found) or _is_labelled(found) or bool(_OTHERS.match(found))


def _machine(document: Document) -> str | None:
    people = [name for name in document.meta.authors if _is_believable(document, name)]
    return ", ".join(people) or None


def _is_site(document: Document, name: str) -> bool:
    """Whether a name is the site's: of its metadata, or of its host ("Dân Trí", dantri.com.vn)."""
    if _HOST.search(name):
        return True
    letters = search_fold(name).replace(" ", "").removeprefix("bao")
    host = (urlsplit(document.url).hostname or "").replace("-", "")
    labels = {label.removeprefix("bao") for label in host.split(".")}
    site = search_fold(document.meta.site_name).replace(" ", "").removeprefix("bao")
    return letters in labels or letters == site


def _author(document: Document, printed: str) -> str:
    if others := _OTHERS.match(printed):
        people = [name for name in document.meta.authors if _is_believable(document, name)]
        return ", ".join(map(title_case, people or [others[1]]))
    return title_case(without_unit(_LABEL.sub("", _bare(printed)))[0])
