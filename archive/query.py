"""A search as a user types it: what it asks of the full-text index, and the excerpt to show.

The index has two columns, `fold` (no marks) and `exact` (with marks): SQLite's own
`remove_diacritics` finds nothing for "dong thap".
"""

from __future__ import annotations

import re
from bisect import bisect_left

from archive.text import canonical, clean, search_exact, search_fold

MAX_TERMS = 32
"""Further words are not looked for: a pasted page must not cost a minute."""
_LONGEST_QUERY = 2_000
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")

_EXCERPT_WORDS = 32
_WORDS_BEFORE = 6
_EXCERPT_LENGTH = 400
_EXCERPT_REACH = 50_000  # characters in which the best passage is sought: 20 ms


class Query:
    """Words, and "words in quotes" that stand side by side. No character has another meaning."""

    def __init__(self, words: str) -> None:
        found = _TERM.findall(canonical(words[:_LONGEST_QUERY]))
        terms = [_words(quoted or plain) for quoted, plain in found]
        self.terms = [term for term in terms if term][:MAX_TERMS]
        """Each a list of words that must stand side by side."""

    @property
    def match(self) -> str:
        """The FTS5 expression; raises ValueError when there is no word to look for.

        All terms must occur. That they stand side by side is asked again as an alternative: it
        finds nothing more, and is what bm25 puts first.
        """
        if not self.terms:
            raise ValueError("no word to search for")
        every = " AND ".join(f"({_either(term)})" for term in self.terms)
        together = [word for term in self.terms for word in term]
        return every if len(self.terms) == 1 else f"({every}) OR {_either(together)}"

    def excerpt(self, text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The passage of `text` with most of the words, and where in it they stand."""
        line = clean(text[:_EXCERPT_REACH])
        words = list(_WORD.finditer(line))
        found = self._scores([word[0] for word in words])
        start = max(0, _richest(found) - _WORDS_BEFORE)
        shown = words[start : start + _EXCERPT_WORDS]
        if not shown:
            return "", ()
        # Signs at either end of the text stay with their words; a "word" may be a page long.
        first = shown[0].start() if start else 0
        last = shown[-1].end() if len(shown) == _EXCERPT_WORDS else len(line)
        last = min(last, first + _EXCERPT_LENGTH)
        before, after = "… " if first else "", " …" if last < len(line) else ""
        shift = len(before) - first
        marks = [
            (word.start() + shift, word.end() + shift)
            for number, word in enumerate(shown, start)
            if number in found and word.end() <= last
        ]
        return before + line[first:last] + after, tuple(marks)

    def _scores(self, words: list[str]) -> dict[int, int]:
        """The numbers of the words sought: 1 for the same letters, 2 for the same marks too."""
        exact = {search_exact(word) for term in self.terms for word in term}
        folded = {search_fold(word) for word in exact}
        return {
            number: 2 if search_exact(word) in exact else 1
            for number, word in enumerate(words)
            if search_fold(word) in folded
        }


def _words(term: str) -> list[str]:
    return _WORD.findall(term)


def _either(words: list[str]) -> str:
    phrase = " ".join(words)
    return f'fold : "{search_fold(phrase)}" OR exact : "{search_exact(phrase)}"'


def _richest(scores: dict[int, int]) -> int:
    """The number of the word at which the passage with the highest score begins."""
    numbers = sorted(scores)
    sums = [0]
    for number in numbers:
        sums.append(sums[-1] + scores[number])
    width = _EXCERPT_WORDS - _WORDS_BEFORE
    ends = [bisect_left(numbers, number + width) for number in numbers]
    gains = [sums[end] - sums[start] for start, end in enumerate(ends)]
    return numbers[gains.index(max(gains))] if gains else 0
