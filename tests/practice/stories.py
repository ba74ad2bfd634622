"""Invents articles. The same seed gives the same articles, whatever is fetched in between."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from tests.practice import stock

VIETNAM = timezone(timedelta(hours=7))
FIRST_DAY = datetime(2019, 1, 7, 8, 0, tzinfo=VIETNAM)
LAST_DAY = datetime(2024, 6, 28, 17, 0, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A paragraph as printed, blanks included, or a caption whose printed lines `|` divides."""

    kind: Literal["paragraph", "caption"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article before a system prints it. `when` orders articles and is not always shown.

    `published` is what a system that shows dates puts into its machine fields; None hides all.
    `shelf` is the section it is listed under, `section` the name printed on its page, if any.
    `byline` is printed as it stands, `job` in a line of its own below it.
    """

    id: int
    title: str
    lead: str | None
    parts: tuple[Part, ...]
    author: str | None
    byline: str | None
    job: str | None
    dateline: str | None
    when: datetime
    published: str | None
    updated: datetime | None
    edited_at: datetime
    shelf: str
    section: str | None
    document: str | None
    audio: str | None
    seed_file: str | None = None


def collapsed(text: str) -> str:
    """NFC with every run of white space, NBSP included, as one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def slug(text: str) -> str:
    """`Đề án số 06` -> `de-an-so-06`."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return "-".join(re.findall(r"[a-z0-9]+", letters))


def body_of(story: Story) -> tuple[str, ...]:
    return tuple(collapsed(p.text) for p in story.parts if p.kind == "paragraph")


def captions_of(story: Story) -> tuple[str, ...]:
    return tuple(collapsed(p.text.replace("|", " ")) for p in story.parts if p.kind == "caption")


class Author:
    """Writes the articles of one site. Titles never repeat."""

    def __init__(self, site: str, seed: int) -> None:
        self.site = site
        self.random = random.Random(f"{seed}/{site}")
        self.titles: set[str] = set()

    def moments(self, count: int) -> list[datetime]:
        """Moments of publication, oldest first, never two on the same minute."""
        span = (LAST_DAY - FIRST_DAY) / count
        return [
            (FIRST_DAY + span * n + span * self.random.uniform(0.05, 0.9)).replace(microsecond=0)
            for n in range(count)
        ]

    def write(self, story_id: int, when: datetime, shelf: tuple[str, str]) -> Story:
        rng = self.random
        author = None if rng.random() < 0.15 else self.pen_name()
        return Story(
            id=story_id,
            title=self.title(when),
            lead=self.fill(rng.choice(stock.LEADS), when),
            parts=self.parts(when),
            author=author,
            byline=author,
            job=None,
            dateline=None,
            when=when,
            published=when.isoformat(),
            updated=None,
            edited_at=when + timedelta(minutes=rng.randrange(1, 300)),
            shelf=shelf[0],
            section=shelf[1],
            document=rng.choice(stock.DOCUMENT_TITLES) if rng.random() < 0.2 else None,
            audio=None,
        )

    def pen_name(self) -> str:
        names = self.random.sample(stock.PEN_NAMES, 2)
        return " - ".join(names) if self.random.random() < 0.08 else names[0]

    def title(self, when: datetime) -> str:
        while True:
            title = self.fill(self.random.choice(stock.TITLES), when)
            if title not in self.titles and 25 < len(title) < 150:
                self.titles.add(title)
                return title

    def parts(self, when: datetime) -> tuple[Part, ...]:
        paragraphs = self.paragraphs(when)
        parts = [Part(kind="paragraph", text=text) for text in paragraphs]
        gallery = len(parts) > 2 and self.random.random() < 0.2
        if gallery:
            heading = Part(kind="paragraph", text=self.random.choice(stock.GALLERY_LINES))
            parts.insert(self.random.randrange(1, len(parts)), heading)
        for caption in self.captions(when, at_least=1 if gallery else 0):
            places = [n for n in range(1, len(parts) + 1) if gallery_allows(parts, n)]
            parts.insert(self.random.choice(places), caption)
        return tuple(parts)

    def paragraphs(self, when: datetime) -> list[str]:
        rng = self.random
        count = rng.choice((1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8))
        sentences = iter(rng.sample(stock.SENTENCES, len(stock.SENTENCES)))
        first = self.fill(f"{rng.choice(stock.FIRST_SENTENCES)} {rng.choice(stock.GUESTS)}", when)
        texts = [first + " " + self.fill(next(sentences), when)]
        for _ in range(count - 1):
            own = [self.fill(next(sentences), when) for _ in range(rng.randrange(1, 3))]
            made = [self.sentence(when) for _ in range(rng.randrange(1, 4))]
            mixed = own + made
            rng.shuffle(mixed)
            texts.append(" ".join(mixed))
        ending = self.fill(rng.choice(stock.LAST_SENTENCES), when)
        texts[-1] = f"{texts[-1]} {ending}"
        if rng.random() < 0.4:
            texts[-1] = texts[-1].rstrip(".") + "./."
        return texts

    def sentence(self, when: datetime) -> str:
        rng = self.random
        pieces = (stock.OPENERS, stock.SUBJECTS, stock.ACTS, stock.RESULTS)
        opener, subject, act, result = (rng.choice(stems) for stems in pieces)
        aim = f" nhằm {rng.choice(stock.WORKS)}" if rng.random() < 0.6 else ""
        return self.fill(f"{opener} {subject} ở {{place}} {act}{aim}, {result}.", when)

    def captions(self, when: datetime, at_least: int) -> list[Part]:
        count = max(at_least, self.random.choice((0, 0, 1, 1, 2)))
        return [Part(kind="caption", text=self.caption(when)) for _ in range(count)]

    def caption(self, when: datetime) -> str:
        roll = self.random.random()
        if roll < 0.4:
            return self.random.choice(stock.STOCK_CAPTIONS)
        some = stock.TWO_LINE_CAPTIONS if roll < 0.55 else stock.CAPTIONS
        return self.fill(self.random.choice(some), when)

    def fill(self, template: str, when: datetime) -> str:
        """The template with names, numbers and dates of about `when` in its gaps."""
        rng = self.random
        event_day = when - timedelta(days=rng.randrange(0, 3))
        bodies = rng.sample(stock.BODIES, 2)
        ranks = rng.sample(stock.RANKS, 2)
        place = rng.choice(stock.PLACES.get(self.site, stock.OTHER_PLACES))
        return template.format(
            name=self.person(), name2=self.person(), rank=ranks[0], rank2=ranks[1],
            body=bodies[0], body2=bodies[1], place=place, Place=place[0].upper() + place[1:],
            event=rng.choice(stock.EVENTS), work=rng.choice(stock.WORKS),
            model=rng.choice(stock.MODELS), n=rng.randrange(11, 480), few=rng.randrange(2, 10),
            percent=rng.randrange(61, 99), millions=rng.randrange(38, 75),
            money=f"{rng.randrange(1, 9)}.{rng.randrange(100, 999)}", age=rng.randrange(58, 90),
            long=f"{rng.randrange(1, 9)}.{rng.randrange(10, 99)}0",
            thousands=f"{rng.randrange(1, 9)}.{rng.randrange(100, 999)}",
            year=when.year, year_after=when.year + rng.randrange(2, 6),
            month=f"{rng.randrange(1, 13):02}", date=f"{event_day:%d/%m/%Y}",
            short_date=f"{event_day.day}/{event_day.month}",
            day=f"{rng.choice(('Sáng', 'Chiều', 'Ngày'))} {event_day.day}/{event_day.month}",
        )  # fmt: skip

    def person(self) -> str:
        rng = self.random
        middle, given = rng.choice(stock.MIDDLES), rng.choice(stock.GIVEN)
        return f"{rng.choice(stock.SURNAMES)} {middle} {given}"


def gallery_allows(parts: list[Part], place: int) -> bool:
    """Whether a caption may stand at `place`: never straight after another caption."""
    return parts[place - 1].kind == "paragraph"
