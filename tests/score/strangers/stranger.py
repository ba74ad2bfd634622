"""What the strangers have in common."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from tests.practice.site import PracticeSite
from tests.practice.stories import Story
from tests.practice.wire import Answer, Asked


class Stranger(PracticeSite):
    """A site that nobody has seen: it answers with articles, lists and its front page."""

    site_host: ClassVar = "https://cong.example.vn"
    home_title: ClassVar[str] = "Trang chủ"

    @abstractmethod
    def printed_date(self, story: Story) -> str:
        """When a story was published, as the pages that show it print it."""

    @abstractmethod
    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        """A page that lists stories."""

    def listing_targets(self) -> tuple[str, ...]:
        """The front page: nothing asks a stranger for another list of its own accord."""
        return ("/",)

    def home(self, asked: Asked, match: re.Match[str]) -> Answer:
        newest = self.newest()[: self.page_size]
        return self.html(self.listed(self.home_title, newest, asked))

    def listing(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.html(self.listed(self.section_title(match[1]), self.newest(match[1]), asked))

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, int(match[1]))
