"""The site model: what is furniture on a site, learned from its articles (READING, section 4).

A block that stands on many articles of a site is no part of any of them; a link that says the
title of another article belongs to a list of others. And where the text stood on ten pages, it
stands on the next one. A model is data: the same articles give the same model, in any order.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from crawler.reading import keys
from crawler.reading.blocks import Block
from crawler.reading.dates import stamps
from crawler.reading.document import Foreign, key
from crawler.reading.furniture import is_list_heading
from crawler.reading.names import is_name
from crawler.reading.tree import text_of, within

PAGES = 80
"""Articles that a model remembers of each template, those that were seen last."""

TEMPLATES = 4
"""Templates of a site that it remembers, those that were seen last."""

TITLES = 2_000
FEWEST = 3
"""Below so many articles of a template nothing is called furniture."""

FEW = 10
"""Below so many nothing is inside the text, and where the text stands is not believed."""

_OUTSIDE, _INSIDE = 0.10, 0.50
_LEAST_INSIDE = 5
_AGREED = 0.9
_LINKED = 0.6
_TITLE_WORDS = 5
_MOST_LINKS = 20
_MOST_BLOCKS = 500
"""Of one page: with this, the largest model is far from the largest entry of a journal."""
_SAMPLE = 80
_LEGAL = re.compile(r"cộng h(?:òa|oà) xã hội chủ nghĩa|độc lập - tự do", re.I)
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a model learns from one article: no text of it but the samples of its blocks.

    `seen_at` is when it was captured (ISO 8601, UTC), `template` what its page shares with others,
    `body` the path of the element that held its text (empty when none did), `whole` the paths of
    elements in which nothing else is printed; `blocks` are pairs of key and beginning.
    """

    url: str
    seen_at: str
    template: str
    title: str
    body: str
    whole: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """A block that a model calls furniture: on how many of its template's articles it stands."""

    template: str
    key: str
    sample: str
    count: int
    pages: int
    first_seen: str
    last_seen: str


@dataclass(frozen=True)
class SiteModel:
    """What the newest articles of one site have in common. Immutable.

    `pages` in the order in which they were seen; `titles` are digests of known titles.
    """

    pages: tuple[Traits, ...] = ()
    titles: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """12 hex digits of all it knows; empty when that is nothing."""
        content = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return keys.digest(content) if self.pages else ""

    def learn(self, articles: Iterable[Traits]) -> SiteModel:
        """The model that knows these articles too: each article once, as it was seen last."""
        seen = {page.url: page for page in self.pages}
        told = dict.fromkeys(self.titles)
        for page in sorted(articles, key=_when):
            if page.url not in seen or _when(seen[page.url]) <= _when(page):
                seen[page.url] = page
            if len(page.title.split()) >= _TITLE_WORDS:
                told.pop(digest := _title(page.title), None)
                told[digest] = None
        return SiteModel(tuple(_newest(seen.values())), tuple(told)[-TITLES:])

    def root(self, tree: HtmlElement) -> HtmlElement | None:
        """The element that holds the text, if the site's articles agree where that is."""
        known = self._templates.get(template_of(tree))
        if known is None or not known.root:
            return None
        found = _at(tree, known.root)
        return found[0] if len(found) == 1 else None

    def furniture(
        self, tree: HtmlElement, blocks: Sequence[Block], body: HtmlElement | None
    ) -> dict[int, Foreign]:
        """The indexes of blocks that are not the article's, each with the reason.

        Inside `body` (None: where the articles of the template have theirs) more is asked for;
        lines that are a date or a name are never called furniture there.
        """
        known = self._templates.get(template_of(tree))
        if known is None or known.pages < FEWEST:
            return {}
        # A path may lead to several elements, each of which may hold the text, or to none here.
        held = [body] if body is not None else _at(tree, known.body)
        inside = within(held or [tree])
        found: dict[int, Foreign] = {}
        for index, (block, block_key) in enumerate(
            zip(blocks, keys.block_keys(blocks), strict=True)
        ):
            if is_list_heading(block.text):
                continue  # a rule needs it: to cut what comes after it
            count = known.counts[block_key]
            if _is_common(count, known.pages, block, block.element in inside):
                why = f"model: on {count} of {known.pages} articles"
                found[index] = Foreign(why, count / known.pages)
            elif self._names_another(block):
                found[index] = Foreign("model: title of another article", 0.0)
        return found

    def learned(self) -> Iterator[Learned]:
        """What is called furniture outside the text, by template, the most frequent first."""
        for template, known in self._templates.items():
            first = dict(reversed(known.sightings()))
            last = dict(known.sightings())
            for block_key, count in known.counts.most_common():
                if known.pages < FEWEST or not _is_frequent(count, known.pages, _OUTSIDE):
                    break
                yield Learned(
                    template=template,
                    key=block_key,
                    sample=known.samples[block_key],
                    count=count,
                    pages=known.pages,
                    first_seen=first[block_key],
                    last_seen=last[block_key],
                )

    def bodies(self) -> dict[str, tuple[str, int, int]]:
        """By template: where the text stands alone, on how many articles, of how many."""
        return {
            template: (*known.commonest, known.pages) for template, known in self._templates.items()
        }

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values; `from_json` gives one of the same version back."""
        seen = Counter(block_key for page in self.pages for block_key, _ in page.blocks)
        samples = {
            # What stands on one page only may be its text, and is told of by nobody.
            block_key: sample if seen[block_key] > 1 else ""
            for page in self.pages
            for block_key, sample in page.blocks
        }
        numbers = {block_key: number for number, block_key in enumerate(samples)}
        return {
            "format": _FORMAT,
            "blocks": [list(pair) for pair in samples.items()],
            "pages": [_to_json(page, numbers) for page in self.pages],
            "titles": list(self.titles),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> SiteModel:
        """The model that `to_json` made `content` of. Raises ValueError for anything else."""
        try:
            if content["format"] != _FORMAT:
                raise ValueError(f"a site model of format {content['format']!r:.40}")
            blocks = [(str(key), str(sample)) for key, sample in content["blocks"]]
            pages = [_traits(page, blocks) for page in content["pages"]]
            return cls(tuple(_newest(pages)), tuple(map(str, content["titles"]))[-TITLES:])
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"not a site model: {error!r}") from error

    def _names_another(self, block: Block) -> bool:
        """Whether a block is mostly links, and one of them says a known title."""
        if block.linked < _LINKED:
            return False
        links = islice(block.element.iter("a"), _MOST_LINKS)
        texts = [block.text, *map(text_of, links)]
        return any(
            len(text.split()) >= _TITLE_WORDS and _title(text) in self._known_titles
            for text in texts
        )

    def _of(self, template: str) -> list[Traits]:
        return [page for page in self.pages if page.template == template]

    @cached_property
    def _known_titles(self) -> frozenset[str]:
        return frozenset(self.titles)

    @cached_property
    def _templates(self) -> dict[str, _Template]:
        names = dict.fromkeys(page.template for page in reversed(self.pages))
        return {name: _Template(self._of(name)) for name in names}


class _Template:
    """What the articles of one template have in common."""

    def __init__(self, articles: Sequence[Traits]) -> None:
        self.articles, self.pages = articles, len(articles)
        self.counts = Counter(
            key for page in articles for key, sample in page.blocks if not _is_title(sample, page)
        )
        self.samples = {key: sample for page in articles for key, sample in page.blocks}
        bodies = Counter(page.body for page in articles if page.body)
        self.body = bodies.most_common(1)[0][0] if bodies else ""
        wholes = Counter(path for page in articles for path in page.whole)
        self.commonest = wholes.most_common(1)[0] if wholes else ("", 0)

    @property
    def root(self) -> str:
        """Where nothing but the text stands, if there are enough articles that agree; or ""."""
        path, count = self.commonest
        return path if self.pages >= FEW and count >= _AGREED * self.pages else ""

    def sightings(self) -> list[tuple[str, str]]:
        """Every block of every article with the time at which it was seen, in that order."""
        return [(key, page.seen_at) for page in self.articles for key, _ in page.blocks]


def template_of(tree: HtmlElement) -> str:
    """What pages of one template share: the name of `body`, its numbers masked."""
    body = tree.find("body")
    return keys.name(body) if body is not None else ""


def traits(
    *,
    url: str,
    seen_at: str,
    tree: HtmlElement,
    blocks: Sequence[Block],
    title: str,
    body: str,
    whole: Iterable[str],
) -> Traits:
    """What a model learns from an article. `body` and `whole`: each a `keys.path`."""
    told = blocks[:_MOST_BLOCKS]
    pairs = {
        block_key: block.text[:_SAMPLE]
        for block_key, block in zip(keys.block_keys(told), told, strict=True)
    }
    return Traits(
        url=url,
        seen_at=seen_at,
        template=template_of(tree),
        title=title,
        body=body,
        whole=tuple(whole),
        blocks=tuple(pairs.items()),
    )


def _is_common(count: int, pages: int, block: Block, is_inside: bool) -> bool:
    if not is_inside:
        return _is_frequent(count, pages, _OUTSIDE)
    if pages < FEW or count < _LEAST_INSIDE or not _is_frequent(count, pages, _INSIDE):
        return False
    return not (is_name(block.text) or stamps(block.text) or _LEGAL.search(block.text))


def _is_title(sample: str, page: Traits) -> bool:
    """Whether a block says the page's own title: those of a series differ in their numbers only,
    and would be taken for furniture."""
    title = page.title[:_SAMPLE]
    return bool(title) and sample.startswith(title)


def _is_frequent(count: int, pages: int, share: float) -> bool:
    return count >= max(FEWEST, share * pages)


def _at(tree: HtmlElement, path: str) -> list[HtmlElement]:
    """The elements that stand at a path."""
    last = path.rpartition(" ")[2]
    tag = last.partition(".")[0].partition("#")[0]
    if not tag:
        return []
    return [
        element
        for element in tree.iter(tag)
        if keys.name(element) == last and keys.path(element) == path
    ]


def _newest(pages: Iterable[Traits]) -> Iterator[Traits]:
    """PAGES of each of the TEMPLATES seen last, in the order in which they were seen."""
    ordered = sorted(pages, key=_when)
    templates = list(dict.fromkeys(page.template for page in reversed(ordered)))[:TEMPLATES]
    kept = {
        page.url
        for template in templates
        for page in [page for page in ordered if page.template == template][-PAGES:]
    }
    return (page for page in ordered if page.url in kept)


def _when(page: Traits) -> tuple[str, str]:
    return page.seen_at, page.url


def _title(text: str) -> str:
    return keys.digest(key(text))


def _to_json(page: Traits, numbers: Mapping[str, int]) -> list[Any]:
    blocks = [numbers[block_key] for block_key, _ in page.blocks]
    name = (page.url, page.seen_at, page.template, page.title)
    return [*name, page.body, list(page.whole), blocks]


def _traits(page: Sequence[Any], blocks: Sequence[tuple[str, str]]) -> Traits:
    url, seen_at, template, title, body, whole, numbers = page
    return Traits(
        url=str(url),
        seen_at=str(seen_at),
        template=str(template),
        title=str(title),
        body=str(body),
        whole=tuple(map(str, whole)),
        blocks=tuple(blocks[number] for number in numbers[:_MOST_BLOCKS]),
    )
