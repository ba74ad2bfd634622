"""Two sites of the practice web that change from round to round, and what they have sent."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.practice import PracticeWeb, Quirks, Truth
from tests.practice.web import SITES
from tests.torture.child import Moment
from tests.torture.witness import Exchanges

ARTICLES = 6
_FEWEST, _MOST = 4, 8
_DELAYS = (0.0, 0.02, 0.05, 0.1)
_START, _LIFE = 1.5, 1.0
"""Seconds from the first instruction to the first request, and on to the end without delays."""
NO_SEEDS = Path(__file__).parent


class World:
    """Served from `__enter__` to `__exit__`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = sorted(random.sample([kind.name for kind in SITES], 2))
        self.web = PracticeWeb(
            seed=random.randrange(10**6),
            articles=ARTICLES,
            seeds_dir=NO_SEEDS,
            only=tuple(self.names),
        )
        self.delay = 0.0
        self._sent = Exchanges()

    def __enter__(self) -> Self:
        self.web.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.web.__exit__(kind, error, trace)

    @property
    def sent(self) -> Exchanges:
        """All exchanges so far."""
        log = self.web.log
        done = log[: len(log)]
        del log[: len(done)]
        self._sent.update((hit.received, hit.sent) for hit in done)
        return self._sent

    def crawl(self, *names: str) -> list[str]:
        """The words of a crawl of these sites."""
        ats = [f"--at={name}={url}" for name in names for url in self._at(name)]
        return ["crawl", *names, *ats, "--delay=0"]

    def spider(self, name: str) -> list[str]:
        """The words by which Scrapy itself crawls a site; more often than by ours it commits."""
        urls = self._at(name)
        settings = {
            "AT": json.dumps({name: urls}),
            "COMMIT_SECONDS": str(self.random.choice((0, 0.1, 0.5))),
            "HOST_DELAY": "0",
            "NAMED_HOSTS": ",".join(urlsplit(url).netloc for url in urls),
        }
        return [
            "scrapy",
            "crawl",
            name,
            *(w for s in settings.items() for w in ("-s", "=".join(s))),
        ]

    def _at(self, name: str) -> list[str]:
        site = self.web.sites[name]
        return [site.start, *site.hosts[1:]]

    def truths(self) -> dict[str, Truth]:
        return {truth.url: truth for name in self.names for truth in self.web.sites[name].articles}

    def moment(self) -> Moment:
        """Some time of a crawl's life: while it starts, or from its first request to its end."""
        if self.random.random() < 0.2:
            return Moment(self.random.uniform(0, _START))
        before = self.asked
        return Moment(self.random.uniform(0, _LIFE + 35 * self.delay), lambda: self.asked > before)

    @property
    def asked(self) -> int:
        """How many requests have arrived."""
        return sum(self.web.server.hits.values())

    def turn(self) -> None:
        """Pages are edited, come and go; answers take another time."""
        self.delay = self.random.choice(_DELAYS)
        for name in self.names:
            self.web.quirks[name] = Quirks(
                delay=self.delay,
                cut_every=self.random.choice((0, 0, 11)),
                error_every=self.random.choice((0, 0, 13)),
            )
            for _ in range(self.random.randrange(3)):
                self._change(name)
        if self.random.random() < 0.2:
            self.web.next_night()

    def calm(self) -> None:
        """From now on the sites behave."""
        self.delay = 0.0
        self.web.quirks.clear()

    def _change(self, name: str) -> None:
        site = self.web.sites[name]
        story = self.random.choice([truth.id for truth in site.articles])
        with suppress(ValueError):  # a body without a digit cannot be edited by a digit
            match self.random.randrange(5):
                case 0:
                    self.web.edit(name, story)
                case 1:
                    self.web.edit(name, story, paragraph="Thêm một đoạn.")
                case 2:
                    self.web.touch(name, story)
                case 3 if len(site.articles) < _MOST:
                    self.web.add(name)
                case 4 if len(site.articles) > _FEWEST:
                    self.web.remove(name, story)
