"""The pages that are saved with the sites are read as they were when somebody looked at them.

One result for each field of each page: those in tests/pages, and those that `tinhuy sites add`
wrote to the directory of TINHUY_SITES.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler import registry, savedpages, settings
from crawler.savedpages import SavedPage

HERE = Path(__file__).parents[1] / "pages"
OWN = [Path(settings.SITES) / "pages"] if settings.SITES else []
PAGES = {
    f"{page.site}/{page.case}": page
    for directory in (HERE, *OWN)
    for page in savedpages.saved_pages(directory)
}
FIELDS = [(name, field) for name, page in PAGES.items() for field in page.expected]


@cache
def reading(name: str) -> dict[str, Any]:
    page: SavedPage = PAGES[name]
    return savedpages.reading_of(registry.site(page.site), savedpages.page_in(page.path))


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=lambda value: str(value))
def test_field(name: str, field: str) -> None:
    """This field of this page is read as it is written down beside it."""
    assert reading(name).get(field) == PAGES[name].expected[field]
