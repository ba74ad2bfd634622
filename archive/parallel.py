"""One task for each of many files, or many tasks, over several processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from archive.errors import WorkerDied

Progress = Callable[[Path, int, int], None]
"""Called with each file when it is done, how many are done, and how many there are."""
_Result = TypeVar("_Result")
_Task = TypeVar("_Task")
POOL_FROM = 16 * 1024 * 1024
"""Bytes in all from which starting workers is sooner done than reading alone."""
_AHEAD = 4
"""Tasks that are handed out for each worker: results that wait for their turn are kept."""


def over_files(
    function: Callable[[Path], _Result],
    paths: Sequence[Path],
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[_Result]:
    """`function` of each path: results in the order of the paths, each as soon as may be.

    `workers` is the number of processes: without it all processors, if there are POOL_FROM bytes to
    be read; one means this process, and so does a single path. With more, `function` and its
    results must be picklable, and it may be called again for the same path: when a worker dies,
    every file that has no result yet is done in a process of its own. `progress` is told of each
    file as it is done, in no certain order.
    Raises what `function` raises, and WorkerDied for a file whose own process dies too.
    """
    done = _Counted(progress, len(paths))
    count = min(workers or _sensible(paths), len(paths))
    if count <= 1:
        yield from (done(path, function(path)) for path in paths)
        return
    yielded = 0
    try:
        for result in _in_pool(function, paths, count, done):
            yield result
            yielded += 1
    except BrokenProcessPool:
        yield from (done(path, _alone(function, path)) for path in paths[yielded:])


def over_tasks(
    function: Callable[[_Task], _Result], tasks: Iterable[_Task], workers: int | None = None
) -> Iterator[_Result]:
    """`function` of each task: results in the order of the tasks, which are asked for as there is
    room for them. A single task is done in this process, and so are all when `workers` is one;
    otherwise as for `over_files`, and a WorkerDied names the task.
    """
    waiting = iter(tasks)
    running = deque[tuple[_Task, Future[_Result] | None]](
        (task, None) for task in islice(waiting, 2)
    )
    count = (workers or os.cpu_count() or 1) if len(running) > 1 else 1
    if count > 1:
        try:
            yield from _streamed(function, waiting, running, count)
        except BrokenProcessPool:
            yield from (_alone(function, task) for task in chain(_tasks(running), waiting))
    else:
        yield from map(function, chain(_tasks(running), waiting))


def _tasks(running: deque[tuple[_Task, Future[_Result] | None]]) -> list[_Task]:
    return [task for task, _ in running]


def _streamed(
    function: Callable[[_Task], _Result],
    waiting: Iterator[_Task],
    running: deque[tuple[_Task, Future[_Result] | None]],
    workers: int,
) -> Iterator[_Result]:
    """What is in `running` has no result yet, whatever happens."""
    with _pool(workers) as pool:
        try:
            while True:
                running.extend(
                    (task, None) for task in islice(waiting, workers * _AHEAD - len(running))
                )
                for place, (task, future) in enumerate(running):
                    running[place] = (task, future or pool.submit(function, task))
                if not running:
                    return
                result = _awaited(running[0][1])
                running.popleft()
                yield result
        finally:
            pool.shutdown(cancel_futures=True)


def _awaited(future: Future[_Result] | None) -> _Result:
    assert future is not None  # all that is running was submitted
    return future.result()


def _sensible(paths: Sequence[Path]) -> int:
    size = sum(path.stat().st_size for path in paths if path.exists())
    return os.cpu_count() or 1 if size >= POOL_FROM else 1


class _Counted:
    """Tells progress of files, of each one once."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, set[Path]()

    def __call__(self, path: Path, result: _Result) -> _Result:
        if path not in self._done:
            self._done.add(path)
            if self._progress:
                self._progress(path, len(self._done), self._total)
        return result


def _in_pool(
    function: Callable[[Path], _Result], paths: Sequence[Path], workers: int, done: _Counted
) -> Iterator[_Result]:
    waiting, running = deque(paths), deque[tuple[Path, Future[_Result]]]()
    with _pool(workers) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < workers * _AHEAD:
                    path = waiting.popleft()
                    running.append((path, pool.submit(function, path)))
                _await_one(running, done)
                while running and running[0][1].done():
                    path, future = running.popleft()
                    yield done(path, future.result())
        finally:
            pool.shutdown(cancel_futures=True)


def _await_one(running: deque[tuple[Path, Future[_Result]]], done: _Counted) -> None:
    """Wait until one more is done, and tell of all that are."""
    wait([future for _, future in running if not future.done()], return_when=FIRST_COMPLETED)
    for path, future in running:
        if future.done() and not future.exception():
            done(path, None)


def _alone(function: Callable[[_Task], _Result], task: _Task) -> _Result:
    with _pool(1) as pool:
        try:
            return pool.submit(function, task).result()
        except BrokenProcessPool as error:
            raise WorkerDied(str(task)) from error


def _pool(workers: int) -> ProcessPoolExecutor:
    """Its processes are no copies of this one, which may have threads (and their locks)."""
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _begin() -> None:
    """In a worker: Ctrl-C ends it without a word, and so does the end of its parent."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
