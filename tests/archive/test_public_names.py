"""The public names of archive/: what stands in its `__init__`."""

from __future__ import annotations

import ast
import importlib
import pickle
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import archive
from archive import CorruptRecord, errors

ROOT = Path(__file__).parents[2]


def test_all_is_what_there_is() -> None:
    """`__all__` names, in order, everything that archive/ binds but its modules."""
    bound = {name for name, value in vars(archive).items() if not isinstance(value, ModuleType)}
    assert archive.__all__ == sorted(name for name in bound if not name.startswith("_"))


def test_every_error_is_public() -> None:
    """Whatever archive/ raises on purpose can be caught by a public name."""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    raised = {one.__name__ for one in classes if issubclass(one, errors.ArchiveError)}
    assert raised <= set(archive.__all__)


def test_types_that_others_use_are_public() -> None:
    """Every class that the crawler takes from a module of archive/ has a public name."""
    used = {name for folder in ("crawler", "spiders") for name in _classes_used(ROOT / folder)}
    assert {"Capture", "Entry"} <= used
    assert used <= set(archive.__all__)


def _classes_used(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("archive"):
                module = importlib.import_module(node.module or "")
                taken = [name.name for name in node.names]
                yield from (name for name in taken if isinstance(getattr(module, name, None), type))


def test_errors_come_whole_from_another_process() -> None:
    """An error that is pickled has its fields and its sentence afterwards."""
    error = CorruptRecord("a.warc.gz", 7, "a record", "nothing")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (CorruptRecord, str(error), vars(error))
