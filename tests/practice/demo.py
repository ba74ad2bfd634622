"""`make demo`: two nights of crawling the practice web, and what came of them.

Exit code 0 only if the first night found every article of the five sites and the next night, when
every counter, clock and related list differs, found each of them again and unchanged.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from archive import Catalog, Change, Collection, Run
from crawler.cli.crawl import RESULT_COLUMNS, result_row
from crawler.cli.output import console, fitting
from tests.practice.web import PracticeWeb

COLLECTION = Path("demo/collection")
WORDS = "dan van kheo"
WIDE = 120
"""Columns of the tables where no terminal says how many there are."""


def main() -> int:
    began = time.monotonic()
    shutil.rmtree(COLLECTION, ignore_errors=True)
    with PracticeWeb(seed=1, keep_bytes=False) as web:
        tell(f"Five practice sites are served on loopback; they are crawled into {COLLECTION}.")
        first = night(web, "The first night")
        web.next_night()
        second = night(web, "The next night: every counter, clock and list differs", "--refresh")
        expected = {name: len(site.articles) for name, site in web.sites.items()}
    complaints = [*of_first(first, expected), *of_second(second, expected)]
    for complaint in complaints:
        tell(f"WRONG: {complaint}")
    if not complaints:
        found = sum(expected.values())
        tell(f"\nAll {found} articles were found once each; on the next night 0 were changed.")
    tell(f"Both nights took {time.monotonic() - began:.0f} seconds. To look further:\n")
    for command in commands():
        tell(f"  {command}")
    return 1 if complaints else 0


def night(web: PracticeWeb, title: str, *options: str) -> dict[str, Run]:
    """Crawl all sites, as a user would from the command line; the runs by site."""
    tell(f"\n{title}")
    ats = [f"--at={name}={host}" for name, site in web.sites.items() for host in site.hosts]
    command = [sys.executable, "-m", "crawler.cli", "crawl", "--all", *ats, "--delay=0"]
    done = subprocess.run(
        [*command, f"--collection={COLLECTION}", "--json", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    if not done.stdout:
        sys.exit(done.returncode or 1)  # the crawl has said why on stderr
    runs = {run["site"]: Run(**run) for run in json.loads(done.stdout)}
    show(runs)
    return runs


def of_first(runs: dict[str, Run], expected: dict[str, int]) -> list[str]:
    """What the first night should have found and did not."""
    return [
        f"{name}: {told(runs, name, Change.NEW)} new articles, {count} are there"
        for name, count in expected.items()
        if told(runs, name, Change.NEW) != count
    ]


def of_second(runs: dict[str, Run], expected: dict[str, int]) -> list[str]:
    """What the next night says that is not so: nothing was changed, added or removed."""
    complaints = []
    for name, count in expected.items():
        for change in set(Change) - {Change.UNCHANGED}:
            if number := told(runs, name, change):
                complaints.append(f"{name}: {number} {change} on the next night")
        if (number := told(runs, name, Change.UNCHANGED)) != count:
            complaints.append(f"{name}: {number} of {count} articles seen again")
    return complaints


def told(runs: dict[str, Run], name: str, change: Change) -> int:
    return runs[name].counts.get(change, 0) if name in runs else 0


def commands() -> list[str]:
    """Commands that work when pasted, with an article of this collection."""
    tinhuy = Path(sys.executable).with_name("tinhuy")
    program = tinhuy.relative_to(Path.cwd()) if tinhuy.is_relative_to(Path.cwd()) else tinhuy
    with Catalog(Collection.open(COLLECTION).catalog_path) as catalog:
        found = [hit.entry for hit in catalog.search(WORDS, limit=1)]
        article = next(iter([*found, *catalog.articles(limit=1)]), None)
    verbs = [
        f'search "{WORDS}"',
        f"show {article.id}" if article else "list",
        f"explain {article.id}" if article else "model baohatinh",
        "serve",
        "replay baohatinh",
        "verify",
        "export --format jsonl -o demo/articles.jsonl",
    ]
    return [f"{program} {verb} --collection {COLLECTION}" for verb in verbs]


def show(runs: dict[str, Run]) -> None:
    out = console()
    if not out.is_terminal:
        out.width = WIDE
    out.print(fitting(RESULT_COLUMNS, [result_row(run) for run in runs.values()], out))


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # the crawl under way has had the same Ctrl-C, and ends by itself
