"""What others say of a page: html-validate of its HTML, axe of how accessible a browser shows it.

Both are npm packages, which `make page-checks` puts into .cache by the lock file in npm/.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.test_serve import BROWSER_NEEDED, BROWSER_OPTIONS, CHROMIUM

WANTED = Path(__file__).parent / "npm"
LOCK = WANTED / "package-lock.json"
HOME = Path(__file__).parents[1] / ".cache" / "page-checks"
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y", "html-validate:browser"],
}


def fetch() -> str:
    """Put the packages into the cache, if they can be had; the word on how that went."""
    if is_there():
        return f"html-validate and axe are in {HOME.parent.name}/"
    if shutil.which("npm") is None:
        return (
            "npm is missing, and so are html-validate and axe: what they say of pages is not asked"
        )
    HOME.mkdir(parents=True, exist_ok=True)
    shutil.copy(WANTED / "package.json", HOME)
    shutil.copy(LOCK, HOME)
    subprocess.run(["npm", "ci", *QUIET], cwd=HOME, check=True)
    (HOME / "installed").write_bytes(LOCK.read_bytes())
    return f"html-validate and axe were put into {HOME.parent.name}/"


def lock() -> str:
    """Write the lock file again: versions and hashes, and no address."""
    with TemporaryDirectory() as directory:
        shutil.copy(WANTED / "package.json", directory)
        options = ("--package-lock-only", "--omit-lockfile-registry-resolved")
        subprocess.run(["npm", "install", *options, *QUIET], cwd=directory, check=True)
        locked = json.loads((Path(directory) / LOCK.name).read_text())
    locked["name"] = "page-checks"
    for package in locked["packages"].values():
        package.pop("funding", None)
    LOCK.write_text(json.dumps(locked, indent=2) + "\n")
    return f"{LOCK.name} was written"


def is_there() -> bool:
    """Whether what the lock file names is in the cache."""
    stamp = HOME / "installed"
    return stamp.exists() and stamp.read_bytes() == LOCK.read_bytes()


def needed() -> None:
    """Skip the test where a browser or the packages are missing; where they must be, fail it."""
    for there, missing in (
        (CHROMIUM, "no chromium found: apt install chromium fonts-noto-core"),
        (is_there(), "no html-validate and axe: make page-checks (needs npm)"),
    ):
        if not there:
            pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)


def validated(html: Path) -> list[str]:
    """What html-validate finds in a document, line by line."""
    program = HOME / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    rules = html.with_name("rules.json")
    rules.write_text(json.dumps(RULES))
    done = subprocess.run(
        ["node", program, "--formatter=json", f"--config={rules}", html],
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    return [
        f"{one['line']}: {one['ruleId']}: {one['message']}"
        for file in json.loads(done.stdout)
        for one in file["messages"]
    ]


def audited(page: Page) -> list[str]:
    """What axe finds wrong with a page as it is shown, by all of its rules."""
    page.evaluate((HOME / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found: dict[str, Any] = page.evaluate("axe.run()")
    assert len(found["passes"]) > 10
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
    ]


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER_OPTIONS])
        yield opened
        opened.close()


if __name__ == "__main__":
    print(lock() if sys.argv[1:] == ["lock"] else fetch(), file=sys.stderr)
