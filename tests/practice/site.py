"""What the five sites have in common: articles, files, counters, and who answers which path."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from html import escape
from random import Random
from time import monotonic
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from tests.practice import pictures
from tests.practice.quirks import Quirks
from tests.practice.seeds import SeedText
from tests.practice.stories import VIETNAM, Author, Part, Story, body_of, captions_of, slug
from tests.practice.truth import Neighbour, Truth
from tests.practice.wire import Answer, Asked, Habits, redirect

Handler = Callable[[Asked, re.Match[str]], Answer | None]
NBSP = "\u00a0"
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
LAST_MODIFIED = "Tue, 05 Mar 2019 02:00:00 GMT"


class Clock:
    """The time that pages print. It runs with real time from a start that can be moved."""

    def __init__(self, start: datetime | None = None) -> None:
        self.start = start or datetime.now(VIETNAM)
        self.began = monotonic()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=monotonic() - self.began)

    def next_night(self) -> None:
        self.start += timedelta(days=1)


class Furniture:
    """Escapes a line that is not the article's, and remembers it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> str:
        self.note(line)
        return text(line)

    def note(self, line: str) -> None:
        """For a line whose halves the page prints in separate elements."""
        self.lines.append(" ".join(line.split()))


def text(value: str) -> str:
    """HTML text; the blanks of Word pastes as the entities they arrive as."""
    return escape(value, quote=False).replace(NBSP, "&nbsp;")


def attribute(value: str) -> str:
    return escape(value, quote=True)


class PracticeSite(ABC):
    """One site with its articles and their truth. Rendering happens in the server's thread only;
    changes replace whole stories, so that other threads may ask for them at any time."""

    name: ClassVar[str]
    title: ClassVar[str]
    accent: ClassVar[str]
    """Colour of the bar that the style sheet puts above every page (CSS: body border-top)."""
    sections: ClassVar[tuple[tuple[str, str], ...]]
    start_path: ClassVar[str] = "/"
    page_size: ClassVar[int] = 8
    forbidden: ClassVar[tuple[str, ...]] = ()
    """Path prefixes that robots.txt forbids and pages link to."""
    traps: ClassVar[Mapping[str, str]]
    """Endless or useless spaces by name: regular expressions for `path?query`."""
    robots: ClassVar[str | None] = None
    sitemap_paths: ClassVar[tuple[str, ...]] = ()
    feed_paths: ClassVar[tuple[str, ...]] = ()
    gone_status: ClassVar[int] = 404
    ignores_case: ClassVar[bool] = False
    """Whether paths are the same in capitals; all are linked in small letters then."""
    session_form: ClassVar[Literal["path", "parameter", "query", ""]] = ""
    """How a session is carried in addresses: `/(S(x))/`, `;jsessionid=x`, `?PHPSESSID=x`."""
    habits: ClassVar[Habits] = Habits()
    files_at: ClassVar[str] = "/static"
    picture_path: ClassVar[str] = "/static/anh/{id}-{n}.png"
    document_path: ClassVar[str] = "/static/tai-lieu/{slug}-{id}.pdf"
    first_id: ClassVar[int]
    id_step: ClassVar[int]

    def __init__(
        self,
        *,
        hosts: tuple[str, ...],
        seed: int,
        articles: int,
        clock: Clock,
        seed_text: SeedText | None = None,
        quirks: Mapping[str, Quirks] | None = None,
        secure: str = "",
    ) -> None:
        self.hosts = hosts
        self.secure = secure
        """The site over TLS, if it has that: `https://host:port`."""
        self.clock = clock
        self.all_quirks = {} if quirks is None else quirks
        self.random = Random(f"{seed}/{self.name}/fetches")
        self.author = Author(self.name, seed)
        self.removed: dict[int, Story] = {}
        self.moved_home = frozenset[int]()
        """Articles whose addresses lead to the front page."""
        self.lines: dict[int, tuple[str, ...]] = {}
        self.issued: dict[str, tuple[str, str]] = {}
        """View states handed out: the path they are good for, and their validation token."""
        self.visits = self.random.randrange(200_000, 1_500_000)
        self.mapped: tuple[Mapping[int, Story], dict[str, Story]] = ({}, {})
        self.files = self.common_files()
        self.stories: dict[int, Story] = {}
        for story in self.first_stories(articles, seed_text):
            self.put(story)
        self.routes = [(re.compile(pattern), handler) for pattern, handler in self.handlers()]

    @property
    def url(self) -> str:
        return self.hosts[0]

    @property
    def quirks(self) -> Quirks:
        """The switches of this site as they stand now."""
        return self.all_quirks.get(self.name, Quirks())

    @property
    def addresses(self) -> dict[str, Story]:
        """Articles by all their paths, queries left away."""
        if self.mapped[0] is not self.stories:
            stories = self.stories
            found = {
                urlsplit(path).path: story
                for story in stories.values()
                for path in self.paths(story)
            }
            self.mapped = (stories, found)
        return self.mapped[1]

    @property
    def start(self) -> str:
        """The seed URL of a crawl."""
        return self.url + self.start_path

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(self.url + path for path in self.sitemap_paths)

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(self.url + path for path in self.feed_paths)

    @property
    def articles(self) -> tuple[Truth, ...]:
        """Newest first."""
        return tuple(self.truth_of(story) for story in self.newest())

    def truth(self, story_id: int) -> Truth:
        return self.truth_of(self.stories[story_id])

    def furniture(self, story_id: int) -> tuple[str, ...]:
        """Lines of the article's page that are not the article, as last rendered."""
        return self.lines.get(story_id, ())

    # What a family says about itself.

    @abstractmethod
    def handlers(self) -> Sequence[tuple[str, Handler]]:
        """Patterns for the whole path, tried in order."""

    @abstractmethod
    def listing_targets(self) -> tuple[str, ...]:
        """`path?query` of the first page of each section."""

    @abstractmethod
    def path(self, story: Story) -> str:
        """The path (and query, if any) that an article should be known by."""

    def paths(self, story: Story) -> tuple[str, ...]:
        """All paths that answer with the article, redirects not counted."""
        return (self.path(story),)

    @abstractmethod
    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]: ...

    @abstractmethod
    def missing_page(self, asked: Asked) -> str:
        """The page for what is not there."""

    def adapt(self, story: Story) -> Story:
        """A freshly written story as this system would hold it."""
        return story

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        """Published and updated, as the page shows them."""
        return None, None

    def neighbours(self, story: Story) -> tuple[Neighbour | None, Neighbour | None]:
        return None, None

    # Articles.

    def first_stories(self, count: int, seed_text: SeedText | None) -> list[Story]:
        moments = self.author.moments(count)
        stories = [self.new_story(self.id_for(n, when), when, n) for n, when in enumerate(moments)]
        if seed_text is None or not stories:
            return stories
        place = min(range(count), key=lambda n: abs(moments[n] - seed_text.when))
        stories[place] = seed_text.story(stories[place])
        before, after = seed_text.neighbour_titles()
        if before and place:
            stories[place - 1] = replace(stories[place - 1], title=before)
        if after and place + 1 < count:
            stories[place + 1] = replace(stories[place + 1], title=after)
        return stories

    def id_for(self, n: int, when: datetime) -> int:
        return self.first_id + self.id_step * n

    def new_story(self, story_id: int, when: datetime, n: int) -> Story:
        shelf = self.sections[n % len(self.sections)]
        return self.adapt(self.author.write(story_id, when, shelf))

    def put(self, story: Story) -> None:
        self.stories = {**self.stories, story.id: story}
        files = {path: ("image/png", partial(pictures.png, path)) for path in self.pictures(story)}
        if story.document:
            path = self.document(story)
            files[path] = ("application/pdf", partial(pictures.pdf, path))
        if story.audio:
            files[story.audio] = ("audio/mpeg", partial(pictures.mp3, story.audio))
        self.files = {**self.files, **files}

    def newest(self, shelf: str | None = None) -> list[Story]:
        found = (s for s in self.stories.values() if shelf in (None, s.shelf))
        return sorted(found, key=lambda story: (story.when, story.id), reverse=True)

    def part_of(self, stories: list[Story], page: int) -> list[Story]:
        return stories[(page - 1) * self.page_size : page * self.page_size]

    def page_count(self, stories: list[Story]) -> int:
        return max(1, -(-len(stories) // self.page_size))

    def others(self, story: Story, count: int) -> list[Story]:
        """Some other articles, other ones at every call."""
        rest = [other for other in self.stories.values() if other.id != story.id]
        return self.random.sample(rest, min(count, len(rest)))

    def section_title(self, shelf: str) -> str:
        return dict(self.sections)[shelf]

    def pictures(self, story: Story) -> tuple[str, ...]:
        """One for each caption; every third article has one without a caption."""
        captions = sum(part.kind == "caption" for part in story.parts)
        count = max(captions, 1 if story.id % 3 == 0 else 0)
        return tuple(self.picture_path.format(id=story.id, n=n + 1) for n in range(count))

    def document(self, story: Story) -> str:
        name = slug(story.document or "")
        return self.document_path.format(id=story.id, slug=name)

    def page_base(self, story: Story) -> str:
        """Where the relative links of the article's page lead."""
        return self.url

    def attachments(self, story: Story) -> tuple[str, ...]:
        return (self.page_base(story) + self.document(story),) if story.document else ()

    def truth_of(self, story: Story) -> Truth:
        published, updated = self.shown_dates(story)
        before, after = self.neighbours(story)
        return Truth(
            site=self.name,
            id=story.id,
            url=self.url + self.path(story),
            urls=tuple(host + path for host in self.hosts for path in self.paths(story)),
            title=" ".join(story.title.split()),
            lead=story.lead,
            body=body_of(story),
            captions=captions_of(story),
            author=story.author,
            byline=story.byline,
            dateline=story.dateline,
            published=published,
            updated=updated,
            section=story.section,
            attachments=self.attachments(story),
            pictures=tuple(self.page_base(story) + path for path in self.pictures(story)),
            previous=before,
            next=after,
            seed_file=story.seed_file,
        )

    # Changes.

    def edit(self, story_id: int, *, paragraph: str | None = None) -> Truth:
        """Silently: one digit of the body, or one more paragraph at its end."""
        story = self.stories[story_id]
        if paragraph is None:
            parts = with_another_digit(story.parts)
        else:
            parts = (*story.parts, Part(kind="paragraph", text=paragraph))
        self.put(replace(story, parts=parts, edited_at=self.clock.now().replace(microsecond=0)))
        return self.truth(story_id)

    def touch(self, story_id: int) -> Truth:
        """A new stamp without a new word; where no stamp is shown, only sitemaps will tell."""
        story = self.stories[story_id]
        now = self.clock.now().replace(microsecond=0)
        updated = now if story.updated else None
        self.put(replace(story, updated=updated, edited_at=now))
        return self.truth(story_id)

    def add(self) -> Truth:
        """One more article, published now."""
        used = {*self.stories, *self.removed}
        now = self.clock.now().replace(microsecond=0)
        story = self.new_story(max(used, default=self.first_id) + self.id_step, now, len(used))
        self.put(story)
        return self.truth_of(story)

    def remove(self, story_id: int) -> None:
        self.removed[story_id] = self.stories[story_id]
        self.stories = {key: story for key, story in self.stories.items() if key != story_id}

    # Answers.

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/robots.txt" and self.robots is not None:
            return Answer(type="text/plain", body=self.robots.format(base=asked.base).encode())
        if path in self.files:
            return self.file(path)
        for pattern, handler in self.routes:
            if match := pattern.fullmatch(path):
                found = handler(asked, match)
                if found is not None:
                    return found
        return self.missing(asked)

    def missing(self, asked: Asked, status: int = 404) -> Answer:
        return self.html(self.missing_page(asked), status)

    def article(self, asked: Asked, story_id: int) -> Answer | None:
        """The page of an article, the system's answer for a removed one, None for no such id."""
        if story_id in self.moved_home:
            return redirect(self.start, 302)
        if story_id in self.removed:
            return self.missing(asked, self.gone_status)
        story = self.stories.get(story_id)
        if story is None:
            return None
        page, furniture = self.article_page(story, asked)
        self.lines = {**self.lines, story_id: tuple(furniture.lines)}
        return self.html(page)

    def html(self, page: str, status: int = 200) -> Answer:
        return Answer(status=status, body=page.encode("utf-8"))

    def file(self, path: str) -> Answer:
        kind, make = self.files[path]
        body = make()
        tag = f'"{hashlib.sha1(body).hexdigest()[:16]}"'
        headers = (("ETag", tag), ("Last-Modified", LAST_MODIFIED), ("Accept-Ranges", "none"))
        return Answer(type=kind, body=body, headers=headers, static=True)

    def common_files(self) -> dict[str, tuple[str, Callable[[], bytes]]]:
        at = self.files_at
        style = (
            f'@import url("{at}/css/chung.css");\n'
            f"body {{ border-top: 8px solid {self.accent}; margin: 0 auto; max-width: 60rem; }}\n"
            f'.logo {{ background: url("{at}/img/nen.png") repeat-x; }}\n'
        )
        common = f'h1 {{ font-size: 1.4rem; background: url("{at}/img/gach.png") no-repeat; }}\n'
        names = {f"{at}/img/{name}.png": name for name in ("logo", "nen", "gach", "noi")}
        images = {
            path: ("image/png", partial(pictures.png, f"{self.name} {name}", 120, 40))
            for path, name in names.items()
        }
        return {
            f"{at}/css/site.css": ("text/css", style.encode),
            f"{at}/css/chung.css": ("text/css", common.encode),
            f"{at}/js/site.js": ("application/javascript", SCRIPT.encode),
            "/favicon.ico": ("image/png", partial(pictures.png, f"{self.name} icon", 16, 16)),
            **images,
        }

    def visit(self) -> int:
        """Counts a visitor in; never the same number twice."""
        self.visits += self.random.randrange(1, 60)
        return self.visits


SCRIPT = """document.documentElement.className += ' js';
document.querySelectorAll('img[data-src]').forEach(function (picture) {
  picture.src = picture.dataset.src;
});
"""


def with_another_digit(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The first digit of the body, one higher. Raises ValueError for a body without a digit."""
    for n, part in enumerate(parts):
        if part.kind == "paragraph" and (found := re.search(r"[0-9]", part.text)):
            digit = str(int(found[0]) % 9 + 1)
            changed = part.text[: found.start()] + digit + part.text[found.end() :]
            return (*parts[:n], replace(part, text=changed), *parts[n + 1 :])
    raise ValueError("no digit in the body")
