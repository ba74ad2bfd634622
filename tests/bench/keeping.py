"""What writing, verifying, rebuilding and exporting cost, beside the field's tools, in one run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from archive import Collection
from archive.reader import iter_records
from tests.bench.material import fetches, load

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `base` is the step that it is measured by."""

    step: str
    title: str
    base: str = ""


ROWS = (
    Row("write-warcio", "written    warcio: response, request"),
    Row("write", "           tinhuy: and metadata, dedup, fsync, index", "write-warcio"),
    Row("write-all", "           tinhuy: and text, journal, catalog", "write-warcio"),
    Row("check-warcio", "verified   warcio check: digests"),
    Row("verify", "           tinhuy: every rule, every reference", "check-warcio"),
    Row("verify-all", "           tinhuy: the same, all processors", "check-warcio"),
    Row("index-cdxj", "rebuilt    cdxj-indexer: index"),
    Row("index", "           tinhuy: index", "index-cdxj"),
    Row("rebuild", "           tinhuy: index, dedup, catalog, search", "index-cdxj"),
    Row("rebuild-all", "           tinhuy: the same, all processors", "index-cdxj"),
    Row("export-jsonl", "exported   tinhuy: JSON Lines"),
    Row("export-wacz", "           tinhuy: WACZ"),
)
_ON_BOTH = {"write-all", "verify", "verify-all", "rebuild", "rebuild-all"}
"""Steps that have to do with the files of texts as well as with those of captures."""


@contextmanager
def material(count: int, seed: int) -> Iterator[Path]:
    """A file with pages of the practice web."""
    with tempfile.TemporaryDirectory(prefix="tinhuy-bench-") as directory:
        path = Path(directory) / "pages.json"
        command = [sys.executable, "-m", "tests.bench.material", str(count), str(seed)]
        with path.open("wb") as out:
            subprocess.run(command, stdout=out, check=True)
        yield path


def measure(step: str, pages: Path, directory: Path, count: int, *options: str) -> Figures:
    """Do one step in a process of its own."""
    words = [step, str(pages), str(directory), str(count), *options]
    command = [sys.executable, "-m", "tests.bench.steps", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def one_round(pages: Path, count: int) -> dict[str, Figures]:
    """Every step once. What is only read is what `write-all` has written in this round."""
    figures = dict[str, Figures]()
    with tempfile.TemporaryDirectory(prefix="tinhuy-bench-", dir=pages.parent) as directory:
        home = Path(directory)
        for row in ROWS:
            alone = row.step in ("write", "write-warcio")
            where = home / (row.step if alone else "collection")
            figures[row.step] = measure(row.step, pages, where, count)
            if row.step == "write-all":
                records = _records(Collection.open(where))
        for row in ROWS:
            figures[row.step]["records"] = records["-text-" if row.step in _ON_BOTH else ""]
    figures["write-warcio"]["records"] = 2 * count
    return figures


def _records(collection: Collection) -> dict[str, int]:
    """How many records the files of captures hold, and how many all files hold."""
    captures, texts = (
        sum(1 for path in collection.warcs(text=text) for record in iter_records(path))
        for text in (False, True)
    )
    return {"": captures, "-text-": captures + texts}


def table(rounds: list[dict[str, Figures]], captures: int, megabytes: float) -> str:
    lines = [
        f"{captures} captures of {megabytes:.1f} MB on the wire, half of the pages gzipped; "
        f"files of 1 MB; medians of {len(rounds)} rounds",
        f"{'':52}{'MB/s':>8}{'captures/s':>12}{'records/s':>11}"
        f"{'x beside':>10}{'CPU ms/capture':>16}",
    ]
    for row in ROWS:
        value = {key: median(r[row.step][key] for r in rounds) for key in rounds[0][row.step]}
        seconds = value["seconds"]
        ratio = [r[row.step]["seconds"] / r[row.base]["seconds"] for r in rounds if row.base]
        lines.append(
            f"{row.title:52}{megabytes / seconds:8.1f}{captures / seconds:12.0f}"
            f"{value['records'] / seconds:11.0f}"
            f"{f'{median(ratio):.2f}' if ratio else '':>10}{value['cpu'] / captures * 1000:16.2f}"
        )
    return "\n".join(lines)


def main(captures: int, rounds: int, seed: int) -> None:
    with material(200, seed) as pages:
        made = fetches(load(pages), captures)
        size = sum(len(fetch.request) + len(fetch.response) for fetch in made)
        figures = list[dict[str, Figures]]()
        for number in range(1, rounds + 1):
            figures.append(one_round(pages, captures))
            print(f"keeping: round {number} of {rounds}", file=sys.stderr)
        print(table(figures, captures, size / 1e6))
