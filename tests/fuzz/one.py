"""`python -m tests.fuzz.one TARGET [FLAG...] [CORPUS...]`: libFuzzer over one target, for ever."""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["archive", "warcio"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.mutation import mutated


def _mutator(data: bytes, max_size: int, seed: int) -> bytes:
    return mutated(data, max_size, seed, atheris.Mutate)


def main() -> None:
    warnings.simplefilter("error")
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name], custom_mutator=_mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
