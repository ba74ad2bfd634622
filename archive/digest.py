"""Digests as WARC files label them: `sha1:` in Base32, `sha256:` and `md5:` in Base16."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_SIZES = {"md5": 16, "sha1": 20, "sha256": 32}
_BASE32 = {"sha1"}


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A labelled digest. Equal only when the algorithm is equal too (WARC 1.1 §5.8)."""

    algorithm: str
    value: bytes

    def __str__(self) -> str:
        if self.algorithm in _BASE32:
            return f"{self.algorithm}:{base64.b32encode(self.value).decode()}"
        return f"{self.algorithm}:{self.value.hex()}"

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read a digest as strangers write it: any case, `:` or `/`, Base16 or Base32, padded.

        Raises ValueError for an unlabelled, unknown or malformed one.
        """
        label, separator, value = text.strip().replace("/", ":", 1).partition(":")
        algorithm = label.lower().replace("-", "")
        if not separator or algorithm not in _SIZES:
            raise ValueError(f"unlabelled or unknown digest {text!r}")
        return cls(algorithm, _decode(value.strip().rstrip("="), _SIZES[algorithm], text))


def _decode(value: str, size: int, text: str) -> bytes:
    try:
        if len(value) == size * 2:
            return bytes.fromhex(value)
        raw = base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    except ValueError as error:
        raise ValueError(f"malformed digest {text!r}") from error
    if len(raw) != size:
        raise ValueError(f"malformed digest {text!r}")
    return raw


def sha1(chunks: Iterable[bytes] | bytes) -> Digest:
    """The digest this project writes on blocks and payloads."""
    state = hashlib.sha1(usedforsecurity=False)
    for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
        state.update(chunk)
    return Digest("sha1", state.digest())
