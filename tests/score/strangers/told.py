"""A stranger whose articles are told by a writer of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tests.practice.stories import Story
from tests.score.strangers.prose import Voice, Writer
from tests.score.strangers.stranger import Stranger


class ToldStranger(Stranger):
    voice: ClassVar[Voice]

    def __init__(self, *, seed: int, **given: Any) -> None:
        self.writer = Writer(self.name, seed, self.voice)
        super().__init__(seed=seed, **given)

    def new_story(self, story_id: int, when: datetime, n: int) -> Story:
        shelf = self.sections[n % len(self.sections)]
        return self.adapt(self.writer.write(story_id, when, shelf, n))
