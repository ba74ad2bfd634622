"""The browser that draws pages: is it installed, and where?"""

from __future__ import annotations

import shutil


class BrowserMissing(Exception):
    """What draws pages is not installed; `remedy` is the command that does it."""

    def __init__(self, missing: str, remedy: str) -> None:
        self.missing, self.remedy = missing, remedy
        super().__init__(f"this site is drawn by scripts, and {missing}: {remedy}")


def check_installed() -> str:
    """The path of Chromium. Raises BrowserMissing."""
    try:
        import playwright.async_api  # noqa: F401
    except ImportError:
        raise BrowserMissing("playwright is missing", "make install-javascript") from None
    if path := chromium():
        return path
    raise BrowserMissing("no Chromium is found", "apt install chromium")


def chromium() -> str | None:
    """The path of the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)
