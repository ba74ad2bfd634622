"""A site is added to the list: looked at, proposed, and written with two of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import Collection
from archive.disk import written_whole
from crawler import registry, savedpages, sitefile
from crawler.outcome import Outcome
from crawler.proposal import Proposal, propose
from crawler.reading import NotAnArticle
from crawler.reading.page import REASONS, REFUSED
from crawler.run import CrawlOptions, survey_site
from crawler.sitefile import Place
from crawler.survey import Seen, Survey

_DOORS = ("login", "blocked")


class NotAdded(ValueError):
    """A site that is not added. `outcome` is what a crawl of it would have come to, or None where
    nothing was asked for.
    """

    def __init__(self, message: str, outcome: Outcome | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What was proposed, its source, and the files that were written: none in a dry run."""

    proposal: Proposal
    source: str
    written: tuple[Path, ...]


def add_site(
    url: str,
    *,
    on: date,
    name: str | None = None,
    dry_run: bool = False,
    options: CrawlOptions,
) -> Addition:
    """Look at a site that is not in the list, propose it, and write it unless this is a dry run.

    `on` is the day that the file tells. Raises NotAdded, BadName, NoPlace, BadRequest, OSError.
    """
    place = None if dry_run else sitefile.place()
    _refuse_known(url, name, place)
    with TemporaryDirectory(prefix="tinhuy-survey-") as directory:
        survey = survey_site(url, Path(directory) / "c", options)
        _refuse_what_is_none(survey)
        proposal = propose(survey, name)
        if not proposal.articles or proposal.ordinary is None:
            raise NotAdded(_nothing(survey), Outcome.EMPTY)
        _refuse_known(proposal.site.seeds[0], proposal.site.name, place)
        source = sitefile.source(proposal.site, survey.host, on, _told(proposal))
        written = _write(proposal, source, place, Path(directory) / "c") if place else ()
    return Addition(proposal=proposal, source=source, written=written)


def _refuse_known(url: str, name: str | None, place: Place | None) -> None:
    if known := registry.by_host(url):
        raise NotAdded(
            f"{url} belongs to {known.name}, which is in the list; "
            f"`tinhuy sites check {known.name}` looks at it"
        )
    if name is None:
        return
    sitefile.checked_name(name)
    if name in {site.name for site in registry.sites()}:
        raise NotAdded(f"a site is called {name} already; give another name: --name NAME")
    for path in (place.file(name), place.pages / name) if place else ():
        if path.exists():
            raise NotAdded(f"{path} is there already; move it away, or give another --name NAME")


def _refuse_what_is_none(survey: Survey) -> None:
    """Raise NotAdded where there was no answer, or a door."""
    if not survey.seen:
        why = survey.failed[0][1].rstrip(".") if survey.failed else "no answer"
        if survey.is_forbidden:
            raise NotAdded(f"robots.txt of {survey.host} forbids {survey.start}", Outcome.BLOCKED)
        raise NotAdded(
            f"{survey.start} gives no answer: {why}; look at the address, then at the network",
            Outcome.UNREACHABLE,
        )
    first = survey.seen[0]
    reason = first.found.reason if isinstance(first.found, NotAnArticle) else ""
    if first.status in REFUSED or reason in _DOORS:
        said = f"status {first.status}" if first.status != 200 else REASONS[reason]
        raise NotAdded(
            f"{first.url} refuses us: {said}; ask its owner, or give a page that is open to all",
            Outcome.BLOCKED,
        )


def _nothing(survey: Survey) -> str:
    """Why no site was found, in one line."""
    first = survey.seen[0]
    return (
        f"no articles were found at {first.url} ({_said(first)}), on {len(survey.seen)} pages; "
        "give the address of a page that lists articles"
    )


def _said(page: Seen) -> str:
    if page.status != 200:
        return f"status {page.status}"
    if isinstance(page.found, NotAnArticle):
        return REASONS.get(page.found.reason, page.found.reason)
    return "it is no page of text" if page.found is None else "one page of text"


def _told(proposal: Proposal) -> str:
    site = proposal.site
    system = site.platform or "no known system"
    return f"{system}, {len(proposal.articles)} articles and {len(proposal.lists)} lists"


def _write(proposal: Proposal, source: str, place: Place, collection: Path) -> tuple[Path, ...]:
    """The pages first: a site whose file stands has them."""
    site, kept = proposal.site, Collection.open(collection)
    pages = [("ordinary", proposal.ordinary), ("odd", proposal.odd)]
    written = list[Path]()
    for case, page in pages:
        if page is not None:
            path = place.pages / site.name / f"{case}.warc"
            savedpages.save(kept, page.capture, site, path)
            written += [path, path.with_suffix(".json")]
    place.sites.mkdir(parents=True, exist_ok=True)
    with written_whole(place.file(site.name)) as draft:
        draft.write_text(source, encoding="utf-8")
    return (place.file(site.name), *written)
