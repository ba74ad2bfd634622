"""What the strangers have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from tests.practice.site import PracticeSite
from tests.practice.stories import Story


class Stranger(PracticeSite):
    """A site that is read and never crawled: it answers with articles, lists and its front page."""

    site_host: ClassVar = "https://cong.example.vn"

    @abstractmethod
    def printed_date(self, story: Story) -> str:
        """When a story was published, as the pages that show it print it."""
