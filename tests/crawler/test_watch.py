"""What is wrong, by each rule: when it is raised, that it is one alarm, and when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from archive.writer import warc_date
from crawler import watch
from crawler.alarms import Trouble
from crawler.diary import Entry, State
from crawler.seen import Certificate
from crawler.watch import Facts, House, of_house, of_site

BEGIN = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)
WELL = {
    "pages": 30,
    "listings": 5,
    "listings_empty": 0,
    "articles": 20,
    "new": 2,
    "changed": 1,
    "vanished": 0,
    "not_articles": 1,
    "with_author": 18,
    "with_lead": 19,
    "with_published": 20,
    "with_section": 0,
    "with_text": 19,
}
FIRST = WELL | {"full_round": 1, "articles": 2000, "new": 2000, "with_author": 1900}
GONE = {"pages": 0, "failures": 3}


def at(night: float) -> str:
    return warc_date(BEGIN + timedelta(days=night))


def visit(night: float, outcome: str = "ok", counts: dict[str, int] = WELL, **more: Any) -> Entry:
    told = {"state": State.ENDED, "reason": "", "counts": counts} | more
    return Entry(number=int(night * 10), site="bao", started_at=at(night), outcome=outcome, **told)


def day(night: float) -> date:
    return (BEGIN + timedelta(days=night, hours=7)).date()


class Watched:
    """A site that is looked at after each visit, with the alarms that last."""

    def __init__(self) -> None:
        self.visits, self.days = list[Entry](), list[date]()
        self.nights, self.certificates = list[Entry](), list[Certificate]()
        self.lasting = dict[str, str]()

    def look(self) -> list[Trouble]:
        visits = self.visits[::-1][: watch.LOOK_BACK]
        if self.lasting:
            first = min(self.lasting.values())
            before = [one for one in self.visits[::-1] if one.at < first and one not in visits]
            visits += before[: watch.LOOK_BACK]
        facts = Facts(
            site="bao",
            visits=visits,
            nights=self.nights[::-1],
            days=sorted(set(self.days), reverse=True),
            certificates=self.certificates,
            lasting=self.lasting,
        )
        return of_site(facts)

    def after(self, one: Entry, *, news: bool = False) -> list[str]:
        """The rules by which something is wrong after one more visit."""
        self.visits.append(one)
        if news:
            self.days.append(day((datetime.fromisoformat(one.at) - BEGIN) / timedelta(days=1)))
        troubles = self.look()
        raised_at = warc_date(datetime.fromisoformat(one.at) + timedelta(hours=1))
        self.lasting = {each.rule: self.lasting.get(each.rule, raised_at) for each in troubles}
        return [each.rule for each in troubles]

    def well(self, *nights: float) -> None:
        for night in nights:
            assert self.after(visit(night), news=True) == []


@pytest.fixture
def site() -> Watched:
    """A site that was walked through, and has been well for twenty nights."""
    made = Watched()
    assert made.after(visit(0, counts=FIRST)) == []
    made.well(*range(1, 21))
    return made


BAD = {
    "unreachable": visit(0, "unreachable", GONE, reason="there is no host bao.example"),
    "blocked": visit(0, "blocked", {"pages": 25}, reason="it refused the last 20 of 25 pages"),
    "identical": visit(0, "blocked", {"pages": 30, "alike": 29}, reason="one and the same"),
    "moved": visit(0, "moved", {"pages": 30}, reason="its front page leads to moi.example"),
    "parked": visit(0, "parked", {"pages": 1}, reason="for sale"),
    "failing": visit(0, "failed", WELL, reason="disk full"),
    "listing-empty": visit(0, "ok", WELL | {"listings_empty": 5, "articles": 0, "new": 0}),
}
BAD_TOO = {
    "hang": ("unreachable", visit(0, "incomplete", {"pages": 1, "failures": 20})),
    "killed": ("failing", visit(0, "", {}, state=State.KILLED, reason="signal 9")),
    "nothing was ever found": (
        "listing-empty",
        visit(
            0,
            "empty",
            {"pages": 1}
            | {
                "listings": 1,
                "listings_empty": 1,
            },
        ),
    ),
}
AILMENTS = [*BAD.items(), *BAD_TOO.values()]


def on(night: float, one: Entry) -> Entry:
    return replace(one, started_at=at(night), number=int(night * 10))


@pytest.mark.parametrize(("rule", "bad"), AILMENTS)
def test_a_site_that_ails(site: Watched, rule: str, bad: Entry) -> None:
    """One bad night raises nothing, two raise one alarm; it stays one for as long as it lasts, and
    is over with the first sound visit.
    """
    assert site.after(on(21, bad)) == []
    for night in range(22, 22 + 3 * watch.LOOK_BACK):
        assert site.after(on(night, bad)) == [rule], night
    assert bad.reason in site.look()[0].evidence
    site.days += [day(night) for night in range(20, 202)]
    assert site.after(visit(202), news=True) == []


@pytest.mark.parametrize(("rule", "bad"), AILMENTS)
def test_one_bad_night_is_weather(site: Watched, rule: str, bad: Entry) -> None:
    """However often it is tried in that night, and however often there is such a night."""
    for night in (21, 23, 25):
        for hour in (0, 1, 2):
            assert site.after(on(night + hour / 24, bad)) == []
        site.well(night + 1)


def test_a_run_that_was_stopped_says_nothing(site: Watched) -> None:
    """Between two bad nights it is not the end of the trouble."""
    stopped = visit(22, "incomplete", {"pages": 0, "left_out": 3}, reason="shutdown")
    assert site.after(on(21, BAD["unreachable"])) == []
    assert site.after(stopped) == []
    assert site.after(on(23, BAD["unreachable"])) == ["unreachable"]
    assert site.after(on(24, stopped)) == ["unreachable"]


def test_a_site_that_is_bad_in_several_ways(site: Watched) -> None:
    """Its alarm is of the way that was seen twice in a row, and it has one at a time."""
    ways = ["unreachable", "blocked", "unreachable", "blocked", "parked", "parked", "unreachable"]
    found = [site.after(on(21 + n, BAD[way])) for n, way in enumerate(ways)]
    assert found == [[], *[["unreachable"]] * 4, ["parked"], ["parked"]]


def test_a_failure_explains_its_silence(site: Watched) -> None:
    """A site that was silent stays silent while it fails, and neither is told anew."""
    for night in range(21, 30):
        rules = site.after(visit(night))
    assert rules == ["silent"]
    since = site.lasting["silent"]
    for night in range(30, 60):
        rules = site.after(on(night, BAD["unreachable"]))
    assert sorted(rules) == ["silent", "unreachable"]
    assert site.after(visit(60)) == ["silent"]
    assert site.lasting["silent"] == since
    assert site.after(visit(61), news=True) == []


def test_lists_that_never_led_anywhere(site: Watched) -> None:
    """A site of which feeds tell, and whose lists scripts fill, is as it was."""
    mute = Watched()
    for night in range(30):
        lists = {"listings": 1, "listings_empty": 1}
        assert mute.after(visit(night, counts=WELL | lists), news=True) == []


# Silence


def silence(days: Sequence[float], visits: Sequence[float]) -> list[float]:
    """The visits at which a site is silent that published on these days."""
    site, found = Watched(), list[float]()
    for night in visits:
        site.days = [day(one) for one in days if one <= night]
        if "silent" in site.after(visit(night)):
            found.append(night)
    return found


def test_a_daily_site_falls_silent() -> None:
    """Raised after some days, over with the next article."""
    found = silence([*range(30), *range(50, 60)], range(60))
    assert found == [*range(33, 50)]


def test_weekends_and_holidays_are_no_silence() -> None:
    """A site that publishes on working days, and once not for nine days, is not silent."""
    working = [n for n in range(300) if n % 7 < 5 and not 100 <= n < 104]
    assert silence(working, range(300)) == []


def test_a_site_that_publishes_twice_a_year() -> None:
    """Nothing is known of it for two years; later it is silent when a year has passed."""
    days = [182 * n for n in range(8)]
    found = silence(days, range(0, 182 * 12, 14))
    assert found[0] - days[-1] == pytest.approx(1.5 * 182 + 2, abs=14)


def test_bursts_are_a_rhythm() -> None:
    """Five articles in a week, then nothing for two months, again and again."""
    days = [n for n in range(600) if n % 60 < 5]
    assert silence(days, range(600)) == []


def test_three_visits_are_no_rhythm() -> None:
    assert silence([0], [0, 1, 40]) == []


def test_who_is_not_visited_is_not_silent() -> None:
    """What was published while nobody looked is not known."""
    assert silence(range(30), [*range(30), 300]) == [300]
    assert silence(range(30), range(30)) == []


# Fields, edits, what is gone


def lost(name: str, of: int = 20) -> dict[str, int]:
    return WELL | {f"with_{name}": 0, "articles": of}


@pytest.mark.parametrize("name", ["author", "lead", "published", "text"])
def test_a_field_is_lost(site: Watched, name: str) -> None:
    """It is told once, with what it was before, and never becomes usual; over when it is back."""
    for night in range(21, 21 + 3 * watch.LOOK_BACK):
        one = visit(night, counts=lost(name))
        site.days.append(day(night))
        assert site.after(one) == ["field-lost"], night
    assert f"{name}: 0 of 20, before" in site.look()[0].evidence
    site.well(21 + 3 * watch.LOOK_BACK)


def test_what_was_never_there_is_not_lost(site: Watched) -> None:
    """`section` is never printed by this site; in one night in ten nobody has an author."""
    for night in range(21, 60):
        few = {"articles": 2, "with_author": 0, "new": 0, "with_text": 2, "with_lead": 2}
        counts = WELL | few | {"with_published": 2} if night % 10 == 0 else WELL
        assert site.after(visit(night, counts=counts), news=True) == []


def test_pages_that_are_no_longer_understood(site: Watched) -> None:
    """Where there are pages and no readings, what is lost is the article."""
    none = {name: 0 for name in WELL if name.startswith("with_")}
    counts = WELL | none | {"articles": 1, "new": 0, "not_articles": 20}
    assert site.after(visit(21, counts=counts)) == ["field-lost"]
    assert "article: 1 of 21" in site.look()[0].evidence
    site.well(22)


def test_what_is_old_was_printed_otherwise() -> None:
    """The archive of a site has an author for each article, and the nights after have none."""
    site = Watched()
    site.after(visit(0, counts=FIRST | {"with_author": 2000}))
    for night in range(1, 60):
        assert site.after(visit(night, counts=lost("author")), news=True) == []


def test_a_site_with_three_visits() -> None:
    """So little says nothing of what is usual."""
    site = Watched()
    few = WELL | {"articles": 8, "new": 0, "with_author": 8, "with_lead": 8, "with_published": 8}
    for night, counts in enumerate([few, few, few | {"with_author": 0, "changed": 8}]):
        assert site.after(visit(night, counts=counts), news=True) == []


def test_many_edits_at_once(site: Watched) -> None:
    """Raised in the night that sees them, over in the next one that does not."""
    many = WELL | {"articles": 60, "new": 2, "changed": 30, "metadata": 10}
    many |= {name: WELL[name] * 3 for name in WELL if name.startswith("with_")}
    assert site.after(visit(21, counts=many), news=True) == ["many-changes"]
    assert "40 of 58" in site.look()[0].evidence
    site.well(22)


def test_edits_without_end(site: Watched) -> None:
    """A page that counts its readers is another one at each look: that does not become usual."""
    for night in range(21, 21 + 3 * watch.LOOK_BACK):
        one = visit(night, counts=WELL | {"changed": 17})
        assert site.after(one, news=True) == (["many-changes"]), night


def test_a_lost_field_is_no_edit(site: Watched) -> None:
    """A redesign that takes the authors away changes all articles: that is one alarm."""
    assert site.after(visit(21, counts=lost("author") | {"metadata": 18})) == ["field-lost"]


def test_many_are_gone_at_once(site: Watched) -> None:
    """Raised in the night that misses them, over when they are back or believed gone."""
    gone = WELL | {"vanished": 25}
    assert site.after(visit(21, "incomplete", gone), news=True) == ["many-vanished"]
    assert "25 of 43" in site.look()[0].evidence
    assert site.after(visit(22, "incomplete", gone), news=True) == ["many-vanished"]
    site.well(23)


def test_a_few_edits_and_losses_are_usual(site: Watched) -> None:
    for night in range(21, 60):
        counts = WELL | {"changed": night % 4, "vanished": night % 3 == 0}
        assert site.after(visit(night, counts=counts), news=True) == []


# Certificates and nights


def certificate(begins: float, ends: float) -> Certificate:
    return Certificate("bao.example", at(begins), at(ends))


def ending(certificates: Callable[[int], Certificate], nights: range) -> list[int]:
    site, found = Watched(), list[int]()
    for night in nights:
        site.certificates = [certificates(night)]
        if site.after(visit(night), news=True):
            found.append(night)
    return found


def test_a_certificate_is_about_to_end() -> None:
    """Told two weeks before; over with a new one."""
    renewed = ending(lambda n: certificate(80, 170) if n >= 85 else certificate(0, 90), range(120))
    assert renewed == [*range(77, 85)]


def test_a_certificate_that_nobody_renews() -> None:
    """It is told until a month after its end: then that is how the site is."""
    assert ending(lambda n: certificate(0, 90), range(200)) == [*range(77, 120)]


def test_short_certificates_are_renewed_late() -> None:
    """Those of six days are new every four."""
    assert ending(lambda n: certificate(n // 4 * 4 - 0.5, n // 4 * 4 + 5.5), range(60)) == []
    assert ending(lambda n: certificate(0, 6), range(10)) == [*range(5, 10)]


def test_nights_are_skipped(site: Watched) -> None:
    """One was in the way of a crawl by hand; two are a run without end."""
    skipped = [visit(n, state=State.SKIPPED, reason="run 20 of it is under way") for n in (21, 22)]
    begun = visit(20, state=State.RUNNING)
    site.nights = [begun, skipped[0]]
    assert site.look() == []
    site.nights = [begun, *skipped]
    (told,) = site.look()
    assert told.rule == "overlong"
    assert "run 20" in told.evidence
    site.nights += [visit(22.5, state=State.MISSED)]
    assert [one.rule for one in site.look()] == ["overlong"]
    site.nights += [visit(23, state=State.RUNNING)]
    assert site.look() == []


# The collection

GB = 1_000_000_000
HOUSE = House(now=BEGIN, heard_at=at(-0.001), is_expected=True, free=900 * GB, least_free=GB // 5)


def house(**facts: Any) -> list[str]:
    return [one.rule for one in of_house(replace(HOUSE, **facts))]


def left(*gigabytes: float) -> dict[str, int]:
    """What was free at the end of the days before, the newest first."""
    return {str(99 - n): int(free * GB) for n, free in enumerate(gigabytes)}


@pytest.mark.parametrize(
    ("free", "before", "is_told"),
    [
        (100, (), False),
        (0.9, (), True),
        (100, (110, 120, 130, 140), True),
        (100, (110, 120), False),
        (300, (310, 320, 330, 340), False),
        (100, (101, 102, 103, 180, 181, 182), False),
        (100, (100, 100, 100, 100, 100), False),
        (100, (90, 80, 70, 60), False),
    ],
    ids=["room", "low", "ten a day", "two days", "far", "a first walk", "still", "cleaned"],
)
def test_the_disk(free: float, before: tuple[float, ...], is_told: bool) -> None:
    """Low, or soon full at the pace of most days; one large night is no pace."""
    told = house(free=int(free * GB), measures=left(*before))
    assert told == (["disk"] if is_told else [])


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({}, False),
        ({"heard_at": at(-0.1)}, True),
        ({"heard_at": at(0.1)}, True),
        ({"heard_at": None}, True),
        ({"heard_at": None, "is_expected": False}, False),
        ({"heard_at": at(-5), "is_expected": False}, False),
        ({"heard_at": at(-5), "is_expected": False, "waiting": (visit(-0.5),)}, True),
        ({"waiting": (visit(-0.9),)}, False),
        ({"waiting": (visit(-1.1),)}, True),
    ],
    ids=["there", "gone", "clock set back", "never there", "no schedule", "all is paused",
         "wanted now", "waits", "waits too long"],
)  # fmt: skip
def test_the_service(facts: dict[str, Any], is_told: bool) -> None:
    """Told when it has something to do and is not there, or does not do it."""
    assert house(**facts) == (["scheduler"] if is_told else [])


def test_every_rule_is_named() -> None:
    """What a rule says is told under a name that stands in RULES."""
    names = {rule for rule, _ in AILMENTS} | {"silent", "field-lost", "many-changes"}
    names |= {
        "many-vanished",
        "certificate",
        "overlong",
        "disk",
        "letters",
        "scheduler",
        "watching",
    }
    assert names == set(watch.RULES)
