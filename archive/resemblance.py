"""How alike two texts are, whatever their typography: resemblance, containment, fingerprints.

Resemblance and containment are Broder's, over the shingles (runs of three syllables) of the folded
text: so normal form, white space, case, punctuation and the place of a tone mark count for nothing.
Fingerprints find texts that share a passage without comparing each with each.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest

from archive.text import fold

MAX_CHARACTERS = 200_000
MAX_SYLLABLES = 20_000
"""What stands further back is not compared: sixty printed pages are told by their beginning."""

FEWEST = 16
"""Different passages that a text must have: 25 syllables. The heading of a gallery, which is all
the text that it has, stands in many articles."""

_SHINGLE = 3  # syllables
# Syllables of a passage, passages of a window, passages: see Decisions in ARCHITECTURE.md.
_PASSAGE = 10
_WINDOW = 48
_LEAST = 8
# A mark that `fold` has moved to the end of its syllable is no word character of `re`.
_SYLLABLE = re.compile(r"[\w\u0300-\u036f]+")

Shingles = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """`jaccard`: shared shingles of all; `containment`: shared ones of the shorter text's."""

    jaccard: float
    containment: float


def syllables(*parts: str | None) -> list[str]:
    """The folded syllables and numbers of a text in parts, MAX_SYLLABLES at most."""
    text = fold("\n".join(part[:MAX_CHARACTERS] for part in parts if part))
    return _SYLLABLE.findall(text[:MAX_CHARACTERS])[:MAX_SYLLABLES]


def shingles(words: Sequence[str]) -> Shingles:
    """Every run of three syllables."""
    return frozenset(_runs(words, _SHINGLE))


def compare(one: Shingles, other: Shingles) -> Resemblance:
    """How alike two texts are; symmetric. 0 when one of them has no shingle."""
    shared = len(one & other)
    shorter, all_ = min(len(one), len(other)), len(one) + len(other) - shared
    return Resemblance(
        jaccard=shared / all_ if shared else 0.0, containment=shared / shorter if shared else 0.0
    )


def fingerprints(words: Sequence[str]) -> frozenset[int]:
    """Signed 64-bit hashes of some passages of ten syllables, the same on every machine.

    Two texts with a run of 57 syllables in common share one at least, wherever the run stands:
    the least hash of every window is among them (winnowing). So are the eight least of all, by
    which a short text that was edited is found. A text of fewer than FEWEST passages has none.
    """
    hashes = [_hashed(run) for run in _runs(words, _PASSAGE)]
    different = set(hashes)
    if len(different) < FEWEST:
        return frozenset()
    return frozenset(_window_minima(hashes)) | frozenset(nsmallest(_LEAST, different))


def _runs(words: Sequence[str], length: int) -> Iterator[str]:
    return map(" ".join, zip(*(words[start:] for start in range(length)), strict=False))


def _hashed(run: str) -> int:
    return int.from_bytes(blake2b(run.encode(), digest_size=8).digest(), signed=True)


def _window_minima(hashes: Sequence[int]) -> Iterator[int]:
    """The least of every _WINDOW that follow each other, in linear time."""
    rising = deque[int]()  # places whose hashes rise: the first is the least of the window
    for place, value in enumerate(hashes):
        while rising and hashes[rising[-1]] >= value:
            rising.pop()
        rising.append(place)
        if rising[0] <= place - _WINDOW:
            rising.popleft()
        if place >= _WINDOW - 1:
            yield hashes[rising[0]]
