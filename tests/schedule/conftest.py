"""Practice sites on loopback, the collection that a schedule is for, and a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from crawler import settings
from tests.mine import site_file
from tests.nights.clock import Clock
from tests.practice import PracticeWeb
from tests.schedule.support import PLATFORMS, Nights


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=6, articles=12, only=tuple(PLATFORMS)) as serving:
        yield serving


@pytest.fixture
def here(web: PracticeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    sites = tmp_path / "sites"
    sites.mkdir()
    for name, platform in PLATFORMS.items():
        code = site_file(f"my_{name}", platform, web.sites[name].url, delay=0.05)
        (sites / f"my_{name}.py").write_text(code)
    monkeypatch.setenv("TINHUY_SITES", str(sites))
    return Nights(web, tmp_path / "c")


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of the test's own, for this process too."""
    clock = Clock(tmp_path / "clock", datetime.fromisoformat("2028-02-27T12:00:00+07:00"))
    for name, value in clock.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "CLOCK", clock.environment["TINHUY_CLOCK"])
    return clock
