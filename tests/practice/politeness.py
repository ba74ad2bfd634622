"""What a server's access log says of how it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from tests.practice.truth import Hit

NOISE = 0.1
"""Seconds by which a busy server may look at its clock late."""


def assert_polite(hits: Iterable[Hit], delay: float) -> None:
    """No request came before the last was answered, nor sooner than the delay after it began."""
    spans = sorted((hit.started_at.timestamp(), hit.seconds) for hit in hits)
    pairs = list(pairwise(spans))
    assert not [later for (begin, took), (later, _) in pairs if begin + took > later]
    gaps = [later - begin for (begin, _), (later, _) in pairs]
    assert min(gaps) > delay - NOISE
    assert sum(gaps) > delay * len(gaps) - NOISE
