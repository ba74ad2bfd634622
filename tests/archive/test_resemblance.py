"""How alike two texts are: shingles, resemblance, containment, fingerprints."""

from __future__ import annotations

import subprocess
import sys
import time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.resemblance import (
    FEWEST,
    MAX_SYLLABLES,
    Resemblance,
    compare,
    fingerprints,
    shingles,
    syllables,
)

TEXT = "Sáng 29/12, Ban Dân vận Tỉnh ủy Hòa Bình tổ chức hội nghị “tổng kết” năm 2020."
WORDS = [f"tiếng{number}" for number in range(600)]
RUN = 57
"""Syllables in common that are always found."""


def alike(one: list[str], other: list[str]) -> Resemblance:
    return compare(shingles(one), shingles(other))


@pytest.mark.parametrize(
    "same",
    [
        normalize("NFD", TEXT),
        TEXT.replace(" ", "\u00a0 \n"),
        TEXT.replace("ủy", "uỷ").replace("Hòa", "Hoà"),
        TEXT.upper(),
        TEXT.replace("“", '"').replace("”", '"'),
        TEXT.replace(",", " –").rstrip("."),
    ],
)
def test_what_does_not_count(same: str) -> None:
    """Normal form, white space, tone style, case and punctuation change no syllable."""
    assert syllables(same) == syllables(TEXT)


def test_what_counts() -> None:
    """A digit, a mark that is no tone, and a tone make another syllable; đ is not d."""
    words = {word: syllables(word) for word in ("2020", "2021", "hoa", "hòa", "hoá", "đa", "da")}
    assert len({tuple(word) for word in words.values()}) == len(words)


def test_a_syllable_is_one_with_its_marks() -> None:
    """Marks that stand apart after folding do not cut a syllable in two."""
    assert len(syllables("Những người phường Đường Hoè")) == 5


def test_parts_are_one_text() -> None:
    """Whether a sentence stands in the lead or in the text makes no difference."""
    assert syllables("Một hai.", "Ba bốn.") == syllables(None, "Một hai.\n\nBa bốn.")


def test_resemblance_and_containment() -> None:
    """The one is the share of all shingles, the other that of the shorter text's."""
    half = WORDS[:300]
    found = alike(half, WORDS)
    assert found.jaccard == pytest.approx(298 / 598)
    assert found.containment == 1.0
    assert alike(WORDS, half) == found


def test_nothing_resembles_nothing() -> None:
    """Texts without a shingle are like none, not even like themselves."""
    assert alike([], []) == alike(["một", "hai"], WORDS) == Resemblance(jaccard=0, containment=0)


@given(st.lists(st.sampled_from("abcde"), max_size=60), st.lists(st.sampled_from("abcde")))
def test_bounds(one: list[str], other: list[str]) -> None:
    """Both shares are between 0 and 1, and resemblance is never more than containment."""
    found = alike(one, other)
    assert 0 <= found.jaccard <= found.containment <= 1
    assert found == alike(other, one)


@given(st.integers(0, 400), st.integers(0, 300), st.integers(0, 300))
def test_a_common_run_is_always_found(start: int, before: int, after: int) -> None:
    """Two texts with 57 syllables in common share a fingerprint, whatever stands around."""
    run = WORDS[start : start + RUN]
    other = [f"a{n}" for n in range(before)] + run + [f"b{n}" for n in range(after)]
    assert fingerprints(WORDS) & fingerprints(other)


def test_fingerprints_are_the_same_everywhere() -> None:
    """Another process, with another seed for its hashes, finds the same fingerprints."""
    program = (
        "from archive.resemblance import fingerprints;"
        "print(sorted(fingerprints([str(n) for n in range(200)])))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == str(sorted(fingerprints([str(n) for n in range(200)])))


def test_fingerprints_fit_into_sqlite() -> None:
    """Each is a signed whole number of 64 bits."""
    assert all(-(1 << 63) <= value < 1 << 63 for value in fingerprints(WORDS))


@pytest.mark.parametrize("words", [WORDS[: FEWEST + 8], ["và"] * 5000, []])
def test_a_text_that_says_too_little_has_none(words: list[str]) -> None:
    """Fewer than 25 syllables, or one word over and over, cannot be told from others."""
    assert fingerprints(words) == frozenset()
    assert fingerprints(WORDS[: FEWEST + 9])


@pytest.mark.parametrize("text", ["a " * 3_000_000, "a" * 5_000_000, "ở\u0323" * 1_000_000])
def test_a_hostile_text_is_bounded(text: str) -> None:
    """Of a text of megabytes no more is compared than the bound says, in less than a second."""
    began = time.process_time()
    words = syllables(text)
    shingles(words), fingerprints(words)
    assert len(words) <= MAX_SYLLABLES
    assert time.process_time() - began < 1
