"""Pages that are no article: gone, refused, expired, login, lists, home pages, empty ones."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.reading.blocks import Block, is_headline
from crawler.reading.document import Body, Document, same
from crawler.reading.furniture import is_furniture

# Spoken by the system, not by a journalist: a short block that says little else.
_GONE = re.compile(
    r"(?:(?:rất tiếc|xin lỗi|lỗi|error)\W{0,3}\s*)?(?:tài sản không thể được tìm thấy"
    r"|không tìm thấy (?:trang|bài viết|nội dung)|(?:bài viết|tin|nội dung|trang|tài liệu)"
    r"(?: này| bạn (?:tìm|yêu cầu)\S*| bạn đang tìm(?: kiếm)?)? (?:này )?"
    r"(?:không (?:còn )?tồn tại|không (?:được )?tìm thấy|đã bị (?:xóa|xoá|gỡ))"
    r"|the requested (?:resource|asset) (?:was not|could not be) found"
    r"|page not found|(?:lỗi )?404(?: not found)?\W*$)",
    re.I,
)
_REASONS = (
    ("expired", re.compile(r"phiên làm việc của bạn đã hết hạn", re.I)),
    (
        "blocked",
        re.compile(
            r"thông báo từ chối truy cập|access denied|attention required|checking your browser"
            r"|(?:nhập|xác nhận) (?:mã )?captcha|are you (?:a )?(?:human|robot)|request blocked"
            r"|bạn không có quyền truy cập|tôi không phải (?:là )?(?:người máy|robot)",
            re.I,
        ),
    ),
)
_NOTICE_CHARS = 300
_SMALL_PAGE = 3000
_PARAGRAPH = 200
_HOMES = re.compile(r"^/*(?:index|default|home|trang-chu)?(?:\.\w+)?/*$", re.I)
_LEAST = 40
_LONG_LINE = 80
_LISTED = 0.35
_MANY_LINKS = 30
_FEW = 3
_BETWEEN = 3


def is_gone(document: Document) -> bool:
    """A page that says, with status 200, that there is no such article, and says little else."""
    own = [phrase.casefold() for phrase in document.selectors("gone")]
    plain = [block for block in document.blocks if block.linked < 0.5]
    if any(len(block.text) >= _PARAGRAPH for block in plain):
        return False
    return any(
        _GONE.match(block.text) or any(phrase in block.text.casefold() for phrase in own)
        for block in plain
    )


def refusal(document: Document) -> str | None:
    """Why a page was not shown to us, where it says so: "blocked", "expired", "login"."""
    size = sum(len(block.text) for block in document.blocks)
    for reason, pattern in _REASONS:
        is_said = any(
            len(b.text) <= _NOTICE_CHARS and pattern.search(b.text) for b in document.blocks
        )
        if is_said and (size <= _SMALL_PAGE or pattern.search(document.meta.page_title)):
            return reason
    if document.tree.find(".//input[@type='password']") is not None and size <= _SMALL_PAGE:
        return "login"
    return None


def without_text(document: Document) -> str:
    """What a page is in which nothing reads like text."""
    if is_home(document):
        return "home"
    links = sum(1 for _ in document.tree.iter("a"))
    return "listing" if links > _MANY_LINKS else "empty"


def objection(
    document: Document, body: Body, title: str, text: list[str], lead: str | None
) -> str | None:
    """Why what was read is no article: "empty", "home", "listing", "no title"; or None."""
    if is_home(document):
        return "home"
    if sum(map(len, text)) + len(lead or "") < _LEAST:
        return without_text(document)
    if body.found_by in ("model", "trafilatura") and not (
        text and _is_believable(document, body, text, title)
    ):
        return "listing"
    return None if title else "no title"


def is_home(document: Document) -> bool:
    address = urlsplit(document.url)
    return bool(_HOMES.match(address.path)) and not address.query


def _is_believable(document: Document, body: Body, text: list[str], title: str) -> bool:
    """Whether text that no rule named is one article's: it claims so, or reads like one."""
    meta = document.meta
    places = [line.block for line in body.lines if line.block is not None]
    region = document.blocks[min(places, default=0) : max(places, default=-1) + 1]
    if not any(len(line) >= _LONG_LINE for line in text):
        return False
    if _are_teasers(document, body, title) or _is_list(region, len(text)):
        return False
    if meta.is_article and meta.published:
        return True
    if body.root is None or (meta.is_list and not meta.published):
        return False
    return _share_of_links(region) < _LISTED


def _are_teasers(document: Document, body: Body, title: str) -> bool:
    """Whether each text stands under a linked headline that is not the page's own."""
    places = [line.block for line in body.lines if line.block and len(line.text) >= _LONG_LINE]
    return bool(places) and all(_is_under_headline(document, at, title) for at in places)


def _is_under_headline(document: Document, place: int, title: str) -> bool:
    """Dates and names of sections may stand between."""
    for block in document.blocks[max(0, place - _BETWEEN) : place][::-1]:
        if same(block.text, title) or (block.linked < 0.5 and len(block.text) >= _LONG_LINE):
            return False
        if is_headline(block, block.text) and not is_furniture(block.text):
            return True
    return False


def _is_list(region: list[Block], lines: int) -> bool:
    """Linked headlines between the lines of text, about as many as there are lines."""
    return sum(is_headline(block, block.text) for block in region) >= max(_FEW, lines / 2)


def _share_of_links(region: list[Block]) -> float:
    size = sum(len(block.text) for block in region) or 1
    return sum(block.linked * len(block.text) for block in region) / size
