"""The ways in which a crawl is tortured; the collection is left for the next command to mend."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.torture.child import Child, Done, Moment, deadly, refusal, run
from tests.torture.disk import Disk
from tests.torture.world import World

_CALLS = 320
"""About as many calls of a crawl as a fault counts: 270 for one site, 550 for two."""
_CALLS_TO_OPEN, _CALLS_OF_ONE = 30, 250
"""Between these one file at least is open."""
_CALLS_TO_MEND = 20
_ROOM = (4, 400)
"""kB that are left on a small file system."""
_ENDED_IN_ORDER = {0, 10, 11, 12, 13, 130}


@dataclass(slots=True)
class Ground:
    """What a round is played on."""

    random: Random
    world: World
    disk: Disk
    collection: Path

    def words(self, *names: str) -> list[str]:
        """A crawl of these sites, or of one or both by chance; most look again at everything."""
        chosen = names or self.random.sample(self.world.names, self.random.choice((1, 1, 2)))
        refresh = self.random.random() < 0.8
        if len(chosen) == 1 and self.random.random() < 0.5:
            return self._spider(chosen[0], refresh)
        words = [*self.world.crawl(*chosen), f"--collection={self.collection}"]
        return [*words, "--refresh"] if refresh else words

    def heedless(self) -> list[str]:
        """A crawl that goes on until the disk is full."""
        return [*self._spider(self.random.choice(self.world.names), True), "-s", "MIN_FREE_BYTES=0"]

    def _spider(self, name: str, refresh: bool) -> list[str]:
        settings = ["-s", f"REFRESH={refresh}", "-s", f"COLLECTION={self.collection}"]
        return [*self.world.spider(name), *settings]

    def files(self) -> list[Path]:
        """The files of the collection but its databases, which look after themselves."""
        names = (".gz", ".open", ".tail", ".cdxj", ".draft", ".jsonl", ".sha256")
        return sorted(path for path in self.collection.rglob("*") if path.suffix in names)

    def mend(self, *words: str) -> tuple[str, ...]:
        return (*words, f"--collection={self.collection}")


Round = Callable[[Ground], Iterator[Done]]
"""Yields how each process ended that was tortured."""


def kill(ground: Ground) -> Iterator[Done]:
    """kill -9 at a random moment."""
    child = Child(*ground.words())
    child.end_at(ground.world.moment(), signal.SIGKILL)
    yield child.done()


def kill_at_a_call(ground: Ground) -> Iterator[Done]:
    """kill -9 before, in or after a random call that writes."""
    yield run(*ground.words(), fault=deadly(ground.random, ground.collection, _CALLS))


def _left_open(ground: Ground) -> Iterator[Done]:
    """A crawl that is killed while it writes, so that there is something to mend."""
    fault = deadly(ground.random, ground.collection, _CALLS_OF_ONE, first=_CALLS_TO_OPEN)
    yield run(*ground.words(), fault=fault)


def power_cut(ground: Ground) -> Iterator[Done]:
    """kill -9 at a random call, and what was not synced by then is cut, zeros, or not there.

    Only the crawl log is whole: what was once read in it was reported.
    """
    before = {path: path.stat().st_size for path in ground.files()}
    synced = ground.disk.path / "synced"
    fault = deadly(ground.random, ground.collection, _CALLS) | {"synced": str(synced)}
    yield run(*ground.words(), fault=fault)
    sizes = before | _sizes(synced.read_text().splitlines() if synced.exists() else [])
    synced.unlink(missing_ok=True)
    for path in ground.files():
        size, safe = path.stat().st_size, sizes.get(path, 0)
        if path.suffix != ".jsonl" and size > safe:
            whole = ground.random.randint(safe, size)
            os.truncate(path, whole)
            if ground.random.random() < 0.3:
                os.truncate(path, size)  # zeros, as file systems leave them
        if path not in sizes and not path.stat().st_size:
            path.unlink()


def _sizes(lines: list[str]) -> dict[Path, int]:
    """By file: how many bytes of it were synced, under its last name."""
    sizes = dict[Path, int]()
    for path, told in map(json.loads, lines):
        if isinstance(told, int):
            sizes[Path(path)] = told
        else:
            sizes[Path(told)] = sizes.pop(Path(path), 0)
    return sizes


def kill_again(ground: Ground) -> Iterator[Done]:
    """kill -9, and again of the crawl that comes next, while it mends or soon after."""
    yield from _left_open(ground)
    yield run(*ground.words(), fault=deadly(ground.random, ground.collection, _CALLS_TO_MEND))
    child = Child(*ground.words())
    child.end_at(Moment(ground.random.uniform(0.5, 2)), signal.SIGKILL)
    yield child.done()


def kill_two(ground: Ground) -> Iterator[Done]:
    """kill -9 of two crawls that write one collection at once."""
    yield from _two(ground, [signal.SIGKILL, signal.SIGKILL])


def kill_one_of_two(ground: Ground) -> Iterator[Done]:
    """kill -9 of one crawl, and `verify --repair`, beside another crawl, which must end well."""
    yield from _two(ground, [signal.SIGKILL, None])


def _two(ground: Ground, ends: list[signal.Signals | None]) -> Iterator[Done]:
    children = [Child(*ground.words(name)) for name in ground.world.names]
    for child, how in sorted(zip(children, ends, strict=True), key=lambda pair: pair[1] is None):
        if how:
            child.end_at(ground.world.moment(), how)
        else:
            yield run(*ground.mend("verify", "--repair"))
    for child, how in zip(children, ends, strict=True):
        done = child.done()
        yield done if how else _in_order(done)


def term(ground: Ground) -> Iterator[Done]:
    """SIGTERM at a random moment: once the crawl is under way, it ends in good order."""
    child = Child(*ground.words())
    child.end_at(ground.world.moment(), signal.SIGTERM)
    done = child.done()
    yield done if done.code == -signal.SIGTERM else _in_order(done)


def term_at_a_call(ground: Ground) -> Iterator[Done]:
    """SIGTERM at a random call that writes: the crawl ends in good order."""
    fault = deadly(ground.random, ground.collection, _CALLS) | {"how": "term"}
    yield _in_order(run(*ground.words(), fault=fault))


def full_disk(ground: Ground) -> Iterator[Done]:
    """A file system of a few MB that is soon full; what mends it has no room either.

    Most crawls are told that this is room enough: else they would end in order before it is full.
    """
    ground.disk.leave_room(1000 * ground.random.randint(*_ROOM))
    limit = ground.disk.file_limit
    heedless = ground.random.random() < 0.8
    words = ground.heedless() if heedless else ground.words()
    yield Child(*words, file_limit=limit).done()
    yield Child(*ground.mend("verify", "--repair"), file_limit=limit).done()
    ground.disk.make_room()


def write_error(ground: Ground) -> Iterator[Done]:
    """A disk that refuses a random call, or that and all later ones, or takes half of a write."""
    yield run(*ground.words(), fault=refusal(ground.random, ground.collection, _CALLS))


def kill_repair(ground: Ground) -> Iterator[Done]:
    """kill -9 of a crawl, then of the `verify --repair` that mends it, three times."""
    yield from _left_open(ground)
    for _ in range(2):
        fault = deadly(ground.random, ground.collection, _CALLS_TO_MEND)
        yield run(*ground.mend("verify", "--repair"), fault=fault)
    child = Child(*ground.mend("verify", "--repair"))
    child.end_at(Moment(ground.random.uniform(0.2, 1.5)), signal.SIGKILL)
    yield child.done()


def refuse_repair(ground: Ground) -> Iterator[Done]:
    """kill -9 of a crawl, then a disk that refuses what mends it."""
    yield from _left_open(ground)
    fault = refusal(ground.random, ground.collection, _CALLS_TO_MEND)
    yield run(*ground.mend("verify", "--repair"), fault=fault)


def kill_rebuild(ground: Ground) -> Iterator[Done]:
    """kill -9 of a crawl, then of `rebuild`, twice."""
    yield from _left_open(ground)
    fault = deadly(ground.random, ground.collection, 3 * _CALLS_TO_MEND)
    yield run(*ground.mend("rebuild"), fault=fault)
    child = Child(*ground.mend("rebuild"))
    child.end_at(Moment(ground.random.uniform(0.2, 2)), signal.SIGKILL)
    yield child.done()


class NotInOrder(AssertionError):
    """A process that should have ended in good order did not."""


def _in_order(done: Done) -> Done:
    if done.code not in _ENDED_IN_ORDER:
        raise NotInOrder(f"{' '.join(done.words)}: exit {done.code}\n{done.err[-3000:]}")
    return done


ROUNDS: dict[Round, int] = {
    kill: 28,
    kill_at_a_call: 12,
    power_cut: 7,
    write_error: 11,
    term: 6,
    term_at_a_call: 3,
    full_disk: 7,
    kill_two: 6,
    kill_again: 5,
    kill_one_of_two: 5,
    kill_repair: 4,
    kill_rebuild: 4,
    refuse_repair: 2,
}
"""In a hundred rounds, so many are of each kind."""


def drawn(random: Random, count: int) -> list[Round]:
    """The kinds of so many rounds: first one of each, then by chance."""
    every = list(ROUNDS)
    random.shuffle(every)
    rest = random.choices(list(ROUNDS), list(ROUNDS.values()), k=max(0, count - len(every)))
    return (every + rest)[:count]
