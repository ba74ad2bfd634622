"""A stranger whose articles are told by a writer of its own."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from tests.practice.seeds import SeedText
from tests.practice.site import Clock
from tests.practice.stories import Story
from tests.score.strangers.prose import Voice, Writer
from tests.score.strangers.stranger import Stranger


class ToldStranger(Stranger):
    voice: ClassVar[Voice]

    def __init__(
        self,
        *,
        hosts: tuple[str, ...],
        seed: int,
        articles: int,
        clock: Clock,
        seed_text: SeedText | None = None,
    ) -> None:
        self.writer = Writer(self.name, seed, self.voice)
        super().__init__(
            hosts=hosts, seed=seed, articles=articles, clock=clock, seed_text=seed_text
        )

    def new_story(self, story_id: int, when: datetime, n: int) -> Story:
        shelf = self.sections[n % len(self.sections)]
        return self.adapt(self.writer.write(story_id, when, shelf, n))
