"""The nightly report: what it tells, and how it looks in a real browser."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from rich.cells import cell_len

from archive import Change, Collection
from archive.writer import warc_date
from crawler import diary, layout, settings, telling
from crawler.diary import Diary, Entry, State
from crawler.outcome import Outcome
from crawler.report import (
    HISTORY,
    NEWS,
    Grade,
    Mark,
    Report,
    day_of,
    due,
    gather,
    mark_at,
    marks_of,
)
from tests import pagechecks
from tests.cli import answer, tinhuy
from tests.history import LAST, Nights, Site, trouble, usual

DAY = "2026-11-26"
HOSTILE = (
    "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>",
    "\"'><b>&amp;&lt;{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[31mđỏ\x07\r\n\x9b1m \u2028\ufffe",
    "\u202egnort iờgn\u202c \u2066trái\u2069 \u200fphải",
    "Dài " + "đường" * 2_000,
    "ỦY BAN " * 1_400,
    "漢字" * 5_000,
    "e" + "\u0301" * 10_000,
    "",
)


def report_of(home: Collection, day: str = DAY, *undelivered: str) -> Report:
    with Diary.as_it_is(home) as diary:
        begin, end = marks_of(date.fromisoformat(day), diary)
    return gather(home, day, begin, end, undelivered)


def _same(words: str, number: int) -> str:
    return words


def hostile(path: Path) -> Collection:
    """Each of these stands wherever a site can put it."""
    sites = [
        Site(
            f"site-{place}",
            Outcome.BLOCKED,
            words,
            new=lambda night: 2,
            title=partial(_same, words),
            url="javascript:alert({number})//{site}" if place % 2 else "https://x.example/{number}",
        )
        for place, words in enumerate(HOSTILE)
    ]
    home = Nights(path, sites).write(12)
    trouble(home, LAST, *((words, words, words) for words in HOSTILE))
    return home


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    home = tmp_path_factory.mktemp("report")
    return {
        "usual": report_of(usual(home / "c"), DAY, "json://hook.example: the letter of 21 Nov"),
        "hostile": report_of(hostile(home / "hostile"), DAY, *HOSTILE),
        "empty": report_of(Collection.create(home / "empty")),
        "quiet": report_of(Nights(home / "quiet", [Site("baohatinh")]).write(1)),
    }


# What it tells


def test_a_report_tells_of_the_night(reports: dict[str, Report]) -> None:
    """Counts, outcomes, reasons, headlines, alarms of each state, and the charts' last bars."""
    told = reports["usual"]
    assert told.headline == "2 alarms: 5 sites, 36 new articles"
    assert [(site.name, site.went, site.found.get(Change.NEW, 0)) for site in told.sites] == [
        ("dongthap", "killed", 2),
        ("travinh", "unreachable", 0),
        ("chodon", "incomplete", 7),
        ("baohatinh", "ok", 19),
        ("baodongthap", "ok", 8),
    ]
    assert [told.found(change) for change in (Change.CHANGED, Change.GONE)] == [2, 2]
    assert told.runs == {"ok": 2, "killed": 1, "unreachable": 1, "incomplete": 1}
    assert told.sites[2].remark == "3 pages failed: 502 Bad Gateway"
    assert [alarm.rule for alarm in told.raised] == ["unreachable"]
    assert [alarm.rule for alarm in told.lasting] == ["certificate", "unreachable"]
    assert [alarm.rule for alarm in told.cleared] == ["disk"]
    assert len(told.nights) == HISTORY
    assert told.nights[-1].new == 36
    assert told.nights[-1].runs == {Grade.WELL: 2, Grade.PARTLY: 1, Grade.BADLY: 2}
    assert all(night.new for night in told.nights)
    news = {change: [one.title for one in told.sites[3].headlines[change]] for change in Change
            if change in told.sites[3].headlines}  # fmt: skip
    assert [len(titles) for titles in news.values()] == [6, 1, 1]
    assert news[Change.NEW][0] == "Ngưỡng cửa mùa nước nổi"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Outcome.OK, Outcome.OK], "all is well: 2 sites, 6 new articles"),
        ([Outcome.OK, Outcome.INCOMPLETE], "1 not whole: 2 sites, 6 new articles"),
        ([None, Outcome.PARKED], "2 went badly: 2 sites, 6 new articles"),
        ([], "nothing was crawled"),
    ],
)
def test_the_headline_says_what_matters(
    tmp_path: Path, outcomes: list[Outcome | None], expected: str
) -> None:
    """Without an alarm it says how many sites did not go well, or that all did."""
    sites = [Site(f"s{place}", outcome) for place, outcome in enumerate(outcomes)]
    assert report_of(Nights(tmp_path / "c", sites).write(1)).headline == expected


def after_the_last_night() -> datetime:
    return LAST + timedelta(hours=2)


def test_a_report_does_not_read_the_whole_diary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same as of all, and reads no more of years than of the nights in its charts; nor
    does who asks whether one is due before there was any.
    """
    monkeypatch.setattr(settings, "CLOCK", "tests.test_report.after_the_last_night")
    home = Nights(tmp_path / "c", [Site("bao"), Site("dang")]).write(150)
    whole, read = report_of(home), list[int]()
    monkeypatch.setattr("crawler.report.FAR", 10)
    to_entry = diary._entry

    def counted(row: sqlite3.Row) -> Entry:
        read.append(row["number"])
        return to_entry(row)

    monkeypatch.setattr(diary, "_entry", counted)
    assert replace(report_of(home), free=0) == replace(whole, free=0)
    assert min(read) > 2 * (150 - HISTORY - 2) - 10
    read.clear()
    assert due(home, DAY, "", None) == DAY
    assert min(read) > 2 * (150 - NEWS - 2) - 10
    read.clear()
    assert telling.report_of(home).runs == {"ok": 2}
    assert len(read) < 2 * (HISTORY + 10) + 30


def test_alarms_are_told_as_they_were_then(tmp_path: Path) -> None:
    """The report of a day before has the alarms that lasted on that day, though they are over."""
    home = Nights(tmp_path / "c", [Site("bao")]).write(4)
    trouble(home, LAST - timedelta(days=2), ("stale", "bao", "old"))
    trouble(home, LAST + timedelta(minutes=30))
    states = {
        day: [len(told) for told in (report.raised, report.lasting, report.cleared)]
        for day in ("2026-11-24", "2026-11-25", "2026-11-26")
        for report in [report_of(home, day)]
    }
    assert states == {"2026-11-24": [1, 1, 0], "2026-11-25": [0, 1, 0], "2026-11-26": [0, 0, 1]}


ENDS = st.lists(st.integers(0, 40), min_size=1, max_size=30)


@given(ends=ENDS, clocks=st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_a_run_is_told_once(ends: list[int], clocks: list[int]) -> None:
    """Whenever runs end, and wherever the clock is set meanwhile, reports share the runs out."""
    entries = [
        Entry(
            number=place + 1,
            site="bao",
            state=State.ENDED,
            started_at=minute(min(end, place)),
            ended_at=minute(end),
        )
        for place, end in enumerate(ends)
    ]
    mark, told = Mark(at=minute(0)), list[Entry]()
    for clock in [*clocks, 99]:
        behind = [entry for entry in entries if (entry.number or 0) >= mark.first]
        after = mark_at(behind, minute(clock), mark)
        told += [one for one in behind if mark.is_before(one) and not after.is_before(one)]
        mark = after
    assert sorted(entry.number or 0 for entry in told) == list(range(1, len(ends) + 1))


def minute(number: int) -> str:
    return warc_date(LAST + timedelta(minutes=number))


def test_what_is_shown_is_bounded(tmp_path: Path) -> None:
    """500 sites with long words about long titles, and as many alarms, stay below 100 kB, where
    mail programs cut; what is left out is counted.
    """
    sites = [
        Site(
            f"site{place}",
            [Outcome.OK, Outcome.BLOCKED][place % 2],
            "Từ chối " * 100,
            new=lambda night: 8,
            title=lambda number: "Hội nghị ở cơ sở " * 60,
            url="https://{site}.example/" + "a" * 200 + "/{number}",
        )
        for place in range(100)
    ]
    home = Nights(tmp_path / "c", sites).write(1)
    trouble(home, LAST, *(("stale", site.name, "Lâu không có bài mới. " * 90) for site in sites))
    report = report_of(home)
    others = tuple(replace(site, headlines={}) for site in report.sites) * 4
    sites_of_all = sorted(report.sites + others, key=lambda site: site.went == Outcome.OK)
    report = replace(report, sites=tuple(sites_of_all), lasting=report.lasting * 5)
    html, text = layout.html(report), layout.text(report)
    assert len(html.encode()) < 100_000
    assert len(text.encode()) < 100_000
    for form in (html, text):
        assert "and 440 more sites (190 blocked, 250 ok) with 3,520 new articles" in form
        assert "and 460 more alarms" in form
        assert "500 alarms: 500 sites, 4,000 new articles" in form


def test_text_fits_its_width(reports: dict[str, Report]) -> None:
    """No line but an address is wider than 78 columns, whatever it is made of, and none is odd."""
    for report in reports.values():
        for line in layout.text(report).splitlines():
            assert cell_len(line) <= layout.WIDTH or line.strip().startswith("https://"), line
            assert line == line.encode("unicode_escape").decode() or not {
                letter for letter in line if ord(letter) < 32 or letter in "\u202e\u2066\u2028\x9b"
            }


def test_the_documents_show_a_report(tmp_path: Path) -> None:
    """README's sample is the beginning of one."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"^```text\n(\d alarms: .*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert layout.text(report_of(usual(tmp_path / "default"))).startswith(f"{sample}\nThe night\n")


# The command


def test_the_command_tells_a_day(tmp_path: Path, reports: dict[str, Report]) -> None:
    """`tinhuy report DATE` prints the text, the HTML or the data; a day that is none is refused."""
    home = usual(tmp_path / "c", nights=2)
    where = f"--collection={home.path}"
    lines = layout.text(report_of(home)).splitlines()
    printed = tinhuy("report", DAY, where).stdout.splitlines()
    assert [one for one in printed if "free" not in one] == [
        one for one in lines if "free" not in one
    ]
    told = answer("report", DAY, where)
    assert told["headline"] == "2 alarms: 5 sites, 35 new articles"
    assert [site["name"] for site in told["sites"]] == [one.name for one in reports["usual"].sites]
    page = tinhuy("report", DAY, "--html", where).stdout
    assert page.startswith("<!doctype html>\n")
    assert f"<title>{DAY}: {told['headline']}</title>" in page
    refused = tinhuy("report", "2026-13-01", where)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


# How it looks


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    pagechecks.needed()
    with pagechecks.browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("pages")
    for name, report in reports.items():
        (home / f"{name}.html").write_text(layout.html(report), encoding="utf-8")
    return {name: home / f"{name}.html" for name in reports}


class Watched:
    """A page that is open, and all that a browser said and wanted while it was."""

    def __init__(self, chromium: Browser, path: Path, **options: Any) -> None:
        self.page: Page = chromium.new_page(**options)
        self.said, self.wanted = list[str](), list[str]()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.wanted.append(request.url))
        self.page.goto(path.as_uri())

    def colours(self, selector: str) -> dict[tuple[int, int, int], float]:
        """The colours in a picture of an element, each with the share that it has, by frequency."""
        picture = base64.b64encode(self.page.locator(selector).first.screenshot()).decode()
        reader = self.page.context.browser.new_page()  # type: ignore[union-attr]
        found: dict[str, int] = reader.evaluate(COLOURS, picture)
        reader.close()
        total = sum(found.values())
        return {
            tuple(json.loads(colour)): count / total
            for colour, count in sorted(found.items(), key=lambda one: -one[1])
        }


COLOURS = """async picture => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(image, 0, 0);
    const bytes = drawing.getImageData(0, 0, image.width, image.height).data;
    const counts = {};
    for (let at = 0; at < bytes.length; at += 4) {
        const colour = `[${bytes[at]},${bytes[at + 1]},${bytes[at + 2]}]`;
        counts[colour] = (counts[colour] || 0) + 1;
    }
    return counts;
}"""
BARS = """svg => {
    const ground = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("rect")].map(bar => {
        const box = bar.getBoundingClientRect();
        const height = box.height / (100 * svg.getScreenCTM().d);
        return {width: box.width, height, left: box.left - ground.left};
    });
}"""
LOOKS = [
    pytest.param(1100, "light", id="light"),
    pytest.param(1100, "dark", id="dark"),
    pytest.param(360, "light", id="phone"),
    pytest.param(360, "dark", id="phone-dark"),
]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_report_is_looked_at(
    chromium: Browser,
    pages: dict[str, Path],
    reports: dict[str, Report],
    tmp_path: Path,
    width: int,
    scheme: Any,
) -> None:
    """In a browser, light and dark, on a desk and on a phone, everything of it can be seen: the
    bars as high as their numbers, in their colours on another, no text cut off, nothing beside
    the page, nothing fetched, nothing complained of.
    """
    size = {"width": width, "height": 900}
    look = Watched(chromium, pages["usual"], viewport=size, color_scheme=scheme)
    page = look.page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    heading = page.get_by_role("heading", level=1)
    assert heading.inner_text() == "2 alarms: 5 sites, 36 new articles"
    new, runs, written = page.locator("svg").all()
    bars = new.evaluate(BARS)
    highest = max(night.new for night in reports["usual"].nights)
    expected = [night.new / highest for night in reports["usual"].nights]
    assert [bar["height"] for bar in bars] == pytest.approx(expected, abs=0.001)
    assert all(bar["width"] > 3 for bar in bars)
    assert bars[-1]["left"] > new.bounding_box()["width"] * 0.9  # type: ignore[index]
    assert len(runs.evaluate(BARS)) == 3 * HISTORY
    assert len(written.evaluate(BARS)) == HISTORY
    everything = page.screenshot(full_page=True, path=str(tmp_path / "report.png"))
    assert len(everything) > 50_000
    (ground, share), *others = look.colours("body").items()
    assert (sum(ground) < 150) == (scheme == "dark")
    assert share < 0.95
    assert len(others) > 100
    shares = look.colours(".charts svg")
    bar = page.locator("rect.before").first.evaluate("bar => getComputedStyle(bar).fill")
    colour: Any = tuple(map(int, bar.removeprefix("rgb(").removesuffix(")").split(", ")))
    assert 0.3 < shares[colour] < 0.8
    assert abs(sum(colour) - sum(ground)) > 100
    assert look.wanted == [pages["usual"].as_uri()]
    assert look.said == []
    page.close()


@pytest.mark.parametrize("name", ["usual", "hostile", "empty", "quiet"])
def test_a_report_is_sound_html(chromium: Browser, pages: dict[str, Path], name: str) -> None:
    """A validator has nothing to say of it, whatever stands in titles, reasons and alarms."""
    assert pagechecks.validated(pages[name]) == []


def test_the_validator_would_say_so(chromium: Browser, tmp_path: Path) -> None:
    """One element out of place, one attribute twice and one id twice are found."""
    broken = tmp_path / "broken.html"
    body = '<ul><p>1</p></ul><p id="a" id="b"></p><p id="a"></p>'
    head = '<!doctype html><html lang="en"><head><title>a</title></head>'
    broken.write_text(f"{head}<body>{body}</body></html>")
    assert len(pagechecks.validated(broken)) >= 3


@pytest.mark.parametrize("name", ["usual", "hostile", "empty", "quiet"])
@pytest.mark.parametrize(("width", "scheme"), LOOKS[:3])
def test_a_report_is_accessible(
    chromium: Browser, pages: dict[str, Path], name: str, width: int, scheme: Any
) -> None:
    """axe finds nothing, contrast of colours included, and a page of strangers' words stays in
    its width and runs nothing of theirs.
    """
    size = {"width": width, "height": 900}
    look = Watched(chromium, pages[name], viewport=size, color_scheme=scheme)
    assert pagechecks.audited(look.page) == []
    assert look.page.evaluate("document.documentElement.scrollWidth") == width
    assert look.page.title().startswith(f"{DAY}: ")
    assert look.page.locator("script, img, iframe, [onerror]").count() == 0
    addresses = look.page.locator("a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(addresses) <= {"https:", "http:"}
    assert look.wanted == [pages[name].as_uri()]
    assert look.said == []
    look.page.close()


def test_days_are_those_of_vietnam() -> None:
    """An evening in UTC is the next day there."""
    assert (day_of("2026-11-25T16:59:59Z"), day_of("2026-11-25T17:00:00Z")) == ("2026-11-25", DAY)
