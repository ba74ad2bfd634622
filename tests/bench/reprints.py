"""Finding reprints: which scheme finds what, and what it costs as a catalog grows."""

from __future__ import annotations

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from statistics import median

from archive import Catalog, Entry, Look, resemblance
from archive.reprints import LARGEST_BUCKET, verdict
from tests import retold
from tests.retold import Telling

Keys = set[Hashable]
_NEAR = 12
_MASK = (1 << 64) - 1
_SALTS = [int.from_bytes(blake2b(bytes([n]), digest_size=8).digest()) | 1 for n in range(16)]
_PAIRS = 1400
_LOOKED_UP = 300
_TOGETHER = 1000


def simhash(words: Sequence[str]) -> int:
    """64 bits over the three-syllable shingles."""
    votes = [0] * 64
    for shingle in resemblance.shingles(words):
        value = _hashed(shingle)
        for bit in range(64):
            votes[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if votes[bit] > 0)


def _bands(count: int) -> Callable[[Sequence[str]], Keys]:
    width = 64 // count

    def keys(words: Sequence[str]) -> Keys:
        value = simhash(words)
        return {(band, value >> band * width & (1 << width) - 1) for band in range(count)}

    return keys


def _minhash(syllables: int) -> Callable[[Sequence[str]], Keys]:
    def keys(words: Sequence[str]) -> Keys:
        runs = zip(*(words[start:] for start in range(syllables)), strict=False)
        values = {_hashed(" ".join(run)) for run in runs} or {0}
        return {
            (number, min((value * salt & _MASK) ^ value >> 17 for value in values))
            for number, salt in enumerate(_SALTS)
        }

    return keys


SCHEMES: dict[str, Callable[[Sequence[str]], Keys]] = {
    "simhash, 4 bands of 16 bits": _bands(4),
    "simhash, 8 bands of 8 bits": _bands(8),
    "16 min-hashes, 3 syllables": _minhash(3),
    "16 min-hashes, 6 syllables": _minhash(6),
    "fingerprints, as in the catalog": lambda words: set(resemblance.fingerprints(words)),
}


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def schemes(count: int, seed: int) -> Iterator[str]:
    """What each scheme finds of the retellings among so many stories, of those that are alike."""
    stories = [(told, _words(told)) for told in retold.stories(count, seed)]
    told = retold.pairs([story for story, _ in stories][:_PAIRS], seed)
    pairs = [
        (name, number, _words(again))
        for number, (name, _, again) in enumerate(told)
        if _alike(stories[number][1], _words(again))
    ]
    yield f"{len(pairs)} retellings looked up among {count} stories, none of whose buckets"
    yield f"of more than {LARGEST_BUCKET} are read"
    yield f"{'':34}{'found':>7}{'keys each':>11}{'candidates each':>17}  worst retelling"
    near = [(name, _distance(stories[n][1], words) <= _NEAR) for name, n, words in pairs]
    yield _row(f"simhash, distance <= {_NEAR}, each with each", near, 1, count)
    for scheme, keys in SCHEMES.items():
        yield _scheme(scheme, keys, [words for _, words in stories], pairs)


def _scheme(
    title: str,
    keys: Callable[[Sequence[str]], Keys],
    stories: list[list[str]],
    pairs: list[tuple[str, int, list[str]]],
) -> str:
    buckets, kept = defaultdict[Hashable, list[int]](list), 0
    for number, words in enumerate(stories):
        for key in keys(words):
            buckets[key].append(number)
            kept += 1
    found, candidates = list[tuple[str, bool]](), 0
    for name, number, words in pairs:
        read = [buckets[key] for key in keys(words) if len(buckets[key]) <= LARGEST_BUCKET]
        met = {one for bucket in read for one in bucket}
        candidates += len(met)
        found.append((name, number in met))
    return _row(title, found, kept / len(stories), candidates / len(pairs))


def _row(title: str, found: list[tuple[str, bool]], kept: float, candidates: float) -> str:
    total, hits = Counter(name for name, _ in found), Counter(name for name, hit in found if hit)
    worst = min(total, key=lambda name: hits[name] / total[name])
    share = sum(hits.values()) / len(found)
    told = f"{worst} {hits[worst] / total[worst]:.2f}"
    return f"{title:34}{share:7.4f}{kept:11.1f}{candidates:17.1f}  {told}"


def growth(sizes: Iterable[int], seed: int) -> Iterator[str]:
    """What putting and looking up costs in catalogs of several sizes, and what is found."""
    yield "CPU time by the number of articles; two in a hundred are retellings of others"
    yield (
        f"{'articles':>9}{'ms/put':>8}{'kB each':>9}{'ms/look-up':>12}{'of reprints':>13}"
        f"{'longest':>9}{'recall':>8}{'precision':>11}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="tinhuy-bench-") as directory:
            yield _grown(Path(directory) / "catalog.sqlite3", size, seed)


def _grown(path: Path, size: int, seed: int) -> str:
    stories = retold.stories(size, seed)
    pairs = list(retold.pairs(stories[: max(140, size // 50)][:_PAIRS], seed))
    firsts = (retold.look(told, "first", number) for number, told in enumerate(stories))
    again = [retold.look(told, "second", number) for number, (_, _, told) in enumerate(pairs)]
    some = range(len(pairs), size)[:_LOOKED_UP]
    with Catalog(path) as catalog:
        put = _seconds(lambda: _put(catalog, chain(firsts, again)))
        alone = [_looked_up(catalog, retold.look(stories[n], "first", n)) for n in some]
        found = [_looked_up(catalog, look) for look in again]
        right, wrong, missed = _judged(found, pairs)
        kept = path.stat().st_size / 1000
    times = [median(seconds for seconds, _ in group) * 1000 for group in (alone, found)]
    count = size + len(again)
    longest = max(seconds for seconds, _ in alone + found) * 1000
    return (
        f"{size:9,}{put / count * 1000:8.2f}{kept / count:9.1f}"
        f"{times[0]:12.1f}{times[1]:13.1f}{longest:9.0f}"
        f"{right / (right + missed):8.4f}{right / (right + wrong):11.4f}"
    )


def _put(catalog: Catalog, looks: Iterator[Look]) -> None:
    """In transactions of the size that a rebuild has."""
    while some := list(islice(looks, _TOGETHER)):
        catalog.put_many(some)


def _looked_up(catalog: Catalog, look: Look) -> tuple[float, list[Entry]]:
    entry = catalog.article(look.url)
    found = list[Entry]()
    seconds = _seconds(lambda: found.extend(r.entry for r in catalog.reprints(entry).reprints))
    return seconds, found


def _judged(
    found: list[tuple[float, list[Entry]]], pairs: list[tuple[str, Telling, Telling]]
) -> tuple[int, int, int]:
    """Reprints that were found and are some, that are none, and that were not found."""
    right = wrong = missed = 0
    for number, (_, entries) in enumerate(found):
        _, told, again = pairs[number]
        wanted = {story.text for story in (told, *again.around)}
        met = {entry.article.text for entry in entries if entry.site == "first"}
        right, wrong = right + len(met & wanted), wrong + len(met - wanted)
        missed += told.text not in met and _alike(_words(told), _words(again))
    return right, wrong, missed


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _words(told: Telling) -> list[str]:
    return resemblance.syllables(told.lead, told.text)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    alike = resemblance.compare(resemblance.shingles(one), resemblance.shingles(other))
    return verdict(alike, longer=True) is not None


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    return (simhash(one) ^ simhash(other)).bit_count()


def main(sizes: list[int], seed: int) -> None:
    for line in chain(schemes(min(sizes[-1], 10_000), seed), [""], growth(sizes, seed)):
        print(line, flush=True)
