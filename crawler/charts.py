"""Bars of small charts, as rectangles of SVG; whoever shows them says what they mean in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, WIDTH, HEIGHT = 10, 7, 100
"""In the units of the drawing: from one bar to the next, a bar, the highest bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; `kind` says what of, and stands for its colour."""

    x: int
    y: float
    height: float
    kind: str


def stacks(columns: Sequence[Sequence[tuple[str, int]]]) -> list[Bar]:
    """Columns from left to right, each of parts (kind, amount) from the ground up. The highest
    column has the whole HEIGHT; what is nothing has no bar, and what is little can be seen.
    """
    highest = max((sum(amount for _, amount in parts) for parts in columns), default=0)
    bars = list[Bar]()
    for place, parts in enumerate(columns):
        ground = float(HEIGHT)
        for kind, amount in parts:
            height = max(2.0, amount / highest * HEIGHT) if amount > 0 else 0.0
            top = max(0.0, ground - height)
            if height:
                bars.append(Bar(place * STEP, round(top, 2), round(ground - top, 2), kind))
            ground = top
    return bars
