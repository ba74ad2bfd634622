"""What each step of the river costs, beside plain and naive Scrapy, in one run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from statistics import median

STEPS = {
    "plain": "plain Scrapy",
    "naive": "Scrapy + trafilatura + warcio, the naive way",
    "fetch": "tinhuy: fetch only (wire tap, nothing kept)",
    "warc": "tinhuy: fetch + WARC",
    "text": "tinhuy: fetch + WARC + text + catalog",
}


def measure(name: str, urls: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="tinhuy-bench-") as directory:
        command = [sys.executable, "-m", "tests.bench.variants", name, directory]
        done = subprocess.run(command, input=urls, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def rounds(urls: str, count: int) -> dict[str, list[dict[str, float]]]:
    """Every variant in turn, `count` times, so that a drift of the machine strikes all alike."""
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in STEPS}
    for number in range(1, count + 1):
        for name in STEPS:
            figures[name].append(measure(name, urls))
            print(f"crawling: round {number} of {count}: {name}", file=sys.stderr)
    return figures


def table(figures: dict[str, list[dict[str, float]]], pages: int) -> str:
    base = median(run["cpu"] for run in figures["plain"])
    lines = [
        f"{pages} pages, medians of {len(figures['plain'])} rounds",
        f"{'':52}{'pages/s':>9}{'CPU ms/page':>13}{'x plain':>9}{'peak MB':>9}{'bytes/page':>12}",
    ]
    for name, title in STEPS.items():
        value = {key: median(run[key] for run in figures[name]) for key in figures[name][0]}
        lines.append(
            f"{title:52}{pages / value['seconds']:9.0f}{value['cpu'] / pages * 1000:13.2f}"
            f"{value['cpu'] / base:9.2f}{value['peak_mb']:9.0f}{value['bytes'] / pages:12.0f}"
        )
    return "\n".join(lines)


def main(pages: int, count: int, seed: int) -> None:
    command = [sys.executable, "-m", "tests.bench.origin", str(pages), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as origin:
        try:
            assert origin.stdout is not None
            urls = origin.stdout.readline()
            print(table(rounds(urls, count), len(json.loads(urls))))
        finally:
            origin.terminate()
