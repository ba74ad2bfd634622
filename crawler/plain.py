"""Captured text and numbers as people may be shown them: in a terminal, in a report."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of text, and so can make a line read as another one."""


class Size(int):
    """A number of bytes. On a terminal it is told in kB, MB or GB; in a pipe in full."""

    def told(self) -> str:
        amount = float(self)
        for unit in ("B", "kB", "MB"):
            if abs(amount) < 1000:
                return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
            amount /= 1000
        return f"{amount:.1f} GB"


def harmless(text: str, *, keep: str = "") -> str:
    r"""`text` with control and direction characters spelled out (`\x1b`), but those in `keep`."""
    return "".join(c if c in keep or not _is_harmful(c) else _spelled(c) for c in text)


def _is_harmful(character: str) -> bool:
    is_none = ord(character) & 0xFFFE == 0xFFFE  # Unicode's noncharacters, forbidden in HTML
    return is_none or character in TURNS or unicodedata.category(character) in _HIDDEN


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
