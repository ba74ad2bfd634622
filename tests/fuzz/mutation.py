"""Changes that reach behind compression and framing: records are unpacked, changed and packed."""

from __future__ import annotations

import gzip
import random
import re
import zlib
from collections.abc import Callable

from tests.fuzz.seeds import members

Change = Callable[[bytes, int], bytes]
"""Changes bytes, to no more than so many."""
_LENGTH = re.compile(rb"(?im)^(content-length:[ \t]*)\d*")


def mutated(data: bytes, max_size: int, seed: int, change: Change) -> bytes:
    """Another input made of this one: the bytes as stored changed, or one record behind its gzip.

    In half of the latter the record's own Content-Length is made right again, so that what stands
    in its block is read.
    """
    chance, packed = random.Random(seed), members(data)
    if chance.random() < 0.3:
        return change(data, max_size)
    if not packed:
        return _behind_coding(data, max_size, change)[:max_size]
    place = chance.randrange(len(packed))
    if chance.random() < 0.1:
        packed.insert(place, packed[chance.randrange(len(packed))])
    record = _within(packed[place], max_size, chance, change)
    packed[place] = _with_length(record) if chance.random() < 0.5 else record
    return b"".join(_member(record) for record in packed)[:max_size]


def _within(record: bytes, max_size: int, chance: random.Random, change: Change) -> bytes:
    """A record changed anywhere, in its head or block only, or in what its coded body holds."""
    head, separator, block = record.partition(b"\r\n\r\n")
    where = chance.random()
    if where < 0.25 or not block:
        return change(record, max_size)
    if where < 0.5:
        return change(head, max_size) + separator + block
    if where < 0.85:
        return head + separator + change(block, max_size)
    return head + separator + _behind_coding(block, max_size, change)


def _behind_coding(message: bytes, max_size: int, change: Change) -> bytes:
    """What a gzip body of an HTTP message holds changed; without one, the whole message."""
    head, magic, rest = message.partition(b"\x1f\x8b")
    inner = members(magic + rest)
    if not inner:
        return change(message, max_size)
    return head + gzip.compress(change(inner[0], max_size), mtime=0)


def _with_length(record: bytes) -> bytes:
    head, separator, block = record.partition(b"\r\n\r\n")
    length = len(block.removesuffix(b"\r\n\r\n"))
    return _LENGTH.sub(rb"\g<1>%d" % length, head) + separator + block


def _member(content: bytes) -> bytes:
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    return pack.compress(content) + pack.flush()
