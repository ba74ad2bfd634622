"""A report as people read it: one HTML document without scripts or anything from outside, and text.

Whatever a site wrote is cut to a length, and its control and direction characters are spelled out.
Both forms are bounded, however many sites and articles a night had: mail programs cut off what is
longer than 100 kB.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from unicodedata import normalize

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from rich.cells import cell_len, set_cell_size

from archive import Change
from archive.times import local
from crawler import charts
from crawler.alarms import Alarm
from crawler.plain import Size, harmless
from crawler.report import SHOWN, Grade, Night, Report, SiteNight, counted

WIDTH = 78
"""Columns of the text, but for addresses, which are of no use when they are cut."""

MOST_SITES, MOST_ALARMS = 60, 40
"""Rows that are shown; the rest is counted."""

LONGEST, LONGEST_LINK = 160, 300
"""Characters of what a site wrote, and of an address that is shown with it."""


_TOWER = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its heading, what it says in words, its bars, and how high they are."""

    name: str
    heading: str
    summary: str
    bars: list[charts.Bar]
    highest: str


def html(report: Report) -> str:
    """One HTML document."""
    return _template().render(
        report=report,
        headline=_capital(report.headline),
        night=_long_date(report.date),
        shown_sites=report.sites[:MOST_SITES],
        rest=_rest(report.sites[MOST_SITES:]),
        alarms=[*_alarms(report)],
        charts=[*_charts(report)],
        news=[*_news(report)],
        SHOWN=SHOWN,
        MOST_ALARMS=MOST_ALARMS,
        bar_width=charts.WIDTH,
        charts_width=charts.STEP * len(report.nights),
    )


def text(report: Report) -> str:
    """The same for a terminal or a mail, in WIDTH columns."""
    return "\n".join(_lines(report)) + "\n"


def of_alarms(new: Sequence[Alarm], over: Sequence[Alarm]) -> tuple[str, str]:
    """A line and a text on alarms that came and went."""
    counts = ((new, "new alarm"), (over, "alarm"))
    told = [counted(len(alarms), name) for alarms, name in counts if alarms]
    line = ", ".join(told) + (" over" if over else "")
    lines = [*_alarm_lines([*_stated("new", new), *_stated("over", over)])]
    return line, "\n".join((_capital(line), "", *lines)) + "\n"


def shown(text: str, most: int = LONGEST) -> str:
    """What a site wrote, in one line of bounded length, without towers of marks."""
    plain = _TOWER.sub(r"\1", normalize("NFC", harmless(text[: most + 1])))
    is_whole = max(len(text), len(plain)) <= most
    return plain if is_whole else plain[: most - 1].rstrip() + "…"


def link(url: str) -> str:
    """An address that may be followed, or ""."""
    is_good = url.startswith(("http://", "https://")) and len(url) <= LONGEST_LINK
    return harmless(url) if is_good else ""


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("crawler"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: harmless(value) if type(value) is str else value,
    )
    environment.filters |= {
        "counted": counted,
        "day": _short_date,
        "link": link,
        "moment": moment,
        "shown": shown,
        "size": _size,
    }
    return environment.get_template("report.html")


def moment(at: str) -> str:
    """A WARC date as people read it: "26 Nov, 05:12"."""
    return f"{datetime.fromisoformat(local(at)):%-d %b, %H:%M}"


def _size(amount: int) -> str:
    return Size(amount).told()


def _long_date(day: str) -> str:
    return f"{date.fromisoformat(day):%A, %-d %B %Y}"


def _short_date(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b}"


def _alarms(report: Report) -> Iterator[tuple[str, Alarm]]:
    """The alarms with what is to be said of them: new ones first, then those that are over."""
    new = {alarm.number for alarm in report.raised}
    raised = [alarm for alarm in report.lasting if alarm.number in new]
    lasting = [alarm for alarm in report.lasting if alarm.number not in new]
    for state, alarms in (("new", raised), ("lasts", lasting), ("over", report.cleared)):
        yield from _stated(state, alarms)


def _stated(state: str, alarms: Iterable[Alarm]) -> Iterator[tuple[str, Alarm]]:
    return ((state, alarm) for alarm in alarms)


def _rest(sites: tuple[SiteNight, ...]) -> str:
    """What is said of the sites for which there is no row."""
    if not sites:
        return ""
    words = dict[str, int]()
    for site in sites:
        words[site.went] = words.get(site.went, 0) + 1
    went = ", ".join(f"{count:,} {word}" for word, count in words.items())
    new = sum(site.found.get(Change.NEW, 0) for site in sites)
    return f"and {counted(len(sites), 'more site')} ({went}) with {counted(new, 'new article')}"


def _charts(report: Report) -> Iterator[Chart]:
    nights = report.nights
    new, written = [night.new for night in nights], [night.written for night in nights]
    yield Chart(
        "new",
        "New articles",
        f"{new[-1]:,} this night; {_mean(new):,} in the mean, {max(new):,} at the most.",
        charts.stacks([[(_when(night, nights), night.new)] for night in nights]),
        f"{max(new):,}",
    )
    runs = [sum(night.runs.values()) for night in nights]
    yield Chart(
        "runs",
        "Runs",
        f"{runs[-1]:,} this night: {_went(report)}.",
        charts.stacks([[(g, night.runs.get(g, 0)) for g in Grade] for night in nights]),
        f"{max(runs):,}",
    )
    yield Chart(
        "written",
        "Written",
        f"{_size(written[-1])} this night; {_size(_mean(written))} in the mean.",
        charts.stacks([[(_when(night, nights), night.written)] for night in nights]),
        _size(max(written)),
    )


def _went(report: Report) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in report.runs.items()) or "none"


def _when(night: Night, nights: tuple[Night, ...]) -> str:
    return "tonight" if night is nights[-1] else "before"


def _mean(values: list[int]) -> int:
    """Of the nights that had anything."""
    told = [value for value in values if value]
    return round(sum(told) / len(told)) if told else 0


def _news(report: Report) -> Iterator[tuple[SiteNight, list[tuple[Change, Any, int]]]]:
    """Sites with headlines: each kind of news with its articles, and how many more there are."""
    for site in report.sites:
        told = [
            (change, heads, site.found[change] - len(heads))
            for change, heads in site.headlines.items()
        ]
        if told:
            yield site, told


# Text


def _lines(report: Report) -> Iterator[str]:
    yield from _wrapped(_capital(report.headline))
    yield f"{_long_date(report.date)}, {shown(report.collection, 40)}"
    yield f"Of what ended between {moment(report.since)} and {moment(report.until)}."
    yield from _heard(report)
    yield from _section("The night", _figures(report))
    yield from _section("Sites", _site_lines(report))
    yield from _section("News", _news_lines(report))


def _heard(report: Report) -> Iterator[str]:
    """Alarms, and letters that did not arrive."""
    yield from _section("Alarms", _alarm_lines([*_alarms(report)]))
    letters = (line for words in report.undelivered for line in _wrapped(shown(words), "  "))
    yield from _section("Letters that did not arrive", letters)


def _alarm_lines(alarms: Sequence[tuple[str, Alarm]]) -> Iterator[str]:
    for state, alarm in alarms[:MOST_ALARMS]:
        yield from _alarm(state, alarm)
    if len(alarms) > MOST_ALARMS:
        yield f"and {counted(len(alarms) - MOST_ALARMS, 'more alarm')}: tinhuy health"


def _alarm(state: str, alarm: Alarm) -> Iterator[str]:
    about = f"{shown(alarm.site)}: " if alarm.site else ""
    yield from _wrapped(f"{state:5}  {about}{shown(alarm.rule)}", "       ")
    yield from _wrapped(f"       {shown(alarm.evidence)}", "       ")
    since = f"       since {moment(alarm.raised_at)}"
    yield since + (f", until {moment(alarm.cleared_at)}" if alarm.cleared_at else "")


def _figures(report: Report) -> Iterator[str]:
    for change in SHOWN:
        yield f"{report.found(change):>10,}  {change} articles"
    yield f"{_size(report.count('bytes_written')):>10}  written"
    yield f"{_size(report.size):>10}  in the archive, {_size(report.free)} free on its disk"
    yield from _wrapped(f"{'':10}  runs: {_went(report)}", " " * 12)


def _site_lines(report: Report) -> Iterator[str]:
    names = [shown(site.name, 24) for site in report.sites[:MOST_SITES]]
    width = max(map(cell_len, names), default=0)
    for name, site in zip(names, report.sites, strict=False):
        counts = "  ".join(f"{site.found.get(change, 0):>6,} {change}" for change in SHOWN)
        yield f"{set_cell_size(name, width)}  {site.went:11}  {counts}"
        if site.grade is not Grade.WELL and site.remark:
            yield from _wrapped(f"    {shown(site.remark)}", "    ")
    yield from _wrapped(_rest(report.sites[MOST_SITES:]))


def _news_lines(report: Report) -> Iterator[str]:
    for place, (site, told) in enumerate(_news(report)):
        if place:
            yield ""
        yield from _wrapped(shown(site.title))
        for change, heads, more in told:
            for head in heads:
                yield from _wrapped(f"  {change:8} {shown(head.title)}", " " * 11)
                if link(head.url):
                    yield " " * 11 + link(head.url)
            if more:
                yield f"           and {more:,} more {change}"


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """A section, if it has any lines."""
    told = list(lines)
    if told:
        yield from ("", heading, "-" * len(heading), *told)


def _wrapped(words: str, indent: str = "") -> list[str]:
    """Lines of WIDTH columns, also of letters that are two columns wide."""
    lines = list[str]()
    for line in textwrap.wrap(words, WIDTH, subsequent_indent=indent, drop_whitespace=True):
        while cell_len(line) > WIDTH:
            head = set_cell_size(line, WIDTH).rstrip()
            lines.append(head)
            line = indent + line[len(head) :]
        lines.append(line)
    return lines


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
