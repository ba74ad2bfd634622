"""Many sites in one command: what it costs, and if any is slower than its politeness allows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.bench.villages import Spans

HANGING, DRIPPING = "127.0.2.1", "127.0.2.2"
DRIP = 5.0
"""Seconds between the bytes of the site that drips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    seconds: float
    cpu: float
    peak_mb: float


@contextmanager
def bad_sites() -> Iterator[list[str]]:
    """One site that takes connections and says nothing, and one that says a byte now and then."""
    sockets = [socket.create_server((address, 0)) for address in (HANGING, DRIPPING)]
    held: list[socket.socket] = []

    def accept(bound: socket.socket, *, drips: bool) -> None:
        with suppress(OSError):
            while True:
                connection, _ = bound.accept()
                held.append(connection)
                if drips:
                    threading.Thread(target=drip, args=(connection,), daemon=True).start()

    for bound in sockets:
        drips = bound.getsockname()[0] == DRIPPING
        threading.Thread(target=accept, args=(bound,), kwargs={"drips": drips}, daemon=True).start()
    try:
        yield ["http://{}:{}/".format(*bound.getsockname()) for bound in sockets]
    finally:
        for each in (*sockets, *held):
            each.close()


def drip(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(DRIP)


def crawl(urls: list[str], delay: float) -> Cost:
    """One command over all of them."""
    with tempfile.TemporaryDirectory(prefix="tinhuy-bench-") as directory:
        options = [f"--delay={delay}", f"--collection={directory}/c"]
        command = [sys.executable, "-m", "crawler.cli", "crawl", *urls, *options]
        began = time.monotonic()
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(running.pid, 0)
        running.returncode = 0
        seconds = time.monotonic() - began
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Cost(seconds=seconds, cpu=cpu, peak_mb=peak)


def ratios(spans: Spans, delay: float) -> list[float]:
    """By site: the time from its first request to its last, against the least that is allowed."""
    taken = (sorted(begun for begun, _ in each) for each in spans.values())
    return sorted((begun[-1] - begun[0]) / (delay * (len(begun) - 1)) for begun in taken)


def faults(spans: Spans) -> int:
    """How many requests came to a host before it had answered the one before."""
    return sum(
        begin + took > after
        for each in map(sorted, spans.values())
        for (begin, took), (after, _) in pairwise(each)
    )


def measure(count: int, articles: int, seed: int, delay: float, *, bad: bool) -> str:
    serve = [sys.executable, "-m", "tests.bench.villages", *map(str, (count, articles, seed))]
    pipe = subprocess.PIPE
    with subprocess.Popen(serve, stdin=pipe, stdout=pipe, text=True) as villages:
        assert villages.stdin is not None
        assert villages.stdout is not None
        urls = json.loads(villages.stdout.readline())
        with bad_sites() as more:
            cost = crawl([*(more if bad else ()), *urls], delay)
        villages.stdin.close()
        spans: Spans = json.loads(villages.stdout.readline())
    found, requests = ratios(spans, delay), sum(map(len, spans.values()))
    return (
        f"{len(spans):6}{requests:10}{cost.seconds:9.1f}{cost.cpu:8.1f}"
        f"{cost.cpu / requests * 1000:12.1f}{cost.peak_mb:9.0f}{median(found):10.3f}"
        f"{found[-1]:10.3f}{faults(spans):10}   {'one hangs, one drips' if bad else ''}"
    )


def main(counts: list[int], articles: int, seed: int, delay: float) -> None:
    print(f"Sites in one command, {articles} articles each, {delay} s between requests to one")
    print(
        f"{'sites':>6}{'requests':>10}{'seconds':>9}{'CPU s':>8}{'ms/request':>12}{'peak MB':>9}"
        f"{'x median':>10}{'x worst':>10}{'overlaps':>10}"
    )
    for count in counts:
        print(measure(count, articles, seed, delay, bad=False), flush=True)
    print(measure(counts[-1], articles, seed, delay, bad=True))
    print("x: from the first request of a site to its last, against the least that is polite")
