"""One small collection, crawled from the command line, for all tests that only look into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import answer
from tests.practice import PracticeWeb

SITE = "baohatinh"


@pytest.fixture(scope="session")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=3, articles=6, only=(SITE,), keep_bytes=False) as practice:
        yield practice


@pytest.fixture(scope="session")
def collection(web: PracticeWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "collection"
    crawled = answer(
        *("crawl", SITE, "--delay=0", f"--at={web.sites[SITE].url}", f"--collection={path}")
    )
    assert crawled[0]["outcome"] == "ok"
    return path
