"""`make torture`: rounds of crawls that end badly, and nothing that was reported is lost.

python -m tests.torture --rounds 300 --seed 1 [--keep DIR]      exit code 1 on any loss
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from archive import Catalog, Collection
from archive.catalog import dump
from archive.rebuild import rebuild
from tests.torture.child import Done, run
from tests.torture.disk import Disk, enter_own_namespace
from tests.torture.rounds import Ground, NotInOrder, Round, drawn
from tests.torture.witness import Archive, Ledger
from tests.torture.world import World

ROUNDS_OF_A_COLLECTION = 25
"""Then its articles are counted, and the next rounds begin with an empty one."""
_REBUILT_EVERY = 5


@dataclass
class Tally:
    """What is printed at the end."""

    rounds: int = 0
    disk: str = ""
    checked: int = 0
    captures: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    errors: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def take(self, done: Done) -> None:
        self.ends["killed" if done.was_killed else f"exit {done.code}"] += 1
        self.kills += done.was_killed
        self.errors += any(f"tortured: {how}" in done.err for how in ("refuse", "short", "full"))
        if done.words[0] != "scrapy" and (done.code == 1 or "Traceback (most re" in done.err):
            self.ends["without a clear word"] += 1
            print(f"UNCLEAR: {' '.join(done.words[:2])}\n{done.err[-2500:]}", flush=True)

    def lines(self) -> Iterator[str]:
        lost = sum("LOST" in fault for fault in self.faults)
        ends = ", ".join(f"{number} {how}" for how, number in sorted(self.ends.items()))
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.captures.items()))
        yield f"{self.rounds} rounds, {self.kills} kills, {self.errors} injected write errors"
        yield f"tortured commands ended: {ends}; the small disk was {self.disk}"
        captures = sum(self.captures.values())
        yield f"{captures} captures were reported ({kinds}), and looked for {self.checked} times"
        yield f"{lost} losses, {len(self.faults) - lost} other faults"


class Stage:
    """One collection, from its first crawl to the count of its articles."""

    def __init__(self, random: Random, home: Path, tally: Tally, keep: Path | None) -> None:
        self.random, self.home, self.tally, self.keep = random, home, tally, keep
        self.archive, self.ledger = Archive(), Ledger()

    def play(self, rounds: list[Round]) -> bool:
        """Play the rounds; whether all went well. The first fault ends the stage."""
        disk = Disk(self.home / "disk")
        self.tally.disk = disk.kind
        try:
            with World(self.random) as world:
                ground = Ground(self.random, world, disk, disk.path / "collection")
                started = run(*world.crawl(*world.names), f"--collection={ground.collection}")
                faults = list(self._after(ground, started))
                for each in rounds:
                    faults = faults or self._round(ground, each)
                faults = faults or self._told(ground, list(self._end(ground)))
                return not faults
        finally:
            self.tally.captures.update(one["kind"] for one in self.ledger.captures.values())
            disk.close()

    def _round(self, ground: Ground, kind: Round) -> list[str]:
        began = time.monotonic()
        self.tally.rounds += 1
        ground.world.turn()
        faults, ends = list[str](), list[str]()
        try:
            for done in kind(ground):
                self.tally.take(done)
                ends.append("killed" if done.was_killed else str(done.code))
        except NotInOrder as error:
            faults.append(str(error))
        before = len(self.ledger.captures)
        faults += self.ledger.read_logs(ground.collection / "logs")
        new = len(self.ledger.captures) - before
        self._set_aside(ground)
        faults += self._mended(ground)
        self._tell(f"{kind.__name__:16} {' '.join(ends):24} {new:4} new reports", began, faults)
        return self._told(ground, faults)

    def _mended(self, ground: Ground) -> Iterator[str]:
        """What is wrong once the next command has mended the collection."""
        if not (ground.collection / "collection.json").exists():
            return  # the first crawl was killed before there was a collection
        if self.random.random() < 0.5:
            yield from self._listed(ground, "straight after")
        yield from self._expect(run(*ground.mend("verify", "--repair")), 0)
        verified = run(*ground.mend("verify", "--json"))
        if verified.code or json.loads(verified.out):
            yield f"verify, once mended: exit {verified.code} {verified.out}{verified.err}"
        yield from self._after(ground, verified)
        yield from self._listed(ground, "once mended")
        if self.tally.rounds % _REBUILT_EVERY == 0:
            yield from self._rebuilt(ground)

    def _after(self, ground: Ground, done: Done) -> Iterator[str]:
        """Every reported capture, every byte, every reference."""
        yield from self._expect(done, 0)
        yield from self.ledger.read_logs(ground.collection / "logs")
        yield from self.archive.read(ground.collection / "archive")
        yield from self.ledger.lost(self.archive)
        yield from self.archive.dangling()
        yield from self.archive.foreign(ground.world.sent)
        self.tally.checked += len(self.ledger.captures)

    def _listed(self, ground: Ground, when: str) -> Iterator[str]:
        listed = run(*ground.mend("list", "--json"))
        yield from self._expect(listed, 0)
        entries = json.loads(listed.out or "[]")
        for fault in self.ledger.forgotten(entries):
            yield f"{fault} ({when})"
        self.ledger.read_list(entries)

    def _rebuilt(self, ground: Ground) -> Iterator[str]:
        """The catalog, and that of a copy which was rebuilt from the WARC files alone."""
        copy = self.home / "copy"
        shutil.copytree(ground.collection, copy)
        for path in copy.glob("catalog.sqlite3*"):
            path.unlink()
        rebuild(Collection.open(copy), workers=1)
        with (
            Catalog(ground.collection / "catalog.sqlite3") as old,
            Catalog(copy / "catalog.sqlite3") as new,
        ):
            before, after = set(dump(old)), set(dump(new))
        shutil.rmtree(copy)
        if before != after:
            few = [*islice(before - after, 2), *islice(after - before, 2)]
            yield (
                f"the catalog has {len(before - after)} lines that a rebuilt one has not, and "
                f"lacks {len(after - before)}: {few!r:.1500}"
            )

    def _end(self, ground: Ground) -> Iterator[str]:
        """Two nights that nobody disturbs, since what is gone is first missed; then every living
        article is there, once and as it is.
        """
        ground.world.calm()
        words = [*ground.world.crawl(*ground.world.names), "--refresh"]
        for days in ("1", "2"):
            night = ("tests.later", days, *words, f"--collection={ground.collection}")
            yield from self._expect(run(*night), 0)
        yield from self._mended(ground)
        with Catalog(ground.collection / "catalog.sqlite3") as catalog:
            found = [entry for entry in catalog.articles() if not entry.gone_at]
        truths, urls = ground.world.truths(), Counter(entry.url for entry in found)
        for url in truths.keys() - urls.keys():
            yield f"LOST: {url} is not in the catalog"
        for url in urls.keys() - truths.keys():
            yield f"{url} is in the catalog, and no article"
        for entry in found:
            truth = truths.get(entry.url)
            if urls[entry.url] > 1:
                yield f"{entry.url} is in the catalog {urls[entry.url]} times"
            if truth and (entry.article.title, entry.article.text) != (truth.title, truth.text):
                yield f"{entry.url} has another text than its page"
        self._tell(f"{'the end':16} {len(truths)} articles, {len(found)} found")

    def _expect(self, done: Done, code: int) -> Iterator[str]:
        if done.code != code:
            yield f"{' '.join(done.words)}: exit {done.code}\n{done.err[-3000:]}"

    def _set_aside(self, ground: Ground) -> None:
        """Keep what the round has left, to look at if something is wrong with it."""
        if self.keep and ground.collection.exists():
            shutil.rmtree(self.keep / "last", ignore_errors=True)
            shutil.copytree(ground.collection, self.keep / "last")

    def _told(self, ground: Ground, faults: list[str]) -> list[str]:
        for fault in faults:
            print(f"WRONG: {fault}", flush=True)
        if faults and self.keep:
            here = self.keep / f"round-{self.tally.rounds}"
            shutil.rmtree(here, ignore_errors=True)
            shutil.move(self.keep / "last", here / "before")
            shutil.copytree(ground.collection, here / "after")
        self.tally.faults += faults
        return faults

    def _tell(self, line: str, began: float | None = None, faults: list[str] | None = None) -> None:
        took = f" {time.monotonic() - began:5.1f} s" if began else ""
        held = f"{len(self.ledger.captures):6} held" if not faults else f"{len(faults)} FAULTS"
        print(f"{self.tally.rounds:4} {line} {held}{took}", flush=True)


def torture(rounds: int, seed: int, keep: Path | None) -> Tally:
    random, tally = Random(seed), Tally()
    plan = drawn(random, rounds)
    with tempfile.TemporaryDirectory(prefix="tinhuy-torture-") as directory:
        while plan:
            stage, plan = plan[:ROUNDS_OF_A_COLLECTION], plan[ROUNDS_OF_A_COLLECTION:]
            before = tally.rounds
            if not Stage(random, Path(directory), tally, keep).play(stage):
                plan = stage[tally.rounds - before :] + plan
    return tally


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="where to put collections with a fault")
    asked = arguments.parse_args()
    enter_own_namespace("tests.torture", sys.argv[1:])
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    tally = torture(asked.rounds, asked.seed, asked.keep)
    for line in tally.lines():
        print(line)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
