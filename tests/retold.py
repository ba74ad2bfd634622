"""Stories as they are printed again: what editors and systems do to a text that they take over.

Whether a retelling is still the same story is not decided here: only what was done to it is known.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

from archive import Article, Capture, Change, Look
from tests.practice import stock
from tests.practice.stories import Author, body_of

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_NEW_TONES = {"hòa": "hoà", "hóa": "hoá", "tỏa": "toả", "thủy": "thuỷ", "ủy": "uỷ", "Ủy": "Uỷ"}


@dataclass(frozen=True, slots=True)
class Telling:
    """A text under a title, and the stories that something was taken from beside its own."""

    title: str
    lead: str | None
    paragraphs: tuple[str, ...]
    around: tuple[Telling, ...] = ()

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


def stories(count: int, seed: int) -> list[Telling]:
    """Stories of all practice sites, no two of them the same."""
    sites, made = list(stock.PLACES), list[Telling]()
    for site in sites:
        author = Author(site, seed)
        for number, when in enumerate(author.moments(-(-count // len(sites)))):
            story = author.write(number, when, ("", ""))
            made.append(Telling(story.title, story.lead, body_of(story)))
    return random.Random(seed).sample(made, count)


def look(told: Telling, site: str, number: int, published: str | None = None) -> Look:
    """The first look at an article; those of a higher number were captured later."""
    url, date = f"https://{site}.example/{number}", BEGAN + timedelta(seconds=number)
    capture = Capture(
        urlkey=f"example,{site})/{number}",
        timestamp=f"{date:%Y%m%d%H%M%S}",
        url=url,
        mime="text/html",
        status=200,
        digest=None,
        length=1,
        offset=number,
        filename="a.warc.gz",
        record_id=f"urn:uuid:{site}-{number}",
        date=f"{date:%Y-%m-%dT%H:%M:%S}Z",
    )
    article = Article(
        url=url,
        site=site,
        title=told.title,
        lead=told.lead,
        text=told.text,
        published=published,
    )
    return Look(url=url, site=site, change=Change.NEW, capture=capture, article=article)


Retell = Callable[[Telling, list[Telling], random.Random], Telling]


def _each(change: Callable[[str], str]) -> Retell:
    def retell(told: Telling, others: list[Telling], rng: random.Random) -> Telling:
        return Telling(
            f"Tin mới: {told.title}",
            told.lead and change(told.lead),
            tuple(map(change, told.paragraphs)),
        )

    return retell


def _body(change: Callable[[list[str], random.Random], list[str]]) -> Retell:
    def retell(told: Telling, others: list[Telling], rng: random.Random) -> Telling:
        paragraphs = tuple(change(list(told.paragraphs), rng))
        return Telling(f"Tin mới: {told.title}", told.lead, paragraphs)

    return retell


def _inserted(told: Telling, others: list[Telling], rng: random.Random) -> Telling:
    place = rng.randint(0, len(told.paragraphs))
    other = rng.choice(others)
    more = rng.choice(other.paragraphs)
    paragraphs = (*told.paragraphs[:place], more, *told.paragraphs[place:])
    return Telling(told.title, told.lead, paragraphs, (other,))  # it may have no other paragraph


def _embedded(stories: int) -> Retell:
    """Into a round-up of so many others."""

    def retell(told: Telling, others: list[Telling], rng: random.Random) -> Telling:
        around = tuple(rng.sample(others, stories))
        parts = [part for other in around for part in other.paragraphs]
        place = rng.randint(0, len(parts))
        own = (*filter(None, [told.lead]), *told.paragraphs)
        paragraphs = (*parts[:place], *own, *parts[place:])
        return Telling("Tin vắn", None, paragraphs, around)

    return retell


def _edited(share: float) -> Retell:
    """Every word replaced with this probability."""

    def change(paragraphs: list[str], rng: random.Random) -> list[str]:
        edit = lambda _: f"sửa{rng.randrange(99)}" if rng.random() < share else _[0]  # noqa: E731
        return [re.sub(r"\S+", edit, paragraph) for paragraph in paragraphs]

    return _body(change)


def _one_word(paragraphs: list[str], rng: random.Random) -> list[str]:
    number = rng.randrange(len(paragraphs))
    words = paragraphs[number].split(" ")
    words[rng.randrange(len(words))] = "khác"
    paragraphs[number] = " ".join(words)
    return paragraphs


def _signed(paragraphs: list[str], rng: random.Random) -> list[str]:
    return [f"(ĐTO) - {paragraphs[0]}", *paragraphs[1:], "Theo TTXVN"]


def _new_tones(text: str) -> str:
    for old, new in _NEW_TONES.items():
        text = text.replace(old, new)
    return text


RETELLINGS: dict[str, Retell] = {
    "another title": _each(str),
    "NFD": _each(lambda text: normalize("NFD", text)),
    "NBSP": _each(lambda text: text.replace(" ", "\u00a0 ")),
    "tone style": _each(_new_tones),
    "upper case": _each(str.upper),
    "a word edited": _body(_one_word),
    "dateline, source": _body(_signed),
    "paragraph inserted": _inserted,
    "last paragraph dropped": _body(lambda some, _: some[:-1] or some),
    "last half dropped": _body(lambda some, _: some[: -(-len(some) // 2)]),
    "among two others": _embedded(2),
    "among eight others": _embedded(8),
    "3 % of words edited": _edited(0.03),
    "6 % of words edited": _edited(0.06),
}


def pairs(stories: list[Telling], seed: int) -> Iterator[tuple[str, Telling, Telling]]:
    """Each story with one retelling of it, and what was done; each retelling in its turn."""
    rng, names = random.Random(seed), list(RETELLINGS)
    for number, told in enumerate(stories):
        name = names[number % len(names)]
        yield name, told, RETELLINGS[name](told, stories, rng)
