"""docs/scores.md: the scoreboard as Markdown, written and read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.score import readers
from tests.score.board import ALL, Corpus, Row
from tests.score.figures import Figures

FILE = Path(__file__).resolve().parents[2] / "docs" / "scores.md"
NONE = "–"
"""Where there is nothing to measure, or a reader does not tell."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    value: Callable[[Figures], float | None]
    digits: int = 4


COLUMNS = (
    Column("pages", lambda f: f.pages, 0),
    Column("F1", lambda f: f.f1),
    Column("±", lambda f: f.noise),
    Column("worst", lambda f: f.worst),
    Column("furniture", lambda f: f.furniture),
    Column("± lines", lambda f: f.furniture_noise),
    Column("lost", lambda f: f.lost, 0),
    Column("of", lambda f: f.paragraphs, 0),
    Column("lead", lambda f: f.leads),
    Column("title", lambda f: f.titles),
    Column("date right", lambda f: f.dates_right),
    Column("wrong", lambda f: f.dates_wrong),
    Column("null", lambda f: f.dates_null),
    Column("author P", lambda f: f.author_precision),
    Column("author R", lambda f: f.author_recall),
    Column("captions", lambda f: f.captions),
)
EXPLAINED = """\
`make score` writes this file; every figure of ours is measured again by `make test`, on other
articles, and may not fall below what stands here by more than chance explains.

* **F1**: of sets of four-word shingles, NFC; the truth is lead and body, captions count neither
  way; mean over the pages. **±**: standard deviation of that mean, by bootstrap. **worst**: of one
  page.
* **furniture**: lines a page that came out and are not the article's, **±** as before. **lost**:
  paragraphs that did not come out, **of** so many.
* **lead**, **title**: share of the pages with it kept, and right to the letter.
* **date**: right (a day without a time is right if it is the day), wrong, or null where one is
  shown. Null is right where none is shown.
* **author**: precision and recall of names. **captions**: F1 of whole captions.
* `–`: nothing to measure, or a field that the reader does not tell.

What newspaper4k finds differs a little from run to run; all else here does not.
"""


def markdown(corpora: Sequence[Corpus], rows: Sequence[Row], seed: int, about: str) -> str:
    """The whole document. The same rows give the same text."""
    parts = ["# Scores", EXPLAINED.rstrip(), f"Seed {seed}; {about}."]
    for corpus in corpora:
        own = [row for row in rows if row.corpus == corpus.name]
        count = sum(len(site.samples) for site in corpus.sites)
        parts += [f"## {corpus.name}", f"{count} pages: {corpus.about}.{private(corpus)}"]
        parts.append("\n".join(lines(own)))
    parts += ["## furniture that is left", "\n".join(left(rows))]
    return "\n\n".join(parts) + "\n"


def private(corpus: Corpus) -> str:
    if corpus.public:
        return ""
    return (
        " They are private test data: whoever lacks them measures all but these rows, and no line"
        " of them is shown."
    )


def lines(rows: Iterable[Row]) -> Iterator[str]:
    names = ["platform", "reader", *(column.name for column in COLUMNS)]
    yield f"| {' | '.join(names)} |"
    yield f"|---|---|{'---:|' * len(COLUMNS)}"
    for row in rows:
        yield f"| {' | '.join([row.site, row.reader, *cells(row.figures)])} |"


def cells(figures: Figures, columns: Iterable[Column] = COLUMNS) -> list[str]:
    found = [(column, column.value(figures)) for column in columns]
    return [NONE if value is None else f"{value:.{column.digits}f}" for column, value in found]


def values(figures: Figures) -> dict[str, float]:
    """The figures that there are, by the names of their columns."""
    found = ((column.name, column.value(figures)) for column in COLUMNS)
    return {name: value for name, value in found if value is not None}


def left(rows: Iterable[Row]) -> Iterator[str]:
    """What our reader leaves in, of the corpora whose lines may be shown."""
    yield "| corpus | reader | lines, with how many of them there are on all pages |"
    yield "|---|---|---|"
    for row in rows:
        if row.site == ALL and row.reader.startswith("ours") and row.left:
            shown = "; ".join(f"{line} ({count})" for line, count in row.left)
            yield f"| {row.corpus} | {row.reader} | {shown.replace('|', '¦')} |"


Key = tuple[str, str, str]
"""Corpus, platform, reader."""


def parsed(text: str) -> dict[Key, dict[str, float]]:
    """The figures of a document that `markdown` has made, by row and column."""
    found: dict[Key, dict[str, float]] = {}
    corpus = ""
    for line in text.splitlines():
        corpus = line.removeprefix("## ") if line.startswith("## ") else corpus
        values = re.split(r" \| ", line.strip("| "))
        if line.startswith("| ") and len(values) == len(COLUMNS) + 2 and values[0] != "platform":
            named = zip(COLUMNS, values[2:], strict=True)
            found[corpus, values[0], values[1]] = {
                column.name: float(value) for column, value in named if value != NONE
            }
    return found


def versions(python: Path) -> str:
    return ", ".join(f"{name} {number}" for name, number in readers.versions(python).items())
