"""Pages that are no article: notices, logins, polls, lists, galleries, home pages, empty ones."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.text import clean
from crawler.reading import notices
from crawler.reading.blocks import Block, is_headline
from crawler.reading.document import Body, Document, same
from crawler.reading.furniture import is_furniture
from crawler.reading.tree import attribute, holds_title, within

_HOMES = re.compile(r"^/*(?:index|default|home|trang-chu)?(?:\.\w+)?/*$", re.I)
_AT_ONCE = re.compile(r"\s*(?:\d|10)?(?:\.\d+)?\s*[;,]\s*(?:url\s*=)?\s*\S", re.I)
_SENT_ON = re.compile(
    r"\blocation(?:\.href)?\s*=\s*[\"'](?!\s*[\"'#])|\blocation\.(?:replace|assign)\s*\(\s*[\"']"
)
_SCRIPT = 20_000
_ROOT = re.compile(r"root|app|__next|__nuxt|app-root|main-app|gatsby-focus-wrapper", re.I)
_ASIDES = ("header", "nav", "footer", "aside")
_PLAYERS = ("video", "iframe", "object", "embed")
_FILM_HOST = re.compile(r"youtu\.?be|vimeo|dailymotion|player|video", re.I)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp)(?:$|\?)", re.I)
_PICTURES = 4
_TITLE_WORDS = 4
_CHOICES = 2
_LITTLE = 200
_LEAST = 40
_LONG_LINE = 80
_LISTED = 0.35
_MANY_LINKS = 30
_FEW = 3
_BETWEEN = 3
_ENDS = frozenset('.!?…”"')


def is_gone(document: Document) -> bool:
    """A page that says, with status 200, that there is no such article, and says little else."""
    return notices.is_gone(document, document.selectors("gone"))


def refusal(document: Document) -> str | None:
    """Why a page is not what was asked for, where it shows: a notice, a form, a way elsewhere."""
    if _is_moved(document):
        return "redirect"
    if reason := notices.notice(document):
        return reason
    if notices.prose(document):
        return None
    if _count(document, ".//input[@type='password']"):
        return "login"
    if _count(document, ".//input[@type='radio']") >= _CHOICES:
        return "poll"
    return "script" if _is_shell(document) else None


def without_text(document: Document) -> str:
    """What a page is in which nothing reads like text."""
    if is_home(document):
        return "home"
    headlines = sum(is_headline(block, block.text) for block in document.blocks)
    if _is_gallery(document, headlines):
        return "gallery"
    links = sum(1 for _ in document.tree.iter("a"))
    return "listing" if links > _MANY_LINKS or headlines else "empty"


def _is_moved(document: Document) -> bool:
    """A page that sends its reader elsewhere at once: by a meta tag, or by a script alone."""
    if notices.prose(document) >= _LITTLE:
        return False
    metas = (
        attribute(tag, "content")
        for tag in document.tree.iter("meta")
        if attribute(tag, "http-equiv").lower() == "refresh"
    )
    if any(_AT_ONCE.match(content) for content in metas):
        return True
    scripts = [script.text or "" for script in document.tree.iter("script")]
    return _is_bare(document) and any(_SENT_ON.search(text[:_SCRIPT]) for text in scripts)


def _is_shell(document: Document) -> bool:
    """What scripts would draw into: an empty root, or nothing at all but scripts."""
    if document.tree.find(".//script") is None or not _is_bare(document):
        return False
    silent = islice(document.tree.iter("noscript"), _FEW)
    if any(notices.asks_for_scripts(clean("".join(tag.itertext()))) for tag in silent):
        return True
    roots = (
        element for element in document.tree.iter() if _ROOT.fullmatch(element.get("id") or "")
    )
    is_root = next(roots, None) is not None or any(
        "-" in str(element.tag) for element in document.tree.iter()
    )
    return is_root or not document.blocks


def _is_bare(document: Document) -> bool:
    return sum(len(block.text) for block in document.blocks) < _LITTLE


def _is_gallery(document: Document, headlines: int) -> bool:
    """Pictures, or a player, that are shown for themselves: under a title, linked to no article."""
    aside = within(element for element in document.tree.iter(*_ASIDES) if not holds_title(element))
    shown = [element for element in document.tree.iter("img", *_PLAYERS) if element not in aside]
    players = sum(1 for element in shown if element.tag in _PLAYERS and _is_player(element))
    pictures = sum(1 for element in shown if element.tag == "img" and _is_shown(element))
    titled = any(_is_title(block) for block in document.blocks)
    return titled and (bool(players) or pictures >= max(_PICTURES, headlines / 2))


def _is_player(element: HtmlElement) -> bool:
    return element.tag != "iframe" or bool(_FILM_HOST.search(element.get("src") or ""))


def _is_shown(picture: HtmlElement) -> bool:
    """Not the thumbnail of something else: unlinked, or linked to its own larger copy."""
    link = next(picture.iterancestors("a"), None)
    return link is None or bool(_PICTURE.search(link.get("href") or ""))


def _is_title(block: Block) -> bool:
    is_heading = any(
        holder.tag in ("h1", "h2") for holder in (block.element, *block.element.iterancestors())
    )
    return is_heading and block.linked < 0.5 and len(block.text.split()) >= _TITLE_WORDS


def _count(document: Document, path: str) -> int:
    return len(document.tree.findall(path))


def objection(
    document: Document, body: Body, title: str, text: list[str], lead: str | None
) -> str | None:
    """Why what was read is no article, by a word of `page.REASONS`; or None."""
    if is_home(document):
        return "home"
    if sum(map(len, text)) + len(lead or "") < _LEAST:
        return without_text(document)
    if body.found_by in ("model", "trafilatura") and not (
        text and _is_believable(document, body, text, title)
    ):
        return "listing" if text else without_text(document)
    return None if title else "no title"


def is_home(document: Document) -> bool:
    address = urlsplit(document.url)
    return bool(_HOMES.match(address.path)) and not address.query


def _is_believable(document: Document, body: Body, text: list[str], title: str) -> bool:
    """Whether text that no rule named is one article's: it claims so, or reads like one."""
    meta = document.meta
    places = [line.block for line in body.lines if line.block is not None]
    region = document.blocks[min(places, default=0) : max(places, default=-1) + 1]
    if not any(len(line) >= _LONG_LINE for line in text) and not _are_sentences(text):
        return False
    if _are_teasers(document, body, title) or _is_list(region, len(text)):
        return False
    if meta.is_article and meta.published:
        return True
    if body.root is None or (meta.is_list and not meta.published):
        return False
    return _share_of_links(region) < _LISTED


def _are_sentences(text: list[str]) -> bool:
    """Several short paragraphs that end as sentences do."""
    ended = [line for line in text if line[-1] in _ENDS]
    return len(ended) >= _FEW and sum(map(len, ended)) >= _LITTLE


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
