"""What ails a site, told by what its answers have in common. Pure; one Symptoms for each run.

A site that blocks us, has moved or has lost its pages seldom says so: it answers 200 with a
captcha, sends every address to one page, or prints one page under every address. One answer proves
nothing; many that are alike do.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.outcome import Diagnosis, Outcome
from crawler.reading.page import REFUSED

STREAK = 20
"""So many refusals, or pages without an answer, one after the other end a run."""

MANY = 20
"""So many pages that are alike end a run, if hardly any page is not."""

FEW = 5
"""So many are told of when the run is over."""

SHARE = 0.9
MAX_KEYS = 1000
_TELLING = {
    "blocked": "its front page refuses us or asks whether we are human",
    "login": "its front page asks for a login",
    "maintenance": "its front page says that it is out of order",
    "parked": "its front page is that of a hoster or of a name for sale",
    "script": "its front page is filled by scripts, which are not run",
}
"""What it means when a front page is a notice of that kind (crawler.reading.page.REASONS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One listing or article page as it came, after redirects. `notice` is why it is no page.

    `away`: it was redirected to a host that is not the site's. `digest` names the body's bytes.
    """

    asked: str
    came: str
    status: int
    digest: str = ""
    size: int = 0
    notice: str = ""
    seed: bool = False
    away: bool = False

    @property
    def is_refusal(self) -> bool:
        return self.status in REFUSED or self.notice == "blocked"


class _Most:
    """The commonest of many keys, in bounded memory: rare ones are forgotten."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, key: str) -> None:
        self._counts[key] += 1
        if len(self._counts) > MAX_KEYS:
            self._counts = Counter({key: n for key, n in self._counts.items() if n > 1})
            if len(self._counts) > MAX_KEYS // 2:
                self._counts = Counter(dict(self._counts.most_common(MAX_KEYS // 2)))

    def top(self) -> tuple[str, int]:
        return next(iter(self._counts.most_common(1)), ("", 0))


class Symptoms:
    """Fed with every page, failure and look at an article of a run; asked what they add up to.

    `notes` are troubles that stopped nothing, such as those of certificates.
    """

    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self._seeds: deque[Answer] = deque(maxlen=100)
        self._seeds_failed: deque[str] = deque(maxlen=100)
        self._pages = self._sound = self._refusals = self._refused_in_a_row = 0
        self._failed_in_a_row = self._gone = self._alive = 0
        self._why_failed = ""
        self._targets, self._bodies = _Most(), _Most()

    def answered(self, answer: Answer) -> None:
        """A listing or article page came, whatever it is."""
        self._failed_in_a_row = 0
        if answer.seed:
            self._seeds.append(answer)
        else:
            self._count(answer)
        self._refusals += answer.is_refusal
        self._refused_in_a_row = self._refused_in_a_row + 1 if answer.is_refusal else 0

    def _count(self, answer: Answer) -> None:
        self._pages += 1
        self._sound += answer.status == 200 and not answer.is_refusal
        if answer.came != answer.asked:
            self._targets.add(answer.came)
        elif answer.status == 200 and answer.digest:
            self._bodies.add(f"{answer.size} {answer.digest}")

    def failed(self, why: str, *, seed: bool = False) -> None:
        """A page did not come; `why` in words for people."""
        self._failed_in_a_row += 1
        self._why_failed = why
        if seed:
            self._seeds_failed.append(why)

    def looked(self, *, gone: bool) -> None:
        """An article that was alive so far is still there, or seems gone."""
        self._gone += gone
        self._alive += not gone

    def note(self, trouble: str) -> None:
        """A trouble that stopped nothing; the same one is told once."""
        if len(self.notes) < MAX_KEYS:
            self.notes[trouble] = None

    def is_trusted(self) -> bool:
        """Whether what the pages of this run seem to say may be believed.

        Ask at the end of a run, before an article is called gone: of a site that refuses us, sends
        everything elsewhere or has lost nearly all at once, a missing page proves nothing.
        """
        return self._ailment(FEW) is None and not self._all_gone(FEW)

    @property
    def alike(self) -> int:
        """So many pages had one and the same body, the commonest; 0 if it is mostly refusals that
        come.
        """
        return 0 if self._refusals * 2 > self._pages else self._bodies.top()[1]

    def must_stop(self) -> Diagnosis | None:
        """Why nothing more should be asked, if that is so: it can only do harm, or nothing."""
        if self._failed_in_a_row >= STREAK:
            why = f"{self._failed_in_a_row} pages in a row gave no answer: {self._why_failed}"
            return Diagnosis(Outcome.INCOMPLETE, why)
        return self._refusing(MANY) or self._alike(MANY)

    def diagnosis(self) -> Diagnosis | None:
        """What ails the site, at the end of a run; None if nothing does that is to be seen."""
        if not self._seeds and not self._pages and self._why_failed:
            why = self._seeds_failed[-1] if self._seeds_failed else self._why_failed
            return Diagnosis(Outcome.UNREACHABLE, why)
        if found := self._ailment(FEW):
            return found
        if self._failed_in_a_row >= STREAK:
            return self.must_stop()
        if self._all_gone(FEW):
            total = self._gone + self._alive
            why = f"{self._gone} of {total} articles seem gone at once; none is believed to be"
            return Diagnosis(Outcome.INCOMPLETE, why)
        return None

    def _ailment(self, many: int) -> Diagnosis | None:
        return self._front() or self._refusing(many) or self._alike(many)

    def _front(self) -> Diagnosis | None:
        """What the front pages say, if they all say it."""
        if not self._seeds:
            return None
        last = self._seeds[-1]
        if all(seed.is_refusal for seed in self._seeds):
            said = _TELLING["blocked"] if last.status == 200 else f"it answers {last.status}"
            passable = last.status == 200 and self._sound >= FEW
            return Diagnosis(Outcome.INCOMPLETE if passable else Outcome.BLOCKED, said)
        if all(seed.away for seed in self._seeds):
            return Diagnosis(Outcome.MOVED, f"its front page leads to {_host(last.came)}")
        if len({seed.notice for seed in self._seeds}) > 1 or last.notice not in _TELLING:
            return None
        if last.notice == "parked":
            return Diagnosis(Outcome.PARKED, _TELLING["parked"])
        return None if self._sound else Diagnosis(Outcome.INCOMPLETE, _TELLING[last.notice])

    def _refusing(self, many: int) -> Diagnosis | None:
        pages = self._pages + len(self._seeds)
        if self._refused_in_a_row >= max(many, FEW):
            told = f"it refused the last {self._refused_in_a_row} of {pages} pages"
            return Diagnosis(Outcome.BLOCKED, told)
        if self._refusals >= many and self._refusals >= SHARE * pages:
            return Diagnosis(Outcome.BLOCKED, f"it refused {self._refusals} of {pages} pages")
        return None

    def _alike(self, many: int) -> Diagnosis | None:
        least = max(many, SHARE * self._pages)
        target, count = self._targets.top()
        if count >= least:
            why = f"{count} of {self._pages} pages lead to {target:.200}"
            return Diagnosis(Outcome.MOVED, why)
        body, count = self._bodies.top()
        if count >= least:
            size = body.partition(" ")[0]
            why = f"{count} of {self._pages} pages are one and the same, of {size} bytes"
            return Diagnosis(Outcome.BLOCKED, why)
        return None

    def _all_gone(self, many: int) -> bool:
        return self._gone >= max(many, SHARE * (self._gone + self._alive))


def _host(url: str) -> str:
    return urlsplit(url).netloc or url
