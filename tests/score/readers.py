"""Who reads: this project, and the extractors that it is compared with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import trafilatura

from archive.article import Article, Gone
from crawler.reading import READER_VERSION, NotAnArticle, SiteModel, Traits, read, study
from tests.loopback_only import sitecustomize
from tests.score.corpora import Sample, Site
from tests.score.figures import Output

STAGES = (0, 3, 10, 20, 40)
"""How many pages of a site are learned before its pages are read."""
WITH_RULES = "ours, rules"
OURS = frozenset({"date", "updated", "author", "captions"})
TOLD = {
    "trafilatura": frozenset({"date", "author"}),
    "trafilatura precise": frozenset({"date", "author"}),
    "readability-lxml": frozenset[str](),
    "newspaper4k": frozenset({"date", "author"}),
    "resiliparse": frozenset[str](),
}
"""Which fields each of the others tells, besides the title."""
OTHERS = ("readability-lxml", "newspaper4k", "resiliparse")
"""Those that have an environment of their own."""


def by_rules(site: Site) -> list[Output]:
    """Ours, with the rules of the platform and nothing learned."""
    return [of_reading(read(s.page, site=site.name, rules=site.rules)) for s in site.samples]


def by_models(site: Site, stages: Sequence[int]) -> list[list[Output]]:
    """Ours, without any rule of the site, after so many of its pages were learned, for each stage.

    They were learned from other fetches than those that are read, newest first.
    """
    learned = traits_of(site, max(stages))
    models = [SiteModel().learn(filter(None, learned[:count])) for count in stages]
    return [
        [of_reading(read(s.page, site=site.name, model=model)) for s in site.samples]
        for model in models
    ]


def traits_of(site: Site, count: int) -> list[Traits | None]:
    return [study(s.again, site=site.name).traits for s in site.samples[:count]]


def learned_name(count: int) -> str:
    return f"ours, {count} pages learned"


def of_reading(found: Article | Gone | NotAnArticle) -> Output:
    """What we read. A page that is said to be no article has no lines."""
    if not isinstance(found, Article):
        return Output(title=None, lines=(), tells=OURS)
    return Output(
        title=found.title,
        lines=(*filter(None, [found.lead]), *filter(None, found.text.split("\n\n"))),
        date=found.published,
        updated=found.updated,
        author=found.author,
        captions=found.captions,
        tells=OURS,
    )


def by_trafilatura(samples: Sequence[Sample], *, precise: bool) -> list[Output]:
    """trafilatura with its metadata, by default or in precision mode."""
    name = "trafilatura precise" if precise else "trafilatura"
    made = []
    for sample in samples:
        found = trafilatura.extract(
            text_of(sample),
            url=sample.page.url,
            output_format="json",
            with_metadata=True,
            favor_precision=precise,
        )
        made.append(of_fields(json.loads(found or "{}"), TOLD[name]))
    return made


def by_others(python: Path, samples: Sequence[Sample]) -> list[list[Output]]:
    """What each of OTHERS reads, in their order. `python` has them."""
    asked = "".join(json.dumps([s.page.url, text_of(s)]) + "\n" for s in samples)
    lines = run_others(python, asked)[1:]
    return [[of_fields(line[name], TOLD[name]) for line in lines] for name in OTHERS]


def versions(python: Path) -> dict[str, str]:
    """Of this reader, of what it is built on, and of OTHERS."""
    own = {"reader": READER_VERSION} | {n: version(n) for n in ("trafilatura", "lxml")}
    return own | run_others(python, "")[0]


def run_others(python: Path, asked: str) -> list[dict[str, Any]]:
    """They reach no network, as our tests do not, and find the same at every run."""
    script = Path(__file__).with_name("others.py")
    command: list[Path] = [python, script]
    set_up = {"PYTHONPATH": str(Path(sitecustomize.__file__).parent), "PYTHONHASHSEED": "0"}
    ran = subprocess.run(
        command, input=asked, capture_output=True, text=True, timeout=3600, env=os.environ | set_up
    )
    if ran.returncode:
        raise RuntimeError(f"{script.name} failed: {ran.stderr.strip()[-500:]}")
    return [json.loads(line) for line in ran.stdout.splitlines()]


def of_fields(fields: dict[str, Any], tells: frozenset[str]) -> Output:
    lines = (" ".join(line.split()) for line in (fields.get("text") or "").splitlines())
    return Output(
        title=fields.get("title"),
        lines=tuple(filter(None, lines)),
        date=fields.get("date"),
        author=fields.get("author"),
        tells=tells,
    )


def text_of(sample: Sample) -> str:
    """The page decoded, which we do ourselves and the others leave to whoever calls them."""
    return sample.page.body.decode("utf-8", "replace")
